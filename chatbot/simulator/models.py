"""The models that the simulator offers: ids, list prices, latency and speed, in one table.

Prices are the relay's list, US dollars per 1,000,000 tokens, one price for input and output alike; `latency_ms` is the
mean time to the first word as the relay lists it. Speeds and context windows are the simulator's own.
"""

from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model. `usd_per_million` holds for input, cached input and output; `latency_ms` is a mean."""

    id: str
    name: str
    owner: str
    usd_per_million: Decimal
    latency_ms: int
    tokens_per_second: float
    context_tokens: int

    def cost_usd(self, tokens: int) -> Decimal:
        """US dollars for `tokens`, unrounded."""
        return self.usd_per_million * tokens / 1_000_000


_TABLE: Final = (
    Model(
        id="gpt-4.1",
        name="GPT-4.1",
        owner="openai",
        usd_per_million=Decimal("8.00"),
        latency_ms=120,
        tokens_per_second=60,
        context_tokens=1_000_000,
    ),
    Model(
        id="claude-sonnet-4.5",
        name="Claude Sonnet 4.5",
        owner="anthropic",
        usd_per_million=Decimal("15.00"),
        latency_ms=150,
        tokens_per_second=50,
        context_tokens=200_000,
    ),
    Model(
        id="gemini-2.5-flash",
        name="Gemini 2.5 Flash",
        owner="google",
        usd_per_million=Decimal("2.50"),
        latency_ms=80,
        tokens_per_second=120,
        context_tokens=1_000_000,
    ),
    Model(
        id="deepseek-v3.2",
        name="DeepSeek V3.2",
        owner="deepseek",
        usd_per_million=Decimal("0.42"),
        latency_ms=90,
        tokens_per_second=70,
        context_tokens=128_000,
    ),
)

MODELS: Final = MappingProxyType({model.id: model for model in _TABLE})
"""Every model by its id, in the order of the relay's list."""
