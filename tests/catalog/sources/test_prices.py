"""Amounts as feeds write them."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.catalog.sources.prices import read_amount


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("259000 KRW", "259000", "KRW"),
        ("₩259,000", "259000", "KRW"),
        ("259,000원", "259000", "KRW"),
        ("259.000 KRW", "259000", "KRW"),
        ("15.00 USD", "15", "USD"),
        ("USD 15.00", "15", "USD"),
        ("$1,299.00", "1299", "USD"),
        ("US$ 15", "15", "USD"),
        ("1.299,00 EUR", "1299", "EUR"),
        ("1 299,00 €", "1299", "EUR"),
        ("1\u202f299,00 €", "1299", "EUR"),
        ("1'299.00 CHF", "1299", "CHF"),
        ("12,5 EUR", "12.5", "EUR"),
        ("1,299 EUR", "1299", "EUR"),
        ("1.234.567 EUR", "1234567", "EUR"),
        ("12,99,000 INR", "1299000", "INR"),
        ("0.125 USD", "0.125", "USD"),
        ("1.234 KWD", "1.234", "KWD"),
        ("19.99", "19.99", "SEK"),
        ("１５０００", "15000", "SEK"),
        ("0", "0", "SEK"),
    ],
)
def test_amounts_are_read_with_their_currency(text: str, amount: str, currency: str) -> None:
    assert read_amount(text, currency="SEK") == (Decimal(amount), currency)


def test_cents_become_the_major_unit() -> None:
    assert read_amount("12595", currency="USD", hundredths=True) == (Decimal("125.95"), "USD")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("free", "not a price"),
        ("-5 USD", "below zero"),
        ("$5 EUR", "two currencies"),
        ("5 bananas", "no currency"),
        ("1.299 EUR", "may mean 1299 or 1.29"),
        ("1,2,3 USD", "not a price"),
        ("1.23456 USD", "more than 4 decimals"),
        ("9999999999999 USD", "too large"),
        ("NaN", "not a price"),
        ("1e5", "no currency|not a price"),
    ],
)
def test_what_is_no_amount_says_why(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_amount(text, currency="USD")


@given(st.text(max_size=40))
def test_any_text_is_an_amount_or_a_reason(text: str) -> None:
    with suppress(ValueError):
        amount, currency = read_amount(text, currency="USD")
        assert amount >= 0
        assert len(currency) == 3


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_a_written_amount_is_read_back(amount: Decimal) -> None:
    assert read_amount(f"{amount:,.2f} USD", currency="EUR") == (amount, "USD")
