"""The demo's catalogue: a valid feed of a believable shop."""

import csv
import re
from collections import Counter
from decimal import Decimal

import pytest
from django.test import Client

from chatbot.catalog.sources.feed import open_feed
from chatbot.catalog.sources.rows import Rejection
from config.shop import departments
from tests.shop.conftest import CATALOGUE


@pytest.fixture(scope="module")
def lines() -> list[dict[str, str]]:
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_the_importer_takes_every_line(lines: list[dict[str, str]]) -> None:
    with open_feed(CATALOGUE) as feed:
        rows = list(feed)
    assert [row for row in rows if isinstance(row, Rejection)] == []
    assert len(rows) == len(lines) >= 60


def test_ids_are_unique(lines: list[dict[str, str]]) -> None:
    assert [sku for sku, count in Counter(line["id"] for line in lines).items() if count > 1] == []


def test_every_product_stands_in_one_department_and_no_department_is_empty(lines: list[dict[str, str]]) -> None:
    holders = [[d.slug for d in departments.DEPARTMENTS if d.holds(line["product_type"])] for line in lines]
    assert [line["id"] for line, found in zip(lines, holders, strict=True) if len(found) != 1] == []
    assert len({found[0] for found in holders}) == len(departments.DEPARTMENTS) >= 8


def test_there_is_every_kind_of_availability(lines: list[dict[str, str]]) -> None:
    counts = Counter(line["availability"] for line in lines)
    assert set(counts) == {"in_stock", "out_of_stock", "preorder", "backorder"}
    assert counts["out_of_stock"] >= 5
    assert counts["in_stock"] > len(lines) / 2


def test_sales_lower_the_price(lines: list[dict[str, str]]) -> None:
    on_sale = [line for line in lines if line["sale_price"]]
    amounts = [[Decimal(line[name].removesuffix(" KRW")) for name in ("sale_price", "price")] for line in on_sale]
    assert len(on_sale) >= 10
    assert all(0 < sale < regular for sale, regular in amounts)


def test_barcodes_have_a_right_check_digit_and_belong_to_nobody(lines: list[dict[str, str]]) -> None:
    """GS1 General Specifications: prefixes 20 to 29 are for use inside one company, so no maker owns these numbers."""
    codes = [line["gtin"] for line in lines if line["gtin"]]
    assert len(codes) == len(set(codes)) >= 40
    for code in codes:
        assert re.fullmatch(r"2\d{12}", code)
        assert sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(code)) % 10 == 0


def test_variants_share_a_group_and_differ_in_a_trait(lines: list[dict[str, str]]) -> None:
    groups: dict[str, list[tuple[str, ...]]] = {}
    for line in lines:
        if line["item_group_id"]:
            traits = tuple(line[name] for name in ("color", "size", "title"))
            groups.setdefault(line["item_group_id"], []).append(traits)
    assert len(groups) >= 5
    assert all(len(members) == len(set(members)) > 1 for members in groups.values())


def test_both_languages_are_sold(lines: list[dict[str, str]]) -> None:
    korean = [line for line in lines if re.search("[가-힣]", line["title"])]
    assert len(korean) > len(lines) / 2
    assert len(lines) - len(korean) >= 15


def test_descriptions_say_something(lines: list[dict[str, str]]) -> None:
    assert [line["id"] for line in lines if len(line["description"]) < 60] == []


@pytest.mark.usefixtures("shop")
def test_every_picture_and_link_resolves(client: Client, lines: list[dict[str, str]]) -> None:
    for picture in {line["image_link"] for line in lines}:
        response = client.get(picture)
        assert (picture, response.status_code, response["Content-Type"]) == (picture, 200, "image/svg+xml")
    for line in lines:
        assert client.get(line["link"]).status_code == 200
