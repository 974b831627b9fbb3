"""How far our estimates are off for each model, learnt from the attempts whose tokens the relay reported.

Every settled attempt keeps our own count beside the relay's. The ratio of their sums over the last attempts of a model
is applied to what is only estimated. It is looked up when an attempt is settled, at most once in ten minutes a model.
"""

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Avg, Count, Sum

from chatbot.events import Usage
from chatbot.models import Attempt

ATTEMPTS: Final = 200
"""The last so many reported attempts of a model count, of the last thirty days."""
FEWEST: Final = 10
"""With fewer of them an estimate stays as it is."""
MOST_OFF: Final = 4.0
"""A ratio over this, or under its inverse, is not a matter of tokenizers."""
_DAYS: Final = timedelta(days=30)
_KEPT_S: Final = 600.0

_known: dict[str, tuple[float, "Calibration"]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Reported tokens by estimated ones, and how long an answer of the model is as a rule, None when nobody knows."""

    input_ratio: float = 1.0
    output_ratio: float = 1.0
    output_tokens: int | None = None

    def applied(self, estimate: Usage) -> Usage:
        """`estimate` as the relay would probably have counted."""
        return replace(
            estimate,
            input_tokens=_times(estimate.input_tokens, self.input_ratio),
            output_tokens=_times(estimate.output_tokens, self.output_ratio),
        )


def of(model: str, now: datetime) -> Calibration:
    """What is known of `model`, at most ten minutes old."""
    kept_at, kept = _known.get(model, (0.0, None))
    if kept is None or time.monotonic() - kept_at > _KEPT_S:
        kept = measured(model, now)
        _known[model] = (time.monotonic(), kept)
    return kept


def measured(model: str, now: datetime) -> Calibration:
    """The ratios of the last attempts before `now`; two queries at the most."""
    last = Attempt.objects.filter(
        requested_model=model,
        source=Attempt.Source.REPORTED,
        outcome=Attempt.Outcome.ANSWERED,
        opened_at__gte=now - _DAYS,
        estimated_input_tokens__gt=0,
        estimated_output_tokens__gt=0,
    ).order_by("-opened_at")[:ATTEMPTS]
    sums = last.aggregate(
        count=Count("pk"),
        input=Sum("input_tokens"),
        output=Sum("output_tokens"),
        estimated_input=Sum("estimated_input_tokens"),
        estimated_output=Sum("estimated_output_tokens"),
        typical=Avg("output_tokens"),
    )
    if sums["count"] < FEWEST:
        return Calibration()
    return Calibration(
        input_ratio=_ratio(sums["input"], sums["estimated_input"]),
        output_ratio=_ratio(sums["output"], sums["estimated_output"]),
        output_tokens=round(sums["typical"]),
    )


def forget() -> None:
    """Look everything up again."""
    _known.clear()


def _ratio(reported: int | None, estimated: int) -> float:
    return min(MOST_OFF, max(1 / MOST_OFF, (reported or 0) / estimated))


def _times(tokens: int | None, ratio: float) -> int | None:
    return None if tokens is None else round(tokens * ratio)
