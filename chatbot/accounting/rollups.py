"""Rollups: the ledger added up. A report of a month reads thousands of rows, not millions.

`UsageBucket` is by quarters of an hour. By days of the shop there are the same once more (`UsageDay`) and what has too
many names for a quarter (`DayTotal`, `LatencyBucket`). A row of the ledger, or a correction, is either marked as rolled
up and inside of all of them, or not marked and outside of all, at each moment that another transaction can see. Reports
therefore add both and are exact before, during and after a run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final

from django.db import connections, models, router, transaction
from django.db.models import Case, CharField, Count, Exists, F, Max, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from chatbot import conf
from chatbot.accounting import sums
from chatbot.accounting.cuts import LatencyBin, Quarter
from chatbot.accounting.periods import BUCKET, bucket_start, day_start, day_starts
from chatbot.models import Attempt, Correction, DayTotal, LatencyBucket, Uncounted, UsageBucket, UsageDay

ROWS_AT_ONCE: Final = {"postgresql": 100_000, "sqlite": 10_000}
"""The most rows of one transaction, unless a quarter of an hour has more. SQLite has one writer: turns wait for us."""
DAY_COUNTS: Final = ("attempts", "questions", "answered", "failed", "unpriced", "priced_late")
_LOCK_CLASS: Final = 0x63_68_62_74
"""Our class of PostgreSQL's advisory locks; the number of the day's first quarter is the lock."""


@dataclass(frozen=True, slots=True)
class _Window:
    """Quarters of an hour, all of the one day of the shop that begins at `day`."""

    day: datetime
    start: datetime
    end: datetime

    @property
    def rows(self) -> Q:
        return Q(counts_at__gte=self.start, counts_at__lt=self.end)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is counted in one transaction: of the window, what waits under ids up to `last`."""

    window: _Window
    last: int

    def waiting(self, alias: str) -> QuerySet[Uncounted]:
        return Uncounted.objects.using(alias).filter(self.window.rows, pk__lte=self.last)

    def rows(self, alias: str) -> Q:
        """The attempts, or the corrections, of this batch."""
        window = self.window
        of_batch = Q(
            uncounted__counts_at__gte=window.start, uncounted__counts_at__lt=window.end, uncounted__pk__lte=self.last
        )
        # Said twice for PostgreSQL, which then meets both by their indexes. SQLite looks each row up by its key.
        return of_batch & window.rows if connections[alias].vendor == "postgresql" else of_batch


class _CameLate(Exception):
    """A transaction that had drawn an id of the batch has committed meanwhile, or another run was here."""


def roll_up(now: datetime) -> int:
    """Add up the settled rows and the corrections that are not rolled up; how many quarters of an hour that touched.

    Safe to run twice, in parallel, and to kill at any point: each window of at most a day is one transaction.
    """
    alias = router.db_for_write(UsageBucket)
    done, start = 0, _earliest(alias, None)
    while start is not None:
        window = _window(alias, start)
        while True:
            try:
                done += _roll_up_window(alias, window, now)
                break
            except _CameLate:
                continue
        start = _earliest(alias, window.end)
    return done


def recount_days(now: datetime) -> int:
    """Make the usage, totals and latencies of days anew, from the rows that are rolled up; how many days that were.

    To be called when the shop has moved to another time zone: until then, reports in the new one read the ledger
    itself for days that were cut in the old one. One transaction, with everything else that rolls up kept out.
    """
    alias = router.db_for_write(UsageBucket)
    days = 0
    with transaction.atomic(using=alias):
        if connections[alias].vendor == "postgresql":  # the first table that a run writes to; readers may go on
            _execute(alias, f"LOCK TABLE {UsageBucket._meta.db_table} IN SHARE ROW EXCLUSIVE MODE", ())
        for table in (DayTotal, LatencyBucket, UsageDay):
            table.objects.using(alias).all().delete()
        attempts, corrections = _counted(alias)
        moments = [rows.order_by("counts_at").values_list("counts_at", flat=True) for rows in (attempts, corrections)]
        start = min((first for first in (each.first() for each in moments) if first), default=None)
        while start is not None:
            window = _day_of(start)
            _count_day(alias, window, now)
            _add_to_days(alias, window, attempts.filter(window.rows), corrections.filter(window.rows))
            days += 1
            following = (each.filter(counts_at__gte=window.end).first() for each in moments)
            start = min((first for first in following if first), default=None)
    return days


def _counted(alias: str, after: int | None = None) -> tuple[QuerySet[Attempt], QuerySet[Correction]]:
    """The settled attempts and the corrections that do not wait, or wait under ids up to `after`."""
    waiting = Uncounted.objects.using(alias)
    if after is not None:
        waiting = waiting.filter(pk__gt=after)
    # The moment is the same in both. SQLite looks each row up by it: there is no index by attempt.
    waiting = waiting.filter(counts_at=OuterRef("counts_at"))
    attempts = Attempt.objects.using(alias).filter(settled_at__isnull=False)
    return (
        attempts.filter(~Exists(waiting.filter(attempt=OuterRef("pk")))),
        Correction.objects.using(alias).filter(~Exists(waiting.filter(correction=OuterRef("pk")))),
    )


def _moments(alias: str) -> QuerySet[Uncounted, datetime]:
    """When what waits counts, the earliest first."""
    return Uncounted.objects.using(alias).order_by("counts_at").values_list("counts_at", flat=True)


def _earliest(alias: str, start: datetime | None) -> datetime | None:
    moments = _moments(alias)
    return (moments if start is None else moments.filter(counts_at__gte=start)).first()


def _day_of(moment: datetime) -> _Window:
    zone = conf.current().zone
    day: date = moment.astimezone(zone).date()
    start, end = day_start(day, zone), day_start(day + timedelta(days=1), zone)
    if moment < start:  # midnight comes twice, and this is the hour before the second one
        start, end = day_start(day - timedelta(days=1), zone), start
    elif moment >= end:
        start, end = end, day_start(day + timedelta(days=2), zone)
    return _Window(start, start, end)


def _window(alias: str, moment: datetime) -> _Window:
    """From the quarter of `moment` on, as much of its day as may be done at once."""
    day = _day_of(moment)
    start, end = bucket_start(moment), day.end
    most = ROWS_AT_ONCE[connections[alias].vendor]
    last = _moments(alias).filter(counts_at__gte=start, counts_at__lt=end)[most : most + 1].first()
    if last is not None:
        end = max(bucket_start(last), start + BUCKET)
    return _Window(day.day, start, end)


def _roll_up_window(alias: str, window: _Window, now: datetime) -> int:
    with transaction.atomic(using=alias):
        if connections[alias].vendor == "postgresql":
            lock = int(window.day.timestamp()) // 900
            _execute(alias, "SELECT pg_advisory_xact_lock(%s, %s)", (_LOCK_CLASS, lock))
        else:  # a first statement that writes takes SQLite's lock
            _execute(alias, f"UPDATE {UsageBucket._meta.db_table} SET computed_at = computed_at WHERE false", ())  # noqa: S608
        # What waits now is the batch; what is settled from here on has a higher id and waits for the next run.
        waiting = Uncounted.objects.using(alias).filter(window.rows)
        found = waiting.aggregate(last=Max("pk"), rows=Count("pk"))
        if not found["rows"]:
            return 0
        batch = _Batch(window, found["last"])
        touched = sorted(
            waiting.filter(pk__lte=batch.last).values_list(Quarter("counts_at"), flat=True).distinct().order_by()
        )
        _count_quarters(alias, touched[0], touched[-1] + BUCKET, batch, now)
        _count_day(alias, _day_of(window.day), now)
        rows = batch.rows(alias)
        attempts, corrections = Attempt.objects.using(alias), Correction.objects.using(alias)
        _add_to_days(alias, window, attempts.filter(rows), corrections.filter(rows))
        # Ids are drawn before their rows can be seen: if one more was of the batch, all this has to be done again.
        if batch.waiting(alias)._raw_delete(alias) != found["rows"]:
            raise _CameLate
    return len(touched)


def _count_quarters(alias: str, start: datetime, end: datetime, batch: _Batch, now: datetime) -> None:
    """Compute these buckets anew from all their rows, those of the batch included."""
    attempts, corrections = (
        rows.filter(counts_at__gte=start, counts_at__lt=end) for rows in _counted(alias, after=batch.last)
    )
    keys: dict[str, Any] = {"starts_at": Quarter("counts_at"), "adjusts": F("adjusts"), "price_id": F("price_id")}
    of_attempts = {"endpoint": F("endpoint"), "model": F("requested_model"), "source": F("source")}
    of_corrections = {
        "endpoint": F("attempt__endpoint"),
        "model": F("attempt__requested_model"),
        "source": F("attempt__source"),
    }
    UsageBucket.objects.using(alias).filter(starts_at__gte=start, starts_at__lt=end).delete()
    _insert(
        alias,
        UsageBucket,
        [
            _grouped(attempts, keys | of_attempts, sums.over_attempts(), sums.MEASURES),
            _grouped(corrections, keys | of_corrections, sums.over_corrections(), sums.MEASURES),
        ],
        keys=[*keys, *of_attempts],
        measures=sums.MEASURES,
        constants={"computed_at": now},
    )


def _count_day(alias: str, day: _Window, now: datetime) -> None:
    """Compute the usage of a day anew from its buckets."""
    UsageDay.objects.using(alias).filter(starts_at=day.day).delete()
    keys: dict[str, Any] = {
        "starts_at": Value(day.day, output_field=models.DateTimeField()),
        **{name: F(name) for name in ("endpoint", "model", "source", "adjusts", "price_id")},
    }
    buckets = UsageBucket.objects.filter(starts_at__gte=day.start, starts_at__lt=day.end)
    _insert(
        alias,
        UsageDay,
        [_grouped(buckets, keys, sums.over_buckets(), sums.MEASURES)],
        keys=list(keys),
        measures=sums.MEASURES,
        constants={"computed_at": now},
    )


def _add_to_days(alias: str, window: _Window, attempts: QuerySet[Attempt], corrections: QuerySet[Correction]) -> None:
    """Add rows of one day to that day's totals and latencies."""
    starts_at = Value(window.day, output_field=models.DateTimeField())
    measures = (*DAY_COUNTS, "cost_usd")
    _insert(
        alias,
        DayTotal,
        [
            _grouped(queryset, {"starts_at": starts_at, "subject": Value(subject), "key": key}, over, measures)
            for subject in DayTotal.Subject
            for queryset, key, over in (
                (attempts, key_of(subject), sums.over_attempts()),
                (corrections, key_of(subject, "attempt__"), sums.over_corrections()),
            )
        ],
        keys=["starts_at", "subject", "key"],
        measures=measures,
        add=True,
    )
    _insert(
        alias,
        LatencyBucket,
        [
            _grouped(
                timed(attempts, kind),
                {
                    "starts_at": starts_at,
                    "model": F("requested_model"),
                    "kind": Value(kind),
                    "bin": LatencyBin(column_of(kind)),
                },
                {"sum_attempts": sums.over_attempts()["sum_attempts"]},
                ("attempts",),
            )
            for kind in LatencyBucket.Kind
        ],
        keys=["starts_at", "model", "kind", "bin"],
        measures=("attempts",),
        add=True,
    )


def days_fit(start: date, end: date, zone: tzinfo) -> bool:
    """Whether the rolled-up days that touch the days from `start` to before `end` in `zone` are these very days.

    They are not where the zone is another one than the shop's, or was when these days were rolled up. One query, which
    looks at outcomes: every day has some, and no other subject has so few names.
    """
    days = day_starts(start - timedelta(days=2), end, zone)
    rolled_up = DayTotal.objects.filter(
        subject=DayTotal.Subject.OUTCOME, starts_at__gte=days[0], starts_at__lt=days[-1]
    )
    return set(rolled_up.order_by().values_list("starts_at", flat=True).distinct()) <= set(days)


def are_days(cuts: Sequence[datetime]) -> bool:
    """Whether periods between these moments are whole days of the shop, and the rolled-up days are these.

    One query; none where the moments are not beginnings of days.
    """
    zone = conf.current().zone
    dates = [moment.astimezone(zone).date() for moment in cuts]
    if any(day_start(day, zone) != moment for day, moment in zip(dates, cuts, strict=True)):
        return False
    return days_fit(dates[0], dates[-1], zone)


def key_of(subject: str, prefix: str = "") -> Any:  # Any: some expression
    """The key of an attempt's `DayTotal`; with the prefix `attempt__`, of a correction's."""
    text = CharField()
    match subject:
        case DayTotal.Subject.PAGE:
            return F(f"{prefix}page")
        case DayTotal.Subject.CONVERSATION:
            return Coalesce(Cast(f"{prefix}conversation_id", text), Value(""), output_field=text)
    with_error = Concat(F(f"{prefix}outcome"), Value(":"), F(f"{prefix}error_code"), output_field=text)
    return Case(When(**{f"{prefix}error_code": ""}, then=F(f"{prefix}outcome")), default=with_error, output_field=text)


def column_of(kind: str) -> str:
    """Where the ledger keeps this time."""
    columns = {
        LatencyBucket.Kind.QUEUE: "queued_ms",
        LatencyBucket.Kind.FIRST_WORD: "first_word_ms",
        LatencyBucket.Kind.TOTAL: "total_ms",
    }
    return columns[LatencyBucket.Kind(kind)]


def timed(attempts: QuerySet[Attempt], kind: str) -> QuerySet[Attempt]:
    """Those of which this time is known. An answer from the cache is no request: it has no times of a model."""
    return attempts.filter(**{f"{column_of(kind)}__isnull": False}).exclude(outcome=Attempt.Outcome.CACHED)


def _grouped(
    rows: QuerySet[Any], keys: Mapping[str, Any], over: Mapping[str, Any], measures: Sequence[str]
) -> QuerySet[Any]:
    """Rows by `keys`, which become `key_...`, with the measures, which are `sum_...`."""
    named = {f"key_{name}": expression for name, expression in keys.items()}
    aggregates = {f"sum_{name}": over[f"sum_{name}"] for name in measures}
    grouped: QuerySet[Any] = rows.order_by().annotate(**named).values(*named).annotate(**aggregates)
    return grouped


def _insert(
    alias: str,
    table: type[models.Model],
    parts: Sequence[QuerySet[Any]],
    *,
    keys: Sequence[str],
    measures: Sequence[str],
    constants: Mapping[str, Any] | None = None,
    add: bool = False,
) -> None:
    """`INSERT ... SELECT` what all `parts` come to by `keys`; with `add`, on top of the rows that are there."""
    quote = connections[alias].ops.quote_name
    columns = [f"key_{name}" for name in keys] + [f"sum_{name}" for name in measures]
    selects, params = [], []
    for part in parts:
        sql, of_part = part.using(alias).query.get_compiler(using=alias).as_sql()
        selects.append(f"SELECT {', '.join(map(quote, columns))} FROM ({sql}) AS part")  # noqa: S608 - names are ours
        params.extend(of_part)
    fixed = {
        name: table._meta.get_field(name).get_db_prep_save(value, connections[alias])  # type: ignore[union-attr]
        for name, value in (constants or {}).items()
    }
    into = ", ".join(map(quote, [*keys, *measures, *fixed]))
    groups = ", ".join(quote(f"key_{name}") for name in keys)
    figures = ", ".join(f"SUM({quote(f'sum_{name}')})" for name in measures)
    name = quote(table._meta.db_table)
    insert = (
        f"INSERT INTO {name} ({into}) SELECT {groups}, {figures}{', %s' * len(fixed)} "  # noqa: S608 - names are ours
        f"FROM ({' UNION ALL '.join(selects)}) AS rows_by_key WHERE true GROUP BY {groups}"
    )
    if add:
        more = ", ".join(f"{quote(each)} = {name}.{quote(each)} + excluded.{quote(each)}" for each in measures)
        insert += f" ON CONFLICT ({', '.join(map(quote, keys))}) DO UPDATE SET {more}"
    _execute(alias, insert, [*fixed.values(), *params])


def _execute(alias: str, sql: str, params: Sequence[Any]) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, params)
