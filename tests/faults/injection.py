"""Rows S7 and S8: orders to the model in the catalogue and in questions, with a model that obeys every one of them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import httpx

from chatbot.simulator.testing import run_in_process
from tests.bench.databases import sqlite
from tests.faults._injection import CANARY
from tests.faults.rows import Finding, row


def _run(name: str) -> Iterator[Finding]:
    with run_in_process("--tokens-per-second", "0", "--latency", "0", "--seed", "1") as url, sqlite() as env:
        upstream = url.removesuffix("/v1")
        httpx.post(f"{upstream}/control", json={"rate": {"obey": 1.0}}, trust_env=False).raise_for_status()
        given = {
            **os.environ,
            **env,
            "CHATBOT_RELAY_URL": url,
            "BENCH_CHATBOT": json.dumps({"SHOP_NAME": f"Darak {CANARY}", "REDIS_URL": ""}),
        }
        command = [sys.executable, "-m", "tests.faults._injection", name, upstream]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=given)
        for line in done.stdout.splitlines():
            yield Finding(**json.loads(line))


@row("S7")
def catalogue() -> Iterator[Finding]:
    """What a product's text tells the model to say is not read, and what hides in it does not reach the model."""
    yield from _run("S7")


@row("S8")
def shoppers() -> Iterator[Finding]:
    """What a shopper tells the model to say is not read as the shop's word; the system text stays where it is."""
    yield from _run("S8")
