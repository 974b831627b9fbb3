"""Every difference between a bill and the ledger is found, named rightly, and adds up."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.accounting.reconciliation import Days, delete_bill, is_explained, reconcile, totals
from chatbot.models import Attempt, Bill, BillLine, BillMatch, Correction
from tests.accounting import rows
from tests.accounting.bills import adds_up, kinds, line, taken_in, written
from tests.accounting.rows import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SEOUL = ZoneInfo("Asia/Seoul")
MARCH = Days(start=date(2026, 3, 1), end=date(2026, 4, 1))
HOUR = timedelta(hours=1)


def settled(at: datetime, cost: str | None, **fields: object) -> Attempt:
    """A settled row without cached tokens, not saved yet."""
    return rows.settled(at, cost, **({} if cost is None else {"cached_input_tokens": 0}) | fields)


def booked(*attempts: Attempt) -> Sequence[Attempt]:
    return Attempt.objects.bulk_create(attempts)


def attempt(number: int = 0, cost: str | None = "0.0025", **fields: object) -> Attempt:
    """The number-th attempt of a day, an hour after the one before."""
    at = NOON - timedelta(hours=6) + number * HOUR
    return settled(at, cost, **{"upstream_id": f"req-{number}", **fields})


def only(bill: Bill, kind: str) -> BillMatch:
    return bill.matches.get(kind=kind)


def test_a_bill_like_the_ledger_is_equal_to_the_last_place():
    ledger = booked(*(attempt(n, f"0.00{n}000000001") for n in range(5)))
    bill = taken_in(written(map(line, ledger)))
    assert kinds(bill) == {"equal": 5}
    assert (bill.billed_usd, bill.booked_usd) == (Decimal("0.010000000005"), Decimal("0.010000000005"))
    assert (bill.billed_lines, bill.booked_attempts) == (5, 5)
    assert is_explained(bill)
    assert adds_up(bill)


def test_a_line_that_nobody_here_knows_is_missing_here():
    [one] = booked(attempt(0))
    stranger = {**line(one), "id": "req-stranger", "cost": "0.5", "input_tokens": 7}
    bill = taken_in(written([line(one), stranger]))
    assert kinds(bill) == {"equal": 1, "missing_here": 1}
    found = only(bill, "missing_here")
    assert (found.cost_usd, found.input_tokens, found.attempt, found.line.number) == (Decimal("0.5"), 7, None, 3)
    assert not is_explained(bill)
    assert adds_up(bill)


def test_an_attempt_that_is_not_billed_is_missing_there():
    one, two = booked(attempt(0), attempt(5))
    bill = taken_in(written([line(one)]))
    found = only(bill, "missing_there")
    assert (found.attempt_id, found.line, found.cost_usd) == (two.pk, None, -two.cost_usd)
    assert adds_up(bill)


@pytest.mark.parametrize("columns", [None, ("created_at", "model", "input_tokens", "output_tokens", "cost")])
def test_a_request_billed_twice_is_found_with_ids_and_without(columns):
    one, two = booked(attempt(0), attempt(1, upstream_id="req-1", input_tokens=70))
    again = line(one, created_at=(one.opened_at + timedelta(seconds=3)).isoformat())
    content = [line(one), line(two), again]
    bill = taken_in(written(content, columns) if columns else written(content))
    assert kinds(bill) == {"equal": 2, "twice": 1}
    found = only(bill, "twice")
    assert (found.line.number, found.attempt_id, found.cost_usd) == (4, one.pk, one.cost_usd)
    assert adds_up(bill)


def test_the_same_request_billed_otherwise_the_second_time_is_twice_too():
    one, two = booked(attempt(0), attempt(1))
    bill = taken_in(written([line(one, cost="9", input_tokens=1), line(one), line(two)]))
    assert kinds(bill) == {"equal": 2, "twice": 1}
    assert only(bill, "twice").line.number == 2  # the line that fits is the one that was meant
    assert adds_up(bill)


def test_tokens_that_the_relay_had_reported_otherwise():
    [one] = booked(attempt(0))
    bill = taken_in(written([line(one, input_tokens=1100, cost="0.00275")]))
    found = only(bill, "tokens")
    assert (found.input_tokens, found.output_tokens, found.cost_usd) == (100, 0, Decimal("0.00025"))
    assert adds_up(bill)


def test_cached_tokens_count_as_tokens():
    [one] = booked(attempt(0, cached_input_tokens=200))
    columns = ("id", "created_at", "model", "input_tokens", "cached_tokens", "output_tokens", "cost")
    bill = taken_in(written([line(one, cached_tokens=0, cost="0.003")], columns))
    assert kinds(bill) == {"tokens": 1}
    assert adds_up(bill)


def test_another_price_for_the_same_tokens():
    [one] = booked(attempt(0))
    bill = taken_in(written([line(one, cost="0.0030000")]))
    assert only(bill, "price").cost_usd == Decimal("0.0005")
    assert adds_up(bill)


@pytest.mark.parametrize(("cost", "kind"), [("0.0025", "rounded"), ("0.0026", "rounded"), ("0.0027", "price")])
def test_what_is_less_than_the_last_place_of_the_bill_is_rounding(cost, kind):
    [one] = booked(attempt(0, "0.00254321"))
    bill = taken_in(written([line(one, cost=cost)]))
    assert kinds(bill) == {kind: 1}
    assert adds_up(bill)


@pytest.mark.parametrize(("billed", "kind"), [("0.004", "estimated"), ("0.0025", "equal")])
def test_an_estimate_is_an_estimate_until_it_is_right(billed, kind):
    [one] = booked(attempt(0, source="estimated"))
    bill = taken_in(written([line(one, cost=billed)]))
    assert kinds(bill) == {kind: 1}
    assert is_explained(bill)
    assert adds_up(bill)


def test_an_estimate_that_was_not_billed_is_explained():
    one, two = booked(attempt(0), attempt(1, source="estimated", upstream_id=""))
    bill = taken_in(written([line(one)]))
    assert kinds(bill) == {"equal": 1, "estimated": 1}
    assert only(bill, "estimated").attempt_id == two.pk
    assert adds_up(bill)


def test_what_was_not_measured_here_is_not_taken_for_nothing():
    one, two, three = booked(attempt(0, None), attempt(1, None), attempt(2))
    bill = taken_in(written([line(one, cost="0.1", input_tokens=5, output_tokens=5), line(three)]))
    assert kinds(bill) == {"equal": 1, "unmeasured": 2}
    billed = bill.matches.get(kind="unmeasured", line__isnull=False)
    assert (billed.attempt_id, billed.cost_usd, billed.booked_usd) == (one.pk, Decimal("0.1"), None)
    assert bill.matches.get(kind="unmeasured", line__isnull=True).attempt_id == two.pk
    assert adds_up(bill)


def test_an_attempt_that_is_still_open_is_not_measured():
    open_row = Attempt.objects.create(endpoint="default", requested_model="alpha", opened_at=NOON, counts_at=NOON)
    bill = taken_in(written([line(open_row, id="req-new", input_tokens=5, output_tokens=5, cost="0.1")]))
    assert only(bill, "unmeasured").attempt_id == open_row.pk


def test_attempts_that_used_nothing_need_no_line():
    nothing = {"input_tokens": 0, "output_tokens": 0, "cached_input_tokens": 0, "upstream_id": ""}
    one, _ = booked(attempt(0), attempt(1, "0", source="estimated", outcome="failed", **nothing))
    bill = taken_in(written([line(one)]))
    assert kinds(bill) == {"equal": 1}
    assert bill.booked_attempts == 2


def test_corrections_are_of_the_ledgers_side():
    one, two = booked(attempt(0), attempt(1, None, input_tokens=10, output_tokens=10, upstream_id="req-1"))
    for row, delta in [(one, "-0.0005"), (two, "0.25")]:
        Correction.objects.create(
            attempt=row,
            price=rows.price(f"corrected-{delta}"),
            delta_usd=Decimal(delta),
            cost_usd=(row.cost_usd or 0) + Decimal(delta),
            counts_at=NOON + timedelta(days=40),
            created_at=NOON + timedelta(days=40),
        )
    Attempt.objects.filter(pk=two.pk).update(source="reported")
    bill = taken_in(written([line(one, cost="0.0020"), line(two, cost="0.25")]))
    assert kinds(bill) == {"equal": 2}
    assert bill.booked_usd == Decimal("0.2520")
    assert adds_up(bill)


def test_the_edge_of_a_month_is_cut_by_two_zones():
    """The relay's March is UTC's; the shop's begins and ends nine hours earlier."""
    first = datetime(2026, 3, 1, tzinfo=SEOUL)
    ours_only, both, theirs_only = booked(
        settled(first + HOUR, "1", upstream_id="a"),  # UTC: February 28th
        settled(NOON, "2", upstream_id="b"),
        settled(datetime(2026, 4, 1, 5, tzinfo=SEOUL), "4", upstream_id="c"),  # UTC: March 31st
    )
    bill = taken_in(written([line(both), line(theirs_only)]), days=MARCH)
    assert kinds(bill) == {"equal": 1, "time_zone": 2}
    found = {match.attempt_id: match for match in bill.matches.filter(kind="time_zone")}
    assert (found[ours_only.pk].cost_usd, found[ours_only.pk].line) == (-1, None)
    assert (found[theirs_only.pk].cost_usd, found[theirs_only.pk].line.number) == (4, 3)
    assert (bill.billed_usd, bill.booked_usd) == (6, 3)
    assert is_explained(bill)
    assert adds_up(bill)


def test_a_line_over_the_edge_with_another_price_has_both_reasons():
    [over] = booked(settled(datetime(2026, 4, 1, 5, tzinfo=SEOUL), "4", upstream_id="c"))
    bill = taken_in(written([line(over, cost="5.00")]), days=MARCH)
    assert {match.kind: match.cost_usd for match in bill.matches.all()} == {"time_zone": 4, "price": 1}
    assert adds_up(bill)


def test_a_request_at_the_very_edge_may_be_on_the_next_bill():
    """The relay stamped it two seconds after we did, and that was April."""
    one, two = booked(attempt(0), settled(datetime(2026, 3, 31, 23, 59, 59, tzinfo=SEOUL), "4", upstream_id="late"))
    bill = taken_in(written([line(one)]), days=MARCH, zone="Asia/Seoul")
    assert kinds(bill) == {"equal": 1, "time_zone": 1}
    assert only(bill, "time_zone").attempt_id == two.pk


def test_without_days_the_bill_speaks_of_the_days_of_its_lines():
    one, _ = booked(attempt(0), settled(NOON + timedelta(days=3), "1", upstream_id="x"))
    bill = taken_in(written([line(one)]))
    assert bill.covers_from == datetime(2026, 3, 14, tzinfo=UTC)
    assert bill.starts_at == bill.covers_from
    assert kinds(bill) == {"equal": 1}


def test_other_endpoints_are_no_part_of_it():
    one, other = booked(attempt(0), attempt(1))
    Attempt.objects.filter(pk=other.pk).update(endpoint="elsewhere")
    assert kinds(taken_in(written([line(one)]))) == {"equal": 1}


def test_models_are_known_by_the_name_that_answered_and_with_a_provider_before_it():
    one, two = booked(
        attempt(0, served_model="alpha-2026-01", upstream_id=""), attempt(1, upstream_id="", input_tokens=50)
    )
    lines = [line(one, id="", model="lab/Alpha-2026-01"), line(two, id="", model="lab/alpha")]
    assert kinds(taken_in(written(lines))) == {"equal": 2}


def test_without_ids_the_nearest_pairs_are_found_together_and_not_one_by_one():
    """Taking the nearest for each in turn would give the first line to the second attempt, and leave two alone."""
    same = {"upstream_id": "", "input_tokens": 10}
    one, two = booked(settled(NOON, "1", **same), settled(NOON + timedelta(seconds=100), "1", **same))
    lines = [
        line(one, created_at=(NOON + timedelta(seconds=90)).isoformat()),
        line(two, created_at=(NOON + timedelta(seconds=180)).isoformat()),
    ]
    bill = taken_in(written(lines))
    assert kinds(bill) == {"equal": 2}
    pairs = {match.line.number: match.attempt_id for match in bill.matches.all()}
    assert pairs == {2: one.pk, 3: two.pk}


def test_without_ids_equal_tokens_are_more_than_a_near_time():
    one, two = booked(
        settled(NOON, "1", input_tokens=10, upstream_id=""),
        settled(NOON + timedelta(seconds=60), "2", input_tokens=20, upstream_id=""),
    )
    lines = [
        line(one, created_at=(NOON + timedelta(seconds=59)).isoformat()),
        line(two, created_at=(NOON + timedelta(seconds=1)).isoformat()),
    ]
    assert kinds(taken_in(written(lines))) == {"equal": 2}


def test_nothing_is_paired_that_is_further_apart_than_was_said():
    [one] = booked(settled(NOON, "1", upstream_id=""))
    content = written([line(one, created_at=(NOON + timedelta(seconds=121)).isoformat())])
    bill = taken_in(content)
    assert kinds(bill) == {"missing_here": 1, "missing_there": 1}
    reconcile(bill, NOON, within_s=121)
    assert kinds(bill) == {"equal": 1}


def test_an_attempt_whose_id_the_bill_would_name_is_not_paired_by_time():
    one, two = booked(attempt(0), attempt(1))
    bill = taken_in(written([line(one), line(two, id="req-other")]))
    assert kinds(bill) == {"equal": 1, "missing_here": 1, "missing_there": 1}


def test_an_attempt_that_never_heard_its_id_is_paired_by_time():
    one, two = booked(attempt(0), attempt(1, upstream_id="", source="estimated"))
    bill = taken_in(written([line(one), line(two, id="req-unheard", input_tokens=990, cost="0.002475")]))
    assert kinds(bill) == {"equal": 1, "estimated": 1}
    assert only(bill, "estimated").attempt_id == two.pk
    assert adds_up(bill)


def test_ids_of_another_kind_than_ours_say_nothing():
    one, two = booked(attempt(0), attempt(1))
    assert kinds(taken_in(written([line(one, id="x1"), line(two, id="x2")]))) == {"equal": 2}


def test_a_bill_without_costs_is_held_against_the_tokens():
    one, two = booked(attempt(0), attempt(1))
    bill = taken_in(
        written(
            [line(one), line(two, output_tokens=101)], ("id", "created_at", "model", "input_tokens", "output_tokens")
        )
    )
    assert kinds(bill) == {"equal": 1, "tokens": 1}
    assert (bill.billed_usd, [total.cost_usd for total in totals(bill)]) == (None, [None, None])


def test_a_bill_without_tokens_is_held_against_the_costs():
    one, two = booked(attempt(0), attempt(1))
    bill = taken_in(written([line(one), line(two, cost="0.01")], ("id", "created_at", "model", "cost")))
    assert kinds(bill) == {"equal": 1, "price": 1}
    assert [total.input_tokens for total in totals(bill)] == [None, None]


def test_reconciling_again_sees_what_the_ledger_has_learnt_and_leaves_nothing_of_before():
    [one] = booked(attempt(0))
    bill = taken_in(written([line(one, cost="0.0030")]))
    assert kinds(bill) == {"price": 1}
    Correction.objects.create(
        attempt=one,
        price=rows.price("new"),
        delta_usd=Decimal("0.0005"),
        cost_usd=Decimal("0.003"),
        counts_at=NOON,
        created_at=NOON,
    )
    for _ in range(2):
        reconcile(bill, NOON + HOUR)
        bill.refresh_from_db()
        assert (kinds(bill), bill.reconciled_at) == ({"equal": 1}, NOON + HOUR)


def test_a_bill_goes_with_its_lines_and_leaves_the_ledger():
    [one] = booked(attempt(0))
    delete_bill(taken_in(written([line(one)])))
    assert [model.objects.count() for model in (Bill, BillLine, BillMatch)] == [0, 0, 0]
    assert Attempt.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_bill(django_assert_max_num_queries):
    def queries(count: int, first: int) -> int:
        content = written(map(line, booked(*(attempt(0, upstream_id=f"q-{first + n}") for n in range(count)))))
        with django_assert_max_num_queries(25) as captured:
            taken_in(content)
        return len(captured)

    assert queries(2, 0) == queries(60, 10)


# Bills by day and model

DAILY = ("date", "model", "requests", "prompt_tokens", "completion_tokens", "amount")


def daily(day: str, attempts: Sequence[Attempt], **other: object) -> dict[str, object]:
    return {
        "date": day,
        "model": attempts[0].requested_model,
        "requests": len(attempts),
        "prompt_tokens": sum(each.input_tokens for each in attempts),
        "completion_tokens": sum(each.output_tokens for each in attempts),
        "amount": sum(each.cost_usd for each in attempts),
        **other,
    }


def test_a_bill_by_day_and_model_is_held_against_sums():
    ledger = booked(*(attempt(n, f"0.0{n}5") for n in range(4)), attempt(2, "1", model="beta"))
    bill = taken_in(written([daily("2026-03-14", ledger[:4]), daily("2026-03-14", ledger[4:])], DAILY))
    assert bill.reading["per"] == "day"
    assert kinds(bill) == {"equal": 2}
    assert sum(match.attempts for match in bill.matches.all()) == 5
    assert adds_up(bill)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"amount": "9.00"}, "price"),
        ({"prompt_tokens": 9}, "tokens"),
        ({"prompt_tokens": 9, "requests": 9}, "missing_here"),
        ({"prompt_tokens": 9, "requests": 1}, "missing_there"),
    ],
)
def test_a_sum_that_differs_is_put_down_to_what_differs(change, kind):
    ledger = booked(*(attempt(n) for n in range(3)))
    bill = taken_in(written([daily("2026-03-14", ledger, **change)], DAILY))
    assert kinds(bill) == {kind: 1}
    assert adds_up(bill)


def test_sums_over_estimates_are_estimates():
    ledger = booked(attempt(0), attempt(1, source="estimated"))
    bill = taken_in(written([daily("2026-03-14", ledger, prompt_tokens=1999, amount="0.0049")], DAILY))
    assert kinds(bill) == {"estimated": 1}
    assert adds_up(bill)


def test_groups_that_one_side_alone_has():
    ledger = booked(attempt(0), attempt(1, model="beta"), attempt(2, model="beta", source="estimated"))
    gamma = {**daily("2026-03-14", ledger[:1]), "model": "gamma"}
    bill = taken_in(written([daily("2026-03-14", ledger[:1]), gamma, gamma], DAILY))
    assert kinds(bill) == {"equal": 1, "missing_here": 1, "twice": 1, "missing_there": 1, "estimated": 1}
    assert adds_up(bill)


def test_days_of_a_bill_are_cut_as_the_relay_cuts_them():
    """UTC's March 14th is 09:00 to 09:00 in Seoul."""
    ledger = booked(
        settled(datetime(2026, 3, 14, 8, 59, tzinfo=SEOUL), "1"),
        settled(datetime(2026, 3, 14, 9, tzinfo=SEOUL), "2"),
        settled(datetime(2026, 3, 15, 8, 59, tzinfo=SEOUL), "4"),
    )
    bill = taken_in(
        written([daily("2026-03-14", ledger[1:])], DAILY), days=Days(start=date(2026, 3, 14), end=date(2026, 3, 15))
    )
    assert kinds(bill) == {"equal": 1, "time_zone": 2}
    assert {match.cost_usd for match in bill.matches.filter(kind="time_zone")} == {-1, 4}
    assert (bill.billed_usd, bill.booked_usd) == (6, 3)
    assert adds_up(bill)


# Whatever the two sides are

_moments = st.integers(min_value=0, max_value=4 * 86_400).map(
    lambda s: datetime(2026, 3, 13, tzinfo=UTC) + timedelta(seconds=s)
)
_costs = st.decimals(min_value=0, max_value=Decimal("99.999999999999"), places=12)
_tokens = st.integers(min_value=0, max_value=3)
_attempts = st.lists(
    st.tuples(
        _moments,
        st.none() | _costs,
        st.sampled_from(["alpha", "beta"]),
        st.sampled_from(["reported", "estimated", "unknown"]),
        st.sampled_from(["", "a", "b", "c", "d"]),
        _tokens,
        st.none() | st.decimals(min_value=-1, max_value=1, places=12),
    ),
    max_size=12,
)
_lines = st.lists(
    st.tuples(
        _moments,
        st.decimals(min_value=-9, max_value=99, places=12),
        st.sampled_from(["alpha", "lab/beta", "gamma"]),
        st.sampled_from(["", "a", "b", "c", "x"]),
        _tokens,
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    _attempts,
    _lines,
    st.booleans(),
    st.sampled_from([None, Days(start=date(2026, 3, 14), end=date(2026, 3, 16))]),
    st.sampled_from(["UTC", "Asia/Seoul", "America/Havana", "Asia/Kolkata"]),
)
def test_the_differences_of_all_kinds_are_the_bill_minus_the_ledger(ledger, lines, by_day, days, zone):
    with transaction.atomic():
        price = rows.price("any")
        for at, cost, model, source, upstream_id, tokens, delta in ledger:
            known = {} if cost is None else {"input_tokens": tokens, "output_tokens": 2, "cached_input_tokens": 0}
            row = settled(at, None if cost is None else str(cost), model=model, upstream_id=upstream_id, **known)
            row.source = source
            row.save(force_insert=True)
            if delta is not None:
                Correction.objects.create(
                    attempt=row,
                    price=price,
                    delta_usd=delta,
                    cost_usd=max(Decimal(0), (cost or 0) + delta),
                    counts_at=at,
                    created_at=at,
                )
        bill = taken_in(
            written(
                {"id": id_, "created_at": at.isoformat(), "model": model, "cost": f"{cost:f}", "input_tokens": tokens,
                 "output_tokens": 2}
                for at, cost, model, id_, tokens in lines
            ),
            days=days,
            zone=zone,
            per="day" if by_day else "request",
        )  # fmt: skip
        assert adds_up(bill)
        period = Attempt.objects.filter(opened_at__gte=bill.starts_at, opened_at__lt=bill.ends_at)
        spent = sum(each.cost_usd or 0 for each in period)
        spent += sum(each.delta_usd for each in Correction.objects.filter(attempt__in=period))
        assert bill.booked_usd == spent
        assert bill.billed_usd == sum(cost for _, cost, *_ in lines)
        billed = list(bill.matches.exclude(kind="time_zone").filter(line__isnull=False).values_list("line", flat=True))
        assert len(billed) == len(set(billed))
        if not by_day:
            paired = list(
                bill.matches.exclude(kind__in=["time_zone", "twice"]).exclude(attempt=None).values_list("attempt")
            )
            assert len(paired) == len(set(paired))
            said = set(bill.matches.values_list("line", flat=True)) - {None}
            assert said == set(bill.lines.values_list("pk", flat=True))
        transaction.set_rollback(True)
