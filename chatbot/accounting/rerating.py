"""Re-rating: what a price that came late or was wrong changes in the ledger, as corrections.

An attempt's own row never changes. A correction says what is to be added so that the attempt costs what the price book
says now, and by which price; one for each attempt and price, however often and by however many this is done. Which
price holds for an attempt is the ledger's own rule, `prices.price_among`.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from django.db import connections, router, transaction
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    DateTimeField,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)  # fmt: skip
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from chatbot.accounting.months import counting
from chatbot.accounting.prices import price_among
from chatbot.models import Attempt, Correction, Price, Uncounted
from chatbot.models.amounts import PLACES, DollarsField

ROWS_AT_ONCE: Final = {"postgresql": 20_000, "sqlite": 5_000}
"""Attempts looked at in one transaction. SQLite has one writer: turns wait for us."""
GRACE: Final = timedelta(hours=1)
"""So long after a price was written down, a settlement may still commit that had looked into the book before."""
LOOK_BACK: Final = timedelta(days=1)
"""How long before that its request may have left."""
_LOCK: Final = (0x63_68_62_74, -1)
"""PostgreSQL's advisory lock of re-rating; rollups have the numbers from 0 on."""


def rerate(now: datetime) -> int:
    """Correct the settled attempts that prices of late concern; how many corrections that took.

    Safe to run twice, in parallel, and to kill at any point: the next run goes on. Each new price is gone through once,
    and for an hour again for what was just being settled.
    """
    written = 0
    for price in Price.objects.filter(Q(rated_at__isnull=True) | Q(created_at__gt=now - GRACE)).order_by("id"):
        since = price.valid_from if price.rated_at is None else max(price.valid_from, price.created_at - LOOK_BACK)
        written += sum(_batches(price, since, now))
        if price.rated_at is None:
            Price.objects.filter(pk=price.pk).update(rated_at=now)
    return written


def _batches(price: Price, since: datetime, now: datetime) -> Iterator[int]:
    """Corrections written by each transaction."""
    alias = router.db_for_write(Correction)
    most = ROWS_AT_ONCE[connections[alias].vendor]
    until = Price.objects.filter(model=price.model, valid_from__gt=price.valid_from).order_by("valid_from").first()
    rows = Attempt.objects.using(alias).filter(settled_at__isnull=False, opened_at__gte=since)
    if until is not None:
        rows = rows.filter(opened_at__lt=until.valid_from)
    moments = rows.order_by("opened_at").values_list("opened_at", flat=True)
    start = moments.first()
    while start is not None:
        following = moments.filter(opened_at__gte=start)[most : most + 1].first()
        if following == start:  # so many at one moment: they are done together
            following = moments.filter(opened_at__gt=start).first()
        batch = rows.filter(opened_at__gte=start)
        if following is not None:
            batch = batch.filter(opened_at__lt=following)
        concerned = batch.filter(Q(served_model=price.model) | Q(requested_model=price.model))
        yield _correct(alias, concerned, start, following, now)
        start = following


def _correct(alias: str, rows: QuerySet[Attempt], start: datetime, end: datetime | None, now: datetime) -> int:
    """Correct these attempts, whose requests left from `start` to before `end`."""
    rows = rows.exclude(outcome=Attempt.Outcome.CACHED).filter(input_tokens__isnull=False, output_tokens__isnull=False)
    with transaction.atomic(using=alias):
        # One at a time, and the book is read after that: a correction is the difference to the one before it.
        with connections[alias].cursor() as cursor:
            if connections[alias].vendor == "postgresql":
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", _LOCK)
                # The table of corrections grows faster than its statistics: a plan for a small one would read it
                # whole for each attempt. (Plans that look dear would be compiled, which takes longer than they do.)
                cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
            else:  # a first statement that writes takes SQLite's lock
                cursor.execute(f"UPDATE {Price._meta.db_table} SET rated_at = rated_at WHERE false")  # noqa: S608
        pairs = list(rows.order_by().values_list("served_model", "requested_model").distinct())
        names = {name for pair in pairs for name in pair if name}
        book = list(Price.objects.using(alias).filter(model__in=names))
        written = sum(_insert(alias, part, price, now) for part, price in _parts(rows, pairs, book, start, end))
        if connections[alias].vendor == "postgresql":  # for a transaction around this one
            with connections[alias].cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan TO DEFAULT; SET LOCAL jit TO DEFAULT")
    return written


def _parts(
    rows: QuerySet[Attempt],
    pairs: Iterable[tuple[str, str]],
    book: Iterable[Price],
    start: datetime,
    end: datetime | None,
) -> Iterator[tuple[QuerySet[Attempt], Price]]:
    """The attempts by the price that holds for them now."""
    changes = {
        price.valid_from for price in book if start < price.valid_from and (end is None or price.valid_from < end)
    }
    for since, until in pairwise([start, *sorted(changes), None]):
        assert since is not None  # only the last one is
        held: dict[Price, Q] = {}
        for served, requested in pairs:
            price = price_among(book, (served, requested), since)
            if price is not None:
                held[price] = held.get(price, Q()) | Q(served_model=served, requested_model=requested)
        within = rows.filter(opened_at__gte=since)
        if until is not None:
            within = within.filter(opened_at__lt=until)
        yield from ((within.filter(these), price) for price, these in held.items())


def _insert(alias: str, rows: QuerySet[Attempt], price: Price, now: datetime) -> int:
    corrections = Correction.objects.using(alias).filter(attempt=OuterRef("pk"))
    dollars = DollarsField()
    nothing = Value(Decimal(0), output_field=dollars)
    # By their sum, not by the last of them: for `ORDER BY id LIMIT 1` PostgreSQL walks the whole table from its end.
    brought = corrections.order_by().values("attempt").annotate(usd=Sum("delta_usd")).values("usd")
    so_far = ExpressionWrapper(
        Coalesce(F("cost_usd"), nothing, output_field=dollars)
        + Coalesce(Subquery(brought, output_field=dollars), nothing, output_field=dollars),
        output_field=dollars,
    )
    values: dict[str, Any] = {  # Any: expressions
        "attempt_id": F("id"),
        "price_id": Value(price.pk),
        "cost_usd": _cost(alias, price),
        "delta_usd": _cost(alias, price) - so_far,
        "first_price": Case(
            When(Q(cost_usd__isnull=True) & ~Exists(corrections), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        ),
        **counting(now),
        "created_at": Value(now, output_field=DateTimeField()),
    }
    named = {f"new_{name}": value for name, value in values.items()}
    due = rows.exclude(price=price).filter(~Exists(corrections.filter(price=price)))
    select = due.order_by().annotate(**named).values(*named)
    sql, params = select.query.get_compiler(using=alias).as_sql()
    quote = connections[alias].ops.quote_name
    # Who writes corrections holds the lock: those after the last one are ours.
    last = Correction.objects.using(alias).aggregate(last=Max("pk"))["last"] or 0
    with connections[alias].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(Correction._meta.db_table)} ({', '.join(map(quote, values))}) "  # noqa: S608
            f"SELECT {', '.join(map(quote, named))} FROM ({sql}) AS due WHERE true ON CONFLICT DO NOTHING",
            params,
        )
        written = int(cursor.rowcount)
        cursor.execute(
            f"INSERT INTO {quote(Uncounted._meta.db_table)} (correction_id, counts_at) "  # noqa: S608
            f"SELECT id, counts_at FROM {quote(Correction._meta.db_table)} WHERE id > %s",
            [last],
        )
    return written


def _cost(alias: str, price: Price) -> Combinable:
    """As `prices.cost_usd`: a price has six places per million tokens, so a token's has twelve, and nothing rounds."""

    def per_token(per_million_usd: Decimal) -> Value:
        if connections[alias].vendor == "sqlite":  # there dollars are whole picodollars
            return Value(int(Decimal(per_million_usd).scaleb(PLACES - 6)), output_field=BigIntegerField())
        return Value(Decimal(per_million_usd).scaleb(-6), output_field=DecimalField(max_digits=24, decimal_places=12))

    cached: Combinable = Coalesce("cached_input_tokens", 0)
    cost = (
        (F("input_tokens") - cached) * per_token(price.input_per_million_usd)
        + cached * per_token(price.cached_input_per_million_usd)
        + F("output_tokens") * per_token(price.output_per_million_usd)
    )
    return ExpressionWrapper(cost, output_field=DollarsField())
