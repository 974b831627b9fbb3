"""One request to the upstream at URL in a fresh process: prints its outcome and how much memory it took, as JSON.

`python -m tests.faults._memory URL` ; the resident size is the process's peak, over the peak of a first, plain answer.
"""

import asyncio
import json
import re
import sys
from pathlib import Path

from chatbot.relay.base import Endpoint
from chatbot.relay.client import HttpRelay
from chatbot.relay.pool import close_clients
from tests.faults.upstream import hear


def forget_peak() -> None:
    """Let the peak start anew from what is held now; `getrusage` would still tell of the parent process."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_mib() -> float:
    """The most memory that this process has held resident since `forget_peak`."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)[1]) / 1024


async def main(plain: str, faulty: str) -> None:
    """Ask the first once to warm up, then the second, measured."""
    await hear(HttpRelay(Endpoint(name="plain", url=plain, key="simulator-key")))
    forget_peak()
    before = peak_mib()
    heard = await hear(HttpRelay(Endpoint(name="faulty", url=faulty, key="simulator-key")))
    await close_clients()
    print(json.dumps({"error": heard.error, "characters": len(heard.text), "mib": peak_mib() - before}))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
