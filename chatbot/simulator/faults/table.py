"""The table that faults stand in: how a fault is declared, found by its name and read with its parameters."""

import base64
import binascii
import difflib
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, Literal, NewType, get_args, get_origin

from chatbot.simulator.exchange import Exchange

Seconds = NewType("Seconds", float)
"""A finite time, not negative."""
Count = NewType("Count", int)
"""At least 1."""
Place = int | None
"""After how many tokens; None is a random place, by the request's own seed."""
Text = NewType("Text", str)
"""Any text, given as base64url of UTF-8 with or without padding, so that it fits in a header."""

Commit = Callable[..., None]
Reader = Callable[[str], Any]  # Any: what the parameter's type makes of the text


class UnknownFault(ValueError):
    """No fault of that name, or parameters that it does not take. The message says what there is."""


class Stage(IntEnum):
    """When a fault acts: in place of the answer, on its facts, on its steps, on what was signed, on the bytes."""

    INSTEAD = 0
    FACTS = 1
    STEPS = 2
    SIGNED = 3
    BYTES = 4


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that can be asked for. `readers` are its parameters in order; the first `required` must be given."""

    name: str
    sentence: str
    stage: Stage
    readers: dict[str, Reader]
    required: int
    commit: Commit

    @property
    def usage(self) -> str:
        """How to write it: the name and its parameters."""
        return ":".join([self.name, *self.readers])


@dataclass(frozen=True, slots=True)
class Planned:
    """A fault with its arguments, ready to be committed."""

    fault: Fault
    spec: str
    arguments: tuple[Any, ...]  # Any: what the readers made

    def commit(self, exchange: Exchange) -> None:
        """Do it to this exchange."""
        self.fault.commit(exchange, *self.arguments)


FAULTS: Final[dict[str, Fault]] = {}
"""Every fault by its name."""


def fault(*names: str, stage: Stage) -> Callable[[Commit], Commit]:
    """Put a function into the table. Its docstring is the sentence, its annotations say how parameters are read."""

    def declare(commit: Commit) -> Commit:
        register(names, " ".join((inspect.getdoc(commit) or "").split()), stage, commit)
        return commit

    return declare


def register(names: tuple[str, ...], sentence: str, stage: Stage, commit: Commit) -> None:
    """Put `commit` into the table under `names`. Parameters after the exchange are the fault's."""
    parameters = list(inspect.signature(commit).parameters.values())[1:]
    readers = {one.name: _reader(one.annotation) for one in parameters}
    required = sum(one.default is inspect.Parameter.empty for one in parameters)
    for name in names:
        if name in FAULTS:
            raise ValueError(f"two faults named {name!r}")
        FAULTS[name] = Fault(name, sentence, stage, readers, required, commit)


def read(spec: str) -> Planned:
    """The fault that `spec` asks for. Raises UnknownFault."""
    spec = spec.strip()
    name, colon, rest = spec.partition(":")
    found = FAULTS.get(name)
    if found is None:
        near = difflib.get_close_matches(name, FAULTS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "GET /control lists all of them"
        raise UnknownFault(f"no fault {name[:40]!r}: {hint}")
    # The last parameter takes all that is left, so that a date may hold colons.
    given = rest.split(":", max(0, len(found.readers) - 1)) if colon else []
    if not found.required <= len(given) <= len(found.readers):
        raise UnknownFault(f"{spec[:80]!r}: write it as {found.usage!r}")
    try:
        # Not strict: parameters that were not given keep their defaults.
        arguments = tuple(reader(value) for reader, value in zip(found.readers.values(), given, strict=False))
    except ValueError as err:
        raise UnknownFault(f"{spec[:80]!r}: a parameter of {found.usage!r} cannot be read: {err}") from err
    return Planned(found, spec, arguments)


def in_order(planned: list[Planned]) -> list[Planned]:
    """The same faults by stage; within a stage they keep their order."""
    return sorted(planned, key=lambda one: one.fault.stage)


def read_header(header: str) -> list[Planned]:
    """The faults of an `X-Simulate` header, ready to be committed one after the other. Raises UnknownFault."""
    return in_order([read(spec) for spec in header.split(",") if spec.strip()])


def _reader(annotation: Any) -> Reader:  # Any: an annotation
    if annotation in _READERS:
        return _READERS[annotation]
    if get_origin(annotation) is not Literal:
        # A parameter that may be left out: `X | None` is read as X.
        return _READERS[next(one for one in get_args(annotation) if one is not type(None))]

    def choose(value: str) -> str:
        if value not in get_args(annotation):
            raise ValueError(f"one of {', '.join(get_args(annotation))}")
        return value

    return choose


def _seconds(value: str) -> float:
    seconds = float(value)
    if not (math.isfinite(seconds) and seconds >= 0):
        raise ValueError("not a time in seconds")
    return seconds


def _count(value: str) -> int:
    count = int(value)
    if count < 1:
        raise ValueError("at least 1")
    return count


def _text(value: str) -> str:
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as err:
        raise ValueError("not base64url of UTF-8") from err


_READERS: Final[dict[Any, Reader]] = {  # Any: annotations
    Seconds: _seconds,
    Count: _count,
    Place: lambda value: int(value) if value else None,
    Text: _text,
    str: str,
}
