"""The ledger: one row per attempt, written before its request leaves and settled once.

A row that never heard of its end (the process was killed) is settled by `settle_abandoned`, as unknown. All functions
run in the caller's transaction where one is open.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from django.db import connections, router, transaction
from django.db.models import Case, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from chatbot import conf
from chatbot.accounting import calibration
from chatbot.accounting.months import counting
from chatbot.accounting.prices import cost_usd, price_of_first
from chatbot.events import AttemptEnded, Usage
from chatbot.models import Attempt, Correction, Route, Turn, Uncounted
from chatbot.models.amounts import DollarsField
from chatbot.models.inserting import insert

log = logging.getLogger(__name__)

FROM_CACHE: Final = "cache"
"""Stands where the ledger names the endpoint of an answer that no relay gave."""
MOST: Final = 2_147_483_647
"""What a token or millisecond column holds; a relay that says more is not believed."""


def open_attempt(
    *,
    attempt: str,
    turn: Turn,
    route: Route,
    number: int,
    now: datetime,
    estimated_input_tokens: int | None = None,
    visitor: str = "",
    page: str = "",
) -> None:
    """Write the row of a request that is about to leave. A second call with the same id changes nothing.

    `visitor` is a pseudonym; of `page`, an address in the shop, the path alone is kept.
    """
    row = Attempt(
        id=attempt,
        turn=turn,
        conversation_id=turn.conversation_id,
        visitor=visitor[:64],
        page=path_of(page),
        route=route,
        endpoint=route.endpoint.name,
        requested_model=route.model,
        number=number,
        estimated_input_tokens=_number(estimated_input_tokens),
        opened_at=now,
        counts_at=now,
    )
    insert(row, unless_there=True)


def book_cached(
    *, turn: Turn, model: str, now: datetime, first_word_ms: int | None, total_ms: int, visitor: str = ""
) -> None:
    """Write the row of an answer that came from the cache: no request left, so 0 tokens and 0 dollars are no guess."""
    number = Attempt.objects.filter(turn=turn).count() + 1
    row = Attempt.objects.create(
        turn=turn,
        conversation_id=turn.conversation_id,
        visitor=visitor[:64],
        page=path_of(turn.page.get("path", "")),
        endpoint=FROM_CACHE,
        requested_model=model,
        served_model=model,
        number=number,
        opened_at=now,
        counts_at=now,
    )
    # In a second statement, which may look at what months are closed.
    _settle(
        row.pk,
        now,
        outcome=Attempt.Outcome.CACHED,
        source=Attempt.Source.REPORTED,
        input_tokens=0,
        cached_input_tokens=0,
        output_tokens=0,
        reasoning_tokens=0,
        cost_usd=Decimal(0),
        first_word_ms=_number(first_word_ms),
        total_ms=_number(total_ms),
    )


def path_of(page: str) -> str:
    """The path of an address as a browser told it, at most 200 characters: what follows ? or # may name the shopper."""
    try:
        path = urlsplit(page).path
    except ValueError:
        return ""
    return "".join(sign for sign in path if sign.isprintable())[:200]


def settle(ended: AttemptEnded, *, now: datetime, estimate: Usage | None = None, queued_ms: int | None = None) -> bool:
    """Book how an attempt ended; True once, False when it was settled before.

    Where the month in which the request left is closed, the attempt counts now, as an adjustment of that month.
    `estimate` is our own count. It is kept beside the relay's, and numbers that the relay did not report are taken from
    it, put right by what is known of the model (see `calibration`); the row then counts as estimated. The price is that
    of the served model if the book has it, else of the requested one, at the moment the request left. Without
    both input and output tokens, or without a price, the cost stays unknown.
    """
    row = Attempt.objects.filter(pk=ended.attempt).only("requested_model", "opened_at", "settled_at").first()
    if row is None:
        log.error("attempt %s ended (%s) and was never opened: it is not in the ledger", ended.attempt, ended.outcome)
        return False
    usage = _plausible(ended.usage)
    if estimate is not None and _lacks(usage):
        usage = _complete(usage, calibration.of(row.requested_model, now).applied(estimate))
    else:
        usage = _complete(usage, None)
    price = price_of_first((ended.served_model, row.requested_model), row.opened_at)
    cost = cost_usd(usage, price) if price else None
    return _settle(
        row.pk,
        now,
        served_model=ended.served_model[:100],
        upstream_id=ended.upstream_id[:200],
        outcome=ended.outcome,
        error_code=ended.error_code[:32],
        source=usage.source,
        input_tokens=usage.input_tokens,
        cached_input_tokens=usage.cached_input_tokens,
        output_tokens=usage.output_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        **_own_count(estimate),
        price=price if cost is not None else None,
        cost_usd=cost,
        queued_ms=_number(queued_ms),
        first_word_ms=_number(ended.first_word_ms),
        total_ms=_number(ended.total_ms),
    )


def settle_abandoned(now: datetime) -> int:
    """Settle, as abandoned, the open attempts that no process speaks for any more; how many there were.

    Those are the attempts of turns whose lease ran out. A turn that is over keeps its last lease for that purpose: the
    process that ended it may still be reading a stopped answer to its end. Where the size of the prompt was written
    down and the model's answers are known, such an attempt is booked as estimated, with an answer of the usual length;
    else nothing is known of what it used, and its tokens and cost stay empty.
    """
    silent = Turn.objects.filter(lease_until__lt=now)
    grace = now - timedelta(seconds=conf.current().turn_lease_s)
    orphaned = Q(turn__isnull=True, opened_at__lt=grace)
    abandoned = Attempt.objects.open().filter(Q(turn__in=silent) | orphaned)
    settled = 0
    for row in list(abandoned.only("requested_model", "estimated_input_tokens")):
        known = calibration.of(row.requested_model, now) if row.estimated_input_tokens is not None else None
        if known is None or known.output_tokens is None:
            settled += _settle(row.pk, now, outcome=Attempt.Outcome.ABANDONED, source=Attempt.Source.UNKNOWN)
            continue
        count = Usage(input_tokens=row.estimated_input_tokens, source="estimated")
        usage = replace(known.applied(count), output_tokens=known.output_tokens)
        settled += settle(AttemptEnded(attempt=str(row.pk), outcome="abandoned", usage=usage), now=now)
    return settled


def with_cost(attempts: QuerySet[Attempt]) -> QuerySet[Attempt]:
    """Attempts with `corrected_usd`, what corrections brought, and `known_cost_usd`, with it; None is not measured."""
    corrections = Correction.objects.filter(attempt=OuterRef("pk")).order_by().values("attempt")
    brought = Subquery(corrections.annotate(usd=Sum("delta_usd")).values("usd"), output_field=DollarsField())
    nothing = Value(Decimal(0), output_field=DollarsField())
    known = Case(
        When(corrected_sum__isnull=True, then=F("cost_usd")),
        default=ExpressionWrapper(
            Coalesce("cost_usd", nothing, output_field=DollarsField()) + F("corrected_sum"), output_field=DollarsField()
        ),
        output_field=DollarsField(),
    )
    return attempts.annotate(corrected_sum=brought).annotate(
        corrected_usd=Coalesce("corrected_sum", nothing, output_field=DollarsField()), known_cost_usd=known
    )


def cost_of(turn: Turn, *, model: str = "") -> Decimal | None:
    """US dollars for all attempts of a turn, or for those of one model. None when one is open or of unknown cost."""
    attempts = Attempt.objects.filter(turn=turn)
    if model:
        attempts = attempts.filter(requested_model=model)
    costs = list(attempts.values_list("cost_usd", flat=True))
    known = [cost for cost in costs if cost is not None]
    return sum(known, Decimal(0)) if len(known) == len(costs) else None


def _settle(pk: Any, now: datetime, **values: Any) -> bool:  # Any: a UUID; values of columns
    """Settle the row if it is open, and let it wait for the next rollup; whether it was open."""
    alias = router.db_for_write(Attempt)
    with transaction.atomic(using=alias):
        # By the key and `settled_at IS NULL` alone: after a wait for the row's lock both are looked at again, so a
        # settlement that came first is never overwritten.
        settled = Attempt.objects.using(alias).open().filter(pk=pk).update(settled_at=now, **counting(now), **values)
        if settled:
            with connections[alias].cursor() as cursor:  # one statement, where the ORM takes two
                cursor.execute(
                    f"INSERT INTO {Uncounted._meta.db_table} (attempt_id, counts_at) "  # noqa: S608 - names are ours
                    f"SELECT id, counts_at FROM {Attempt._meta.db_table} WHERE id = %s",
                    [Attempt._meta.pk.get_db_prep_value(pk, connections[alias])],
                )
    return bool(settled)


def _plausible(usage: Usage) -> Usage:
    """`usage` without numbers that cannot be: negative or huge ones are unknown, a part is never over its whole."""
    input_tokens, output_tokens = _number(usage.input_tokens), _number(usage.output_tokens)
    return Usage(
        input_tokens=input_tokens,
        cached_input_tokens=_part(usage.cached_input_tokens, input_tokens),
        output_tokens=output_tokens,
        reasoning_tokens=_part(usage.reasoning_tokens, output_tokens),
        source=usage.source,
    )


def _lacks(usage: Usage) -> bool:
    return usage.source == "unknown" or usage.input_tokens is None or usage.output_tokens is None


def _own_count(estimate: Usage | None) -> dict[str, int | None]:
    if estimate is None:
        return {}
    return {
        "estimated_input_tokens": _number(estimate.input_tokens),
        "estimated_output_tokens": _number(estimate.output_tokens),
    }


def _complete(usage: Usage, estimate: Usage | None) -> Usage:
    """`usage` with what it lacks filled in from `estimate`."""
    if not _lacks(usage):
        return usage
    if estimate is None:
        told = usage.input_tokens is not None or usage.output_tokens is not None
        return usage if told else replace(usage, source="unknown")
    guess = _plausible(estimate)
    if usage.input_tokens is None:
        usage = replace(usage, input_tokens=guess.input_tokens, cached_input_tokens=guess.cached_input_tokens)
    if usage.output_tokens is None:
        usage = replace(usage, output_tokens=guess.output_tokens, reasoning_tokens=guess.reasoning_tokens)
    return replace(usage, source="estimated")


def _number(value: int | None) -> int | None:
    return value if value is not None and 0 <= value <= MOST else None


def _part(value: int | None, whole: int | None) -> int | None:
    value = _number(value)
    return None if value is None or whole is None else min(value, whole)
