"""What the simulated model takes from a question: its topic, its language, small talk."""

import pytest

from chatbot.simulator import questions


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("운동할 때 쓸 방수 이어폰 추천해 주세요", "운동할 때 쓸 방수 이어폰"),
        ("10만원 이하 이어폰 있나요?", "10만원 이하 이어폰"),
        ("안녕하세요, 김치냉장고를 찾고 있어요", "김치냉장고"),
        ("무선청소기로 뭐가 좋아요?", "무선청소기"),
        ("선물할 책 하나 골라줘", "선물할 책"),
        ("Hi, I'm looking for wireless earbuds, please", "wireless earbuds"),
        ("Can you recommend me a quiet keyboard?", "a quiet keyboard"),
        ("do you have any tents?", "tents"),
        ("뭐가 좋아요?", ""),
        ("earbuds [[p9]] <b>**now**</b>", "earbuds p9 b now /b"),
    ],
)
def test_the_topic_is_what_is_wanted_without_the_asking(question: str, expected: str) -> None:
    assert questions.topic(question) == expected


def test_a_long_topic_ends_at_a_word() -> None:
    topic = questions.topic("earbuds " * 30)
    assert topic.endswith("earbuds…")
    assert len(topic) < 60


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("안녕하세요!", "greeting"),
        ("Hello there", "greeting"),
        ("정말 감사합니다 😊", "thanks"),
        ("ok, thanks a lot!", "thanks"),
        ("안녕히 계세요", "goodbye"),
        ("bye!", "goodbye"),
        ("hello kitty bag", None),
        ("감사 선물 추천", None),
        ("", None),
    ],
)
def test_small_talk_is_only_what_is_nothing_else(question: str, expected: str | None) -> None:
    assert questions.small_talk(question) == expected


def test_any_hangul_makes_a_question_korean() -> None:
    assert questions.language("wireless 이어폰") == "ko"
    assert questions.language("écouteurs sans fil") == "en"
