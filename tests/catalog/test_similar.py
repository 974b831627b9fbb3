"""Products like one that the shopper sees, and products that go with it."""

from decimal import Decimal

import pytest
from django.utils import timezone

from chatbot.catalog.candidates import candidates
from chatbot.catalog.question import Context, Shown, understand
from chatbot.catalog.similar import goes_with, similar_to, variants_of
from chatbot.models import Product
from tests.catalog.conftest import product, stock

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def shop() -> None:
    phone = {"product_type": "Phones > Smartphones", "brand": "Nova"}
    stock(
        product("p-black", "Nova S3 smartphone", color="Black", item_group_id="s3", price=Decimal(500), **phone),
        product("p-blue", "Nova S3 smartphone", color="Blue", item_group_id="s3", price=Decimal(510), **phone),
        product("p-two", "Nova S2 smartphone", color="Black", price=Decimal(300), **phone),
        product("p-other", "Lumen smartphone", brand="Lumen", product_type="Phones > Smartphones", price=Decimal(280)),
        product("case", "Nova S3 smartphone case", brand="Nova", product_type="Phones > Cases", price=Decimal(20)),
        product("glass", "Nova screen glass for smartphone", brand="Nova", product_type="Phones > Screen protection"),
        product("kettle", "Nova kettle", brand="Nova", product_type="Kitchen > Kettles", price=Decimal(40)),
        product("towel", "Bath towel", brand="Soft", product_type="Bath > Towels", price=Decimal(10)),
    )


def seen(sku: str) -> Context:
    row = Product.objects.get(sku=sku)
    return Context(viewed=Shown(sku=row.sku, title=row.title, price=row.price, currency=row.currency))


def found(text: str, context: Context) -> list[str]:
    return [each.sku for each in candidates(understand(text, context=context), limit=8, now=timezone.now())]


def test_like_it_are_others_of_its_kind_and_neither_itself_nor_its_variants() -> None:
    phone = Product.objects.get(sku="p-black")
    like = [row.sku for row in similar_to(phone, limit=2, now=timezone.now())]
    assert like[0] == "p-two"
    assert not {"p-black", "p-blue"} & set(like)
    assert "towel" not in like


def test_with_a_wish_its_own_variants_come_first() -> None:
    assert found("do you have this in blue?", seen("p-black"))[0] == "p-blue"
    cheaper = found("anything like this but cheaper?", seen("p-two"))
    assert "p-other" in cheaper
    assert "p-black" not in cheaper


def test_what_goes_with_it_is_of_other_kinds_and_nearby_shelves_first() -> None:
    phone = Product.objects.get(sku="p-black")
    along = [row.sku for row in goes_with(phone, limit=3, now=timezone.now())]
    assert set(along[:2]) == {"case", "glass"}
    assert not {"p-black", "p-blue", "p-two", "p-other", "towel"} & set(along)
    assert found("what goes with this?", seen("p-black"))[:2] == along[:2]
    assert found("이거랑 어울리는 거 추천해줘", seen("p-black"))[:2] == along[:2]


def test_variants_follow_the_product_and_what_is_sold_out_comes_last() -> None:
    Product.objects.filter(sku="p-blue").update(availability="out_of_stock")
    stock(product("p-red", "Nova S3 smartphone", color="Red", item_group_id="s3"))
    rows = variants_of([Product.objects.get(sku="p-black"), Product.objects.get(sku="towel")])
    assert [row.sku for row in rows] == ["p-black", "p-red", "p-blue", "towel"]
