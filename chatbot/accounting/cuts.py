"""Rows by period, said in SQL. The boundaries are ours: the database's own idea of a time zone has no say."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, Func, IntegerField
from django.db.models.sql.compiler import SQLCompiler

GROWTH: Final = 1.05
"""Each bin of a latency histogram is so much wider than the one before."""
_LOG: Final = repr(math.log(GROWTH))


class Cut(Func):
    """Which period between two of the ascending `cuts` the field `moment` is in, from 0 on.

    Earlier moments are in the first, later ones in the last. Found by halving: nine comparisons for a year of days.
    Written as text: a tree of Case and When objects took longer to compile than the database to answer.
    """

    output_field = IntegerField()

    def __init__(self, moment: str, cuts: Sequence[datetime]) -> None:
        """`moment` is the name of a field."""
        super().__init__(moment)
        self._inner = tuple(cuts[1:-1])

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *_: Any, **__: Any) -> Any:
        """Nested CASE expressions."""
        moment, none = compiler.compile(self.source_expressions[0])
        assert not none
        adapted = [connection.ops.adapt_datetimefield_value(each) for each in self._inner]
        params: list[Any] = []

        def between(first: int, last: int) -> str:
            if first == last:
                return str(first)
            middle = (first + last + 1) // 2
            params.append(adapted[middle - 1])
            before = between(first, middle - 1)
            return f"CASE WHEN {moment} < %s THEN {before} ELSE {between(middle, last)} END"

        whole = between(0, len(adapted))
        return (whole if params else f"CAST({whole} AS integer)"), params  # a bare number in GROUP BY is a position


class Quarter(Func):
    """The start of the quarter of an hour that a moment is in; see `periods.bucket_start`."""

    output_field = DateTimeField()
    arity = 1

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """`date_bin` counts from a moment in UTC, whatever the session's time zone."""
        template = "date_bin('15 minutes', %(expressions)s, TIMESTAMPTZ '1970-01-01 00:00:00+00')"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """Moments are kept as text in UTC, `2026-03-14 12:07:30.5`: the minutes are put back to 0, 15, 30 or 45."""
        template = (
            "(substr(%(expressions)s, 1, 14) || "
            "substr('00153045', CAST(substr(%(expressions)s, 15, 2) AS INTEGER) / 15 * 2 + 1, 2) || ':00')"
        )
        sql, params = self.as_sql(compiler, connection, template=template, **context)
        return sql, (*params, *params)


class LatencyBin(Func):
    """The bin of a number of milliseconds: its logarithm to the base GROWTH, cut off; 0 and 1 ms are in bin 0."""

    output_field = IntegerField()
    arity = 1

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """In double precision, as SQLite does."""
        template = f"floor(ln(greatest(%(expressions)s, 1)::double precision) / {_LOG})::integer"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """LN is Django's own where SQLite was built without mathematics."""
        template = f"CAST(LN(MAX(%(expressions)s, 1)) / {_LOG} AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **context)
