"""Whether what CHATBOT["SOURCES"] declares can be: each value judged by itself, before anything is read by it.

Raises ConfigurationError, whose message names the key and what to write instead.
"""

import difflib
import math
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import FileField, ForeignKey, Model, OneToOneRel

from chatbot.catalog.sources.values import segments
from chatbot.errors import ConfigurationError
from chatbot.meant import meant

PRICE_UNITS = ("major", "cents")


def seconds(where: str, value: object) -> int:
    """A number of seconds above 0."""
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value < math.inf:
        raise ConfigurationError(f"{where} must be a number above 0, not {value!r}.")
    return int(value)


def in_cents(where: str, value: object) -> bool:
    """Whether prices are whole cents. A word that is not known must not pass for whole units: prices would be wrong."""
    if value not in PRICE_UNITS:
        raise ConfigurationError(f"{where} must be one of {', '.join(map(repr, PRICE_UNITS))}, not {value!r}.")
    return value == "cents"


def known_key(where: str, given: Iterable[object], known: Iterable[str]) -> None:
    """Refuse the first key that is not `known`."""
    known = sorted(known)
    for key in sorted(set(map(str, given)) - set(known)):
        raise ConfigurationError(f"{where} has no key {key!r}.{meant(key.upper(), known)}")


def path_through(where: str, model: type[Model], path: str) -> None:
    """Refuse a path with a name that its model does not have, as far as models can be followed."""
    current: type[Any] | None = model
    for name in segments(path):
        if current is None:
            return
        if not hasattr(current, name):
            near = difflib.get_close_matches(name, _names(current), n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]!r}?" if near else ""  # all names would be dozens
            raise ConfigurationError(f"{where}: {current.__name__} has no {name!r}.{hint}")
        current = _behind(current, name)


def _names(kind: type[Any]) -> list[str]:
    return [name for name in dir(kind) if not name.startswith("_")]


def _behind(kind: type[Any], name: str) -> type[Any] | None:
    """What the next name of a path is a name of; None where only the object itself can tell."""
    if not issubclass(kind, Model):
        return None
    try:
        field = kind._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    if isinstance(field, (ForeignKey, OneToOneRel)):
        related = field.related_model
        return related if isinstance(related, type) else None
    return field.attr_class if isinstance(field, FileField) else None
