"""The two commands, as a shop developer meets them."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from chatbot.models import Product
from tests.catalog.conftest import Write

pytestmark = [pytest.mark.django_db, pytest.mark.database]

FEED = "id,title,price_cents\n1,Desk lamp,1295\n2,,100\n3,Desk,call us\n4,Torch,500\n"
FLAGS = {"map": ["price=price_cents"], "price_unit": "cents", "currency": "usd"}


def run(command: str, *arguments: object, **options: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(command, *map(str, arguments), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_import_takes_the_good_lines_and_tells_of_the_bad_ones(write: Write) -> None:
    out, err = run("chatbot_import", write(FEED), **FLAGS)
    assert out.startswith("2 added, 0 changed, 0 unchanged, 2 rejected in ")
    assert "line 3, title: the product has no title" in err
    assert "line 4, price_cents: 'call us' is not a price" in err
    lamp = Product.objects.get(sku="1")
    assert (str(lamp.price), lamp.currency) == ("12.9500", "USD")


def test_import_again_changes_nothing(write: Write) -> None:
    run("chatbot_import", write(FEED), **FLAGS)
    out, _ = run("chatbot_import", write(FEED), **FLAGS)
    assert out.startswith("0 added, 0 changed, 2 unchanged, 2 rejected")


def test_a_dry_run_says_so_and_writes_nothing(write: Write) -> None:
    out, _ = run("chatbot_import", write(FEED), dry_run=True, **FLAGS)
    assert "2 added" in out
    assert "Nothing was written" in out
    assert not Product.objects.exists()


def test_remove_missing_spares_everything_when_the_feed_is_cut(write: Write) -> None:
    run("chatbot_import", write("id,title\n1,Lamp\n2,Torch\n"))
    feed = "<rss><channel><item><id>1</id><title>Lamp</title></item><item><id>2</rss>"
    out, _ = run("chatbot_import", write(feed, "feed.xml"), remove_missing=True)
    assert "0 removed" in out
    assert "could not be read to its end" in out
    out, _ = run("chatbot_import", write("id,title\n1,Lamp\n"), remove_missing=True)
    assert "1 removed" in out


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (None, {}, "cannot be read: No such file"),
        ("", {}, "The file is empty"),
        ("id,title\n,\n1,\n", {}, "No product could be read"),
        ("id,title\n1,Lamp\n", {"map": ["prize=x"]}, "no field 'prize'"),
        ("id,title\n1,Lamp\n", {"map": ["price"]}, "--map takes FIELD=COLUMN"),
        ("id,title\n1,Lamp\n", {"map": ["price=cost"]}, "no column 'cost'"),
        (
            "code,label\n1,Lamp\n",
            {},
            "no column 'id'; its columns are code, label. Say which of them it is: --map id=COL",
        ),
        ("sku,label\n1,Lamp\n", {}, "no column 'title'; its columns are sku, label"),
        ("id,title\n1,Lamp\n", {"currency": "dollars"}, "not a currency code"),
        ("id,title\n1,Lamp\n", {"format": "xml"}, "The XML cannot be read"),
    ],
)
def test_what_cannot_be_imported_is_said_in_a_sentence(
    write: Write, tmp_path: Path, content: str | None, options: dict[str, object], said: str
) -> None:
    path = tmp_path / "none.csv" if content is None else write(content)
    with pytest.raises(CommandError, match=said) as caught:
        run("chatbot_import", path, **options)
    assert caught.value.returncode == 1
    assert not Product.objects.exists()


def test_an_address_is_told_to_be_a_source() -> None:
    with pytest.raises(CommandError, match=r"is a source: CHATBOT\['SOURCES'\]"):
        run("chatbot_import", "https://shop.example/products.xml")


def test_tables_that_are_missing_are_told_before_the_error_is(write: Write) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'chatbot'")
    out, _ = run("chatbot_import", write("id,title\n1,Lamp\n"), skip_checks=False)
    assert "apply the migrations for app(s): chatbot." in out
    assert "manage.py migrate" in out


@pytest.fixture
def shop(write: Write) -> None:
    run("chatbot_import", write("id,title,price\nL,Desk lamp,12.95 USD\nT,Torch,5 USD\nD,Desk,200 USD\n"))


@pytest.mark.usefixtures("shop")
def test_search_prints_what_it_finds_or_that_there_is_nothing() -> None:
    out, _ = run("chatbot_search", "desk lamp", k=1)
    assert "L  Desk lamp  $12.95  in stock" in out
    assert len(out.splitlines()) == 1
    assert "T  Torch  $5.00  in stock" in run("chatbot_search", "torch")[0]
    assert run("chatbot_search", "submarine")[0] == "Nothing suitable in the catalogue.\n"
    assert "without the price" in run("chatbot_search", "desk under $2")[0]


@pytest.mark.usefixtures("shop")
def test_search_gives_json_lines() -> None:
    out, _ = run("chatbot_search", "a torch under $10, please", json=True)
    (hit,) = [json.loads(line) for line in out.splitlines()]
    assert (hit["id"], hit["price"], hit["currency"], hit["relaxed"]) == ("T", "5", "USD", [])


@pytest.mark.usefixtures("shop")
def test_a_file_of_queries_becomes_a_run_with_higher_scores_first(write: Write, tmp_path: Path) -> None:
    queries = write("query_id\tquery\n7\tdesk\n8\tsubmarine\n9\ttorch\n", "queries.tsv")
    run("chatbot_search", queries=str(queries), run=str(tmp_path / "run.tsv"))
    rows = [line.split("\t") for line in (tmp_path / "run.tsv").read_text().splitlines()]
    assert [row[:2] for row in rows] == [["7", "D"], ["7", "L"], ["9", "T"]]
    assert float(rows[0][2]) > float(rows[1][2]) > 0


@pytest.mark.parametrize(
    ("arguments", "options", "said"),
    [
        ((), {}, "Give words"),
        (("desk",), {"k": 0}, "-k takes"),
        ((), {"queries": "q.tsv"}, "belong together"),
        ((), {"queries": "none.tsv", "run": "run.tsv"}, "cannot be opened"),
    ],
)
def test_search_says_what_it_wants(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], options: dict[str, object], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match=said):
        run("chatbot_search", *arguments, **options)
