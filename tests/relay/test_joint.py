"""A continuation is joined to the text that broke off: no word twice, no word lost, however it arrives."""

import re

import pytest

from chatbot.relay.joint import Joint

TEXT = (
    "새벽 무선 이어폰을 추천해요. 30시간 재생되고 [[p1.price]]이에요 [[p1]]\n\n"
    "If you travel a lot, Dawn earphones last longer: 4.6g each, 1,000 charges. 👩‍👩‍👧 Cafe\u0301 noise gone [[p2]]\n"
    "我推荐这款耳机，音质清晰。日本語のイヤホンもあります。 Shall I compare the two?"
)


def joined(said: str, *pieces: str) -> str:
    joint = Joint(said)
    added = ""
    made = False
    for piece in pieces:
        if made:
            added += piece
        else:
            text, made = joint.feed(piece)
            added += text
    return said + added + ("" if made else joint.close())


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_an_exact_continuation_is_added_as_it_is_wherever_the_text_was_cut(size: int) -> None:
    for cut in range(1, len(TEXT)):
        rest = TEXT[cut:]
        pieces = [rest[at : at + size] for at in range(0, len(rest), size)]
        assert joined(TEXT[:cut], *pieces) == TEXT, cut


@pytest.mark.parametrize("words", [2, 3, 5])
@pytest.mark.parametrize("before", ["", " ", "\n\n"])
def test_repeated_last_words_are_said_once_wherever_the_text_was_cut(words: int, before: str) -> None:
    for cut in range(20, len(TEXT)):
        said = TEXT[:cut]
        if len(said.split()) <= words:
            continue
        start = [word.start() for word in re.finditer(r"\S+", said)][-words]
        for size in (1, 1000):
            again = before + TEXT[start:]
            pieces = [again[at : at + size] for at in range(0, len(again), size)]
            assert joined(said, *pieces) == TEXT, cut


@pytest.mark.parametrize(
    ("said", "more", "whole"),
    [
        ("I like the Dawn ear", "earphones.", "I like the Dawn earphones."),
        ("I like the Dawn", "Dawn earphones.", "I like the Dawn earphones."),
        ("I like it. It is the Dawn", "It is the Dawn earphone.", "I like it. It is the Dawn earphone."),
        ("I like it", "I like it a lot.", "I like it a lot."),
        ("I like the\nDawn ", " the Dawn  earphones", "I like the\nDawn  earphones"),
        ("One line.\n\n", "\n\nAnother line.", "One line.\n\nAnother line."),
        ("무선 이어폰을 추천해", "추천해요.", "무선 이어폰을 추천해요."),
        ("我推荐这款耳机", "这款耳机很好。", "我推荐这款耳机很好。"),
        ("it costs [[p1.pr", "[[p1.price]] now", "it costs [[p1.price]] now"),
        ("it costs [[p1.pr", "ice]] now", "it costs [[p1.price]] now"),
        ("it costs [[", "[[p1.price]] now", "it costs [[p1.price]] now"),
        ("it costs [[", "p1.price]] now", "it costs [[p1.price]] now"),
        ("it costs [", "[p1.price]] now", "it costs [[p1.price]] now"),
        ("The Dawn [[p1]]", "[[p1]]\nand more", "The Dawn [[p1]]\nand more"),
        ("for a family 👩‍👩‍👧", "a family 👩‍👩‍👧 of three", "for a family 👩‍👩‍👧 of three"),
    ],
)
def test_what_models_do_when_they_go_on(said: str, more: str, whole: str) -> None:
    assert joined(said, more) == whole
    assert joined(said, *more) == whole


@pytest.mark.parametrize(
    ("said", "more"),
    [
        ("hel", "lo"),
        ("it lasts 1", "1 hours"),
        ("the bo", "ok"),
        ("a", "ardvark"),
        ("1,000", ",000"),
        ("👩\u200d", "👩\u200d👧"),
        ("哈", "哈哈"),
        ("so ", "- one\n- two"),
    ],
)
def test_chance_is_not_taken_for_a_repetition(said: str, more: str) -> None:
    assert joined(said, more) == said + more


def test_the_beginning_is_held_back_only_as_long_as_it_can_be_a_repetition() -> None:
    joint = Joint("I like the Dawn earphones")
    assert joint.feed("the ") == ("", False)
    assert joint.feed("Da") == ("", False)
    assert joint.feed("ta") == ("the Data", True)


def test_held_words_come_out_at_the_end() -> None:
    joint = Joint("I like the Dawn earphones")
    assert joint.feed("the Da") == ("", False)
    assert joint.close() == "the Da"
    assert joint.close() == ""
