"""Turns over a faulty relay, and then its real bill: each difference is explained, on the terminal too."""

import csv
import io
import urllib.request
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from chatbot.assistant import turn
from chatbot.database import in_database
from chatbot.errors import ChatbotError
from chatbot.models import Attempt, Bill, BillMatch
from chatbot.simulator.testing import RunningSimulator
from tests.accounting.reconciliation.bills import adds_up, kinds, line, written
from tests.accounting.rows import NOON, settled
from tests.assistant.turns import ME, ask

FAULTS = [
    [],
    ["cut:12"],
    ["reset_before"],
    ["429"],
    ["no_usage"],
    ["reset_mid:5"],
    [],
    ["malformed"],
    ["500"],
    ["stall_mid:3:0.2"],
    [],
    ["cut:3"],
]


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit status, output, complaints."""
    out, err = StringIO(), StringIO()
    try:
        call_command("chatbot_reconcile", *arguments, stdout=out, stderr=err)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue(), err.getvalue()
    except CommandError as error:
        return error.returncode, out.getvalue(), f"{err.getvalue()}{error}"
    return 0, out.getvalue(), err.getvalue()


async def faulty_turns(simulator: RunningSimulator) -> bytes:
    """Ask while the relay fails in many ways; the bill that it then writes."""
    simulator.script(FAULTS)
    for number in range(10):
        try:
            await turn.answer(ME, ask(f"무선 이어폰 {number}번 추천해 주세요"))
        except ChatbotError:
            continue
    simulator.bill()  # waits until no request is open
    with urllib.request.urlopen(f"{simulator.root}/bill.csv") as answer:
        return answer.read()


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
@pytest.mark.usefixtures("ended_turns", "routes", "goods")
async def test_the_bill_after_faulty_turns_is_explained_to_the_last_place(
    simulator: RunningSimulator, tmp_path: Path
) -> None:
    (tmp_path / "bill.csv").write_bytes(await faulty_turns(simulator))
    status, out, err = await in_database(run)(str(tmp_path / "bill.csv"))
    assert (status, err) == (0, ""), out
    assert "Every difference is explained." in out

    def compare() -> None:
        bill = Bill.objects.get()
        found = kinds(bill)
        assert set(found) <= {"equal", "estimated", "unmeasured"}
        assert found["equal"] >= 3
        assert found["estimated"] >= 3
        assert adds_up(bill)
        totals = simulator.bill()["totals"]
        assert bill.billed_usd == Decimal(totals["cost_usd"])
        assert bill.billed_input_tokens == totals["input_tokens"]
        # What the relay had reported is booked as it is billed: not one token of the difference is there.
        reported = bill.matches.filter(attempt__source="reported")
        assert set(reported.values_list("input_tokens", "output_tokens", "cost_usd")) == {(0, 0, Decimal(0))}

    await in_database(compare)()


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
@pytest.mark.usefixtures("ended_turns", "routes", "goods")
async def test_what_a_relay_gets_wrong_on_its_bill_is_found(simulator: RunningSimulator, tmp_path: Path) -> None:
    lines = list(csv.DictReader(io.StringIO((await faulty_turns(simulator)).decode())))
    reported = [each for each in lines if each["outcome"] == "answered" and each["reported"] == "True"]
    assert len(reported) >= 4
    dear, more, again, gone = reported[:4]
    dear["cost_usd"] = str(Decimal(dear["cost_usd"]) * 2)
    more["output_tokens"] = str(int(more["output_tokens"]) + 50)
    lines.remove(gone)
    lines += [again, {**again, "id": "chatcmpl-of-somebody-else"}]
    (tmp_path / "bill.csv").write_bytes(written(lines, lines[0]))
    status, out, _ = await in_database(run)(str(tmp_path / "bill.csv"))
    assert status == 1
    assert "* is to be looked at." in out

    def compare() -> None:
        bill = Bill.objects.get()
        found = kinds(bill)
        assert {kind: found.get(kind) for kind in ("price", "tokens", "twice", "missing_here", "missing_there")} == {
            "price": 1,
            "tokens": 1,
            "twice": 1,
            "missing_here": 1,
            "missing_there": 1,
        }
        assert bill.matches.get(kind="price").line.request_id == dear["id"]
        assert bill.matches.get(kind="missing_there").attempt.upstream_id == gone["id"]
        assert adds_up(bill)

    await in_database(compare)()


@pytest.fixture
def ledger(db) -> list[Attempt]:
    return Attempt.objects.bulk_create(
        settled(NOON, "0.0025", upstream_id=f"req-{number}", cached_input_tokens=0) for number in range(3)
    )


class TestCommand:
    pytestmark = pytest.mark.database

    def test_an_equal_bill_is_status_0_and_can_be_compared_again(self, ledger, tmp_path):
        (tmp_path / "b.csv").write_bytes(written(map(line, ledger)))
        for complaint in ("", "This file was imported on"):
            status, out, err = run(str(tmp_path / "b.csv"), "--month", "2026-03", "--zone", "Asia/Seoul")
            assert status == 0
            assert complaint in err
        assert "b.csv, default: 2026-03-01 to 2026-03-31, on the bill in Asia/Seoul, here in Asia/Seoul" in out
        assert "equal                                                3               0               0" in out
        assert Bill.objects.count() == 1

    def test_a_difference_is_status_1_and_shown(self, ledger, tmp_path):
        (tmp_path / "b.csv").write_bytes(written([line(ledger[0], cost="0.1000"), *map(line, ledger[1:])]))
        status, out, _ = run(str(tmp_path / "b.csv"), "--csv", str(tmp_path / "out.csv"))
        assert status == 1
        assert "other price *" in out
        assert "line 2, 2026-03-14 12:00:00Z alpha req-0: 0.097500000000 dollars" in out
        rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8-sig"))))
        assert sum(Decimal(row["difference in dollars"]) for row in rows) == Decimal("0.0975")

    def test_what_the_file_says_steers_neither_the_terminal_nor_a_spreadsheet(self, ledger, tmp_path):
        evil = {"id": "\x1b[2J\x1b]0;evil\x07", "model": '=HYPERLINK("http://evil")', "cost": "1"}
        (tmp_path / "b.csv").write_bytes(written([line(ledger[0], **evil)]))
        status, out, _ = run(str(tmp_path / "b.csv"), "--csv", str(tmp_path / "out.csv"))
        assert status == 1
        assert "\x1b" not in out
        assert "\x07" not in out
        [row] = [
            row
            for row in csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8-sig")))
            if row["line of the file"]
        ]
        assert row["model"] == "'" + evil["model"]

    @pytest.mark.parametrize(
        ("options", "says"),
        [
            (["--map", "cost=price"], "no column 'price'"),
            (["--map", "cost"], "FIELD=COLUMN"),
            (["--endpoint", "other"], "There is no endpoint 'other'"),
            (["--month", "March"], "written like 2026-03"),
            (["--month", "2026-13"], "written like 2026-03"),
            (["--days", "2026-03-02", "2026-03-01"], "before its first"),
            (["--rate", "many", "--currency", "KRW"], "A rate is a number"),
            (["--zone", "Seoul"], "no time zone"),
        ],
    )
    def test_what_cannot_be_read_is_status_2_and_writes_nothing(self, ledger, tmp_path, options, says):
        (tmp_path / "b.csv").write_bytes(written(map(line, ledger)))
        status, _, err = run(str(tmp_path / "b.csv"), *options)
        assert status == 2
        assert says in err
        assert not Bill.objects.exists()

    def test_a_file_that_is_not_there_is_status_2(self, tmp_path):
        assert run(str(tmp_path / "none.csv"))[0] == 2

    def test_bad_lines_are_told_with_number_and_reason_and_can_be_left_out(self, ledger, tmp_path):
        (tmp_path / "b.csv").write_bytes(written([*map(line, ledger), {"created_at": "Total", "cost": "9"}]))
        status, _, err = run(str(tmp_path / "b.csv"))
        assert status == 2
        assert "line 5: created_at: 'Total' is not a time" in err
        assert not BillMatch.objects.exists()
        status, out, _ = run(str(tmp_path / "b.csv"), "--skip-bad-lines")
        assert status == 1
        assert "1 lines could not be read and are no part of this *" in out
