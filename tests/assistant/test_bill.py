"""What the ledger holds of turns is what the relay bills: to the token where it reports, near it where not."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from chatbot.accounting import calibration, ledger
from chatbot.assistant import turn
from chatbot.database import in_database
from chatbot.models import Attempt, Route, Turn
from chatbot.simulator.testing import RunningSimulator
from tests.assistant.turns import KOREAN, ME, ask, attempts, drained, read, read_a_word

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("ended_turns", "routes", "goods"),
    pytest.mark.database,
]


async def test_the_ledger_equals_the_bill_to_the_token(simulator: RunningSimulator) -> None:
    for question in [KOREAN, "wireless earphones", "주전자 있나요?"]:
        await read(await turn.start(ME, ask(question)))
    rows = await attempts()
    bill = simulator.bill()["totals"]
    assert [attempt.source for attempt in rows] == ["reported"] * 3
    assert sum(attempt.input_tokens or 0 for attempt in rows) == bill["input_tokens"]
    assert sum(attempt.output_tokens or 0 for attempt in rows) == bill["output_tokens"]
    assert all(attempt.cost_usd is not None and attempt.cost_usd > 0 for attempt in rows)


SOURCES = ("reported", "estimated")


async def test_estimates_are_put_right_by_what_the_relay_reported(simulator: RunningSimulator) -> None:
    questions = ["무선 이어폰 추천해 주세요", "Which wireless earphones last longest?", "주전자 있나요?"]
    for number in range(12):
        await turn.answer(ME, ask(questions[number % 3]))
    learnt = await in_database(calibration.measured)("gemini-2.5-flash", timezone.now())
    assert learnt.input_ratio != 1
    calibration.forget()
    await in_database(Route.objects.update)(abandoned_policy="cancel_and_estimate")
    simulator.script([["no_usage"]] * 9)
    before = len(await attempts())
    for number in range(9):
        await turn.answer(ME, ask(questions[number % 3]))
    rows = (await attempts())[before:]
    lines = simulator.bill()["lines"][before:]
    assert {each.source for each in rows} == {"estimated"}
    for field in ("input_tokens", "output_tokens"):
        billed = sum(line[field] for line in lines)
        assert sum(getattr(each, field) for each in rows) == pytest.approx(billed, rel=0.1)


async def test_over_a_mix_of_faults_the_ledger_is_the_bill_and_estimates_are_near_it(
    simulator: RunningSimulator,
) -> None:
    endpoint = {"URL": simulator.url, "KEY": simulator.key, "TIMEOUTS": {"BETWEEN_TOKENS_S": 0.2}}
    chatbot = {**settings.CHATBOT, "ENDPOINTS": {"default": endpoint}, "QUESTIONS_PER_MINUTE": 0}
    chatbot["QUESTIONS_PER_MINUTE_PER_ADDRESS"] = 0
    questions = ["무선 이어폰 추천해 주세요", "Which wireless earphones last longest?", "주전자 있나요?"]
    # No reset in the middle: it throws away words on their way, more of them the busier the machine is.
    mix = {"reset_before": 0.1, "close_mid": 0.1, "stall_mid::30": 0.05, "429": 0.05, "malformed": 0.1, "cut": 0.1}
    with override_settings(CHATBOT=chatbot):
        for number in range(12):
            await turn.answer(ME, ask(questions[number % 3]))
        simulator.rate(mix)
        endings = [(await turn.answer(ME, ask(questions[number % 3]))).ending for number in range(60)]
        await drained()
    assert endings.count("complete") >= 58
    rows, bill = await attempts(), simulator.bill()["totals"]
    lines = {line["id"]: line for line in simulator.bill()["lines"]}
    assert len(rows) > 80
    for field in ("input_tokens", "output_tokens"):
        booked = {source: sum(getattr(each, field) for each in rows if each.source == source) for source in SOURCES}
        assert booked["reported"] == bill["reported"][field]
        assert booked["estimated"] == pytest.approx(bill["unreported"][field], rel=0.1)
        for each in rows:
            if each.source == "reported":
                assert getattr(each, field) == lines[each.upstream_id][field]


async def test_an_attempt_whose_process_died_is_estimated_where_that_is_possible(simulator: RunningSimulator) -> None:
    for _ in range(10):
        await turn.answer(ME, ask())
    calibration.forget()
    simulator.script([["stall_mid:3:30"]])
    started = await turn.start(ME, ask())
    await read_a_word(started)
    await in_database(Turn.objects.filter(pk=started.turn).update)(lease_until=timezone.now() - timedelta(seconds=1))
    assert await in_database(ledger.settle_abandoned)(timezone.now()) == 1
    row_ = await in_database(Attempt.objects.get)(turn=started.turn)
    assert (row_.outcome, row_.source) == ("abandoned", "estimated")
    assert row_.cost_usd
    line = simulator.bill(wait_s=0)["lines"][-1]
    assert row_.input_tokens == pytest.approx(line["input_tokens"], rel=0.1)
    await turn.stop(ME, started.turn)
