"""The table of faults, and what each of them puts on the wire."""

import base64
import json
from email.utils import parsedate_to_datetime

import httpx
import pytest

from chatbot.simulator import Simulator
from chatbot.simulator.faults import FAULTS, UnknownFault, read, read_header
from tests.simulator.conftest import Ask, AskRaw, chunks, question, streamed, text_of

SAID = "one two three four five 이어폰 😀"
TOKENS = ["one", " two", " thre", "e", " four", " five", " 이어", "폰", " ", "😀"]


@pytest.fixture(autouse=True)
def said(simulator: Simulator) -> None:
    simulator.faults.say(SAID)


def first_tokens(k: int) -> str:
    return "".join(TOKENS[:k])


def test_every_fault_has_a_sentence_and_says_how_to_write_it() -> None:
    for fault in FAULTS.values():
        assert fault.sentence.endswith(".")
        assert fault.usage.startswith(fault.name)


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        ("reset_mdi:2", "did you mean 'reset_mid'?"),
        ("zzz", "GET /control"),
        ("reset_mid:x", "cannot be read"),
        ("reset_mid:1:2", "reset_mid:k"),
        ("stall_mid:1", "stall_mid:k:seconds"),
        ("stall_before:nan", "cannot be read"),
        ("stall_before:-1", "cannot be read"),
        ("split_bytes:0", "at least 1"),
        ("slow_loris:0", "at least 1"),
        ("error_mid:1:other", "one of own, openai, vllm, openrouter"),
        ("say:%%%", "cannot be read"),
    ],
)
def test_a_fault_that_cannot_be_read_says_what_to_write(spec: str, hint: str) -> None:
    with pytest.raises(UnknownFault, match=r".") as caught:
        read(spec)
    assert hint in str(caught.value)


def test_faults_come_in_the_order_of_their_stages() -> None:
    assert [one.fault.name for one in read_header("split_bytes:3, cut:2 ,no_usage")] == [
        "no_usage",
        "cut",
        "split_bytes",
    ]


async def test_an_unknown_fault_is_an_error_of_its_own(ask: Ask) -> None:
    response = await ask(streamed(), "nonsense")
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "unknown_fault"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 413, 429, 500, 502, 503, 504, 529])
async def test_a_status_is_answered_and_nothing_billed(simulator: Simulator, ask: Ask, status: int) -> None:
    response = await ask(streamed(), str(status))
    assert response.status_code == status
    assert response.json()["error"]["message"]
    assert "retry-after" not in response.headers
    assert simulator.bill.totals.refused == {str(status): 1}
    assert simulator.bill.totals.all.input_tokens == 0


@pytest.mark.parametrize("value", ["2", "-1", "inf", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT"])
async def test_retry_after_is_sent_as_given(simulator: Simulator, ask: Ask, value: str) -> None:
    simulator.faults.script([[f"429:{value}"]])
    assert (await ask(streamed())).headers["retry-after"] == value


async def test_retry_after_can_be_a_date_from_now(ask: Ask) -> None:
    response = await ask(streamed(), "429:date+60")
    wait = parsedate_to_datetime(response.headers["retry-after"]) - parsedate_to_datetime(response.headers["date"])
    assert 58 <= wait.total_seconds() <= 61


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        ("500_sse", 500, "text/event-stream"),
        ("html", 200, "text/html"),
        ("empty", 200, "text/event-stream"),
        ("redirect", 307, "application/json"),
    ],
)
async def test_other_bodies(simulator: Simulator, ask: Ask, fault: str, status: int, kind: str) -> None:
    response = await ask(streamed(), fault)
    assert response.status_code == status
    assert response.headers["content-type"].startswith(kind)
    assert simulator.bill.totals.refused == {str(status): 1}


async def test_no_content_has_no_body(ask: Ask) -> None:
    response = await ask(streamed(), "204")
    assert (response.status_code, response.content) == (204, b"")


async def test_refuse_closes_without_a_word(simulator: Simulator, ask_raw: AskRaw) -> None:
    raw = await ask_raw(streamed(), "refuse")
    assert (raw.data, raw.reset) == (b"", False)
    assert simulator.bill.totals.refused == {"0": 1}


@pytest.mark.parametrize("name", ["reset", "reset_before"])
async def test_a_reset_before_the_first_byte(ask_raw: AskRaw, name: str) -> None:
    raw = await ask_raw(streamed(), name)
    assert (raw.data, raw.reset) == (b"", True)


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
async def test_an_error_in_the_middle_of_a_stream(simulator: Simulator, ask: Ask, shape: str, key: str) -> None:
    response = await ask(streamed(), f"error_mid:2:{shape}")
    assert response.status_code == 200
    *words, error = chunks(response.content)
    assert key in error
    assert len(words) == 3
    assert simulator.bill.totals.unreported.output_tokens == 2


@pytest.mark.parametrize("fault", ["no_usage", "usage_null", "usage_negative"])
async def test_usage_that_reports_nothing_is_billed_as_unreported(simulator: Simulator, ask: Ask, fault: str) -> None:
    body = (await ask(streamed(), fault)).content
    usages = [chunk["usage"] for chunk in chunks(body) if chunk.get("usage")]
    assert all(usage["completion_tokens"] < 0 for usage in usages)
    assert simulator.bill.totals.reported.requests == 0
    assert simulator.bill.totals.unreported.output_tokens == len(TOKENS)


async def test_plain_answers_can_lack_usage_too(simulator: Simulator, ask: Ask) -> None:
    assert "usage" not in (await ask(question(), "no_usage")).json()
    assert (await ask(question(), "usage_null")).json()["usage"] is None
    assert simulator.bill.totals.reported.requests == 0


async def test_usage_in_two_chunks_ends_with_the_whole(ask: Ask) -> None:
    body = (await ask(streamed(), "usage_twice")).content
    assert [chunk["usage"]["completion_tokens"] for chunk in chunks(body) if chunk["usage"]] == [5, 10]


async def test_a_duplicate_is_sent_twice_and_billed_once(simulator: Simulator, ask: Ask) -> None:
    body = (await ask(streamed(), "duplicate:2")).content
    assert text_of(body) == "one two two" + SAID[len("one two") :]
    assert simulator.bill.lines[0].output_tokens == len(TOKENS)


async def test_reorder_swaps_two_tokens(ask: Ask) -> None:
    assert text_of((await ask(streamed(), "reorder:1")).content).startswith(" twoone thre")


@pytest.mark.parametrize(
    ("fault", "restore"),
    [
        ("crlf", (b"\r\n", b"\n")),
        ("cr", (b"\r", b"\n")),
        ("no_space", (b"data:", b"data: ")),
        ("event_names", (b"event: message\n", b"")),
        ("multi_line", (b",\ndata: ", b",")),
        ("comments", (b": ping\n\n", b"")),
        ("bom", (b"\xef\xbb\xbf", b"")),
        ("coalesce:4", (b"", b"")),
        ("split_bytes:1", (b"", b"")),
        ("split_bytes:1000", (b"", b"")),
    ],
)
async def test_other_spellings_say_the_same(
    simulator: Simulator, ask: Ask, fault: str, restore: tuple[bytes, bytes]
) -> None:
    body = (await ask(streamed(), fault)).content
    old, new = restore
    if old:
        assert old in body
        body = body.replace(old, new)
    assert text_of(body) == SAID
    assert body.endswith(b"data: [DONE]\n\n")
    (line,) = simulator.bill.lines
    assert (line.outcome, line.output_tokens, line.reported) == ("answered", len(TOKENS), True)


def http_chunks(data: bytes) -> list[bytes]:
    rest = data.partition(b"\r\n\r\n")[2]
    parts = []
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        parts.append(rest[: int(size, 16)])
        rest = rest[int(size, 16) + 2 :]
    return [part for part in parts if part]


async def test_writes_are_cut_as_asked(ask_raw: AskRaw) -> None:
    tiny = http_chunks((await ask_raw(streamed(), "split_bytes:3")).data)
    assert max(len(part) for part in tiny) == 3
    joined = http_chunks((await ask_raw(streamed(), "coalesce:4")).data)
    assert [part.count(b"data: ") for part in joined][1:4] == [4, 4, 2]


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


async def test_json_where_a_stream_was_asked_for(simulator: Simulator, ask: Ask) -> None:
    response = await ask(streamed(), "json")
    assert response.headers["content-type"] == "application/json"
    assert response.json()["choices"][0]["message"]["content"] == SAID
    assert simulator.bill.lines[0].reported


async def test_a_text_to_say_in_a_header(ask: Ask) -> None:
    spec = base64.urlsafe_b64encode("가격은 [[p1.price]]".encode()).decode().rstrip("=")
    assert text_of((await ask(streamed(), f"say:{spec}")).content) == "가격은 [[p1.price]]"


async def test_characters_come_one_by_one(simulator: Simulator, ask: Ask) -> None:
    body = (await ask(streamed(), "say_chars")).content
    words = [chunk["choices"][0]["delta"].get("content") for chunk in chunks(body) if chunk["choices"]]
    assert [word for word in words if word] == list(SAID)
    assert simulator.bill.lines[0].output_tokens == len(SAID)


async def test_an_answer_of_a_given_length(simulator: Simulator, ask: Ask) -> None:
    body = (await ask(streamed(), "tokens:25")).content
    assert text_of(body) == first_tokens(10) * 2 + first_tokens(5)
    assert simulator.bill.lines[0].output_tokens == 25


async def test_another_model_and_another_finish(simulator: Simulator, ask: Ask) -> None:
    answer = (await ask(question(), "served:gpt-4.1-2025-04-14,finish:content_filter")).json()
    assert answer["model"] == "gpt-4.1-2025-04-14"
    assert answer["choices"][0]["finish_reason"] == "content_filter"
    assert simulator.bill.lines[0].model == "gpt-4.1", "billed as asked for"


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


@pytest.mark.parametrize("name", sorted(FAULTS))
@pytest.mark.parametrize("text", ["", "x", SAID])
async def test_no_fault_trips_over_a_short_answer(simulator: Simulator, ask_raw: AskRaw, name: str, text: str) -> None:
    simulator.faults.say(text)
    fitting = {
        "stall_mid": ":1:0",
        "stall_first": ":0",
        "stall_before": ":0",
        "say": ":eA",
        "huge_line": ":10",
        "slow_loris": ":1000000",
    }
    numbers = ":1" if FAULTS[name].required else ""
    for body in (streamed(), question()):
        await ask_raw(body, name + fitting.get(name, numbers))
    await simulator.bill.settled()
    assert len(simulator.bill.lines) == 2
    assert "500" not in {str(line.status) for line in simulator.bill.lines} or name.startswith("500")
