"""Rows become products: twice is the same as once, and a bad row costs only itself."""

from dataclasses import replace

import pytest
from django.db import IntegrityError
from django.utils import timezone

from chatbot.catalog.search import configured
from chatbot.catalog.sources.product_row import ProductRow
from chatbot.catalog.sources.rows import Rejection
from chatbot.catalog.sync import BATCH, REJECTIONS_KEPT, Report, sync
from chatbot.models import Product
from tests.catalog.conftest import product

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def lamps(count: int) -> list[ProductRow]:
    return [replace(product(f"L{n}", f"Lamp number {n}"), line=n + 2) for n in range(count)]


def counts(report: Report) -> tuple[int, int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.rejected, report.removed


def test_the_same_feed_twice_changes_nothing() -> None:
    rows = lamps(BATCH + 20)
    assert counts(sync(rows)) == (BATCH + 20, 0, 0, 0, 0)
    before = list(Product.objects.order_by("pk").values())
    assert counts(sync(rows)) == (0, 0, BATCH + 20, 0, 0)
    assert list(Product.objects.order_by("pk").values()) == before


def test_what_changed_is_written_and_found() -> None:
    sync(lamps(3))
    rows = lamps(3)
    rows[1] = replace(rows[1], title="Torch", attributes={"light": "red"})
    created = Product.objects.get(sku="L1").created_at
    assert counts(sync(rows)) == (0, 1, 2, 0, 0)
    torch = Product.objects.get(sku="L1")
    assert (torch.title, torch.attributes, torch.created_at) == ("Torch", {"light": "red"}, created)
    assert [hit.sku for hit in configured().search("torch")] == ["L1"]


def test_an_id_that_comes_again_is_reported_with_the_line_of_the_first() -> None:
    rows = [*lamps(BATCH + 5), replace(product("L0", "Other"), line=9_000), replace(product("L0", "More"), line=9_001)]
    report = sync(rows)
    assert (report.added, report.rejected) == (BATCH + 5, 2)
    assert [item.reason for item in report.rejections] == ["'L0' stands on line 2 already"] * 2
    assert Product.objects.get(sku="L0").title == "Lamp number 0"


def test_what_is_missing_is_removed_only_when_asked_and_only_from_its_source() -> None:
    sync(lamps(3))
    sync([product("X", "Of another source")], source="other")
    assert counts(sync(lamps(1))) == (0, 0, 1, 0, 0)
    assert counts(sync(lamps(1), remove_missing=True)) == (0, 0, 1, 0, 2)
    assert set(Product.objects.offered().values_list("sku", flat=True)) == {"L0", "X"}
    assert [hit.sku for hit in configured().search("lamp")] == ["L0"]
    assert counts(sync(lamps(3))) == (0, 2, 1, 0, 0)
    assert len(configured().search("lamp")) == 3


@pytest.mark.parametrize(
    "rows",
    [
        [Rejection(2, "price", "not a price", sku="L0"), *lamps(3)[1:]],
        [*lamps(1), Rejection(3, "", "the file is damaged", ends_feed=True)],
        [Rejection(2, "", "everything is wrong")],
        [],
    ],
)
def test_a_product_whose_line_is_broken_today_is_not_gone(rows: list[ProductRow | Rejection]) -> None:
    sync(lamps(3))
    assert sync(rows, remove_missing=True).removed == 0
    assert Product.objects.offered().count() == 3


def test_a_dry_run_tells_and_writes_nothing() -> None:
    sync(lamps(2))
    report = sync([*lamps(1), product("N", "New")], remove_missing=True, dry_run=True)
    assert counts(report) == (1, 0, 1, 0, 1)
    assert Product.objects.offered().count() == 2
    assert configured().search("new") == []


def test_rejections_are_counted_exactly_and_kept_up_to_a_bound() -> None:
    report = sync(Rejection(n, "", "bad") for n in range(REJECTIONS_KEPT + 900))
    assert report.rejected == REJECTIONS_KEPT + 900
    assert len(report.rejections) == REJECTIONS_KEPT


def test_a_row_that_only_the_database_refuses_costs_itself_only() -> None:
    rows = lamps(5)
    rows[2] = replace(rows[2], price=-1)  # type: ignore[arg-type]
    report = sync(rows)
    assert (report.added, report.rejected) == (4, 1)
    assert report.rejections[0].line == 4
    assert "the database refuses it" in report.rejections[0].reason


class Broken:
    """A search that fails in the middle of its work."""

    def index(self, products: object) -> None:
        raise RuntimeError

    search = remove = rebuild = index


def test_products_and_their_index_are_written_together_or_not_at_all() -> None:
    with pytest.raises(RuntimeError):
        sync(lamps(3), search=Broken())  # type: ignore[arg-type]
    assert not Product.objects.exists()


def test_progress_is_told_after_each_batch() -> None:
    told: list[int] = []
    sync(lamps(BATCH + 1), progress=lambda report: told.append(report.rows))
    assert told == [BATCH, BATCH + 1]


def test_the_database_keeps_prices_from_going_below_zero() -> None:
    with pytest.raises(IntegrityError):
        Product.objects.create(sku="x", title="x", currency="USD", price=-1, content_hash="", removed_at=timezone.now())
