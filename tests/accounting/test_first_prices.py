"""The price list and the routes that a shop begins with, out of its migrations."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection

from chatbot.accounting.prices import price_at
from chatbot.migrations import _price_list as price_list
from chatbot.models import Attempt, Endpoint, Price, Route
from tests.accounting import rows

pytestmark = [pytest.mark.django_db, pytest.mark.database]

FIRST = datetime(2025, 1, 1, tzinfo=UTC)


class Editor:
    """What a migration's function is given of the schema editor."""

    connection = connection


@pytest.fixture
def loaded():
    # Tests that commit leave empty tables behind: load what the migration once loaded.
    price_list.add(apps, Editor)


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("model", "per_million"),
    [("gpt-4.1", "8"), ("claude-sonnet-4.5", "15"), ("gemini-2.5-flash", "2.5"), ("deepseek-v3.2", "0.42")],
)
def test_a_shop_starts_with_the_relays_price_list(model, per_million):
    price = price_at(model, FIRST)
    assert price is not None
    assert {price.input_per_million_usd, price.cached_input_per_million_usd, price.output_per_million_usd} == {
        Decimal(per_million)
    }
    assert "Price list" in price.note


@pytest.mark.usefixtures("loaded")
def test_the_quick_model_is_tried_first_and_the_one_that_is_weak_in_korean_last():
    models = [route.model for route in Route.objects.usable()]
    assert models == ["gemini-2.5-flash", "gpt-4.1", "claude-sonnet-4.5", "deepseek-v3.2"]


@pytest.mark.usefixtures("loaded")
def test_the_price_list_can_be_taken_back_and_loaded_again_but_not_a_price_that_was_used():
    used = price_at("gpt-4.1", FIRST)
    rows.settled(rows.NOON, "1", model="gpt-4.1", book=used).save(force_insert=True)
    price_list.remove(apps, Editor)
    assert list(Price.objects.all()) == [used]
    assert not Route.objects.exists()
    assert not Endpoint.objects.exists()
    price_list.add(apps, Editor)
    price_list.add(apps, Editor)
    assert (Price.objects.count(), Route.objects.count()) == (4, 4)
    assert Attempt.objects.get().price == used
