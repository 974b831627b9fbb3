"""How whole the catalogue is: what its products lack, which are there twice, and how its sources' last runs went.

What is a problem is said once, here, for the figures and for the lists of the very products behind them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.db.models import Count, F, Max, Min, Q, QuerySet, Window

from chatbot import conf
from chatbot.catalog.search import embedding, vectors
from chatbot.catalog.search.in_memory import numpy
from chatbot.catalog.search.nearness import Way, way
from chatbot.catalog.sources.configured import source_named
from chatbot.errors import ConfigurationError
from chatbot.models import Product, SourceStatus

GRACE_S: Final = 3_600
"""How late a run may begin before its source counts as overdue: the schedule looks every ten minutes."""


class Problem(StrEnum):
    """What can be wrong with a product."""

    NO_PICTURE = "no-picture"
    NO_PRICE = "no-price"
    NO_DESCRIPTION = "no-description"
    NO_LINK = "no-link"
    SAME_GTIN = "same-gtin"
    SAME_TITLE = "same-title"
    NO_VECTOR = "no-vector"


_LACKS: Final = {
    Problem.NO_PICTURE: Q(image_link=""),
    Problem.NO_PRICE: Q(price__isnull=True),
    Problem.NO_DESCRIPTION: Q(description=""),
    Problem.NO_LINK: Q(link=""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Counts of products that the shop offers, and of those with each problem; what is not looked for is left out."""

    offered: int
    sold_out: int
    having: Mapping[Problem, int]
    by_source: Mapping[str, int]
    nearness: Way | None
    """How products are found by meaning; None where they are not."""


class Outcome(StrEnum):
    """How the last run of a source went."""

    NEVER = "never"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DIED = "died"
    """It neither ended nor goes on: its process was killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A source as it stands. `status` is None where it never ran, `mistake` says why its settings cannot be used."""

    name: str
    outcome: Outcome
    offered: int = 0
    status: SourceStatus | None = None
    is_declared: bool = False
    is_overdue: bool = False
    mistake: str = ""


def looked_for() -> list[Problem]:
    """Every problem that can be; without an embedding model no product lacks a vector."""
    return [problem for problem in Problem if problem is not Problem.NO_VECTOR or _has_vectors()]


def _has_vectors() -> bool:
    return bool(embedding.model() and numpy())


def having(problem: Problem) -> QuerySet[Product]:
    """The offered products that have the problem."""
    offered = Product.objects.offered()
    match problem:
        case Problem.SAME_GTIN:
            shared = Window(Count("pk"), partition_by=["gtin"])
            return Product.objects.filter(
                pk__in=offered.exclude(gtin="").annotate(shared=shared).filter(shared__gt=1).values("pk")
            )
        case Problem.SAME_TITLE:
            named = ["title", "brand"]
            # Windows are dear; most titles are there once, and one grouping leaves these out.
            titles = offered.values("title").annotate(shared=Count("pk")).filter(shared__gt=1).values("title")
            alike = (
                offered.filter(title__in=titles)
                .annotate(
                    shared=Window(Count("pk"), partition_by=named),
                    first=Window(Min("item_group_id"), partition_by=named),
                    last=Window(Max("item_group_id"), partition_by=named),
                )
                .filter(shared__gt=1)
            )
            # All in one group are the sizes and colours of one product, which often share its name.
            return Product.objects.filter(pk__in=alike.exclude(~Q(first=""), first=F("last")).values("pk"))
        case Problem.NO_VECTOR:
            return vectors.stale(embedding.model())
    return offered.filter(_LACKS[problem])


def read() -> Health:
    """All counts of now, in six queries at most however many products there are."""
    counts = {problem.name: Count("pk", filter=lacks) for problem, lacks in _LACKS.items()}
    sold_out = Count("pk", filter=Q(availability=Product.Availability.OUT_OF_STOCK))
    offered = Product.objects.offered().order_by()
    counted = offered.values("source").annotate(offered=Count("pk"), sold_out=sold_out, **counts)
    rows: list[dict[str, Any]] = [dict(row) for row in counted]  # Any: a text and counts
    return Health(
        offered=sum(row["offered"] for row in rows),
        sold_out=sum(row["sold_out"] for row in rows),
        having={
            problem: sum(row[problem.name] for row in rows) if problem in _LACKS else having(problem).count()
            for problem in looked_for()
        },
        by_source={row["source"]: row["offered"] for row in rows},
        nearness=way() if _has_vectors() else None,
    )


def standings(now: datetime, offered: Mapping[str, int]) -> list[Standing]:
    """Every source that is declared, that ever ran or that products come from, by name; `offered` is by source."""
    known = {status.source: status for status in SourceStatus.objects.all()}
    declared = conf.current().sources
    return [
        _standing(name, known.get(name), offered.get(name, 0), now, is_declared=name in declared)
        for name in sorted({*known, *declared, *offered})
    ]


def _standing(name: str, status: SourceStatus | None, offered: int, now: datetime, *, is_declared: bool) -> Standing:
    every_s, mistake = None, ""
    if is_declared:
        try:
            every_s = source_named(name).every_s
        except ConfigurationError as err:
            mistake = str(err)
    outcome = _outcome(status, now)
    started = status.started_at if status else None
    is_late = started is not None and every_s is not None and started + timedelta(seconds=every_s + GRACE_S) <= now
    return Standing(
        name=name,
        outcome=outcome,
        offered=offered,
        status=status,
        is_declared=is_declared,
        is_overdue=is_late and outcome is not Outcome.RUNNING,
        mistake=mistake,
    )


def _outcome(status: SourceStatus | None, now: datetime) -> Outcome:
    if status is None or status.started_at is None:
        return Outcome.NEVER
    if status.ended_at is None:
        return Outcome.RUNNING if status.running_until and status.running_until > now else Outcome.DIED
    return Outcome.FAILED if status.error else Outcome.SUCCEEDED
