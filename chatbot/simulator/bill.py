"""The relay's side of the account: what every request used, to the token, to hold a shop's own ledger against.

A request is billed from its first generated token on: then its input counts, and every output token that was written,
also when the client leaves or a fault cuts the answer. What ends before that bills nothing. A request is *reported*
when its usage was written to the client; the rest a client can only estimate, so both are counted apart.
"""

import asyncio
import csv
import io
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from time import perf_counter
from typing import Any, Final, Literal

from chatbot.simulator.models import MODELS

Outcome = Literal["open", "answered", "aborted", "broken", "refused"]

LINES_KEPT: Final = 10_000


def fingerprint(key: str) -> str:
    """What stands for a key on the bill: the same for the same key, and no way back to it."""
    return "key-" + sha256(key.encode()).hexdigest()[:12]


@dataclass(slots=True, kw_only=True)
class Line:
    """One request. `outcome`: `answered`; `aborted` by the client; `broken` by a fault; `refused` without an answer.

    `status` is the HTTP status, 0 when the connection ended without one. `ms` is from arrival to the last byte.
    """

    number: int
    id: str
    time: str
    key: str
    model: str
    stream: bool = False
    status: int = 0
    outcome: Outcome = "open"
    faults: str = ""
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    reported: bool = False
    cost_usd: Decimal = Decimal(0)
    ms: int = 0


@dataclass(slots=True)
class Tokens:
    """Requests and the tokens they used."""

    requests: int = 0
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0

    def add(self, line: Line) -> None:
        """Count `line` in."""
        self.requests += 1
        self.input_tokens += line.input_tokens
        self.cached_input_tokens += line.cached_input_tokens
        self.output_tokens += line.output_tokens


@dataclass(slots=True)
class Figures:
    """Sums over lines. `reported` and `unreported` split the billed ones: those that generated anything."""

    all: Tokens = field(default_factory=Tokens)
    answered: int = 0
    aborted: int = 0
    broken: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    reported: Tokens = field(default_factory=Tokens)
    unreported: Tokens = field(default_factory=Tokens)
    cost_usd: Decimal = Decimal(0)

    def add(self, line: Line) -> None:
        """Count a settled line in."""
        self.all.add(line)
        self.cost_usd += line.cost_usd
        match line.outcome:
            case "answered":
                self.answered += 1
            case "aborted":
                self.aborted += 1
            case "broken":
                self.broken += 1
            case _:
                self.refused[str(line.status)] += 1
        if line.input_tokens:
            (self.reported if line.reported else self.unreported).add(line)

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        """The figures as they stand on the bill."""
        return {
            **asdict(self.all),
            "answered": self.answered,
            "aborted": self.aborted,
            "broken": self.broken,
            "refused": dict(self.refused),
            "reported": asdict(self.reported),
            "unreported": asdict(self.unreported),
            "cost_usd": str(self.cost_usd),
        }


class Bill:
    """All requests since the start or the last `reset`: sums without end, lines for the last LINES_KEPT requests."""

    def __init__(self) -> None:
        self._open: dict[int, float] = {}
        self._idle = asyncio.Event()
        self._idle.set()
        self.reset()

    def reset(self) -> None:
        """Start again from nothing. Requests still open are counted in when they end."""
        self.since = datetime.now(UTC)
        self.lines: deque[Line] = deque(maxlen=LINES_KEPT)
        self.totals = Figures()
        self.keys: dict[str, Figures] = {}
        self.models: dict[str, Figures] = {}

    @property
    def open(self) -> int:
        """Requests that have not ended."""
        return len(self._open)

    async def settled(self) -> None:
        """Return when no request is open: from then on the bill changes only with a new one."""
        await self._idle.wait()

    def start(self, *, number: int, upstream_id: str, key: str, model: str) -> Line:
        """Open a line. `key` is a fingerprint. Every line started must be settled."""
        line = Line(number=number, id=upstream_id, time=datetime.now(UTC).isoformat(), key=key, model=model)
        self._open[number] = perf_counter()
        self._idle.clear()
        return line

    def settle(self, line: Line, outcome: Outcome) -> None:
        """Close a line for good. Settling it again changes nothing."""
        started = self._open.pop(line.number, None)
        if started is None:
            return
        line.outcome = outcome
        line.ms = round((perf_counter() - started) * 1000)
        model = MODELS.get(line.model)
        if model is not None:
            line.cost_usd = model.cost_usd(line.input_tokens + line.output_tokens)
        self.lines.append(line)
        self.totals.add(line)
        self.keys.setdefault(line.key, Figures()).add(line)
        # Unknown names come from the outside and have no end.
        self.models.setdefault(line.model if model else "unknown", Figures()).add(line)
        if not self._open:
            self._idle.set()

    def as_json(self, lines: int = LINES_KEPT) -> dict[str, Any]:  # Any: JSON
        """The whole bill with its last `lines` lines, oldest first. Amounts are US dollars as strings."""
        kept = list(self.lines)[-lines:] if lines > 0 else []
        return {
            "since": self.since.isoformat(),
            "open": self.open,
            "totals": self.totals.as_json(),
            "keys": {key: figures.as_json() for key, figures in self.keys.items()},
            "models": {model: figures.as_json() for model, figures in self.models.items()},
            "lines": [{**asdict(line), "cost_usd": str(line.cost_usd)} for line in kept],
        }

    def as_csv(self) -> str:
        """The kept lines as comma-separated values under a header, oldest first."""
        out = io.StringIO()
        writer = csv.DictWriter(out, fieldnames=list(Line.__dataclass_fields__), lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(line) for line in self.lines)
        return out.getvalue()
