"""The export in the FOCUS format adds up to the report, with corrections in the month that they are of."""

import csv
import io
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from chatbot.accounting import focus, reports, rollups
from chatbot.accounting.csv_export import stream_csv
from chatbot.accounting.focus import Charge
from chatbot.models import Attempt, Correction, Price
from tests.accounting import rows
from tests.accounting.rows import NOON, settled

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SEOUL = ZoneInfo("Asia/Seoul")


def written(start: date = date(2026, 3, 1), end: date = date(2026, 4, 1)) -> list[dict[str, str]]:
    """The file as a finance tool reads it."""
    charges = (
        Charge(
            day=g.day, endpoint=g.endpoint, model=g.model, source=g.source, price=price, adjusts=g.adjusts, sums=sums
        )
        for g, price, sums in reports.charges(start, end, SEOUL)
    )
    data = b"".join(stream_csv(focus.rows(charges, Price.objects.in_bulk(), SEOUL))).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(data)))


@pytest.fixture
def price():
    return rows.price(per_million="2.50", cached="0.625")


def attempt(price: Price, **fields) -> Attempt:
    # 800 tokens at 2.50, 200 at 0.625, 100 at 10 dollars a million
    return settled(NOON, "0.003125", book=price, **fields)


def test_each_meter_is_a_row_and_unit_price_times_quantity_is_the_cost(price):
    Attempt.objects.bulk_create(attempt(price) for _ in range(3))
    found = written()
    assert [(row["SkuMeter"], row["ConsumedQuantity"]) for row in found] == [
        ("Input tokens", "2400"),
        ("Cached input tokens", "600"),
        ("Output tokens", "300"),
    ]
    for row in found:
        cost = Decimal(row["BilledCost"])
        assert Decimal(row["ContractedUnitPrice"]) * Decimal(row["PricingQuantity"]) == cost
        assert {row["EffectiveCost"], row["ListCost"], row["ContractedCost"]} == {row["BilledCost"]}
        assert (row["ChargeCategory"], row["ChargeClass"], row["BillingCurrency"]) == ("Usage", "", "USD")
        assert row["BillingPeriodStart"] == "2026-02-28T15:00:00Z"
        assert row["BillingPeriodEnd"] == "2026-03-31T15:00:00Z"
        assert row["ChargePeriodStart"] == "2026-03-13T15:00:00Z"
    assert sum(Decimal(row["BilledCost"]) for row in found) == 3 * Decimal("0.003125")


def test_the_rows_add_up_to_the_report_before_and_after_a_rollup(price):
    other = rows.price("beta", per_million="0.1")
    Attempt.objects.bulk_create(
        [
            attempt(price),
            attempt(price, source="estimated"),
            settled(NOON, "0.000140", model="beta", book=other),
            settled(NOON, None),
        ]
    )
    first = Attempt.objects.filter(price=price).first()
    Correction.objects.create(
        attempt=first,
        price=price,
        delta_usd=Decimal("-0.000000000007"),
        cost_usd=Decimal("0.003124999993"),
        counts_at=NOON,
        created_at=NOON,
    )
    before = written()
    rollups.roll_up(NOON)
    after = written()
    assert before == after
    total = reports.total(date(2026, 3, 1), date(2026, 4, 1), SEOUL)
    assert sum(Decimal(row["BilledCost"]) for row in after) == total.cost_usd
    assert {row["x_TokenSource"] for row in after} == {"reported", "estimated"}


def test_what_adjusts_a_closed_month_is_a_correction_of_that_month(price):
    Attempt.objects.bulk_create([attempt(price, adjusts="2026-02")])
    found = written()
    assert {(row["ChargeClass"], row["x_AdjustedMonth"]) for row in found} == {("Correction", "2026-02")}
    assert {(row["ChargePeriodStart"], row["ChargePeriodEnd"]) for row in found} == {
        ("2026-01-31T15:00:00Z", "2026-02-28T15:00:00Z")
    }
    assert {row["BillingPeriodStart"] for row in found} == {"2026-02-28T15:00:00Z"}


def test_corrected_prices_of_the_same_month_are_an_adjustment_and_no_correction(price):
    row = attempt(price)
    row.save(force_insert=True)
    Correction.objects.create(
        attempt=row,
        price=price,
        delta_usd=Decimal("0.5"),
        cost_usd=Decimal("0.503125"),
        counts_at=NOON,
        created_at=NOON,
    )
    (adjustment,) = [row for row in written() if row["ChargeCategory"] != "Usage"]
    assert (adjustment["ChargeCategory"], adjustment["ChargeClass"]) == ("Adjustment", "")
    assert (Decimal(adjustment["BilledCost"]), adjustment["PricingQuantity"]) == (Decimal("0.5"), "")


def test_unknown_costs_are_left_out_and_never_zero():
    settled(NOON, None).save(force_insert=True)
    assert written() == []


def test_a_year_is_read_month_by_month(price, django_assert_num_queries):
    settled(NOON, "0.003125", book=price).save(force_insert=True)
    with django_assert_num_queries(25):  # two a month, and one for the prices
        assert len(written(date(2026, 1, 1), date(2027, 1, 1))) == 3
