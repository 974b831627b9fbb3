"""Which price holds when, and what a usage costs by it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from chatbot.accounting.prices import cost_usd, price_at
from chatbot.events import Usage
from chatbot.models import Price
from tests.accounting import rows

TICK = timedelta(microseconds=1)


@pytest.mark.django_db
def test_a_price_holds_from_its_moment_until_just_before_the_next():
    old = rows.price(per_million="2.50", valid_from=rows.NOON - timedelta(days=30))
    new = rows.price(per_million="3.00", valid_from=rows.NOON)
    assert price_at("alpha", old.valid_from - TICK) is None
    assert price_at("alpha", old.valid_from) == old
    assert price_at("alpha", rows.NOON - TICK) == old
    assert price_at("alpha", rows.NOON) == new
    assert price_at("beta", rows.NOON) is None


@pytest.mark.django_db
def test_a_price_is_written_once():
    price = rows.price()
    price.input_per_million_usd = Decimal(1)
    with pytest.raises(ValueError, match="written once"):
        price.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.price()
    assert Price.objects.get(pk=price.pk).input_per_million_usd == Decimal("2.5")


def test_cached_input_has_its_own_price_and_is_inside_the_input():
    price = Price(
        input_per_million_usd=Decimal("2.5"),
        cached_input_per_million_usd=Decimal("0.625"),
        output_per_million_usd=Decimal("10"),
    )
    assert cost_usd(rows.usage(1000, 100, cached=400), price) == Decimal("0.00275")


@pytest.mark.parametrize(
    "usage",
    [Usage(), Usage(input_tokens=5, source="reported"), Usage(output_tokens=5, source="reported")],
    ids=["nothing known", "output unknown", "input unknown"],
)
def test_what_is_not_measured_has_no_cost(usage):
    price = Price(input_per_million_usd=1, cached_input_per_million_usd=1, output_per_million_usd=1)
    assert cost_usd(usage, price) is None


def test_no_tokens_cost_nothing():
    price = Price(input_per_million_usd=1, cached_input_per_million_usd=1, output_per_million_usd=1)
    assert cost_usd(rows.usage(0, 0), price) == 0


_prices = st.decimals(min_value=0, max_value=1000, places=6)
_tokens = st.integers(min_value=0, max_value=2_000_000)


@given(_tokens, _tokens, _tokens, _prices, _prices, _prices)
def test_a_cost_is_exact(fresh, cached, output, input_price, cached_price, output_price):
    price = Price(
        input_per_million_usd=input_price,
        cached_input_per_million_usd=cached_price,
        output_per_million_usd=output_price,
    )
    cost = cost_usd(rows.usage(fresh + cached, output, cached=cached), price)

    def whole(amount):  # in millionths of a dollar: integers do not round
        return int(amount * 1_000_000)

    assert cost is not None
    expected = fresh * whole(input_price) + cached * whole(cached_price) + output * whole(output_price)
    assert int(cost * 10**12) == expected
