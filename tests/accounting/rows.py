"""Rows of the ledger for the tests of money and of the staff's pages."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from chatbot.accounting import reports
from chatbot.events import AttemptEnded, Outcome, Usage
from chatbot.models import Attempt, Conversation, Endpoint, Price, Route, Turn

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
_numbers = count(1)


def usage(input_tokens: int = 1000, output_tokens: int = 100, cached: int = 0) -> Usage:
    """What a relay reports."""
    return Usage(
        input_tokens=input_tokens,
        cached_input_tokens=cached,
        output_tokens=output_tokens,
        reasoning_tokens=0,
        source="reported",
    )


def price(
    model: str = "alpha",
    *,
    valid_from: datetime = NOON - timedelta(days=400),
    per_million: str = "2.50",
    cached: str = "",
    corrects: Price | None = None,
) -> Price:
    """A row of the price book; output costs four times the input. One that corrects another is of its moment."""
    return Price.objects.create(
        model=model,
        valid_from=corrects.valid_from if corrects else valid_from,
        corrects=corrects,
        input_per_million_usd=Decimal(per_million),
        cached_input_per_million_usd=Decimal(cached or per_million),
        output_per_million_usd=Decimal(per_million) * 4,
        note="test",
    )


def march(zone: tzinfo = ZoneInfo("Asia/Seoul"), **options: Any) -> reports.Report:  # noqa: B008 - never changes
    """The report of March 2026."""
    return reports.read(date(2026, 3, 1), date(2026, 4, 1), zone, **options)


def route(model: str = "alpha") -> Route:
    """A route at the endpoint "default"."""
    endpoint, _ = Endpoint.objects.get_or_create(name="default")
    return Route.objects.select_related("endpoint").get_or_create(endpoint=endpoint, model=model)[0]


def turn(
    *, now: datetime = NOON, lease_until: datetime | None = None, visitor: str = "v1", plan: str = "alpha"
) -> Turn:
    """A running turn in a conversation of its own."""
    conversation = Conversation.objects.create(visitor=visitor, updated_at=now)
    return Turn.objects.create(
        conversation=conversation,
        client_message_id=f"m{next(_numbers)}",
        lease_until=lease_until or now + timedelta(seconds=60),
        started_at=now,
        plan=[{"model": plan, "reason": "test"}],
    )


def ended(attempt: str, *, outcome: Outcome = "answered", used: Usage | None = None, served: str = "") -> AttemptEnded:
    """How an attempt ended."""
    return AttemptEnded(
        attempt=attempt, outcome=outcome, usage=used or usage(), served_model=served, first_word_ms=80, total_ms=900
    )


def settled(
    at: datetime,
    cost: str | None = "0.0025",
    *,
    model: str = "alpha",
    source: str = "reported",
    outcome: str = "answered",
    book: Price | None = None,
    **fields: object,
) -> Attempt:
    """A settled row that is not saved yet. Without a cost, nothing of it was measured."""
    tokens = {} if cost is None else {"input_tokens": 1000, "cached_input_tokens": 200, "output_tokens": 100}
    return Attempt(
        id=uuid4(),
        endpoint="default",
        requested_model=model,
        outcome=outcome,
        source="unknown" if cost is None else source,
        cost_usd=None if cost is None else Decimal(cost),
        price=None if cost is None else book,
        opened_at=at,
        counts_at=at,
        settled_at=at + timedelta(seconds=2),
        **{"total_ms": 2000} | tokens | fields,
    )
