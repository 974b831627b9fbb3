"""Price lists in files: loaded once, corrected when that is said, or refused as a whole."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from chatbot.accounting import ledger, price_lists
from chatbot.accounting.price_lists import BadPriceList
from chatbot.accounting.prices import price_at
from chatbot.models import Attempt, Correction, Price
from tests.accounting import rows
from tests.accounting.rows import NOON, settled

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SEOUL = ZoneInfo("Asia/Seoul")
CSV = """model,valid_from,input,cached_input,output,note
new-1,2026-03-01,2.50,0.625,10,from their site
new-2,2026-03-01T09:30:00+00:00,0.1,,0.4,
"""


@pytest.fixture
def load(tmp_path):
    def run(text: str, *options: str, name: str = "prices.csv") -> str:
        path, out = tmp_path / name, StringIO()
        path.write_text(text)
        call_command("chatbot_prices", str(path), *options, stdout=out)
        return out.getvalue()

    return run


@pytest.fixture(autouse=True)
def _empty_book():
    Price.objects.all()._raw_delete("default")


def test_a_list_is_loaded_once(load):
    assert "2 added, 0 unchanged, 0 other amounts" in load(CSV)
    price = price_at("new-1", datetime(2026, 2, 28, 15, tzinfo=UTC))  # the day begins in Seoul
    assert (price.input_per_million_usd, price.cached_input_per_million_usd, price.output_per_million_usd) == (
        Decimal("2.5"),
        Decimal("0.625"),
        10,
    )
    assert price.note == "from their site"
    assert price_at("new-2", NOON).cached_input_per_million_usd == Decimal("0.1")
    assert "0 added, 2 unchanged" in load(CSV)
    assert Price.objects.count() == 2


@pytest.mark.parametrize("kind", ["json", "tsv"])
def test_the_same_list_in_another_format_is_the_same(load, kind):
    load(CSV)
    if kind == "tsv":
        text = CSV.replace(",", "\t")
    else:
        text = """[{"model": "new-1", "valid_from": "2026-03-01", "input": 2.50, "cached_input": 0.625, "output": 10},
                   {"model": "new-2", "valid_from": "2026-03-01T18:30:00+09:00", "input": 0.1, "output": "0.4"}]"""
    assert "0 added, 2 unchanged" in load(text, name=f"prices.{kind}")


def test_other_amounts_are_taken_as_a_correction_only_when_that_is_said(load):
    load(CSV)
    other = CSV.replace("2.50", "3.50")
    with pytest.raises(CommandError, match=r"other amounts.*--correct"):
        load(other + "new-3,2026-03-01,1,1,1,\n")
    assert Price.objects.count() == 2
    dry = load(other, "--dry-run")
    assert "! new-1 from 2026-03-01 00:00: 3.5 input, 0.625 cached input, 10 output" in dry
    assert "the book says 2.5 input" in dry
    assert Price.objects.count() == 2
    assert "1 corrected" in load(other, "--correct")
    assert price_at("new-1", NOON).input_per_million_usd == Decimal("3.5")
    assert "1 corrected" in load(CSV, "--correct")
    assert price_at("new-1", NOON).input_per_million_usd == Decimal("2.5")
    assert Price.objects.filter(model="new-1").count() == 3


def test_what_is_settled_already_is_corrected(load):
    settled(NOON, None, model="new-1", source="reported", input_tokens=1000, output_tokens=100).save(force_insert=True)
    assert "1 attempts of the ledger were corrected, by +0.003500000000 USD in all." in load(CSV)
    assert ledger.with_cost(Attempt.objects.all()).get().known_cost_usd == Decimal("0.0035")
    assert "corrected" not in load(CSV).replace("corrected with --correct", "")
    assert "by -0.001000000000 USD" in load(CSV.replace("2.50", "1.50"), "--correct")
    assert Correction.objects.count() == 2


BAD = {
    "a float's ghost": ("new-1,2026-03-01,0.1234567,,1,", "input has more than six places"),
    "negative": ("new-1,2026-03-01,-1,,1,", "input must be dollars from 0 on"),
    "not a number": ("new-1,2026-03-01,NaN,,1,", "input must be dollars"),
    "infinite": ("new-1,2026-03-01,1,,Infinity,", "output must be dollars"),
    "too dear": ("new-1,2026-03-01,1,,100000000,", "output must be dollars"),
    "other digits": ("new-1,2026-03-01,１,,1,", "input must be dollars"),
    "no amount": ("new-1,2026-03-01,1,,,", "output must be dollars"),
    "no such day": ("new-1,2026-02-30,1,,1,", "valid_from must be a day"),
    "no model": (",2026-03-01,1,,1,", "model must have"),
    "a long model": (f"{'x' * 101},2026-03-01,1,,1,", "model must have"),
    "twice": ("dup,2026-03-01,1,,1,\ndup,2026-03-01,1,,1,", "those of line 2"),
    "too many fields": ("new-1,2026-03-01,1,,1,note,more", "more fields than the header"),
}


@pytest.mark.parametrize(("line", "reason"), BAD.values(), ids=BAD)
def test_a_bad_line_is_named_and_nothing_is_written(load, line, reason):
    header, *good = CSV.splitlines(keepends=True)
    number = 3 if "\n" in line else 2
    with pytest.raises(CommandError, match=f"line {number}: .*{reason}"):
        load(header + line + "\n" + "".join(good))
    assert not Price.objects.exists()


@pytest.mark.parametrize(
    ("data", "kind", "reason"),
    [
        (b"", "csv", "lacks model"),
        (b"model,valid_from,input,output\n", "csv", "no prices"),
        (b"model,price\nx,1\n", "csv", "no column 'price'"),
        (b"\xff\xfe", "csv", "not UTF-8"),
        (b'model,valid_from,input,output\n"x', "csv", "not CSV"),
        (b"{}", "json", "JSON array"),
        (b"[" * 100_000, "json", "not JSON"),
        (b'[{"model": {"a": 1}}]', "json", "Some lines"),
        (b'[{"modle": "x"}]', "json", "no column 'modle'"),
        (b" " * (price_lists.MOST_BYTES + 1), "csv", "more than 16 MiB"),
    ],
)
def test_a_file_that_is_no_list_is_refused(data, kind, reason):
    with pytest.raises(BadPriceList, match=reason):
        price_lists.read(data, kind, SEOUL)


def test_the_book_is_printed_as_it_holds(load):
    load(CSV)
    load(CSV.replace("2.50", "3"), "--correct")
    out = StringIO()
    call_command("chatbot_prices", stdout=out)
    assert out.getvalue().splitlines() == [
        "new-1 from 2026-03-01 00:00: 3 input, 0.625 cached input, 10 output",
        "new-2 from 2026-03-01 18:30: 0.1 input, 0.1 cached input, 0.4 output",
    ]


def test_a_correction_of_another_model_or_moment_is_refused():
    price = rows.price("new-1")
    with pytest.raises(ValueError, match="same model and moment"):
        rows.price("new-2", corrects=price)


def test_amounts_in_json_do_not_pass_through_floats():
    amount = "12345678.123456"
    text = json.dumps([{"model": "m", "valid_from": "2026-03-01", "input": 0, "output": 1}]).replace(
        "1}", f"{amount}}}"
    )
    (line,) = price_lists.read(text.encode(), "json", SEOUL)
    assert line.output == Decimal(amount)
