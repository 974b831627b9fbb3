"""A comparison as a whole: it can be made again, adds up for any two sides, and costs few queries."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.accounting.reconciliation import Days, delete_bill, reconcile
from chatbot.models import Attempt, Bill, BillLine, BillMatch, Correction
from tests.accounting import rows
from tests.accounting.reconciliation.bills import adds_up, kinds, line, taken_in, written
from tests.accounting.reconciliation.ledger import HOUR, attempt, booked, settled
from tests.accounting.rows import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.database]


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
