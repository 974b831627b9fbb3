"""Dollar amounts that are exact in every database that we support."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

PLACES: Final = 12
PICODOLLAR: Final = Decimal(1).scaleb(-PLACES)
"""The smallest amount that is told apart. Prices have 6 places per 1,000,000 tokens: no cost needs a 13th."""


class DollarsField(models.DecimalField):  # type: ignore[type-arg] # not subscriptable at run time
    """US dollars with 12 places; amounts come back as Decimal, also from SUM.

    On PostgreSQL a `numeric(24, 12)`. SQLite has no decimals: a DecimalField is kept there as a float and SUM adds
    floats, so here it is a 64-bit integer of picodollars instead. An amount over 9,223,372 dollars, or a sum over it,
    is then an error of the database, never a wrong figure.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: Django's own signature
        super().__init__(*args, **{"max_digits": 24, "decimal_places": PLACES} | kwargs)

    def deconstruct(self) -> Any:  # Any: Django's own signature
        """Leave the fixed precision out of migrations."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        """A name of its own: by "DecimalField" Django would cast to NUMERIC on SQLite, which is a float."""
        return "DollarsField"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """The column's type."""
        return "bigint" if connection.vendor == "sqlite" else "numeric(24, 12)"

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        """What the driver gets. Amounts are cut to 12 places, half to even."""
        if value is None or isinstance(value, Expression):
            return value
        exact = Decimal(self.to_python(value)).quantize(PICODOLLAR, ROUND_HALF_EVEN)
        return int(exact.scaleb(PLACES)) if connection.vendor == "sqlite" else exact

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """As `get_db_prep_value`."""
        return self.get_db_prep_value(value, connection)

    def from_db_value(self, value: Any, expression: object, connection: BaseDatabaseWrapper) -> Decimal | None:
        """The amount as Decimal."""
        if value is None:
            return None
        return Decimal(value).scaleb(-PLACES) if connection.vendor == "sqlite" else Decimal(value)
