"""Asks the questions of an evaluation, one after the other, through the same turn as in the shop.

The turns are booked in the ledger and count in the budgets like any other, under the page `chatbot_evaluate`. What was
said goes at the end; what it cost stays.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Final
from uuid import uuid4

from django.db.models import QuerySet

from chatbot.assistant import retention, routing, turn
from chatbot.assistant.evaluation.cases import Case, Numbered
from chatbot.assistant.evaluation.judging import Difference, Observed, differences
from chatbot.catalog.asked import Question, recalled
from chatbot.database import in_database
from chatbot.errors import ChatbotError
from chatbot.models import Attempt, Conversation, Route, ShopEntry, Turn
from chatbot.visitors import Visitor
from chatbot.wire import Reply

KEY_PREFIX: Final = "evaluation:"
"""Begins the visitor key of every talk of an evaluation."""
PAGE: Final = "chatbot_evaluate"
"""Stands in the ledger as the page where the question came up, unless the case names one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a case. `first_word_ms` is None where no word came, or no model was asked."""

    line: int
    case: Case
    observed: Observed
    differences: Sequence[Difference]
    first_word_ms: int | None = None
    interventions: Sequence[Mapping[str, str]] = ()
    """What the server changed in the model's answer, as `Turn.interventions` has it."""

    @property
    def is_ok(self) -> bool:
        """Whether all is as expected."""
        return not self.differences


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A run in figures. `cost_usd` is what is known of the cost; `unmeasured` attempts have an unknown one."""

    questions: int
    ok: int
    first_word_p50_ms: int | None
    attempts: int
    cost_usd: Decimal
    unmeasured: int
    interventions: Mapping[str, int]
    """How often the server changed what a model wrote, by kind."""


def routes_named(model: str) -> list[Route]:
    """The routes to a model, those that staff have not enabled too: it may be tried before shoppers meet it."""
    return list(Route.objects.filter(model=model).select_related("endpoint").order_by("position", "id"))


class Evaluation:
    """One run. `outcomes` asks; `summary` and then `forget` are for the time after, outside of any event loop."""

    def __init__(self, cases: Sequence[Numbered], *, language: str, routes: Sequence[Route] | None) -> None:
        """`routes` are tried in this order, by default the shop's own; with none no model is asked."""
        self._cases = cases
        self._language = language
        self._routes = routes
        self._visitors: list[Visitor] = []
        self._outcomes: list[Outcome] = []

    async def outcomes(self) -> AsyncGenerator[Outcome, None]:
        """What comes of each case, in order."""
        routes = await _usable() if self._routes is None else self._routes
        conversation, language = None, self._language
        for numbered in self._cases:
            case = numbered.case
            if not case.continues:
                key = f"{KEY_PREFIX}{uuid4().hex}"
                self._visitors.append(Visitor(key=key, address=key))
                conversation, language = None, self._language
            language = case.language or language
            ask = turn.Ask(
                text=case.question,
                client_message_id=str(uuid4()),
                conversation=conversation,
                page={"path": PAGE, **case.page},
                language=language,
                trial=routes,
            )
            try:
                reply = await turn.answer(self._visitors[-1], ask)
            except ChatbotError as error:  # refused, such as a question that is too long
                outcome = _judged(numbered, Observed(status=Turn.Status.FAILED, code=error.code), bool(routes))
            else:
                conversation = reply.conversation
                outcome = await _outcome(numbered, reply, bool(routes))
            self._outcomes.append(outcome)
            yield outcome

    def summary(self) -> Summary:
        """All that was asked so far, with its cost as the ledger has it."""
        costs = list(
            Attempt.objects.filter(turn__conversation__in=self._conversations()).values_list("cost_usd", flat=True)
        )
        waits = [outcome.first_word_ms for outcome in self._outcomes if outcome.first_word_ms is not None]
        kinds = Counter(each["kind"] for outcome in self._outcomes for each in outcome.interventions)
        return Summary(
            questions=len(self._outcomes),
            ok=sum(outcome.is_ok for outcome in self._outcomes),
            first_word_p50_ms=round(median(waits)) if waits else None,
            attempts=len(costs),
            cost_usd=sum((cost for cost in costs if cost is not None), Decimal(0)),
            unmeasured=costs.count(None),
            interventions=dict(kinds),
        )

    def forget(self) -> None:
        """Delete the talks."""
        retention.forget_conversations(list(self._conversations().values_list("pk", flat=True)))

    def _conversations(self) -> QuerySet[Conversation]:
        return Conversation.objects.filter(visitor__in=[visitor.key for visitor in self._visitors])


_usable = in_database(routing.usable)


@in_database
def _outcome(numbered: Numbered, reply: Reply, with_model: bool) -> Outcome:
    row = Turn.objects.get(pk=reply.turn)
    titles = dict(ShopEntry.objects.filter(pk__in=row.prompt.get("entries", ())).values_list("pk", "title"))
    observed = Observed(
        question=recalled(row.question) or Question(),
        found=row.candidates,
        entries=[titles[pk] for pk in row.prompt.get("entries", ()) if pk in titles],
        shown=[card.sku for card in reply.products],
        text=reply.text,
        status=row.status,
        code=row.error_code,
    )
    return _judged(numbered, observed, with_model, row.first_word_ms if with_model else None, row.interventions)


def _judged(
    numbered: Numbered,
    observed: Observed,
    with_model: bool,
    first_word_ms: int | None = None,
    interventions: Sequence[Mapping[str, str]] = (),
) -> Outcome:
    return Outcome(
        line=numbered.line,
        case=numbered.case,
        observed=observed,
        differences=differences(numbered.case, observed, with_model=with_model),
        first_word_ms=first_word_ms,
        interventions=interventions,
    )
