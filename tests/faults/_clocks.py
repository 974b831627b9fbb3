"""Answers on both sides of a boundary of days, and under clocks that jump: prints findings of row P11 as JSON lines.

`python -m tests.faults._clocks` runs inside the project whose environment it is given. The turns are real; the clock
that the application reads is ours. What day and month a moment belongs to is written down here, not computed.
"""

import asyncio
import json
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from unittest import mock
from uuid import uuid4
from zoneinfo import ZoneInfo

import django
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

ANSWER = "새벽 무선 이어폰을 추천해요. It lasts 30 hours on one charge. Shall I compare the two?"
MODEL = "gemini-2.5-flash"
TICK = timedelta(microseconds=1)
PAUSE_S = 0.2
"""Every answer pauses after its first words; the clock is moved meanwhile."""
LONG_AFTER = timedelta(seconds=20)
"""An answer that began just before the boundary ends so long after it."""
BEFORE_USD, FROM_USD = Decimal("2.50"), Decimal("5")
"""Dollars per million tokens until the boundary, and from then on."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """A moment, and the days of a zone that the last microsecond before it and itself are in."""

    what: str
    zone: str
    at: str
    before: str
    after: str


BOUNDARIES = (
    Boundary("month, KST (9 h before UTC's)", "Asia/Seoul", "2026-02-28T15:00", "2026-02-28", "2026-03-01"),
    Boundary("month of UTC, no boundary in KST", "Asia/Seoul", "2026-03-01T00:00", "2026-03-01", "2026-03-01"),
    Boundary("month, UTC", "UTC", "2026-03-01T00:00", "2026-02-28", "2026-03-01"),
    Boundary("month of KST, no boundary in UTC", "UTC", "2026-02-28T15:00", "2026-02-28", "2026-02-28"),
    Boundary("year, KST", "Asia/Seoul", "2026-12-31T15:00", "2026-12-31", "2027-01-01"),
    Boundary("leap day, KST", "Asia/Seoul", "2028-02-29T15:00", "2028-02-29", "2028-03-01"),
    Boundary("month, +05:30", "Asia/Kolkata", "2026-03-31T18:30", "2026-03-31", "2026-04-01"),
    Boundary("month, +05:45", "Asia/Kathmandu", "2026-04-30T18:15", "2026-04-30", "2026-05-01"),
    Boundary("month, -02:30 (DST of -03:30)", "America/St_Johns", "2026-05-01T02:30", "2026-04-30", "2026-05-01"),
    Boundary("month, +13:45 (DST of +12:45)", "Pacific/Chatham", "2026-03-31T10:15", "2026-03-31", "2026-04-01"),
    Boundary("month, +14:00", "Pacific/Kiritimati", "2026-03-31T10:00", "2026-03-31", "2026-04-01"),
    Boundary("month, DST of half an hour", "Australia/Lord_Howe", "2026-03-31T13:00", "2026-03-31", "2026-04-01"),
    Boundary("day of 23 hours begins", "Europe/Berlin", "2026-03-28T23:00", "2026-03-28", "2026-03-29"),
    Boundary("clocks go forward, same day", "Europe/Berlin", "2026-03-29T01:00", "2026-03-29", "2026-03-29"),
    Boundary("day of 23 hours ends", "Europe/Berlin", "2026-03-29T22:00", "2026-03-29", "2026-03-30"),
    Boundary("clocks go back, same day", "Europe/Berlin", "2026-10-25T01:00", "2026-10-25", "2026-10-25"),
    Boundary("day of 25 hours ends", "Europe/Berlin", "2026-10-25T23:00", "2026-10-25", "2026-10-26"),
    Boundary("month begins with a day of 25 hours", "America/New_York", "2026-11-01T04:00", "2026-10-31", "2026-11-01"),
    Boundary("that day ends", "America/New_York", "2026-11-02T05:00", "2026-11-01", "2026-11-02"),
    Boundary("midnight does not exist", "America/Santiago", "2026-09-06T04:00", "2026-09-05", "2026-09-06"),
    Boundary("midnight comes twice, the first", "America/Havana", "2026-11-01T04:00", "2026-10-31", "2026-11-01"),
    Boundary("midnight comes twice, the second", "America/Havana", "2026-11-01T05:00", "2026-11-01", "2026-11-01"),
)


class Clock:
    """What `timezone.now` says: it stands until it is set."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The moment."""
        return self.now


def main() -> None:
    """Every boundary, then every jump."""
    from chatbot.simulator.testing import run_in_thread

    clock = Clock()
    with run_in_thread() as simulator, mock.patch("django.utils.timezone.now", clock):
        simulator.say(ANSWER)
        simulator.script([[f"stall_mid:3:{PAUSE_S}"]], repeat=True)
        endpoints = {"default": {"URL": simulator.url, "KEY": simulator.key}}
        for boundary in BOUNDARIES:
            with _shop(endpoints, boundary.zone):
                figure, holds = _around(boundary, clock)
            _tell(f"{boundary.what} ({boundary.zone})", figure, holds)
        for name, jump in (("back an hour over midnight", _back), ("back between two answers", _back_between),
                           ("forward 40 days, tasks run", _forward)):  # fmt: skip
            with _shop(endpoints, "Asia/Seoul"):
                figure, holds = jump(clock)
            _tell(f"clock jumps {name}", figure, holds)


def _around(boundary: Boundary, clock: Clock) -> tuple[str, bool]:
    """One answer that begins in the last microsecond and ends after, one that begins at the moment itself."""
    from chatbot.accounting import budgets, reports, rollups
    from chatbot.accounting.periods import Month
    from chatbot.models import Attempt, Budget

    at = datetime.fromisoformat(boundary.at).replace(tzinfo=UTC)
    before, after = date.fromisoformat(boundary.before), date.fromisoformat(boundary.after)
    zone = ZoneInfo(boundary.zone)
    _price(at - timedelta(days=300), BEFORE_USD)
    _price(at, FROM_USD)
    limits = [Budget.objects.create(limit_usd=1, period=period, action="warn") for period in ("day", "month")]
    _answer(clock, at - TICK, then=at + LONG_AFTER)
    _answer(clock, at, then=at + LONG_AFTER)
    first, second = Attempt.objects.order_by("opened_at")
    costs = [_tokens(row) * usd / 1_000_000 for row, usd in ((first, BEFORE_USD), (second, FROM_USD))]
    expected_days: dict[date, Decimal] = {}
    expected_months: dict[Month, Decimal] = {}
    for day, cost in zip((before, after), costs, strict=True):
        expected_days[day] = expected_days.get(day, Decimal(0)) + cost
        expected_months[Month.of(day)] = expected_months.get(Month.of(day), Decimal(0)) + cost
    holds = [first.cost_usd, second.cost_usd] == costs and [first.opened_at, second.opened_at] == [at - TICK, at]
    holds &= [first.settled_at, second.settled_at] == [at + LONG_AFTER] * 2
    for _ in range(2):  # from the ledger, then from the rollups
        read = reports.read(before - timedelta(days=2), after + timedelta(days=3), zone)
        holds &= {day: sums.cost_usd for day, sums in read.by_day().items() if sums.attempts} == expected_days
        for month, cost in expected_months.items():
            holds &= reports.total(month.first, month.end, zone).cost_usd == cost
        rollups.roll_up(clock.now)
    spent = budgets.spent_usd(limits, at)
    holds &= spent == {limits[0].pk: expected_days[after], limits[1].pk: expected_months[Month.of(after)]}
    figure = (
        f"{boundary.at}Z: 1 µs before it on {_said(expected_days, before)}, from it on {_said(expected_days, after)}"
    )
    return figure, holds


def _back(clock: Clock) -> tuple[str, bool]:
    """Asked a second into March, ended when the clock says February again."""
    at = datetime(2026, 2, 28, 15, 0, 1, tzinfo=UTC)
    _price(at - timedelta(days=300), BEFORE_USD)
    _answer(clock, at, then=at - timedelta(hours=1))
    return _booked(clock, {date(2026, 3, 1): 1})


def _back_between(clock: Clock) -> tuple[str, bool]:
    """An answer in March, then one in February, rolled up in between."""
    from chatbot.accounting import rollups

    at = datetime(2026, 2, 28, 15, 0, 1, tzinfo=UTC)
    _price(at - timedelta(days=300), BEFORE_USD)
    _answer(clock, at, then=at)
    rollups.roll_up(clock.now)
    _answer(clock, at - timedelta(hours=1), then=at - timedelta(hours=1))
    return _booked(clock, {date(2026, 2, 28): 1, date(2026, 3, 1): 1})


def _forward(clock: Clock) -> tuple[str, bool]:
    """Every lease seems to have run out: the tasks end the turn while it is answered. It is in the books once."""
    from chatbot.accounting import budgets, ledger, rollups
    from chatbot.assistant import turn

    def tasks() -> None:
        turn.recover(clock.now)
        ledger.settle_abandoned(clock.now)
        budgets.expire(clock.now)
        rollups.roll_up(clock.now)

    at = datetime(2026, 2, 28, 14, 59, 59, tzinfo=UTC)
    _price(at - timedelta(days=300), BEFORE_USD)
    _answer(clock, at, then=at + timedelta(days=40), meanwhile=tasks)
    return _booked(clock, {date(2026, 2, 28): 1})


def _booked(clock: Clock, expected: dict[date, int]) -> tuple[str, bool]:
    """Whether the books hold so many attempts on these days and no others, before and after a rollup."""
    from chatbot.accounting import reports, rollups
    from chatbot.models import Attempt, Turn

    zone, holds = ZoneInfo("Asia/Seoul"), True
    rows = list(Attempt.objects.all())
    known = sum((row.cost_usd or Decimal(0) for row in rows), Decimal(0))
    for _ in range(2):
        days = reports.read(date(2026, 2, 1), date(2026, 5, 1), zone).by_day()
        holds &= {day: sums.attempts for day, sums in days.items() if sums.attempts} == expected
        holds &= sum((sums.cost_usd for sums in days.values()), Decimal(0)) == known
        rollups.roll_up(clock.now)
    holds &= all(0 <= row.total_ms < 60_000 for row in rows if row.total_ms is not None)
    holds &= not Attempt.objects.open().exists() and not Turn.objects.running().exists()
    counted = ", ".join(f"{day}: {count}" for day, count in sorted(expected.items()))
    sources = ", ".join(f"{row.outcome} ({row.source})" for row in rows)
    return f"in the books once: {counted}; {sources}", holds


def _answer(clock: Clock, at: datetime, *, then: datetime, meanwhile: object = None) -> None:
    """A whole turn that is opened at one moment and ended at another; `meanwhile` is called in between."""
    from chatbot.assistant import turn
    from chatbot.database import close_pool, in_database
    from chatbot.events import TextAdded
    from chatbot.relay.pool import close_clients
    from chatbot.visitors import Visitor

    async def ask() -> None:
        visitor = Visitor(key=uuid4().hex)
        clock.now = at
        started = await turn.start(
            visitor, turn.Ask(text="무선 이어폰 추천해 주세요", client_message_id=str(uuid4()), page={}, language="ko")
        )
        async with aclosing(turn.follow(visitor, started.turn)) as events:
            async for _, event in events:
                if isinstance(event, TextAdded) and clock.now != then:
                    clock.now = then
                    if meanwhile:
                        await in_database(meanwhile)()
        while turn._tasks:
            await asyncio.gather(*turn._tasks)
        await close_clients()

    asyncio.run(ask())
    close_pool()


@contextmanager
def _shop(endpoints: dict[str, object], zone: str) -> Iterator[None]:
    """An empty shop of that zone with one route."""
    from chatbot.models import Endpoint, Product, Route

    call_command("flush", interactive=False, verbosity=0)
    with override_settings(CHATBOT={**settings.CHATBOT, "ENDPOINTS": endpoints, "TIME_ZONE": zone}):
        Route.objects.create(endpoint=Endpoint.objects.create(name="default"), model=MODEL)
        Product.objects.create(
            sku="E-1", title="새벽 무선 이어폰", price=59_000, currency="KRW", content_hash="1", link="/"
        )
        yield


def _price(valid_from: datetime, usd: Decimal) -> None:
    from chatbot.models import Price

    names = ("input_per_million_usd", "cached_input_per_million_usd", "output_per_million_usd")
    Price.objects.create(model=MODEL, valid_from=valid_from, **dict.fromkeys(names, usd))


def _tokens(row: object) -> int:
    return (row.input_tokens or 0) + (row.output_tokens or 0)


def _said(days: dict[date, Decimal], day: date) -> str:
    return f"{day} ({days[day].normalize():f} USD that day)"


def _tell(fault: str, figure: str, holds: bool) -> None:
    print(json.dumps({"fault": fault, "figure": figure, "holds": bool(holds)}), flush=True)


if __name__ == "__main__":
    django.setup()
    main()
