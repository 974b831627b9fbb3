"""SQL of reports that is put together once and asked again and again with other moments.

Django takes longer to put such a statement together than the database to answer it: a dozen of them were a third of
the Costs page. So they are compiled over stand-ins, moments of the year 1000, and kept; asking puts the real ones in.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple, ParamSpec

from django.db import connections
from django.db.models import QuerySet

P = ParamSpec("P")

_FIRST: Final = datetime(1000, 1, 1, tzinfo=UTC)
_KEPT: Final = 256


class Statement(NamedTuple):
    """SQL over stand-ins. Its other parameters are what they are."""

    sql: str
    params: tuple[Any, ...]

    def at(self, alias: str, moments: Sequence[datetime]) -> list[Any]:
        """The parameters with `moments` for the stand-ins, as many as there were."""
        adapted = connections[alias].ops.adapt_datetimefield_value
        real = {
            adapted(stand_in): adapted(moment)
            for stand_in, moment in zip(stand_ins(len(moments)), moments, strict=True)
        }
        return [real.get(param, param) for param in self.params]


def stand_ins(number: int) -> list[datetime]:
    """So many ascending moments that no ledger has."""
    return [_FIRST + timedelta(days=n) for n in range(number)]


def compiled(alias: str, rows: QuerySet[Any]) -> Statement:
    """The statement of a queryset over stand-ins."""
    sql, params = rows.using(alias).query.get_compiler(using=alias).as_sql()
    return Statement(sql, tuple(params))


def kept(compile_: Callable[P, Statement]) -> Callable[P, Statement]:
    """Decorate a function that compiles: once for the same arguments."""
    return lru_cache(maxsize=_KEPT)(compile_)  # type: ignore[return-value]  # its arguments are hashable


def fetch(alias: str, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows as the driver gives them: amounts are not Decimal yet."""
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
