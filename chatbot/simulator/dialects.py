"""The dialects that the simulator speaks, by their names."""

from collections.abc import Mapping
from typing import Final, Literal

from chatbot.simulator.anthropic import Anthropic
from chatbot.simulator.calls import Dialect
from chatbot.simulator.gemini import Gemini
from chatbot.simulator.openai import OpenAI

DialectName = Literal["openai", "anthropic", "gemini"]
DIALECTS: Final[Mapping[DialectName, Dialect]] = {"openai": OpenAI(), "anthropic": Anthropic(), "gemini": Gemini()}
