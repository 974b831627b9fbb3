import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.accounting.estimator import estimate_request, estimate_tokens
from chatbot.relay.base import ChatMessage


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("earphones", 2),
        ("Hello, world!", 4),
        ("무선이어폰", 4),
        ("무선 이어폰 추천해 주세요", 8),
        ("259000", 2),
        ("你好", 2),
        ("a\n\nb", 3),
        ("-----", 2),
        ("😀", 2),
        ("wifi 공유기 AX3000", 6),
    ],
)
def test_tokens_are_estimated_by_script(text, tokens):
    assert estimate_tokens(text) == tokens


@given(st.text(max_size=200))
def test_every_character_that_is_not_space_counts(text):
    tokens = estimate_tokens(text)
    assert (tokens == 0) == (not text.strip() and "\n" not in text)
    assert tokens <= 2 * len(text)


@given(st.text(max_size=100), st.text(max_size=100))
def test_two_lines_are_estimated_like_one_after_the_other(first, second):
    together = estimate_tokens(f"{first}x\ny{second}")
    assert together == estimate_tokens(f"{first}x") + 1 + estimate_tokens(f"y{second}")


def test_a_request_counts_each_message_and_its_frame():
    messages = (ChatMessage(role="system", content="Be kind."), ChatMessage(role="user", content="안녕"))
    assert estimate_request(messages) == 3 + (4 + 3) + (4 + 2)
