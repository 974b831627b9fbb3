"""What stands in the tables of rollups: the figures of quarters of an hour and of days, computed in the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, F, QuerySet, Value

from chatbot.accounting import sums
from chatbot.accounting.cuts import LatencyBin, Quarter
from chatbot.accounting.days import DAY_COUNTS, column_of, key_of, timed
from chatbot.accounting.grouping import grouped, insert_grouped
from chatbot.accounting.windows import Batch, Window, counted
from chatbot.models import Attempt, Correction, DayTotal, LatencyBucket, UsageBucket, UsageDay


@dataclass(frozen=True, slots=True)
class Counting:
    """Writes to the database `alias`. `now` is when the figures are computed."""

    alias: str
    now: datetime

    def count_quarters(self, start: datetime, end: datetime, batch: Batch) -> None:
        """Compute the usage of these quarters anew from all their rows, those of the batch included."""
        attempts, corrections = (
            rows.filter(counts_at__gte=start, counts_at__lt=end) for rows in counted(self.alias, after=batch.last)
        )
        keys: dict[str, Any] = {"starts_at": Quarter("counts_at"), "adjusts": F("adjusts"), "price_id": F("price_id")}
        of_attempts = {"endpoint": F("endpoint"), "model": F("requested_model"), "source": F("source")}
        of_corrections = {
            "endpoint": F("attempt__endpoint"),
            "model": F("attempt__requested_model"),
            "source": F("attempt__source"),
        }
        UsageBucket.objects.using(self.alias).filter(starts_at__gte=start, starts_at__lt=end).delete()
        insert_grouped(
            self.alias,
            UsageBucket,
            [
                grouped(attempts, keys | of_attempts, sums.over_attempts(), sums.MEASURES),
                grouped(corrections, keys | of_corrections, sums.over_corrections(), sums.MEASURES),
            ],
            keys=[*keys, *of_attempts],
            measures=sums.MEASURES,
            constants={"computed_at": self.now},
        )

    def count_day(self, day: Window) -> None:
        """Compute the usage of a whole day anew from its quarters."""
        UsageDay.objects.using(self.alias).filter(starts_at=day.day).delete()
        keys: dict[str, Any] = {
            "starts_at": Value(day.day, output_field=DateTimeField()),
            **{name: F(name) for name in ("endpoint", "model", "source", "adjusts", "price_id")},
        }
        quarters = UsageBucket.objects.filter(starts_at__gte=day.start, starts_at__lt=day.end)
        insert_grouped(
            self.alias,
            UsageDay,
            [grouped(quarters, keys, sums.over_buckets(), sums.MEASURES)],
            keys=list(keys),
            measures=sums.MEASURES,
            constants={"computed_at": self.now},
        )

    def add_to_day(self, day: datetime, attempts: QuerySet[Attempt], corrections: QuerySet[Correction]) -> None:
        """Add rows of the day that begins at `day` to its totals and latencies."""
        self._add_totals(day, attempts, corrections)
        self._add_latencies(day, attempts)

    def _add_totals(self, day: datetime, attempts: QuerySet[Attempt], corrections: QuerySet[Correction]) -> None:
        starts_at = Value(day, output_field=DateTimeField())
        measures = (*DAY_COUNTS, "cost_usd")
        insert_grouped(
            self.alias,
            DayTotal,
            [
                grouped(rows, {"starts_at": starts_at, "subject": Value(subject), "key": key}, over, measures)
                for subject in DayTotal.Subject
                for rows, key, over in (
                    (attempts, key_of(subject), sums.over_attempts()),
                    (corrections, key_of(subject, "attempt__"), sums.over_corrections()),
                )
            ],
            keys=["starts_at", "subject", "key"],
            measures=measures,
            add=True,
        )

    def _add_latencies(self, day: datetime, attempts: QuerySet[Attempt]) -> None:
        starts_at = Value(day, output_field=DateTimeField())
        insert_grouped(
            self.alias,
            LatencyBucket,
            [
                grouped(
                    timed(attempts, kind),
                    {
                        "starts_at": starts_at,
                        "model": F("requested_model"),
                        "kind": Value(kind),
                        "bin": LatencyBin(column_of(kind)),
                    },
                    sums.over_attempts(),
                    ("attempts",),
                )
                for kind in LatencyBucket.Kind
            ],
            keys=["starts_at", "model", "kind", "bin"],
            measures=("attempts",),
            add=True,
        )
