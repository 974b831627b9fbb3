"""The log of a turn: numbered, replayed, followed, never with a gap or a double."""

import asyncio
from contextlib import aclosing

import pytest

from chatbot.events import TextAdded, TurnEnded, TurnEvent
from chatbot.streams import memory
from chatbot.streams.memory import MemoryStreams, TurnLog

WORDS: list[TurnEvent] = [TextAdded(text=str(number)) for number in range(5)]
END = TurnEnded(ending="complete")


async def read(log: TurnLog, after: int = 0) -> list[tuple[int, TurnEvent]]:
    async with aclosing(log.follow(after)) as events:
        return [numbered async for numbered in events]


@pytest.mark.parametrize("written_before", range(6))
@pytest.mark.parametrize("after", range(7))
async def test_a_reader_at_any_moment_gets_all_that_follows(written_before: int, after: int) -> None:
    log = TurnLog()
    for event in WORDS[:written_before]:
        log.append(event)
    reader = asyncio.create_task(read(log, after))
    await asyncio.sleep(0)
    for event in [*WORDS[written_before:], END]:
        log.append(event)
        await asyncio.sleep(0)
    assert await reader == list(enumerate([*WORDS, END], 1))[after:]


async def test_a_slow_reader_finds_everything_when_it_comes_back() -> None:
    log = TurnLog()
    async with aclosing(log.follow()) as events:
        log.append(WORDS[0])
        assert await anext(events) == (1, WORDS[0])
        for event in [*WORDS[1:], END]:
            log.append(event)
        assert [number async for number, _ in events] == [2, 3, 4, 5, 6]


async def test_a_reader_that_leaves_is_forgotten() -> None:
    log = TurnLog()
    reader = asyncio.create_task(read(log))
    await asyncio.sleep(0)
    assert len(log._readers) == 1
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)
    assert not log._readers


async def test_nothing_follows_the_last_event() -> None:
    log = TurnLog()
    log.append(END)
    with pytest.raises(ValueError, match="over"):
        log.append(WORDS[0])


async def test_ended_turns_are_forgotten_after_their_time_and_running_ones_never(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = [100.0]
    monkeypatch.setattr(memory, "monotonic", lambda: now_s[0])
    streams = MemoryStreams(retention_s=lambda: 60)
    streams.open("ended").append(END)
    streams.open("running")
    now_s[0] = 159.0
    streams.open("another")
    assert streams.get("ended") is not None
    now_s[0] = 161.0
    streams.open("one more")
    assert streams.get("ended") is None
    assert streams.get("running") is not None


def test_a_log_is_only_for_readers_of_its_own_loop() -> None:
    streams = MemoryStreams(retention_s=lambda: 60)

    async def write() -> None:
        streams.open("turn")

    async def look() -> bool:
        return streams.get("turn") is None

    asyncio.run(write())
    assert asyncio.run(look())


@pytest.mark.parametrize("refused", range(5))
async def test_what_goes_by_express_is_not_told_again_and_what_it_refuses_is(refused: int) -> None:
    log = TurnLog()
    taken: list[int] = []

    def express(number: int, event: TurnEvent) -> bool:
        if event in (WORDS[refused], END):
            return False
        taken.append(number)
        return True

    async def told() -> list[int]:
        async with aclosing(log.follow(0, express)) as events:
            return [number async for number, _ in events]

    reader = asyncio.create_task(told())
    for event in [*WORDS, END]:
        await asyncio.sleep(0)
        log.append(event)
    assert await reader == [refused + 1, 6]
    assert taken == [number for number in range(1, 6) if number != refused + 1]


async def test_a_reader_that_was_woken_gets_what_follows_itself_so_that_the_order_stays() -> None:
    log = TurnLog()
    express: list[int] = []
    told: list[int] = []

    async def read_all() -> None:
        async with aclosing(log.follow(0, lambda number, event: number != 1 and not express.append(number))) as events:
            async for number, _ in events:
                told.append(number)

    reader = asyncio.create_task(read_all())
    await asyncio.sleep(0)
    for event in [*WORDS, END]:  # all at once: after the first, which express refuses, the reader is awake
        log.append(event)
    await reader
    assert (told, express) == ([1, 2, 3, 4, 5, 6], [])
