"""Which month a row counts in: its own, or once the books of that month are closed, the first open one.

Both are said as expressions for the statement that writes the row, so that the database decides at that moment. On
PostgreSQL, closing takes a lock that such a statement has to wait for before it reads anything (READ COMMITTED, which
is the default); on SQLite there is one writer at a time. So no row slips into a month that is being closed.
"""

from datetime import datetime
from typing import Final

from django.db.models import Case, CharField, DateTimeField, Exists, F, OuterRef, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Greatest, Substr

from chatbot.models import ClosedMonth

_MOMENT: Final = DateTimeField()
_TEXT: Final = CharField()


def counting(now: datetime) -> dict[str, Combinable]:
    """`counts_at` and `adjusts` of what is written now about attempts: for their own row, or for a correction of them.

    Where an attempt's `counts_at` is in a closed month, this counts now instead, or when the last closed month ended
    if that is later. `adjusts` is the closed month in which the attempt's request left, as 2026-03, or empty.
    """
    closed = ClosedMonth.objects.order_by("ends_at")
    over = Subquery(closed.reverse().values("ends_at")[:1], output_field=_MOMENT)
    name = Substr(Cast("first", _TEXT), 1, 7)
    left_in = closed.filter(ends_at__gt=OuterRef("opened_at")).annotate(name=name).values("name")[:1]
    return {
        "counts_at": Case(
            When(
                Exists(closed.filter(ends_at__gt=OuterRef("counts_at")).order_by()),
                then=Greatest(Value(now, output_field=_MOMENT), over),
            ),
            default=F("counts_at"),
            output_field=_MOMENT,
        ),
        "adjusts": Coalesce(Subquery(left_in, output_field=_TEXT), Value(""), output_field=_TEXT),
    }
