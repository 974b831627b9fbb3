"""The options of the simulator and how it runs in the foreground, for `python -m chatbot.simulator` and `manage.py`."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence

from chatbot.simulator.rate_limits import RateLimits
from chatbot.simulator.server import DEFAULT_KEY, Simulator


def add_options(options: argparse.ArgumentParser) -> None:
    """Add the simulator's own options to `options`."""
    options.add_argument("--port", type=int, default=8900, help="port to listen on; 0 takes a free one (%(default)s)")
    options.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    options.add_argument("--seed", type=int, help="make answers, ids, delays and random faults repeatable")
    options.add_argument(
        "--tokens-per-second", type=_not_negative, help="pace of every model; 0 does not pace (each model's own)"
    )
    options.add_argument(
        "--spread",
        type=_count,
        default=0,
        help="this many streams of one pace never speak at the same moment; 0 leaves it to chance (%(default)s)",
    )
    options.add_argument(
        "--latency", type=_not_negative, default=1.0, help="multiplies the delay of the first word (%(default)s)"
    )
    options.add_argument(
        "--token-lifetime", type=_not_negative, default=3600.0, help="seconds that a token lives (%(default)s)"
    )
    options.add_argument("--signing-secret", default="", help="check signatures of requests and sign answers with this")
    options.add_argument("--requests-per-minute", type=_count, default=0, help="of each key; more is refused with 429")
    options.add_argument("--tokens-per-minute", type=_count, default=0, help="of each key; more is refused with 429")
    options.add_argument(
        "--key", action="append", default=[], help=f"a key to accept beside {DEFAULT_KEY!r}; may be repeated"
    )


def run(options: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM. Once it listens, stdout says `simulator: <base URL>`, then the shop's setting."""
    simulator = Simulator(
        seed=options.seed,
        tokens_per_second=options.tokens_per_second,
        latency=options.latency,
        spread=options.spread,
        keys=options.key,
        host=options.host,
        port=options.port,
        signing_secret=options.signing_secret,
        token_lifetime_s=options.token_lifetime,
        limits=RateLimits(requests_per_minute=options.requests_per_minute, tokens_per_minute=options.tokens_per_minute),
    )
    try:
        asyncio.run(_serve(simulator))
    except OSError as err:
        print(f"simulator: cannot listen on {options.host}:{options.port}: {err.strerror}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run with these arguments; returns the exit status."""
    options = argparse.ArgumentParser(
        prog="python -m chatbot.simulator", description="A relay to develop, demo and test against."
    )
    add_options(options)
    return run(options.parse_args(arguments))


async def _serve(simulator: Simulator) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with simulator:
        print(f"simulator: {simulator.url}", flush=True)  # noqa: T201  the line that callers wait for
        setting = {"ENDPOINTS": {"default": {"URL": simulator.url, "KEY": DEFAULT_KEY}}}
        print(f"CHATBOT = {json.dumps(setting)}", flush=True)  # noqa: T201
        await stopped.wait()


def _not_negative(value: str) -> float:
    number = float(value)
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{value} is not a number from 0 up")
    return number


def _count(value: str) -> int:
    if not value.isdecimal():
        raise argparse.ArgumentTypeError(f"{value} is not a whole number from 0 up")
    return int(value)
