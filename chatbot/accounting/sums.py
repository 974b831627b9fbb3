"""What is added up, said once: by the rollups from the ledger, by reports from both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final, TypeVar

from django.db import connections
from django.db.models import Aggregate, Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from chatbot.models import Attempt
from chatbot.models.amounts import DollarsField

K = TypeVar("K")

TOKENS: Final = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens")
COUNTS: Final = (
    "attempts", "questions", "answered", "cached", "retries", "failed", "unpriced", "priced_late", "corrections",
)  # fmt: skip
DOLLARS: Final = ("cost_usd", "corrected_usd")
_DOLLARS: Final = DollarsField()
MEASURES: Final = (*COUNTS, *TOKENS, *DOLLARS)
"""Names of a bucket's figures. In queries they carry the prefix `sum_`: an annotation may not be named like a field."""

Aggregates = dict[str, Aggregate | Coalesce]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Figures of some settled attempts. `cost_usd` is the known cost; what is not measured is counted, never 0.

    `questions` are first attempts, `retries` all others. `answered` ended a whole answer, `cached` of these came from
    the cache; `failed` brought none (stopped ones are no failures). `estimated` rest on our count of tokens, and
    `estimated_usd` is their part of `cost_usd`; `unknown` have no count of tokens; `unpriced` have no cost, for want of
    tokens or of a price, and `priced_late` had none when they settled. `input_tokens` includes `cached_input_tokens`,
    `output_tokens` includes `reasoning_tokens`, `cost_usd` includes `corrected_usd`, which `corrections` rows brought.
    """

    attempts: int = 0
    questions: int = 0
    answered: int = 0
    cached: int = 0
    retries: int = 0
    failed: int = 0
    estimated: int = 0
    unknown: int = 0
    unpriced: int = 0
    priced_late: int = 0
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    corrections: int = 0
    corrected_usd: Decimal = Decimal(0)
    estimated_usd: Decimal = Decimal(0)

    def __add__(self, other: "Sums") -> "Sums":
        return added((self, other))

    @property
    def is_measured(self) -> bool:
        """Whether `cost_usd` says anything: no attempts cost nothing, attempts of unknown cost do not."""
        return self.unpriced < self.attempts or not self.attempts

    @property
    def usd_per_answer(self) -> Decimal | None:
        """US dollars for an answered question, what failed beside it included. None without answers, or unmeasured."""
        return self.cost_usd / self.answered if self.answered and self.is_measured else None

    @property
    def cached_share(self) -> Decimal | None:
        """Share of the answers, 0 to 1, that came from the cache. None without answers."""
        return Decimal(self.cached) / self.answered if self.answered else None

    @property
    def error_rate(self) -> Decimal | None:
        """Share of the attempts, 0 to 1, that brought no whole answer and were not stopped. None without attempts."""
        return Decimal(self.failed) / self.attempts if self.attempts else None

    @property
    def retry_rate(self) -> Decimal | None:
        """Further attempts for one question: 0.1 is one in ten questions. None without questions."""
        return Decimal(self.retries) / self.questions if self.questions else None


_NAMES: Final = tuple(Sums.__dataclass_fields__)
_values: Final = attrgetter(*_NAMES)


def added(cells: Iterable[Sums]) -> Sums:
    """The figures of some cells together. Column by column: a page adds a thousand of them."""
    together: Iterable[Any] = map(sum, zip(*map(_values, cells), strict=True))
    return Sums(**dict(zip(_NAMES, together, strict=False)))  # of no cells nothing comes, and all is 0


def added_by_key(cells: Iterable[tuple[K, Sums]]) -> dict[K, Sums]:
    """The figures of cells that share a key together, by key in the order in which these came."""
    by_key: dict[K, list[Sums]] = {}
    for key, cell in cells:
        by_key.setdefault(key, []).append(cell)
    return {key: of_key[0] if len(of_key) == 1 else added(of_key) for key, of_key in by_key.items()}


def of_group(source: str, figures: Mapping[str, Any]) -> Sums:  # Any: a row of a query
    """The sums of one group of rows that share a source; `figures` by the names of MEASURES."""
    # The sum of a big integer is a `numeric` on PostgreSQL.
    counts = {name: int(figures[name]) for name in (*COUNTS, *TOKENS)}
    return Sums(
        **counts | {"unpriced": counts["unpriced"] - counts["priced_late"]},
        cost_usd=figures["cost_usd"],
        corrected_usd=figures["corrected_usd"],
        estimated=counts["attempts"] if source == Attempt.Source.ESTIMATED else 0,
        unknown=counts["attempts"] if source == Attempt.Source.UNKNOWN else 0,
        estimated_usd=figures["cost_usd"] if source == Attempt.Source.ESTIMATED else Decimal(0),
    )


def of_row(alias: str, source: str, figures: Sequence[Any]) -> Sums:  # Any: a row as the driver gives it
    """As `of_group`, from the MEASURES in their order as a database keeps them."""
    named = dict(zip(MEASURES, figures, strict=True))
    return of_group(source, named | {name: dollars(alias, named[name]) for name in DOLLARS})


def dollars(alias: str, value: Any) -> Decimal:  # Any: as the driver gives it
    """An amount, or a sum of amounts, as a database keeps it; nothing is 0."""
    return _DOLLARS.from_db_value(value, None, connections[alias]) or Decimal(0)


def total(attempts: QuerySet[Attempt]) -> Sums:
    """Settled attempts of the ledger added up, without their corrections; one query."""
    settled = attempts.filter(settled_at__isnull=False).order_by()
    groups = settled.values_list("source").annotate(**over_attempts())
    return added(of_group(source, dict(zip(MEASURES, figures, strict=True))) for source, *figures in groups)


def over_attempts() -> Aggregates:
    """Aggregates that give the MEASURES from rows of the ledger, without their corrections."""
    return {
        "sum_attempts": Count("pk"),
        "sum_questions": Count("pk", filter=Q(number=1)),
        "sum_answered": Count("pk", filter=Q(outcome__in=(Attempt.Outcome.ANSWERED, Attempt.Outcome.CACHED))),
        "sum_cached": Count("pk", filter=Q(outcome=Attempt.Outcome.CACHED)),
        "sum_retries": Count("pk", filter=Q(number__gt=1)),
        "sum_failed": Count("pk", filter=Q(outcome__in=Attempt.FAILURES)),
        "sum_unpriced": Count("pk", filter=Q(cost_usd__isnull=True)),
        "sum_priced_late": _none(),
        "sum_corrections": _none(),
        **{f"sum_{name}": _total(name) for name in TOKENS},
        "sum_cost_usd": _dollars("cost_usd"),
        "sum_corrected_usd": _dollars(Value(Decimal(0), output_field=DollarsField())),
    }


def over_corrections() -> Aggregates:
    """Aggregates that give the MEASURES from corrections.

    A first price takes an attempt out of the unpriced ones where it counts in the same bucket as its attempt. Where it
    adjusts a closed month it counts later, and that month goes on saying what it said.
    """
    here = Q(first_price=True, counts_at=F("attempt__counts_at"))
    return {
        **{f"sum_{name}": _none() for name in COUNTS},
        "sum_priced_late": Count("pk", filter=here),
        "sum_corrections": Count("pk"),
        **{f"sum_{name}": _none() for name in TOKENS},
        "sum_cost_usd": _dollars("delta_usd"),
        "sum_corrected_usd": _dollars("delta_usd"),
    }


def over_buckets() -> Aggregates:
    """Aggregates that give the MEASURES from rollups."""
    return {
        **{f"sum_{name}": _total(name) for name in (*COUNTS, *TOKENS)},
        **{f"sum_{name}": _dollars(name) for name in DOLLARS},
    }


def _none() -> Coalesce:
    return _total(Value(0))


def _total(name: str | Value) -> Coalesce:
    return Coalesce(Sum(name), 0)


def _dollars(name: str | Value) -> Coalesce:
    return Coalesce(Sum(name), Value(Decimal(0), output_field=DollarsField()), output_field=DollarsField())
