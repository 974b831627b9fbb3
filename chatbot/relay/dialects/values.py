"""Values out of an upstream's JSON, read as far as they can be. Nothing here raises for what the upstream wrote."""

import json
from typing import Final, TypeVar

import msgspec

T = TypeVar("T")

Number = int | float | None
"""A count as it may come; `whole` makes an integer of it."""

_MAX_COUNT: Final = 2**31 - 1
_NO_FIT: Final = (msgspec.ValidationError, UnicodeEncodeError)
"""What msgspec raises for a value of another form; the second where half a surrogate pair stands in its place."""


def object_in(data: bytes, kind: type[T], *, aside: tuple[str, ...] = ()) -> T | None:
    """The JSON object in `data` as `kind`; None when it is none, or not of that form.

    A field named in `aside` that has another form is left out, so that it does not cost the words beside it. Text may
    hold half a surrogate pair (see `surrogates`), which msgspec refuses and the standard library lets pass, and U+FFFD
    where the upstream sent invalid UTF-8.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        if not data.lstrip().startswith(b"{"):
            return None
    try:
        value = json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    try:
        return msgspec.convert(value, kind)
    except _NO_FIT:
        for name in aside:
            value.pop(name, None)
    try:
        return msgspec.convert(value, kind)
    except _NO_FIT:
        return None


def whole(value: Number) -> int | None:
    """`value` as a count; None when it is none: negative, broken, or beyond what a model could say."""
    if value is None or not 0 <= value <= _MAX_COUNT or value != int(value):
        return None
    return int(value)


def sum_of(*values: Number) -> Number:
    """The sum of the counts that are there, None where none is. One that is impossible makes the sum so."""
    there = [value for value in values if value is not None]
    if any(value < 0 for value in there):
        return -1
    return sum(there) if there else None
