"""Faults in place of an answer: lost connections, statuses, and other bodies; and what is billed for them."""

from email.utils import parsedate_to_datetime

import pytest

from chatbot.simulator import Simulator
from tests.simulator.conftest import Ask, AskRaw, streamed


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 413, 429, 500, 502, 503, 504, 529])
async def test_a_status_is_answered_and_nothing_billed(simulator: Simulator, ask: Ask, status: int) -> None:
    response = await ask(streamed(), str(status))
    assert response.status_code == status
    assert response.json()["error"]["message"]
    assert "retry-after" not in response.headers
    assert simulator.bill.totals.refused == {str(status): 1}
    assert simulator.bill.totals.all.input_tokens == 0


@pytest.mark.parametrize("value", ["2", "-1", "inf", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT"])
async def test_retry_after_is_sent_as_given(simulator: Simulator, ask: Ask, value: str) -> None:
    simulator.faults.script([[f"429:{value}"]])
    assert (await ask(streamed())).headers["retry-after"] == value


async def test_retry_after_can_be_a_date_from_now(ask: Ask) -> None:
    response = await ask(streamed(), "429:date+60")
    wait = parsedate_to_datetime(response.headers["retry-after"]) - parsedate_to_datetime(response.headers["date"])
    assert 58 <= wait.total_seconds() <= 61


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        ("500_sse", 500, "text/event-stream"),
        ("html", 200, "text/html"),
        ("empty", 200, "text/event-stream"),
        ("redirect", 307, "application/json"),
    ],
)
async def test_another_body_has_its_status_and_its_kind(
    simulator: Simulator, ask: Ask, fault: str, status: int, kind: str
) -> None:
    response = await ask(streamed(), fault)
    assert response.status_code == status
    assert response.headers["content-type"].startswith(kind)
    assert simulator.bill.totals.refused == {str(status): 1}


async def test_no_content_has_no_body(ask: Ask) -> None:
    response = await ask(streamed(), "204")
    assert (response.status_code, response.content) == (204, b"")


async def test_refuse_closes_without_a_word(simulator: Simulator, ask_raw: AskRaw) -> None:
    raw = await ask_raw(streamed(), "refuse")
    assert (raw.data, raw.reset) == (b"", False)
    assert simulator.bill.totals.refused == {"0": 1}


@pytest.mark.parametrize("name", ["reset", "reset_before"])
async def test_a_reset_before_the_first_byte_is_a_reset_and_no_word(ask_raw: AskRaw, name: str) -> None:
    raw = await ask_raw(streamed(), name)
    assert (raw.data, raw.reset) == (b"", True)
