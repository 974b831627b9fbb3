"""The ledger in the admin: filtered as the Costs page counts, added up, changed by nobody."""

from datetime import timedelta
from uuid import uuid4

import pytest

from chatbot.models import Attempt
from tests.accounting import rows
from tests.accounting.rows import settled

pytestmark = [pytest.mark.django_db, pytest.mark.database]

URL = "/admin/chatbot/attempt/"


def found(client, query: str) -> set[str]:
    response = client.get(f"{URL}?{query}")
    assert response.status_code == 200, query
    return {row.requested_model for row in response.context["cl"].result_list}


@pytest.fixture
def ledger(now):
    Attempt.objects.bulk_create(
        [
            settled(now, "1", model="today"),
            settled(now - timedelta(hours=2), "2", model="yesterday", source="estimated"),
            settled(now - timedelta(days=20), None, model="february", outcome="abandoned"),
            Attempt(endpoint="default", requested_model="open", opened_at=now, counts_at=now),
        ]
    )


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("query", "models"),
    [
        ("", {"today", "yesterday", "february", "open"}),
        ("period=2026-03-15", {"today", "open"}),
        ("period=2026-03-14", {"yesterday"}),
        ("period=2026-03&state=settled", {"today", "yesterday"}),
        ("period=2026-02", {"february"}),
        ("model=today", {"today"}),
        ("state=open", {"open"}),
        ("state=failed", {"february"}),
        ("state=estimated", {"yesterday"}),
        ("state=unpriced", {"february"}),
        ("q=no-id", set()),
        (f"q={uuid4()}", set()),
    ],
)
def test_the_ledger_is_filtered_as_the_costs_page_counts(staff, query, models):
    assert found(staff, query) == models


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("query", ["period=2026-02-30", "period=yesterday", "state=any"])
def test_a_filter_that_means_nothing_is_refused_and_not_ignored(staff, query):
    response = staff.get(f"{URL}?{query}")
    assert response.status_code == 302
    assert response.headers["Location"].endswith("?e=1")


@pytest.mark.usefixtures("now")
def test_attempts_are_found_by_their_turn_and_conversation(staff):
    turn = rows.turn()
    settled(rows.NOON, "1", turn=turn, conversation_id=turn.conversation_id).save(force_insert=True)
    settled(rows.NOON, "1", model="other").save(force_insert=True)
    for key in (turn.pk, turn.conversation_id, turn.conversation_id.hex):
        assert found(staff, f"q={key}") == {"alpha"}


@pytest.mark.usefixtures("now")
def test_the_totals_are_those_of_the_page_and_of_all_that_match(staff):
    Attempt.objects.bulk_create(settled(rows.NOON, "0.000001", model="alpha") for _ in range(60))
    Attempt.objects.bulk_create([settled(rows.NOON, None), settled(rows.NOON, "5", model="beta")])
    totals = staff.get(f"{URL}?model=alpha").context["cl"].totals
    assert [(t.name, t.attempts.text, t.unpriced.text) for t in totals] == [
        ("This page", "50", totals[0].unpriced.text),
        ("All that match", "61", "1"),
    ]
    assert totals[1].cost.text == "$0.000060"
    (whole,) = staff.get(f"{URL}?model=beta").context["cl"].totals
    assert (whole.name, whole.cost.text) == ("This page", "$5.000000")


@pytest.mark.usefixtures("now")
def test_the_whole_ledger_is_not_added_up_for_nobody(staff):
    Attempt.objects.bulk_create(settled(rows.NOON, "1") for _ in range(60))
    assert [total.name for total in staff.get(URL).context["cl"].totals] == ["This page"]


@pytest.mark.usefixtures("now")
def test_the_number_of_queries_does_not_grow(staff, django_assert_max_num_queries):
    def queries() -> int:
        with django_assert_max_num_queries(20) as captured:
            staff.get(f"{URL}?period=2026-03")
        return len(captured)

    turn = rows.turn()
    settled(rows.NOON, "1", turn=turn).save(force_insert=True)
    queries()  # fills the caches of content types
    few = queries()
    for _ in range(5):
        settled(rows.NOON, "1", turn=rows.turn()).save(force_insert=True)
    assert queries() == few


@pytest.mark.usefixtures("ledger")
def test_nobody_changes_the_ledger(staff):
    key = Attempt.objects.filter(requested_model="today").get().pk
    assert staff.get(f"{URL}{key}/change/").status_code == 200
    assert staff.post(f"{URL}{key}/change/", {"cost_usd": "0"}).status_code == 403
    assert staff.post(f"{URL}{key}/delete/", {"post": "yes"}).status_code == 403
    assert staff.get(f"{URL}add/").status_code == 403


def test_an_open_attempt_has_no_cost_and_an_unknown_one_is_not_measured(staff, now):
    Attempt.objects.create(endpoint="default", requested_model="alpha", opened_at=now, counts_at=now)
    assert "not measured</" not in staff.get(URL).content.decode().split('id="result_list"')[1].split("</table>")[0]
    settled(now, None).save(force_insert=True)
    assert "not measured</" in staff.get(URL).content.decode().split('id="result_list"')[1].split("</table>")[0]
