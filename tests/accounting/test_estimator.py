"""Tokens that no relay reported, estimated from the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.accounting.estimator import NOT_SERVED, NOTHING, estimate_request, estimate_tokens, estimate_usage
from chatbot.events import AttemptEnded, Usage
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


def test_an_attempt_that_was_not_served_costs_nothing():
    for code in NOT_SERVED:
        ended = AttemptEnded(attempt="a", outcome="failed", usage=Usage(), error_code=code)
        assert estimate_usage(ended, input_tokens=100, heard="") == NOTHING


@pytest.mark.parametrize(
    ("outcome", "heard", "unheard", "output"),
    [("incomplete", "earphones", "", 2), ("stopped", "", "", 0), ("hedged", "the winner's words", "earphones", 2)],
)
def test_an_attempt_costs_its_prompt_and_what_it_said_itself(outcome, heard, unheard, output):
    ended = AttemptEnded(attempt="a", outcome=outcome, usage=Usage(), unheard=unheard)
    usage = estimate_usage(ended, input_tokens=100, heard=heard)
    assert (usage.input_tokens, usage.output_tokens, usage.source) == (100, output, "estimated")
