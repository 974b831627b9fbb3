"""A relay to develop, demo and test against.

It speaks three dialects (OpenAI, Anthropic messages, Gemini), paces its words, keeps its own bill and commits faults
when asked to. It needs no Django, no network and no real key.

    python -m chatbot.simulator --port 8900 --seed 1

    async with Simulator(seed=1, tokens_per_second=0, latency=0) as simulator:
        ...  # simulator.url, simulator.bill, simulator.faults

For tests without an event loop see `testing.run_in_thread`, for a process of its own `testing.run_in_process`.
"""

from chatbot.simulator.bill import fingerprint
from chatbot.simulator.models import MODELS, Model
from chatbot.simulator.server import DEFAULT_KEY, Simulator
from chatbot.simulator.testing import RunningSimulator, run_in_process, run_in_thread

__all__ = [
    "DEFAULT_KEY",
    "MODELS",
    "Model",
    "RunningSimulator",
    "Simulator",
    "fingerprint",
    "run_in_process",
    "run_in_thread",
]
