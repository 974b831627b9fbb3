"""What is added up, said once: by the rollups from the ledger, by reports from both."""

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Final

from django.db.models import Aggregate, Count, Q, Sum, Value
from django.db.models.functions import Coalesce

from chatbot.models import Attempt
from chatbot.models.amounts import DollarsField

TOKENS: Final = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens")
MEASURES: Final = ("attempts", "failed", "unpriced", *TOKENS, "cost_usd")
"""Names of a bucket's figures. In queries they carry the prefix `sum_`: an annotation may not be named like a field."""

Aggregates = dict[str, Aggregate | Coalesce]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Figures of some settled attempts. `cost_usd` is the known cost; what is not measured is counted, never 0.

    `input_tokens` includes `cached_input_tokens`, `output_tokens` includes `reasoning_tokens`. `failed` brought no
    whole answer (stopped ones are no failures); `estimated` rest on our count of tokens, `estimated_usd` is their part
    of `cost_usd`; `unknown` have no count of tokens; `unpriced` have no cost, for want of tokens or of a price.
    """

    attempts: int = 0
    failed: int = 0
    estimated: int = 0
    unknown: int = 0
    unpriced: int = 0
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    estimated_usd: Decimal = Decimal(0)

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(Sums)})

    @property
    def is_measured(self) -> bool:
        """Whether `cost_usd` says anything: no attempts cost nothing, attempts of unknown cost do not."""
        return self.unpriced < self.attempts or not self.attempts


def of_group(source: str, figures: dict[str, Any]) -> Sums:  # Any: a row of a query
    """The sums of one group of rows that share a source; `figures` by the names of MEASURES."""
    return Sums(
        **figures,
        estimated=figures["attempts"] if source == Attempt.Source.ESTIMATED else 0,
        unknown=figures["attempts"] if source == Attempt.Source.UNKNOWN else 0,
        estimated_usd=figures["cost_usd"] if source == Attempt.Source.ESTIMATED else Decimal(0),
    )


def over_attempts() -> Aggregates:
    """Aggregates that give the MEASURES from rows of the ledger."""
    return {
        "sum_attempts": Count("pk"),
        "sum_failed": Count("pk", filter=Q(outcome__in=Attempt.FAILURES)),
        "sum_unpriced": Count("pk", filter=Q(cost_usd__isnull=True)),
        **{f"sum_{name}": _total(name) for name in TOKENS},
        "sum_cost_usd": _dollars(),
    }


def over_buckets() -> Aggregates:
    """Aggregates that give the MEASURES from rollups."""
    return {
        **{f"sum_{name}": _total(name) for name in ("attempts", "failed", "unpriced", *TOKENS)},
        "sum_cost_usd": _dollars(),
    }


def _total(name: str) -> Coalesce:
    return Coalesce(Sum(name), 0)


def _dollars() -> Coalesce:
    return Coalesce(Sum("cost_usd"), Value(Decimal(0), output_field=DollarsField()), output_field=DollarsField())
