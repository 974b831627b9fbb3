"""The simulator's own bill: its lines, their sums, and what it does not show."""

import csv
import io
from decimal import Decimal

from chatbot.simulator.bill import Bill, fingerprint


def settled(bill: Bill, number: int, outcome: str = "answered", **fields: object) -> None:
    line = bill.start(number=number, upstream_id=f"chatcmpl-{number}", key="key-a", model="gpt-4.1")
    for name, value in fields.items():
        setattr(line, name, value)
    bill.settle(line, outcome)  # type: ignore[arg-type]


def test_sums_are_those_of_the_lines() -> None:
    bill = Bill()
    settled(bill, 1, input_tokens=100, cached_input_tokens=40, output_tokens=20, reported=True, status=200)
    settled(bill, 2, "aborted", input_tokens=50, output_tokens=5, status=200)
    settled(bill, 3, "refused", status=429)
    figures = bill.as_json()
    for sums in (figures["totals"], figures["keys"]["key-a"], figures["models"]["gpt-4.1"]):
        assert (sums["requests"], sums["answered"], sums["aborted"], sums["refused"]) == (3, 1, 1, {"429": 1})
        assert (sums["input_tokens"], sums["cached_input_tokens"], sums["output_tokens"]) == (150, 40, 25)
        assert sums["reported"]["output_tokens"] == 20
        assert sums["unreported"] == {
            "requests": 1,
            "input_tokens": 50,
            "cached_input_tokens": 0,
            "output_tokens": 5,
        }
        assert Decimal(sums["cost_usd"]) == Decimal("8") * 175 / 1_000_000
    assert sum(Decimal(line["cost_usd"]) for line in figures["lines"]) == Decimal(figures["totals"]["cost_usd"])


def test_a_line_is_settled_once() -> None:
    bill = Bill()
    line = bill.start(number=1, upstream_id="x", key="key-a", model="gpt-4.1")
    bill.settle(line, "aborted")
    bill.settle(line, "broken")
    assert bill.totals.aborted == 1
    assert bill.totals.broken == 0
    assert bill.open == 0


def test_lines_are_limited_and_sums_are_not() -> None:
    bill = Bill()
    for number in range(10_003):
        settled(bill, number)
    assert len(bill.lines) == 10_000
    assert bill.lines[0].number == 3
    assert bill.totals.all.requests == 10_003
    assert [line["number"] for line in bill.as_json(lines=2)["lines"]] == [10_001, 10_002]
    assert bill.as_json(lines=0)["lines"] == []


def test_the_csv_has_the_same_lines() -> None:
    bill = Bill()
    settled(bill, 1, input_tokens=7)
    (row,) = csv.DictReader(io.StringIO(bill.as_csv()))
    assert (row["id"], row["input_tokens"], row["outcome"]) == ("chatcmpl-1", "7", "answered")


def test_a_key_shows_only_as_a_fingerprint() -> None:
    assert fingerprint("sk-secret-1") != fingerprint("sk-secret-2")
    assert "secret" not in fingerprint("sk-secret-1")


async def test_settled_waits_for_open_requests() -> None:
    bill = Bill()
    await bill.settled()
    line = bill.start(number=1, upstream_id="x", key="key-a", model="gpt-4.1")
    assert bill.open == 1
    bill.settle(line, "answered")
    await bill.settled()
