"""Delays, pace, and clients that leave."""

import asyncio
import statistics
import time

import pytest

from chatbot.simulator import MODELS, Simulator
from tests.simulator.conftest import connect, http_client, question, streamed, text_of


async def test_tokens_come_at_their_pace() -> None:
    async with (
        Simulator(seed=1, tokens_per_second=200, latency=0) as simulator,
        http_client() as client,
        client.stream(
            "POST", f"{simulator.url}/chat/completions", json=streamed(), headers={"X-Simulate": "tokens:41"}
        ) as response,
    ):
        arrivals = [time.perf_counter() async for _ in response.aiter_raw()]
    # 40 gaps of 5 ms; a busy machine makes it longer, nothing makes it shorter.
    assert arrivals[-1] - arrivals[0] >= 0.19
    assert len(arrivals) > 20, "tokens come one by one and not in a lump"


async def test_spread_streams_never_speak_at_the_same_moment() -> None:
    async with Simulator(seed=1, tokens_per_second=10, latency=0, spread=2) as simulator, http_client() as client:

        async def phase_s() -> float:
            question = client.stream(
                "POST", f"{simulator.url}/chat/completions", json=streamed(), headers={"X-Simulate": "tokens:9"}
            )
            async with question as response:
                arrivals = [time.perf_counter() async for _ in response.aiter_raw()]
            return statistics.median(arrival % 0.1 for arrival in arrivals[1:-1])

        one, other = await asyncio.gather(phase_s(), phase_s())
    # Half a token's time apart on the circle of 100 ms, give or take what a busy machine adds.
    assert 0.025 < (one - other) % 0.1 < 0.075


async def test_the_first_word_waits_for_the_models_latency() -> None:
    async with (
        Simulator(seed=1, tokens_per_second=0, latency=0.5) as simulator,
        http_client() as client,
    ):
        start = time.perf_counter()
        await client.post(f"{simulator.url}/chat/completions", json=streamed())
        waited_ms = (time.perf_counter() - start) * 1000
    # Half the mean, spread by the seed; far less than the mean times 0.2 would mean that nothing waited.
    assert waited_ms > MODELS["gpt-4.1"].latency_ms * 0.2


async def test_a_plain_answer_takes_the_time_of_its_tokens() -> None:
    async with (
        Simulator(seed=1, tokens_per_second=200, latency=0) as simulator,
        http_client() as client,
    ):
        start = time.perf_counter()
        await client.post(f"{simulator.url}/chat/completions", json=question(), headers={"X-Simulate": "tokens:20"})
        assert time.perf_counter() - start >= 0.1


@pytest.mark.parametrize("how", ["close", "abort"])
async def test_a_client_that_leaves_is_noticed_and_billed_for_what_was_written(how: str) -> None:
    async with Simulator(seed=1, tokens_per_second=50, latency=0) as simulator:
        reader, writer = await connect(simulator.url, streamed(), "tokens:1000")
        received = b""
        while received.count(b"data: ") < 6:
            received += await reader.read(65536)
        left = time.perf_counter()
        writer.close() if how == "close" else writer.transport.abort()
        await asyncio.wait_for(simulator.bill.settled(), 5)
        assert time.perf_counter() - left < 0.1
        (line,) = simulator.bill.lines
        assert (line.outcome, line.reported) == ("aborted", False)
        # The role is no token; a token may have been written while the client was leaving.
        assert 5 <= line.output_tokens <= 8
        assert line.input_tokens > 0


async def test_an_unpaced_stream_notices_that_its_client_left(caplog: pytest.LogCaptureFixture) -> None:
    async with Simulator(seed=1, tokens_per_second=0, latency=0) as simulator:
        reader, writer = await connect(simulator.url, streamed(), "tokens:50000")
        await reader.readuntil(b"data: ")
        writer.transport.abort()
        await asyncio.wait_for(simulator.bill.settled(), 10)
        (line,) = simulator.bill.lines
        assert line.outcome == "aborted"
        assert line.output_tokens < 50_000
        await asyncio.sleep(0.05)
    assert [record for record in caplog.records if record.exc_info] == []  # whoever leaves is nothing to complain of


@pytest.mark.parametrize("fault", ["stall_before:60", "stall_first:60"])
async def test_leaving_before_the_first_token_bills_nothing(fault: str) -> None:
    async with Simulator(seed=1, tokens_per_second=0, latency=0) as simulator:
        reader, writer = await connect(simulator.url, streamed(), fault)
        if fault.startswith("stall_first"):
            assert b": waiting" in await reader.readuntil(b"waiting")
        else:
            await _until_open(simulator)
        writer.transport.abort()
        await asyncio.wait_for(simulator.bill.settled(), 5)
        (line,) = simulator.bill.lines
        assert (line.outcome, line.input_tokens, line.output_tokens) == ("aborted", 0, 0)


async def test_a_stall_comes_after_its_token() -> None:
    async with Simulator(seed=1, tokens_per_second=0, latency=0) as simulator:
        simulator.faults.say("one two three")
        reader, writer = await connect(simulator.url, streamed(), "stall_mid:2:60")
        received = b""
        while b" two" not in received:
            received += await reader.read(65536)
        assert b" thr" not in received
        writer.transport.abort()
        await asyncio.wait_for(simulator.bill.settled(), 5)
        assert simulator.bill.lines[0].output_tokens == 2


async def test_a_slow_loris_sends_a_few_bytes_at_a_time() -> None:
    async with Simulator(seed=1, tokens_per_second=0, latency=0) as simulator:
        reader, writer = await connect(simulator.url, streamed(), "slow_loris:10")
        body = (await reader.readuntil(b"\r\n\r\n"), await reader.readuntil(b"\r\n"))[1]
        assert body == b"1\r\n"
        writer.transport.abort()
        await asyncio.wait_for(simulator.bill.settled(), 5)


async def test_leaving_a_plain_answer_bills_what_was_generated_by_then() -> None:
    async with Simulator(seed=1, tokens_per_second=20, latency=0) as simulator:
        _, writer = await connect(simulator.url, question(), "tokens:1000")
        await _until_open(simulator)
        writer.transport.abort()
        await asyncio.wait_for(simulator.bill.settled(), 5)
        (line,) = simulator.bill.lines
        assert line.outcome == "aborted"
        assert 1 <= line.output_tokens < 100


async def test_stopping_the_simulator_ends_answers_under_way() -> None:
    simulator = Simulator(seed=1, tokens_per_second=50, latency=0)
    await simulator.start()
    reader, writer = await connect(simulator.url, streamed(), "tokens:1000")
    await reader.readuntil(b"data: ")
    await simulator.stop()
    assert simulator.bill.totals.aborted == 1
    writer.close()


async def test_a_connection_is_used_again_after_an_answer() -> None:
    async with Simulator(seed=1, tokens_per_second=0, latency=0) as simulator:
        simulator.faults.say("one two")
        reader, writer = await connect(simulator.url, streamed())
        for _ in range(2):
            answer = await reader.readuntil(b"0\r\n\r\n")
            assert b"[DONE]" in answer
            body = b"\n".join(line for line in answer.split(b"\n") if line.startswith(b"data: "))
            assert text_of(body) == "one two"
            again = b'{"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"x"}]}'
            head = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer simulator-key\r\n"
            writer.write(f"{head}Content-Length: {len(again)}\r\n\r\n".encode() + again)
        writer.close()


async def _until_open(simulator: Simulator) -> None:
    while not simulator.bill.open:
        await asyncio.sleep(0)
    # One more turn, so that the request has been read and its answer begun.
    while not simulator.requests.as_json():
        await asyncio.sleep(0)
    await asyncio.sleep(0.01)
