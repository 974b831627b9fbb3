"""Faults in the stream: where it breaks off, which ending is missing, and which chunks should not be there."""

import json

import httpx
import pytest

from chatbot.simulator import Simulator
from tests.simulator.conftest import Ask, AskRaw, chunks, question, streamed, text_of
from tests.simulator.faults.conftest import SAID, TOKENS, first_tokens


@pytest.mark.parametrize("k", [0, 1, 4, 10])
async def test_a_reset_comes_after_exactly_k_tokens(simulator: Simulator, ask_raw: AskRaw, k: int) -> None:
    raw = await ask_raw(streamed(), f"reset_mid:{k}")
    assert raw.reset
    assert text_of(raw.body) == first_tokens(k)
    (line,) = simulator.bill.lines
    assert (line.outcome, line.output_tokens, line.reported) == ("broken", k, False)
    assert (line.input_tokens > 0) is (k > 0)


async def test_a_close_leaves_the_http_body_unfinished(ask_raw: AskRaw) -> None:
    raw = await ask_raw(streamed(), "close_mid:3")
    assert not raw.reset
    assert text_of(raw.body) == first_tokens(3)
    assert not raw.data.endswith(b"0\r\n\r\n")


async def test_a_cut_ends_the_http_body_well(simulator: Simulator, ask: Ask) -> None:
    response = await ask(streamed(), "cut:2")
    assert text_of(response.content) == first_tokens(2)
    assert b"[DONE]" not in response.content
    assert all(not chunk["choices"][0]["finish_reason"] for chunk in chunks(response.content))
    assert simulator.bill.lines[0].outcome == "broken"


async def test_a_place_that_is_left_out_is_random_and_inside_the_answer(simulator: Simulator, ask: Ask) -> None:
    for _ in range(12):
        await ask(streamed(), "cut")
    billed = [line.output_tokens for line in simulator.bill.lines]
    assert len(set(billed)) > 2
    assert all(0 < tokens < len(TOKENS) for tokens in billed)


async def test_no_done_leaves_out_only_done(ask: Ask) -> None:
    good, bad = (await ask(streamed())).content, (await ask(streamed(), "no_done")).content
    assert len(chunks(bad)) == len(chunks(good))
    assert b"[DONE]" not in bad


async def test_done_without_finish_leaves_out_only_the_finish(ask: Ask) -> None:
    body = (await ask(streamed(), "done_without_finish")).content
    assert b'"finish_reason":"stop"' not in body
    assert body.endswith(b"data: [DONE]\n\n")
    assert text_of(body) == SAID


async def test_words_after_done_come_after_done(ask: Ask) -> None:
    before, _, after = (await ask(streamed(), "after_done")).content.partition(b"data: [DONE]\n\n")
    assert text_of(before) == SAID
    assert text_of(after) == " said after the end"


async def test_a_malformed_chunk_is_no_json(simulator: Simulator, ask: Ask) -> None:
    body = (await ask(streamed(), "malformed:2:3")).content
    broken = []
    for event in body.decode().split("\n\n"):
        payload = event.removeprefix("data: ")
        if payload in ("", "[DONE]"):
            continue
        try:
            json.loads(payload)
        except ValueError:
            broken.append(payload)
    assert len(broken) == 3
    assert simulator.bill.lines[0].output_tokens == len(TOKENS)


@pytest.mark.parametrize(("shape", "key"), [("openai", "error"), ("vllm", "object"), ("openrouter", "error")])
async def test_an_error_in_the_middle_of_a_stream_comes_after_its_words_in_the_shape_asked_for(
    simulator: Simulator, ask: Ask, shape: str, key: str
) -> None:
    response = await ask(streamed(), f"error_mid:2:{shape}")
    assert response.status_code == 200
    *words, error = chunks(response.content)
    assert key in error
    assert len(words) == 3
    assert simulator.bill.totals.unreported.output_tokens == 2


async def test_usage_in_two_chunks_ends_with_the_whole(ask: Ask) -> None:
    body = (await ask(streamed(), "usage_twice")).content
    assert [chunk["usage"]["completion_tokens"] for chunk in chunks(body) if chunk["usage"]] == [5, 10]


async def test_a_duplicate_is_sent_twice_and_billed_once(simulator: Simulator, ask: Ask) -> None:
    body = (await ask(streamed(), "duplicate:2")).content
    assert text_of(body) == "one two two" + SAID[len("one two") :]
    assert simulator.bill.lines[0].output_tokens == len(TOKENS)


async def test_reorder_swaps_two_tokens(ask: Ask) -> None:
    assert text_of((await ask(streamed(), "reorder:1")).content).startswith(" twoone thre")


async def test_surrogates_are_sent_as_halves(ask: Ask) -> None:
    lone = (await ask(streamed(), "lone_surrogate:1")).content
    assert lone.count(b'"\\ud83d"') == 1
    split = (await ask(streamed(), "split_surrogate:1")).content
    assert split.index(b'"\\ud83d"') < split.index(b'"\\ude00"')


async def test_invalid_bytes_are_not_utf8(ask: Ask) -> None:
    with pytest.raises(UnicodeDecodeError):
        (await ask(streamed(), "invalid_utf8:1")).content.decode()


async def test_a_huge_line_has_its_size(simulator: Simulator, ask: Ask) -> None:
    body = (await ask(streamed(), "huge_line:1000000:1")).content
    assert max(len(line) for line in body.split(b"\n")) > 1_000_000
    assert simulator.bill.lines[0].output_tokens == len(TOKENS)


@pytest.mark.parametrize("fault", ["cut", "malformed"])
async def test_a_plain_answer_breaks_off_inside_its_json(simulator: Simulator, ask: Ask, fault: str) -> None:
    response = await ask(question(), fault)
    with pytest.raises(ValueError):
        response.json()
    assert simulator.bill.lines[0].outcome == "broken"
    assert simulator.bill.totals.unreported.output_tokens == len(TOKENS)


@pytest.mark.parametrize("fault", ["reset_mid", "close_mid"])
async def test_a_plain_answer_can_lose_its_connection(ask: Ask, fault: str) -> None:
    with pytest.raises(httpx.TransportError):
        await ask(question(), fault)


# Faults of the stream have no place in a plain answer: it must come out whole.
@pytest.mark.parametrize(
    "fault",
    [
        "no_done",
        "duplicate",
        "reorder",
        "comments",
        "crlf",
        "lone_surrogate",
        "huge_line:10",
        "coalesce:2",
        "after_done",
    ],
)
async def test_faults_of_streams_leave_plain_answers_alone(ask: Ask, fault: str) -> None:
    assert (await ask(question(), fault)).json()["choices"][0]["message"]["content"] == SAID
