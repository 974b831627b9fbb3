"""Both sides as they are compared: a line of the bill, and an attempt of the ledger with all its corrections."""

from decimal import Decimal
from typing import NamedTuple
from uuid import UUID


class Billed(NamedTuple):
    """A line of the bill. `at` is in microseconds since 1970; None is what the bill has no column for."""

    pk: int
    request_id: str
    model: str
    at: int
    requests: int | None
    input_tokens: int | None
    cached_input_tokens: int | None
    output_tokens: int | None
    cost_usd: Decimal | None

    @property
    def is_nothing(self) -> bool:
        """Whether it bills neither tokens nor money: a request that was refused."""
        return not (self.input_tokens or self.output_tokens or self.cost_usd)


class Booked(NamedTuple):
    """An attempt. `at` is when its request left, `model` its name as the bill has it; None is not measured."""

    pk: UUID
    request_id: str
    model: str
    at: int
    source: str
    input_tokens: int | None
    cached_input_tokens: int | None
    output_tokens: int | None
    cost_usd: Decimal | None

    @property
    def is_nothing(self) -> bool:
        """Whether it is known to have used and cost nothing."""
        return self.cost_usd == 0 and not (self.input_tokens or self.output_tokens)


def plain_model(name: str) -> str:
    """A model's name as it is compared: without the provider that relays put before it, "openai/gpt-4.1"."""
    return name.strip().casefold().rpartition("/")[2]
