"""What an object of the shop's own holds, as the text that a feed would hold: the mapping then reads both alike."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Manager, Model, QuerySet
from django.db.models.fields.files import FieldFile

from chatbot.catalog.sources.prices import PLACES

Getter = str | Callable[[Any], object]  # Any: an object of the integrator's
"""A path ("brand.name", "get_absolute_url") or a callable of the object."""

__all__ = ["Getter", "segments", "text_of", "value_of"]


def segments(path: str) -> list[str]:
    """The names of a path: "brand.name" and "brand__name" are the same."""
    return path.replace("__", ".").split(".")


def value_of(instance: Model, getter: Getter) -> object:
    """What the path or callable gives; methods on the way are called. None where a relation ends or a file is missing.

    Raises AttributeError when the path names something that there is not.
    """
    if not isinstance(getter, str):
        return getter(instance)
    value: Any = instance
    for name in segments(getter):
        try:
            value = getattr(value, name)
        except ObjectDoesNotExist:
            return None
        if callable(value) and not isinstance(value, (Manager, Model)) and not hasattr(value, "all"):
            value = value()
        if value is None or (isinstance(value, FieldFile) and not value):
            return None  # a picture that is not there has no `url`
    return value


def text_of(value: object) -> str:
    """The value as a feed writes it. A picture is its address, several things are joined by commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        # Four decimals: three would read as thousands. An amount that has more is not ours to round.
        return f"{value:.{PLACES}f}" if value.is_finite() and value == round(value, PLACES) else str(value)
    if isinstance(value, FieldFile):
        return str(value.url) if value else ""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (QuerySet, list, tuple, set, frozenset)) or hasattr(value, "all"):
        items: Any = value.all() if hasattr(value, "all") else value
        return ", ".join(filter(None, map(text_of, items)))
    return str(value)
