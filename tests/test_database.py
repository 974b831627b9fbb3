"""Units of database work: who does them, what comes of them, and what is left at the end."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import override_settings

from chatbot.database import close_pool, in_database
from tests import settings as project


@pytest.fixture(autouse=True)
def _three_threads() -> Iterator[None]:
    close_pool()
    with override_settings(CHATBOT={**project.CHATBOT, "DATABASE_THREADS": 3}):
        yield
        close_pool()


@in_database
def thread() -> str:
    return threading.current_thread().name


async def test_units_that_follow_each_other_are_done_by_one_thread() -> None:
    assert len({await thread() for _ in range(10)}) == 1


async def test_units_at_once_share_the_threads_and_none_is_lost() -> None:
    together = threading.Barrier(3)

    @in_database
    def meet(number: int) -> tuple[int, str]:
        together.wait(timeout=10)
        return number, threading.current_thread().name

    met = await asyncio.gather(*(meet(number) for number in range(12)))
    assert [number for number, _ in met] == list(range(12))
    assert len({name for _, name in met}) == 3


async def test_what_a_unit_raises_is_raised_where_it_is_awaited_and_the_thread_goes_on() -> None:
    @in_database
    def fail() -> None:
        raise LookupError("no such row")

    first = await thread()
    with pytest.raises(LookupError, match="no such row"):
        await fail()
    assert await thread() == first


async def test_a_unit_that_nobody_waits_for_any_more_is_left_out_if_it_had_not_begun() -> None:
    begin, done = threading.Event(), []

    @in_database
    def wait() -> None:
        begin.wait(timeout=10)

    @in_database
    def note() -> None:
        done.append(True)

    held = [asyncio.create_task(wait()) for _ in range(3)]
    await asyncio.sleep(0.05)
    late = asyncio.create_task(note())
    await asyncio.sleep(0)
    late.cancel()
    await asyncio.wait([late])  # until then a thread that is let go may still begin it
    begin.set()
    await asyncio.gather(*held)
    assert await thread()
    assert done == []


@pytest.mark.django_db(transaction=True)
async def test_closing_ends_the_threads_and_their_connections() -> None:
    @in_database
    def connect() -> object:
        connection.ensure_connection()
        return connection.connection

    opened = await connect()
    before = {each.name for each in threading.enumerate() if each.name.startswith("chatbot-database")}
    await asyncio.to_thread(close_pool)
    after = {each.name for each in threading.enumerate() if each.name.startswith("chatbot-database")}
    assert before
    assert after == set()
    assert await connect() is not opened
