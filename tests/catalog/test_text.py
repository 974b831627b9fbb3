"""What a word is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.catalog.text import query, tokens


def test_english_becomes_stems_without_case_and_accents() -> None:
    assert tokens("Wireless HEADPHONES, Café") == ["wireless", "headphon", "cafe"]


def test_hangul_becomes_characters_and_pairs_whatever_the_spaces() -> None:
    assert tokens("무선 이어폰") == tokens("무선이어폰")
    assert set(tokens("이어폰")) == {"이", "어", "폰", "이어", "어폰"}


def test_marks_between_words_end_a_run() -> None:
    assert "어디" not in tokens("무선이어 > 디지털")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("MX-500", ["mx", "500", "mx500"]),
        ("3.5mm", ["3.5mm"]),
        ("1TB", ["1tb"]),
        ("1,000 W", ["1000", "w"]),
        ("USB3.0", ["usb3.0"]),
        ("women's", ["women"]),
        ("갤럭시S24", [*tokens("갤럭시"), "s24"]),
    ],
)
def test_codes_and_measures_stay_sensible(written: str, expected: list[str]) -> None:
    assert tokens(written) == expected


@pytest.mark.parametrize(
    ("asked", "spelling"),
    [
        ("mx500", ("mx", "500")),
        ("mx-500", ("mx500",)),
        ("mx-500", ("mx", "500")),
        ("mx 500", ("mx500",)),
        ("3.5mm", ("3.5", "mm")),
        ("flash light", ("flashlight",)),
    ],
)
def test_a_question_knows_other_spellings(asked: str, spelling: tuple[str, ...]) -> None:
    assert spelling in query(asked).words[0].parts[0]


def test_a_compound_may_be_cut_where_the_catalogue_knows_both_halves() -> None:
    assert ("power", "bank") in query("powerbank").words[0].guesses


def test_a_particle_is_not_required_and_still_counts() -> None:
    bare, with_particle = query("휴대폰"), query("휴대폰을")
    assert with_particle.words == bare.words
    assert "폰을" in with_particle.extras


def test_function_words_do_not_count_unless_there_is_nothing_else() -> None:
    assert query("a case for the phone") == query("case phone")
    assert len(query("it").words) == 1


def test_a_pasted_page_stays_a_small_query() -> None:
    assert len(query(" ".join(f"word{n}" for n in range(5_000))).words) <= 24


@given(st.text(max_size=200))
def test_tokens_of_any_text_are_safe_inside_a_search_expression(text: str) -> None:
    wanted = query(text)
    spoken = [token for word in wanted.words for phrases in word.parts for phrase in phrases for token in phrase]
    for token in [*tokens(text), *spoken, *wanted.extras]:
        assert token
        assert all(character.isalnum() or character == "." for character in token)
