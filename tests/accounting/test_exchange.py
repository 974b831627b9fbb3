"""Amounts in the shop's currency, each at the rate of its day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.accounting import exchange
from chatbot.models import ExchangeRate

pytestmark = [pytest.mark.django_db, pytest.mark.database]

FIRST = date(2026, 3, 1)


def rate(day: date, per_usd: str, currency: str = "KRW") -> ExchangeRate:
    return ExchangeRate.objects.create(currency=currency, day=day, per_usd=Decimal(per_usd))


def test_a_rate_holds_from_its_day_until_the_next():
    rate(FIRST - timedelta(days=90), "1300")
    rate(FIRST - timedelta(days=40), "1350.5")
    rate(FIRST + timedelta(days=9), "1400")
    rate(FIRST, "0.92", currency="EUR")
    rates = exchange.load("KRW", FIRST, date(2026, 4, 1))
    assert rates.convert(Decimal(2), FIRST) == 2701
    assert rates.convert(Decimal(2), FIRST + timedelta(days=8)) == 2701
    assert rates.convert(Decimal(2), FIRST + timedelta(days=9)) == 2800
    assert exchange.convert(Decimal(2), FIRST - timedelta(days=90), "KRW") == 2600
    assert exchange.convert(Decimal(2), FIRST - timedelta(days=91), "KRW") is None


def test_without_a_rate_there_is_no_amount_and_no_total_of_a_part(django_assert_num_queries):
    rate(FIRST + timedelta(days=1), "1400")
    with django_assert_num_queries(1):
        rates = exchange.load("KRW", FIRST, date(2026, 4, 1))
    assert rates.convert(Decimal(1), FIRST) is None
    assert rates.total({FIRST: Decimal(1), FIRST + timedelta(days=1): Decimal(1)}) is None
    assert rates.total({FIRST: Decimal(0), FIRST + timedelta(days=1): Decimal(1)}) == 1400


def test_dollars_need_no_rate(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert exchange.convert(Decimal("1.5"), FIRST, "USD") == Decimal("1.5")


def test_a_rate_is_written_once():
    row = rate(FIRST, "1400")
    row.per_usd = Decimal(1)
    with pytest.raises(ValueError, match="written once"):
        row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        rate(FIRST, "1500")


@pytest.mark.parametrize(("currency", "shown"), [("KRW", "1235"), ("EUR", "1234.57"), ("KWD", "1234.568")])
def test_amounts_are_shown_with_the_places_of_their_currency(currency, shown):
    assert str(exchange.Rates(currency=currency).rounded(Decimal("1234.567890123456"))) == shown


_amounts = st.decimals(min_value=-1000, max_value=9_000_000, places=12)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.decimals("0.00000001", "9999999", places=8)), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 30), _amounts, _amounts), max_size=20),
)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_days_add_up_to_the_month_and_models_to_the_day(changes, costs):
    rates = exchange.Rates(
        currency="KRW",
        since=(FIRST - timedelta(days=1), *sorted({FIRST + timedelta(days=n) for n, _ in changes})),
        per_usd=(Decimal(1300), *(value for _, value in dict(changes).items())),
    )
    days: dict[date, Decimal] = {}
    models = [Decimal(0), Decimal(0)]
    for n, *of_models in costs:
        day = FIRST + timedelta(days=n)
        days[day] = days.get(day, Decimal(0)) + sum(of_models)
        for model, usd in enumerate(of_models):
            models[model] = exchange._EXACT.add(models[model], rates.convert(usd, day))
    of_days = Decimal(0)
    for day, usd in days.items():
        of_days = exchange._EXACT.add(of_days, rates.convert(usd, day))
    assert rates.total(days) == of_days == exchange._EXACT.add(*models)
