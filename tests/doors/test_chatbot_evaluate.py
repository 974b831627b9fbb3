"""`manage.py chatbot_evaluate`: what it asks, what it reports, how it exits and what it leaves behind."""

import io
import json
import os
import signal
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings

from chatbot.errors import QuestionTooLong
from chatbot.models import Attempt, Budget, CachedAnswer, Conversation, Message, Price, Product, Route, ShopEntry, Turn
from chatbot.simulator.testing import RunningSimulator

EARPHONES = {"question": "무선 이어폰 추천해줘", "language": "ko"}

pytestmark = [pytest.mark.usefixtures("routes", "goods"), pytest.mark.database]


def ask_as_a_shopper() -> None:
    call_command("chatbot_ask", EARPHONES["question"], language="ko", stdout=io.StringIO(), stderr=io.StringIO())


@pytest.fixture
def evaluate(tmp_path: Path, simulator: RunningSimulator) -> Any:  # Any: a function with options
    def run(*cases: dict[str, Any], **options: Any) -> tuple[int, str]:
        """The exit status and what was reported."""
        file, out = tmp_path / "questions.jsonl", io.StringIO()
        file.write_text("\n".join(json.dumps(case, ensure_ascii=False) for case in cases), encoding="utf-8")
        try:
            call_command("chatbot_evaluate", str(file), stdout=out, no_color=True, **options)
        except SystemExit as status:
            return int(str(status.code)), out.getvalue()
        return 0, out.getvalue()

    return run


def test_all_as_expected_is_status_0_with_the_cost_of_the_ledger(evaluate: Any, simulator: RunningSimulator) -> None:
    simulator.say("Take this: [[p1]]")
    status, out = evaluate({**EARPHONES, "shows": ["E-1"], "says": ["take this"], "understood": {"max": None}})
    [attempt] = Attempt.objects.all()

    assert status == 0
    assert "   1 ok      무선 이어폰 추천해줘" in out
    assert "Questions: 1, ok: 1, with differences: 0." in out
    assert attempt.cost_usd
    assert f"Cost: {attempt.cost_usd:f} dollars. Attempts: 1." in out
    assert "ms (median)" in out
    assert "Changed by the grounding: nothing." in out


def test_what_differs_is_reported_with_status_1(evaluate: Any, simulator: RunningSimulator) -> None:
    simulator.say("Take this: [[p1]]")
    status, out = evaluate({**EARPHONES, "shows": ["K-1"], "says_not": ["take"]}, EARPHONES)

    assert status == 1
    assert "   1 DIFFERS 무선 이어폰 추천해줘" in out
    assert "shows: expected K-1, found E-1" in out
    assert "says_not: expected not 'take', found 'Take this: " in out
    assert "Questions: 2, ok: 1, with differences: 1." in out


def test_what_the_grounding_changed_is_counted(evaluate: Any, simulator: RunningSimulator) -> None:
    simulator.say("새벽 무선 이어폰 [[p1]] costs 1,000원.")
    expected = {**EARPHONES, "says": ["59,000원"], "says_not": ["1,000원"]}
    status, out = evaluate(expected)
    told = json.loads(evaluate(expected, json=True)[1])

    assert status == 0
    assert "       changed by the grounding, price: '1,000원' became '59,000원'\n" in out
    assert "Changed by the grounding: 1 price." in out
    assert told["summary"]["interventions"] == {"price": 1}
    assert [each["text"] for each in told["cases"][0]["interventions"]] == ["1,000원"]


def test_a_line_may_go_on_the_one_before(evaluate: Any, simulator: RunningSimulator) -> None:
    simulator.say("Take this: [[p1]]")
    status, _ = evaluate(
        EARPHONES,
        {"continues": True, "question": "더 비싼 거 있어요?", "understood": {"reference": "dearer", "about": ["E-1"]}},
        {"question": "더 비싼 거 있어요?", "understood": {"about": []}},
        keep=True,
    )
    talks = Conversation.objects.order_by("created_at")

    assert status == 0
    assert [talk.turns.count() for talk in talks] == [2, 1]
    assert {talk.visitor.partition(":")[0] for talk in talks} == {"evaluation"}


def test_the_talks_go_and_their_cost_stays(evaluate: Any) -> None:
    evaluate(EARPHONES)

    assert not Conversation.objects.exists()
    assert not Turn.objects.exists()
    assert not Message.objects.exists()
    [attempt] = Attempt.objects.all()
    assert attempt.cost_usd
    assert (attempt.page, attempt.visitor) == ("chatbot_evaluate", "")


def test_other_talks_stay(evaluate: Any) -> None:
    shoppers = Conversation.objects.create(visitor="0" * 32, updated_at="2026-01-01T00:00:00Z")
    evaluate(EARPHONES)

    assert Conversation.objects.get() == shoppers


def test_without_a_model_nothing_is_asked_and_the_talk_goes_on_all_the_same(
    evaluate: Any, simulator: RunningSimulator
) -> None:
    ShopEntry.objects.create(topic="delivery", language="ko", title="배송 안내", text="이틀 걸립니다.")
    status, out = evaluate(
        {**EARPHONES, "shows": ["E-1"], "says": ["nothing says this"]},
        {"continues": True, "question": "더 싼 거 있어요?", "understood": {"reference": "cheaper"}},
        {"question": "배송은 얼마나 걸려요?", "language": "ko", "entries": ["배송 안내"]},
        {**EARPHONES, "finds_not": ["E-1"]},
        no_model=True,
    )

    assert status == 1
    assert "Questions: 4, ok: 3, with differences: 1.\nNo model was asked." in out
    assert "finds_not: expected not E-1" in out
    assert not simulator.requests()
    assert not Attempt.objects.exists()


def test_a_route_is_tried_before_shoppers_meet_it(
    evaluate: Any, simulator: RunningSimulator, routes: list[Route]
) -> None:
    Route.objects.filter(pk=routes[1].pk).update(enabled=False)
    status, _ = evaluate(EARPHONES, route=routes[1].model)

    assert status == 0
    assert [request["body"]["model"] for request in simulator.requests()] == [routes[1].model]
    assert not Route.objects.get(pk=routes[1].pk).enabled


def test_an_answer_that_another_model_gave_before_is_not_judged(evaluate: Any, simulator: RunningSimulator) -> None:
    with override_settings(CHATBOT={**settings.CHATBOT, "ANSWER_CACHE_S": 3600}):
        assert evaluate(EARPHONES)[0] == 0
        assert not CachedAnswer.objects.exists()
        ask_as_a_shopper()
        assert CachedAnswer.objects.exists()
        assert evaluate(EARPHONES)[0] == 0

    assert len(simulator.requests()) == 3


def test_a_spent_budget_is_a_difference_though_an_answer_is_at_hand(evaluate: Any, simulator: RunningSimulator) -> None:
    budget = Budget.objects.create(limit_usd=Decimal(10))
    ask_as_a_shopper()
    assert CachedAnswer.objects.exists()
    Budget.objects.filter(pk=budget.pk).update(limit_usd=0)
    status, out = evaluate(EARPHONES)

    assert status == 1
    assert "answer: expected complete, found catalogue (budget_spent)" in out
    assert len(simulator.requests()) == 1


def test_more_questions_than_a_shopper_may_ask_in_a_minute(evaluate: Any) -> None:
    with override_settings(CHATBOT={**settings.CHATBOT, "QUESTIONS_PER_MINUTE": 1}):
        assert evaluate(EARPHONES, {**EARPHONES, "continues": True})[0] == 0


def test_a_model_that_does_not_answer_is_a_difference(evaluate: Any, simulator: RunningSimulator) -> None:
    simulator.script([["400"]], repeat=True)
    status, out = evaluate({**EARPHONES, "shows": ["E-1"]})

    assert status == 1
    assert "answer: expected complete, found catalogue (" in out


def test_a_question_that_is_refused_is_a_difference_and_the_next_is_asked(evaluate: Any) -> None:
    status, out = evaluate({"question": "x" * 100_000}, EARPHONES, json=True)
    first, second = json.loads(out)["cases"]

    assert status == 1
    assert (first["ok"], first["code"]) == (False, QuestionTooLong.code)
    assert second["ok"]


def test_json_tells_each_case_and_the_sum(evaluate: Any, simulator: RunningSimulator) -> None:
    simulator.say("Take this: [[p1]]")
    status, out = evaluate({**EARPHONES, "shows": ["K-1"]}, json=True)
    told = json.loads(out)
    [case] = told["cases"]

    assert status == 1
    assert case["differences"] == [{"check": "shows", "expected": "K-1", "found": "E-1"}]
    assert (case["line"], case["status"], case["shown"]) == (1, "complete", ["E-1"])
    assert case["found"][0] == "E-1"
    assert case["first_word_ms"] == told["summary"]["first_word_p50_ms"]
    assert told["summary"]["cost_usd"] == f"{Attempt.objects.get().cost_usd:f}"


def test_an_unmeasured_cost_is_not_taken_for_nothing(evaluate: Any) -> None:
    Price.objects.all().delete()
    _, out = evaluate(EARPHONES)

    assert "Cost: 0 dollars. Attempts: 1, not measured: 1." in out


def test_ctrl_c_leaves_no_talk_behind_and_books_what_was_asked(evaluate: Any, simulator: RunningSimulator) -> None:
    simulator.script([["stall_before:30"]], repeat=True)

    def interrupt() -> None:
        while not simulator.requests():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    status, out = evaluate(EARPHONES, EARPHONES)
    thread.join()

    assert (status, out) == (130, "")
    assert not Conversation.objects.exists()
    assert [attempt.outcome for attempt in Attempt.objects.all()] == ["incomplete"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"question": "a"}\n{"question": "a", "show": []}', "line 2: Object contains unknown field `show`"),
        ("{", "line 1: This is not JSON"),
        ("", "The file holds no question."),
        ('{"question": "a", "shows": ["NO-1"]}', "line 1: The catalogue has no product 'NO-1'."),
    ],
)
def test_a_wrong_file_is_status_2_and_nothing_is_asked(
    content: str, says: str, tmp_path: Path, simulator: RunningSimulator
) -> None:
    file, err = tmp_path / "questions.jsonl", io.StringIO()
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError) as failed:
        call_command("chatbot_evaluate", str(file), stderr=err, no_color=True)

    assert failed.value.returncode == 2
    assert says in err.getvalue()
    assert not simulator.requests()


def test_a_file_that_is_not_there_and_a_route_that_is_not_there_are_status_2(
    evaluate: Any, tmp_path: Path, simulator: RunningSimulator
) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file") as failed:
        call_command("chatbot_evaluate", str(tmp_path / "nowhere.jsonl"))
    assert failed.value.returncode == 2
    with pytest.raises(CommandError, match="no route to 'gpt-9'") as failed:
        evaluate(EARPHONES, route="gpt-9")
    assert failed.value.returncode == 2
    assert not simulator.requests()


def test_what_would_steer_the_terminal_is_not_written(evaluate: Any, goods: list[Product]) -> None:
    _, out = evaluate({"question": "earphones \u001b[31m?"})

    assert "\u001b" not in out
