"""The moving limit: it ends a wait, never a consumer, and never swallows somebody else's cancellation."""

import asyncio
import socket
import time

import pytest

from chatbot.relay.deadline import Deadline, Expired


async def test_a_wait_over_its_limit_expires() -> None:
    deadline = Deadline()
    deadline.move(deadline.time() + 0.01)

    with pytest.raises(Expired), deadline:
        await asyncio.Event().wait()

    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_limit_moved_later_lets_the_wait_go_on() -> None:
    deadline = Deadline()
    deadline.move(deadline.time() + 0.01)
    with deadline:
        await asyncio.sleep(0)
    deadline.move(deadline.time() + 10)

    with deadline:
        await asyncio.sleep(0.03)
    deadline.close()


async def test_a_limit_moved_earlier_holds() -> None:
    deadline = Deadline()
    deadline.move(deadline.time() + 10)
    with deadline:
        await asyncio.sleep(0)
    deadline.move(deadline.time() + 0.01)

    with pytest.raises(Expired), deadline:
        await asyncio.Event().wait()


async def test_time_outside_a_wait_does_not_count() -> None:
    deadline = Deadline()
    deadline.move(deadline.time() + 0.01)
    with deadline:
        await asyncio.sleep(0)

    await asyncio.sleep(0.03)

    with pytest.raises(Expired), deadline:  # but the next wait starts late already
        await asyncio.Event().wait()


async def test_a_cancellation_from_outside_stays_one() -> None:
    deadline = Deadline()
    deadline.move(deadline.time() + 10)

    async def wait() -> None:
        with deadline:
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    deadline.close()


async def test_a_cancellation_at_the_same_moment_wins_over_the_limit() -> None:
    deadline = Deadline()

    async def wait() -> None:
        with deadline:
            await asyncio.Event().wait()

    deadline.move(deadline.time() - 1)
    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    deadline._ring()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_an_error_of_the_wait_itself_passes() -> None:
    deadline = Deadline()
    deadline.move(deadline.time() + 10)

    with pytest.raises(KeyError), deadline:
        raise KeyError
    deadline.close()


async def test_what_came_in_time_counts_though_the_loop_was_busy_beyond_the_limit() -> None:
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    deadline = Deadline()
    deadline.move(deadline.time() + 0.02)

    def comes_while_the_loop_is_busy() -> None:
        theirs.send(b"in time")
        time.sleep(0.05)

    asyncio.get_running_loop().call_later(0.01, comes_while_the_loop_is_busy)
    with deadline:
        assert await reader.read(100) == b"in time"
    with pytest.raises(Expired), deadline:
        await reader.read(100)
    writer.close()
    theirs.close()
