"""How the simulator cuts text into tokens, counts a prompt and caches its beginning."""

from hypothesis import given
from hypothesis import strategies as st

from chatbot.simulator import tokens


@given(st.text())
def test_the_pieces_joined_are_the_text_again(text: str) -> None:
    assert "".join(tokens.pieces(text)) == text


@given(st.text(), st.text())
def test_counting_counts_the_pieces(first: str, second: str) -> None:
    assert tokens.count(first + second) == len(tokens.pieces(first + second))


def test_words_scripts_and_digits_are_cut_by_their_own_rules() -> None:
    assert tokens.pieces("Wireless earbuds") == ["Wire", "less", " ear", "buds"][:2] + tokens.pieces(" earbuds")
    assert tokens.pieces(" earbuds") == [" earb", "uds"]
    assert tokens.pieces("무선 이어폰") == ["무선", " 이어", "폰"]
    assert tokens.pieces("259000원") == ["259", "000", "원"]
    assert tokens.pieces("[[p1]]") == ["[[", "p", "1", "]]"]
    assert tokens.pieces("😀👍") == ["😀", "👍"]


def test_a_prompt_counts_its_messages_and_their_frames() -> None:
    messages = (("system", "무선 이어폰"), ("user", "259000원"))
    assert tokens.prompt_tokens(messages) == (3 + 3) + (3 + 3) + 3


def test_only_a_long_beginning_seen_before_is_cached() -> None:
    cache = tokens.PromptCache()
    long = ("system", "abcd" * 2000)
    first, second = (long, ("user", "one")), (long, ("user", "two"))
    assert cache.cached_tokens("a", first) == 0
    assert cache.cached_tokens("a", second) == 2000 + tokens.MESSAGE_OVERHEAD
    assert cache.cached_tokens("b", second) == 0, "another customer's prompt is not ours"
    assert cache.cached_tokens("a", (("system", "other"), *second)) == 0, "only a beginning counts"
    short = (("user", "abcd"),)
    cache.cached_tokens("a", short)
    assert cache.cached_tokens("a", short) == 0, "below the minimum nothing is cached"


def test_the_same_words_of_another_role_are_another_prompt() -> None:
    cache = tokens.PromptCache()
    cache.cached_tokens("a", (("system", "abcd" * 2000),))
    assert cache.cached_tokens("a", (("user", "abcd" * 2000),)) == 0
