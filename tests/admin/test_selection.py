"""Which days the Costs page shows, read from its address and written into it."""

from datetime import date

import pytest
from django.utils import translation

from chatbot.admin import selection
from chatbot.admin.selection import Selection

TODAY = date(2026, 3, 15)


def read(query: str) -> Selection:
    return selection.read(dict(part.split("=") for part in query.split("&") if part), TODAY)


@pytest.mark.parametrize(
    ("query", "first", "last", "name"),
    [
        ("", "2026-03-01", "2026-03-31", "March 2026"),
        ("period=this-month", "2026-03-01", "2026-03-31", "March 2026"),
        ("period=last-month", "2026-02-01", "2026-02-28", "February 2026"),
        ("period=7-days", "2026-03-09", "2026-03-15", "March 9, 2026 to March 15, 2026"),
        ("period=30-days", "2026-02-14", "2026-03-15", "Feb. 14, 2026 to March 15, 2026"),
        ("month=2025-12", "2025-12-01", "2025-12-31", "December 2025"),
        ("from=2026-03-03&to=2026-03-03", "2026-03-03", "2026-03-03", "March 3, 2026"),
        ("from=2026-02-01&to=2026-02-28", "2026-02-01", "2026-02-28", "February 2026"),
        ("period=7-days&from=2026-03-09&to=2026-03-10", "2026-03-09", "2026-03-10", "March 9, 2026 to March 10, 2026"),
        ("from=2025-03-15&to=2026-03-15", "2025-03-15", "2026-03-15", "March 15, 2025 to March 15, 2026"),
    ],
)
def test_a_selection_is_read_from_an_address(query, first, last, name):
    chosen = read(query)
    assert (str(chosen.start), str(chosen.last), chosen.name, chosen.trouble) == (first, last, name, "")


@pytest.mark.parametrize(
    ("query", "trouble"),
    [
        ("from=2026-03-03", "Give both days"),
        ("to=2026-03-03", "Give both days"),
        ("from=x&to=2026-03-03", "Give both days"),
        ("from=2026-02-30&to=2026-03-03", "Give both days"),
        ("from=1026-03-03&to=2026-03-03", "Give both days"),
        ("from=2026-03-04&to=2026-03-03", "before the first"),
        ("from=2025-03-14&to=2026-03-15", "at most 366 days"),
    ],
)
def test_what_makes_no_sense_is_this_month_with_the_reason(query, trouble):
    chosen = read(query)
    assert trouble in chosen.trouble
    assert (chosen.start, chosen.end) == (date(2026, 3, 1), date(2026, 4, 1))


@pytest.mark.parametrize("query", ["period=<script>", "month=9999-99", "source=<b>", "month=2026-13", "period="])
def test_nonsense_is_this_month(query):
    chosen = read(query)
    assert (chosen.start, chosen.trouble, chosen.source) == (date(2026, 3, 1), "", "")


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("", "2026-02-14", "2026-02-28"),  # 15 days have begun
        ("period=last-month", "2026-01-04", "2026-01-31"),
        ("period=7-days", "2026-03-02", "2026-03-08"),
        ("from=2026-03-10&to=2026-03-31", "2026-03-04", "2026-03-09"),
    ],
)
def test_it_is_compared_with_as_many_days_before(query, first, last):
    before = read(query).previous()
    assert (str(before.start), str(before.last)) == (first, last)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "period=7-days&model=alpha",
        "month=2025-12&source=estimated&endpoint=default",
        "from=2026-01-05&to=2026-02-17&model=a b%26c",
    ],
)
def test_the_address_of_a_selection_is_that_selection(query):
    from django.http import QueryDict

    chosen = selection.read(QueryDict(query).dict(), TODAY)
    assert selection.read(QueryDict(chosen.query()).dict(), TODAY) == chosen


def test_pages_turn_by_months_or_by_as_many_days():
    assert read("").turned(-1).period == "2026-02"
    assert read("month=2026-01").turned(-1).period == "2025-12"
    assert read("period=7-days").turned(-1).period == "2026-03-02..2026-03-08"
    assert read("month=2000-01").turned(-1) is None
    assert read("model=alpha").turned(-1).model == "alpha"


def test_a_range_of_over_a_quarter_is_shown_by_months_that_cover_it():
    assert len(selection.units(read("from=2026-01-01&to=2026-04-02"))) == 92
    units = selection.units(read("from=2026-01-15&to=2026-05-10"))
    assert [unit.period for unit in units] == [
        "2026-01-15..2026-01-31",
        "2026-02-01..2026-02-28",
        "2026-03-01..2026-03-31",
        "2026-04-01..2026-04-30",
        "2026-05-01..2026-05-10",
    ]


def test_of_two_ranges_that_are_the_same_days_the_chosen_one_is_marked():
    last_of_april = date(2026, 4, 30)

    def marked(query: dict[str, str]) -> list[str]:
        chosen = selection.read(query, last_of_april)
        return [name for _query, name, current in selection.presets(chosen) if current]

    assert marked({}) == ["This month"]
    assert marked({"period": "30-days"}) == ["Last 30 days"]
    assert marked({"month": "2026-04"}) == ["This month"]
    assert marked({"from": "2026-04-03", "to": "2026-04-04"}) == []


def test_days_are_named_as_the_reader_names_them():
    assert selection.day_name(TODAY) == "Sun 15"
    with translation.override("ko"):
        assert selection.day_name(TODAY).startswith("15일")
