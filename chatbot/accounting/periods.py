"""Days and months of the shop, as moments. Every period is half-open: the start is in it, the end is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

BUCKET: Final = timedelta(minutes=15)
"""Length of a rollup's bucket: every time zone of today is off UTC by a multiple of it."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Month:
    """A calendar month. Months compare by time."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month that `day` is in."""
        return cls(year=day.year, month=day.month)

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year, self.month, 1)

    @property
    def end(self) -> date:
        """The day after the last one."""
        return self.shifted(1).first

    def shifted(self, months: int) -> "Month":
        """The month so many months later; earlier for a negative number. Raises ValueError outside years 1 to 9999."""
        index = self.year * 12 + self.month - 1 + months
        shifted = Month(year=index // 12, month=index % 12 + 1)
        _ = shifted.first
        return shifted

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def day_start(day: date, zone: tzinfo) -> datetime:
    """The moment at which `day` begins in `zone`, in UTC.

    Where clocks are put forward at midnight that is the first moment of the day that exists; where midnight comes twice
    it is the first one.
    """
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def day_starts(start: date, end: date, zone: tzinfo) -> Sequence[datetime]:
    """The beginnings of the days from `start` on, and last that of `end`, which closes the period."""
    return [day_start(start + timedelta(days=n), zone) for n in range((end - start).days + 1)]


def hour_starts(day: date, zone: tzinfo) -> Sequence[datetime]:
    """The beginnings of the hours of a day, and last its end. They are hours that pass, so a day may have 23 or 25.

    Where clocks move by half an hour, the last one is the half that is left.
    """
    start, end = day_start(day, zone), day_start(day + timedelta(days=1), zone)
    hours = -(-(end - start) // timedelta(hours=1))
    return [*(start + timedelta(hours=n) for n in range(hours)), end]


def bucket_start(moment: datetime) -> datetime:
    """The start of the bucket that `moment` is in, in UTC."""
    return moment.astimezone(UTC) - (moment - _EPOCH) % BUCKET


def period_start(period: str, now: datetime, zone: tzinfo) -> datetime:
    """When the "hour", "day" or "month" of `zone` that `now` is in began, in UTC. Raises ValueError for other words."""
    local = now.astimezone(zone)
    match period:
        case "hour":
            return (
                now - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
            ).astimezone(UTC)
        case "day":
            return day_start(local.date(), zone)
        case "month":
            return day_start(local.date().replace(day=1), zone)
    raise ValueError(f"no such period: {period!r}")
