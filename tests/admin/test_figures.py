"""Figures as staff read them: rounded to read, exact behind, and never a 0 that was not measured."""

from decimal import Decimal

import pytest
from django.utils import translation

from chatbot.accounting.sums import Sums
from chatbot.admin import figures
from chatbot.admin.figures import Figure


@pytest.mark.parametrize(
    ("amount", "text", "exact"),
    [
        ("0", "$0.0000", ""),
        ("1234567.25", "$1,234,567.2500", ""),
        ("0.004213", "$0.0042", "$0.004213"),
        ("0.00005", "$0.0000", "$0.00005"),
        ("0.000000000001", "< $0.0001", "$0.000000000001"),
        ("1000000000.123456789012", "$1,000,000,000.1235", "$1000000000.123456789012"),
        ("2.300000000000", "$2.3000", ""),
    ],
)
def test_dollars_are_rounded_to_read_and_exact_behind(amount, text, exact):
    assert figures.dollars(Decimal(amount)) == Figure(text=text, exact=exact)


def test_numbers_are_written_as_the_reader_writes_them():
    with translation.override("de"):
        assert figures.dollars(Decimal("1234.5"), places=2).text == "$1.234,50"


def test_what_is_not_measured_says_so():
    assert figures.cost(Sums(attempts=2, unpriced=2)).text == "not measured"
    assert figures.cost(Sums(attempts=2, unpriced=1, cost_usd=Decimal(1)), places=2).text == "$1.00"
    assert figures.cost(Sums(), places=2).text == "$0.00"
    assert figures.tokens(0, Sums(attempts=2, unknown=2)).text == "not measured"
    assert figures.tokens(7, Sums(attempts=2, unknown=1)).text == "7"


def test_a_figure_is_text_and_never_markup():
    figure = Figure(text="<b>", exact='"><script>', url="/?q=<i>&a=1")
    assert str(figure) == '<a href="/?q=&lt;i&gt;&amp;a=1" title="&quot;&gt;&lt;script&gt;">&lt;b&gt;</a>'


def test_zero_leads_nowhere():
    assert figures.number(0, url="/ledger").url == ""
    assert figures.number(1, url="/ledger").url == "/ledger"


def test_a_share_of_nothing_is_a_dash():
    assert figures.percent(Decimal(1), Decimal(3)) == "33.3\N{NO-BREAK SPACE}%"
    assert figures.percent(Decimal(0), Decimal(0)) == "–"


@pytest.mark.parametrize(
    ("step", "highest", "texts"),
    [
        (200, 800, ["0 ms", "200 ms", "400 ms"]),
        (500, 2000, ["0.0 s", "0.5 s", "1.0 s"]),
        (1000, 5000, ["0 s", "1 s", "2 s"]),
    ],
)
def test_a_scale_of_times_has_one_unit(step, highest, texts):
    said = [figures.time_at_scale(Decimal(step * n), Decimal(step), Decimal(highest)) for n in range(3)]
    assert said == texts


@pytest.mark.parametrize(
    ("amount", "text"), [("14.000000", "$14.00"), ("0.075000", "$0.075"), ("0.000000", "$0.00"), ("1000", "$1,000.00")]
)
def test_a_price_has_the_places_that_it_needs(amount, text):
    assert figures.price(Decimal(amount)).text == text


@pytest.mark.parametrize(("amount", "plain"), [("40.000000000000", "40"), ("1391.20000000", "1391.2"), ("0E-12", "0")])
def test_an_amount_is_written_without_zeros_at_its_end(amount, plain):
    assert str(figures.plain(Decimal(amount))) == plain
