"""Rows of numbers, kept so that PostgreSQL can calculate with them."""

import struct
from array import array
from typing import Any, Final

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

_SENT_HEAD: Final = 20
"""Bytes before the numbers of a PostgreSQL array of one dimension, as `array_send` gives it."""


class FloatsField(models.BinaryField):  # type: ignore[type-arg] # not subscriptable at run time
    """32-bit floats, little endian, as bytes.

    On PostgreSQL a `real[]`, out of which pgvector makes its own types; elsewhere the bytes themselves.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """The column's type."""
        return "real[]" if connection.vendor == "postgresql" else super().db_type(connection)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        """What the driver gets."""
        if connection.vendor != "postgresql" or value is None or isinstance(value, Expression):
            return super().get_db_prep_value(value, connection, prepared)
        return list(struct.unpack(f"<{len(value) // 4}f", value))

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:  # Any: Django's own signature
        """How the column is read. As text, which is what Django reads, an array would take three times as long."""
        return (f"array_send({sql})" if compiler.connection.vendor == "postgresql" else sql), params

    def from_db_value(self, value: Any, expression: object, connection: BaseDatabaseWrapper) -> bytes | None:
        """The bytes."""
        if value is None:
            return None
        if connection.vendor != "postgresql":
            return bytes(value)
        # Each number comes after its size, both in network order.
        words = array("I", bytes(value)[_SENT_HEAD:])[1::2]
        words.byteswap()
        return words.tobytes()
