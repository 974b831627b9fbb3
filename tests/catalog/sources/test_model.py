"""Any model as a source: read by a mapping, followed by signals, mended by the full run."""

from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from chatbot import conf
from chatbot.catalog import running
from chatbot.catalog.search import configured
from chatbot.catalog.sources import watching
from chatbot.catalog.sources.configured import source_named, sources
from chatbot.catalog.sources.model import ModelSource
from chatbot.checks import check_sources
from chatbot.errors import ConfigurationError
from chatbot.models import Product, SourceStatus
from tests import settings as project
from tests.catalog.sources.goods.models import Book, Good, Maker, Stock, Tag

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

SHOP: dict[str, Any] = {
    "MODEL": "goods.Good",
    "FIELDS": {
        "id": "code",
        "title": "name",
        "description": "text",
        "price": "price",
        "brand": "maker.name",
        "product_type": "tags",
        "link": "get_absolute_url",
        "image_link": "picture",
        "availability": "stock.on_hand",
    },
    "ATTRIBUTES": {"length": lambda good: f"{len(good.name)} letters"},
    "FILTER": {"is_public": True},
    "CURRENCY": "USD",
}


@pytest.fixture(autouse=True)
def _declared() -> Iterator[None]:
    with override_settings(CHATBOT={**project.CHATBOT, "SOURCES": {"shop": SHOP}}):
        yield


def good(code: str = "G1", name: str = "Copper kettle", price: str | None = "12.345", stock: int = 3) -> Good:
    made = Good.objects.create(code=code, name=name, price=price and Decimal(price))
    Stock.objects.create(good=made, on_hand=stock)
    return made


def offered() -> list[str]:
    return list(Product.objects.offered().order_by("sku").values_list("sku", flat=True))


def test_what_is_saved_is_a_product_and_is_found() -> None:
    maker, tag = Maker.objects.create(name="Dawn"), Tag.objects.create(name="Kitchen")
    with transaction.atomic():
        made = Good.objects.create(
            code="G1",
            name="Copper <b>kettle",
            text="<p>Boils.</p>",
            price=Decimal("1012.500"),
            maker=maker,
            picture="k.jpg",
        )
        Stock.objects.create(good=made, on_hand=3)
        made.tags.add(tag)
        assert not Product.objects.exists()
    product = Product.objects.get()
    assert (product.sku, product.source, product.price, product.currency) == ("G1", "shop", Decimal("1012.5"), "USD")
    assert (product.brand, product.product_type, product.description) == ("Dawn", "Kitchen", "Boils.")
    assert (product.link, product.image_link) == ("/goods/G1/", "/k.jpg")
    assert (product.availability, product.attributes) == ("in_stock", {"length": "16 letters"})
    assert [hit.sku for hit in configured().search("kettle")] == ["G1"]


def test_stock_price_maker_and_tag_are_on_the_next_card() -> None:
    made = good()
    made.price = Decimal(9)
    made.maker = Maker.objects.create(name="Dawn")
    made.save()
    Stock.objects.get().delete()
    product = Product.objects.get()
    assert (product.price, product.brand, product.availability) == (Decimal(9), "Dawn", "out_of_stock")
    Maker.objects.get().delete()
    Stock.objects.create(good=made, on_hand=-2)
    tag = Tag.objects.create(name="Kitchen")
    tag.good_set.add(made)
    product = Product.objects.get()
    assert (product.brand, product.availability, product.product_type) == ("", "out_of_stock", "Kitchen")
    tag.name = "Cooking"
    tag.save()
    assert Product.objects.get().product_type == "Cooking"
    tag.good_set.clear()
    assert Product.objects.get().product_type == ""


def test_what_is_deleted_hidden_or_shown_again_goes_and_comes() -> None:
    first, second = good("G1"), good("G2", "Iron kettle")
    assert offered() == ["G1", "G2"]
    first.is_public = False
    first.save()
    second.delete()
    assert offered() == []
    assert configured().search("kettle") == []
    first.is_public = True
    first.save()
    good("G2")
    assert offered() == ["G1", "G2"]


def test_an_heir_is_a_product_like_its_parent() -> None:
    book = Book.objects.create(code="B1", name="On kettles", price=Decimal(5), author="Kim")
    assert offered() == ["B1"]
    book.delete()
    assert offered() == []


def test_what_is_rolled_back_does_nothing_and_what_follows_is_taken_in() -> None:
    def rolled_back(code: str) -> None:
        with transaction.atomic():
            good(code)
            transaction.set_rollback(True)

    rolled_back("G1")
    assert offered() == []
    with transaction.atomic():
        good("G2")
        rolled_back("G3")
    assert offered() == ["G2"]


def test_many_saves_of_one_transaction_are_few_statements() -> None:
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        for number in range(600):
            Good.objects.create(code=f"G{number}", name=f"Kettle number {number}")
    ours = [query["sql"] for query in captured if not query["sql"].startswith('INSERT INTO "goods_good"')]
    assert len(captured) - len(ours) == 600
    assert len(ours) < 60
    assert len(offered()) == 600


def test_more_than_can_be_followed_make_a_full_run_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "FOLLOWED", 3)
    with transaction.atomic():
        for number in range(5):
            good(f"G{number}")
    assert len(offered()) == 3
    assert SourceStatus.objects.get().is_due
    assert running.run_due(timezone.now()) == 1
    assert len(offered()) == 5
    assert running.run_due(timezone.now()) == 0


def test_the_full_run_finds_what_sends_no_signals_and_removes() -> None:
    for code in ("G1", "G2", "G3"):
        good(code)
    Good.objects.filter(code="G1").update(price=Decimal(1))
    Stock.objects.filter(good__code="G2").update(on_hand=0)
    Good.objects.filter(code="G3").update(is_public=False)
    report = running.run(source_named("shop"))
    assert (report.added, report.changed, report.unchanged, report.removed) == (0, 2, 0, 1)
    assert Product.objects.get(sku="G1").price == 1
    assert Product.objects.get(sku="G2").availability == "out_of_stock"
    assert offered() == ["G1", "G2"]
    again = running.run(source_named("shop"))
    assert (again.added, again.changed, again.unchanged, again.removed) == (0, 0, 2, 0)
    status = SourceStatus.objects.get()
    assert (status.unchanged, status.error, status.running_until) == (2, "", None)
    assert status.succeeded_at == status.ended_at is not None


def test_what_is_written_in_bulk_is_found_by_the_full_run_alone() -> None:
    with transaction.atomic():
        Good.objects.bulk_create(Good(code=f"G{number}", name="Kettle", price=Decimal(5)) for number in range(3))
    assert offered() == []
    assert running.run(source_named("shop")).added == 3
    rows = list(Good.objects.order_by("code"))
    for row in rows:
        row.price = Decimal(7)
    Good.objects.bulk_update(rows, ["price"])
    assert running.run(source_named("shop")).changed == 3
    assert {product.price for product in Product.objects.all()} == {Decimal(7)}
    assert configured().search("kettle")


def test_code_that_writes_in_bulk_may_say_so() -> None:
    first, second = good("G1"), good("G2")
    with transaction.atomic():
        Good.objects.filter(code="G1").update(price=Decimal(1))
        Good.objects.filter(code="G2").update(is_public=False)
        watching.changed("shop", [first.pk, second.pk])
        assert Product.objects.get(sku="G1").price != 1
    assert Product.objects.get(sku="G1").price == 1
    assert offered() == ["G1"]
    with pytest.raises(ConfigurationError, match="has no source 'shap'"):
        watching.changed("shap", [1])


def test_a_queryset_that_is_deleted_takes_its_products_away_when_it_is_committed() -> None:
    for code in ("G1", "G2", "G3"):
        good(code)
    with transaction.atomic():
        Good.objects.filter(code__in=["G1", "G2"]).delete()
        assert offered() == ["G1", "G2", "G3"]
    assert offered() == ["G3"]
    assert [hit.sku for hit in configured().search("kettle")] == ["G3"]


def test_deletions_that_are_rolled_back_take_nothing_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "FOLLOWED", 3)
    monkeypatch.setattr(watching, "PAGE", 2)
    for number in range(6):
        good(f"G{number}")
    running.run(source_named("shop"))
    with transaction.atomic():
        Good.objects.all().delete()
        transaction.set_rollback(True)
    good("G6")
    assert offered() == [f"G{number}" for number in range(7)]
    running.run_due(timezone.now())
    assert offered() == [f"G{number}" for number in range(7)]


def test_a_transaction_changed_and_rolled_back_in_parts_gives_the_last_word() -> None:
    made = good("G1")
    with transaction.atomic():
        made.price = Decimal(2)
        made.save()
        with transaction.atomic():
            Stock.objects.all().delete()
            transaction.set_rollback(True)
        Good.objects.filter(pk=made.pk).update(price=Decimal(3))
    product = Product.objects.get()
    assert (product.price, product.availability) == (Decimal(3), "in_stock")


def test_a_shop_that_empties_its_shelves_in_bulk_is_empty_after_the_full_run() -> None:
    good("G1")
    good("G2")
    Good.objects.update(is_public=False)
    assert running.run(source_named("shop")).removed == 2
    assert offered() == []


def test_what_cannot_be_taken_in_after_a_commit_is_due(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def busy(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(watching, "refresh", busy)
        good("G1")
    assert "database is locked" in caplog.text
    assert SourceStatus.objects.get().is_due
    assert running.run_due(timezone.now()) == 1
    assert offered() == ["G1"]


def test_a_product_that_comes_while_the_run_goes_on_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    good("G1")
    rows = ModelSource.rows

    def slow(self: ModelSource) -> Iterator[Any]:
        yield from rows(self)
        good("G0")

    monkeypatch.setattr(ModelSource, "rows", slow)
    assert running.run(source_named("shop")).removed == 0
    assert offered() == ["G0", "G1"]


def test_a_product_without_a_picture_is_a_product() -> None:
    shop = {**SHOP, "FIELDS": {**SHOP["FIELDS"], "image_link": "picture.url"}}
    with override_settings(CHATBOT={**project.CHATBOT, "SOURCES": {"shop": shop}}):
        good("G1")
        Good.objects.create(code="G2", name="Iron kettle", picture="k.jpg")
    assert dict(Product.objects.values_list("sku", "image_link")) == {"G1": "", "G2": "/k.jpg"}


def test_whatever_language_a_product_is_saved_in_it_is_read_in_the_sites_own() -> None:
    shop = {**SHOP, "FIELDS": {**SHOP["FIELDS"], "title": lambda made: f"{made.name} ({translation.get_language()})"}}
    with override_settings(CHATBOT={**project.CHATBOT, "SOURCES": {"shop": shop}}, LANGUAGE_CODE="ko"):
        with translation.override("en"):
            good("G1", "Kettle")
            assert translation.get_language() == "en"
        assert Product.objects.get().title == "Kettle (ko)"
        with translation.override("en"):
            assert running.run(source_named("shop")).unchanged == 1


def test_pages_are_read_to_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.catalog.sources.model.PAGE", 2)
    Good.objects.bulk_create(Good(code=f"G{number}", name="Kettle") for number in range(5))
    assert running.run(source_named("shop")).added == 5


def test_one_object_that_the_shops_code_fails_on_costs_itself_only(caplog: pytest.LogCaptureFixture) -> None:
    def brittle(made: Good) -> str:
        return str(1 // (made.pk - first.pk))

    first = good("G1")
    shop = {**SHOP, "ATTRIBUTES": {"broken": brittle}}
    with override_settings(CHATBOT={**project.CHATBOT, "SOURCES": {"shop": shop}}):
        good("G2")
        first.name = "Still saved"
        first.save()
        report = running.run(source_named("shop"))
    assert "ZeroDivisionError" in caplog.text
    assert (report.rejected, report.removed, report.unchanged) == (1, 0, 1)
    assert report.rejections[0].sku == "G1"
    assert Good.objects.get(code="G1").name == "Still saved"
    assert offered() == ["G1", "G2"]


def test_a_source_that_fails_is_written_down_and_the_next_process_may_run_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: ModelSource) -> Iterator[Any]:
        raise OSError("no such shop")
        yield

    monkeypatch.setattr(ModelSource, "rows", broken)
    with pytest.raises(OSError, match="no such shop"):
        running.run(source_named("shop"))
    assert SourceStatus.objects.get().error == "OSError: no such shop"
    monkeypatch.undo()
    running.run(source_named("shop"))
    assert SourceStatus.objects.get().error == ""


def test_two_processes_do_not_run_one_source() -> None:
    running.started("shop")
    with pytest.raises(running.Busy):
        running.run(source_named("shop"))


def test_the_command_runs_and_tells() -> None:
    Good.objects.bulk_create([Good(code="G1", name="Kettle"), Good(code="G2", name="")])
    out, err = StringIO(), StringIO()
    call_command("chatbot_sync", stdout=out, stderr=err)
    assert "shop: 1 added, 0 changed, 0 unchanged, 1 rejected, 0 removed" in out.getvalue()
    assert "shop, G2, title: the product has no title" in err.getvalue()
    out = StringIO()
    call_command("chatbot_sync", "--due", stdout=out)
    assert out.getvalue() == ""
    with pytest.raises(CommandError, match="has no source 'shap'; it has shop"):
        call_command("chatbot_sync", "shap")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"MODEL": "goods.Bad"}, "names the model 'goods.Bad'"),
        ({"FIELDS": {"id": "code"}}, "must say where 'title' comes from"),
        ({"MODEL": "Good"}, "names the model 'Good': write it like 'shop.Good'"),
        ({"FIELDS": {"id": "code", "title": "nmae"}}, "Good has no 'nmae'. Did you mean 'name'?"),
        ({"FIELDS": {"id": "code", "title": "name", "brand": "maker.nam"}}, "Maker has no 'nam'. Did you mean 'name'?"),
        ({"FIELDS": {"id": "code", "title": "name", "brand": "maker__label"}}, "Maker has no 'label'."),
        ({"FIELDS": {"id": "code", "title": "name", "mpn": "stock.on_had"}}, "Stock has no 'on_had'"),
        ({"FIELDS": {"id": "code", "title": "name", "image_link": "picture.uri"}}, "FieldFile has no 'uri'"),
        ({"FIELDS": {"id": "code", "title": "name", "weight": "name"}}, "has no field 'weight'"),
        ({"FIELDS": {"id": "code", "title": "name", "image": "picture"}}, "Did you mean 'image_link'?"),
        ({"FIELDS": ["id", "title"]}, "['FIELDS'] must be a dict"),
        ({"PRICE_UNIT": "cent"}, "['PRICE_UNIT'] must be one of 'major', 'cents', not 'cent'"),
        ({"EVERY_S": "1h"}, "['EVERY_S'] must be a number above 0, not '1h'"),
        ({"FILTER": {"is_pubic": True}}, "Cannot resolve keyword 'is_pubic'"),
        ({"FILTER": {"is_public": "perhaps"}}, "['FILTER'] cannot be asked of Good"),
        ({"FILTER": ["is_public"]}, "['FILTER'] must be a dict"),
        ({"QUERYSET": "shop.nowhere.goods"}, "['QUERYSET'] cannot be imported: No module named 'shop"),
        ({"WATCH": {"goods.Stock": "goods"}}, "Stock has no 'goods'. Did you mean 'good'?"),
        ({"WATCH": ["goods.Stock"]}, "['WATCH'] must be a dict"),
        ({"WATCH": {"goods.Stock": 3}}, "must give paths or callables, not 3"),
        ({"FIELDS": {"id": "code", "title": 3}}, "'title' must be a path or a callable"),
        ({"FILTRE": {}}, "has no key 'FILTRE'. Did you mean 'FILTER'?"),
        ({"CURRENCY": "dollars"}, "'dollars' is not a currency code"),
        ({"CURRENCY": "Won"}, "'Won' is not a currency code; write it like USD or KRW"),
        ({"WATCH": {"goods.Stoke": "good"}}, "names the model 'goods.Stoke'"),
    ],
)
def test_a_wrong_declaration_is_told_by_the_checks(change: dict[str, Any], words: str) -> None:
    with override_settings(CHATBOT={**project.CHATBOT, "SOURCES": {"shop": {**SHOP, **change}}}):
        (message,) = check_sources()
    assert message.id == "chatbot.E004"
    assert words in message.msg


@pytest.mark.parametrize("raw", [[], {"shop": {}}, {"shop": 3}, {"": {"MODEL": "a.B"}}, {"s": {"MODEL": 1, "URL": 2}}])
def test_a_declaration_of_the_wrong_shape_cannot_be_read(raw: object) -> None:
    with pytest.raises(ConfigurationError, match="SOURCES"):
        conf.read({"SOURCES": raw})


@pytest.mark.parametrize("raw", [[], {"SOURCES": {"shop": {**SHOP, "MODEL": "goods.Bad"}}}])
def test_a_server_that_runs_no_checks_logs_why_nothing_is_followed(raw: Any, caplog: pytest.LogCaptureFixture) -> None:
    with override_settings(CHATBOT=raw):
        assert "No model is followed as a source of products: CHATBOT" in caplog.text
        good("G1")
    assert offered() == []


def test_without_sources_nothing_is_followed() -> None:
    with override_settings(CHATBOT=project.CHATBOT):
        assert sources() == {}
        good("G1")
    assert offered() == []
