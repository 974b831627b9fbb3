"""Which faults the next requests meet: scripts that requests use up, rates that strike at random, a text to say.

For one request the header decides if there is one; else the next entry of the first script that matches; else the
rates. A text to say holds for every answer until it is taken back, unless a fault names another.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import msgspec

from chatbot.simulator import faults
from chatbot.simulator.calls import ChatCall


class Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which requests are meant; what is None matches all. `contains` looks into the last message."""

    model: str | None = None
    stream: bool | None = None
    contains: str | None = None

    def fits(self, call: ChatCall) -> bool:
        """Whether `call` is one of them."""
        return (
            self.model in (None, call.model)
            and self.stream in (None, call.stream)
            and (self.contains is None or self.contains in call.messages[-1][1])
        )


class Command(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /control`. `reset` comes first, then the rest is set."""

    reset: bool = False
    script: list[list[str]] | None = None
    repeat: bool = False
    rate: dict[str, float] | None = None
    match: Match | None = None
    say: str | msgspec.UnsetType | None = msgspec.UNSET
    say_chars: str | msgspec.UnsetType | None = msgspec.UNSET


@dataclass(slots=True)
class _Rule:
    entries: list[list[faults.Planned]] = field(default_factory=list)
    left: deque[list[faults.Planned]] = field(default_factory=deque)
    repeat: bool = False
    rates: list[tuple[faults.Planned, float]] = field(default_factory=list)


class Script:
    """What is planned for the requests to come."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Plan nothing: every request gets a good answer."""
        self._rules: dict[Match, _Rule] = {}
        self._said: faults.Planned | None = None

    def script(self, entries: Sequence[Sequence[str]], *, match: Match | None = None, repeat: bool = False) -> None:
        """Give the next matching requests these faults, one entry each; `[]` is a request without any.

        Takes the place of an earlier script with the same `match`. Raises UnknownFault and then changes nothing.
        """
        planned = [faults.in_order([faults.read(spec) for spec in entry]) for entry in entries]
        rule = self._rules.setdefault(match or Match(), _Rule())
        rule.entries, rule.left, rule.repeat = planned, deque(planned), repeat

    def rate(self, rates: Mapping[str, float], *, match: Match | None = None) -> None:
        """Let each of these faults strike matching requests with its probability, 0 to 1.

        Raises UnknownFault, or ValueError for a probability that is none.
        """
        planned = [(faults.read(spec), probability) for spec, probability in rates.items()]
        if not all(0 <= probability <= 1 for _, probability in planned):
            raise ValueError("a rate is a probability from 0 to 1")
        self._rules.setdefault(match or Match(), _Rule()).rates = planned

    def say(self, text: str | None, *, chars: bool = False) -> None:
        """Answer exactly `text` from now on, by tokens or by single characters; None goes back to own answers."""
        name = "say_chars" if chars else "say"
        self._said = None if text is None else faults.Planned(faults.FAULTS[name], name, (text,))

    def command(self, body: bytes) -> None:
        """Do what a `POST /control` asks. Raises ValueError with a sentence and then changes nothing but a `reset`."""
        command = msgspec.json.decode(body, type=Command)
        if command.reset:
            self.reset()
        if command.script is not None:
            self.script(command.script, match=command.match, repeat=command.repeat)
        if command.rate is not None:
            self.rate(command.rate, match=command.match)
        if command.say is not msgspec.UNSET:
            self.say(command.say)
        if command.say_chars is not msgspec.UNSET:
            self.say(command.say_chars, chars=True)

    def draw(self, call: ChatCall, random: Random, header: str | None = None) -> list[faults.Planned]:
        """The faults of this request, by stage. Uses up one entry of a script. Raises UnknownFault for the header."""
        said = [] if self._said is None else [self._said]
        drawn = faults.read_header(header) if header is not None else self._next(call, random)
        return faults.in_order([*said, *drawn])

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        """Every fault with its sentence, and what is planned."""
        return {
            "faults": {fault.usage: fault.sentence for fault in faults.FAULTS.values()},
            "planned": [
                {
                    "match": {name: value for name, value in msgspec.to_builtins(match).items() if value is not None},
                    "script": [[planned.spec for planned in entry] for entry in rule.left],
                    "repeat": rule.repeat,
                    "rate": {planned.spec: probability for planned, probability in rule.rates},
                }
                for match, rule in self._rules.items()
            ],
        }

    def _next(self, call: ChatCall, random: Random) -> list[faults.Planned]:
        fitting = [rule for match, rule in self._rules.items() if match.fits(call)]
        for rule in fitting:
            if not rule.left and rule.repeat:
                rule.left.extend(rule.entries)
            if rule.left:
                return rule.left.popleft()
        return [planned for rule in fitting for planned, probability in rule.rates if random.random() < probability]
