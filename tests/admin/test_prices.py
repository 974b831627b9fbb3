"""Prices and exchange rates in the admin: added and corrected, never changed."""

from datetime import date
from decimal import Decimal

import pytest

from chatbot.accounting.prices import price_at
from chatbot.models import ExchangeRate, Price
from tests.accounting import rows

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ADD = "/admin/chatbot/price/add/"
PRICE = {
    "model": "alpha",
    "valid_from_0": "2026-03-01",
    "valid_from_1": "00:00:00",
    "input_per_million_usd": "2.5",
    "cached_input_per_million_usd": "0.625",
    "output_per_million_usd": "10",
    "note": "list of March",
}


def test_a_wrong_price_is_corrected_by_a_further_one_that_says_so(staff):
    assert staff.post(ADD, PRICE).status_code == 302
    right = PRICE | {"input_per_million_usd": "2"}
    refused = staff.post(ADD, right)
    assert "The book has a price of this model and moment." in refused.content.decode()
    saved = staff.post(ADD, right | {"takes_place": "on"}, follow=True)
    assert "corrected within minutes" in saved.content.decode()
    wrong, correction = Price.objects.filter(model="alpha").order_by("id")
    assert correction.corrects == wrong
    assert price_at("alpha", rows.NOON) == correction
    assert staff.post(ADD, right | {"takes_place": "on", "input_per_million_usd": "1"}).status_code == 302
    assert price_at("alpha", rows.NOON).corrects == correction
    page = staff.get("/admin/chatbot/price/?model=alpha").content.decode()
    assert page.count('alt="True"') == 1
    assert page.count('alt="False"') == 2
    assert "list of March" in staff.get(f"/admin/chatbot/price/{wrong.pk}/change/").content.decode()


def test_a_correction_of_nothing_is_told_so(staff):
    refused = staff.post(ADD, PRICE | {"takes_place": "on"})
    assert "The book has no price of this model and moment." in refused.content.decode()
    assert not Price.objects.filter(model="alpha").exists()


def test_the_price_list_takes_the_same_queries_however_long_it_is(staff, django_assert_max_num_queries):
    first = rows.price()
    for n in range(20):
        first = rows.price(corrects=first, per_million=str(n))
    with django_assert_max_num_queries(9):
        staff.get("/admin/chatbot/price/")


def test_exchange_rates_are_added_and_never_changed(staff, settings):
    settings.CHATBOT = {**settings.CHATBOT, "DISPLAY_CURRENCY": "KRW"}
    add = "/admin/chatbot/exchangerate/add/"
    assert 'value="KRW"' in staff.get(add).content.decode()
    given = {"currency": "KRW", "day": "2026-03-01", "per_usd": "1390.12", "note": "bank"}
    assert staff.post(add, given).status_code == 302
    assert staff.post(add, given).status_code == 200
    rate = ExchangeRate.objects.get()
    assert (rate.day, rate.per_usd) == (date(2026, 3, 1), Decimal("1390.12"))
    assert staff.post(f"/admin/chatbot/exchangerate/{rate.pk}/change/", given).status_code == 403
    assert staff.post(f"/admin/chatbot/exchangerate/{rate.pk}/delete/", {"post": "yes"}).status_code == 403
    assert ">1,390.12<" in staff.get("/admin/chatbot/exchangerate/").content.decode()


@pytest.mark.parametrize("wrong", [{"currency": "krw"}, {"currency": "₩"}, {"per_usd": "0"}, {"per_usd": "-1"}])
def test_a_rate_that_cannot_be_is_told_so(staff, wrong):
    given = {"currency": "KRW", "day": "2026-03-01", "per_usd": "1390.12"}
    assert staff.post("/admin/chatbot/exchangerate/add/", given | wrong).status_code == 200
    assert not ExchangeRate.objects.exists()
