"""How a turn begins: one short transaction that makes it exist, with its question, its first attempt and its money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from time import perf_counter
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from chatbot import conf, visitors
from chatbot.accounting import budgets, ledger, prices
from chatbot.assistant import routing
from chatbot.assistant.brief import Brief, look_up
from chatbot.assistant.leases import give_up, lease
from chatbot.assistant.sentences import language_of
from chatbot.assistant.telling import answer_id
from chatbot.database import in_database
from chatbot.errors import BudgetSpent, NotFound, TurnRunning
from chatbot.events import AttemptStarted
from chatbot.models import Conversation, Message, Route, Turn
from chatbot.relay.base import new_attempt_id
from chatbot.visitors import Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a door hands in. `conversation` is None for a new one; `language` is the page's; `page` says where."""

    text: str
    client_message_id: str
    conversation: str | None = None
    page: Mapping[str, str]
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A turn as it begins."""

    turn: str
    conversation: str
    message: str
    brief: Brief
    ask: Ask
    language: str
    user: str
    attempt: str
    plan: Sequence[routing.Choice]
    without_plan: str
    """Why no model is asked, an error code; empty when the plan has a route."""
    began_s: float
    """When the question came, on the clock of `perf_counter`."""
    owner: tuple[str, Any]  # Any: the primary key of the site's own user model

    def belongs_to(self, visitor: Visitor) -> bool:
        """Whether `visitor` is the one who asked."""
        return self.owner == (visitor.key, visitor.user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedBefore:
    """The turn of a client message that comes a second time. It runs, or ran."""

    turn: str
    conversation: str


@in_database
def open_turn(visitor: Visitor, ask: Ask) -> Opened | AskedBefore:
    """Write the turn, the question, the first ledger row and the reservation, all in one transaction.

    Asked twice with one client message id, the same turn comes back. Raises NotFound, RateLimited and TurnRunning.
    """
    began_s, now = perf_counter(), timezone.now()
    conversation_id, conversation = _place(visitor, ask)
    if again := _asked_before(ask, conversation_id, now):
        return again
    visitors.check_rate(visitor)
    # Looked up before the transaction, which stays short, and in the same unit of work.
    brief = look_up(
        ask.text,
        conversation=None if conversation is None else conversation_id,
        page=ask.page,
        language=language_of(ask.text, ask.language),
        now=now,
    )
    try:
        with transaction.atomic():
            return _open(visitor, ask, conversation_id, conversation, brief, now, began_s)
    except IntegrityError as err:
        # Lost a race: against the same question (a double click), or against another one in the same conversation.
        if again := _asked_before(ask, conversation_id, now):
            return again
        raise NotFound from err  # a client's own chat name whose conversation went along with a login


def _place(visitor: Visitor, ask: Ask) -> tuple[UUID, Conversation | None]:
    """The id of the conversation that is asked in, and its row if there is one. Raises NotFound."""
    if not ask.conversation:  # one id per first question, so that a double click opens one conversation
        return visitors.named_conversation(visitor, f"first question {ask.client_message_id}"), None
    if visitors.is_conversation_id(ask.conversation):
        conversation = visitors.conversation_of(visitor, ask.conversation)
        return conversation.pk, conversation
    name = visitors.named_conversation(visitor, ask.conversation)
    return name, Conversation.objects.owned_by(visitor.key, visitor.user_id).filter(pk=name).first()


def _asked_before(ask: Ask, conversation_id: UUID, now: datetime) -> AskedBefore | None:
    """The turn of this very client message. Ends one whose process died; raises TurnRunning while another runs."""
    turns = Turn.objects.filter(
        Q(client_message_id=ask.client_message_id) | Q(status=Turn.Status.RUNNING), conversation_id=conversation_id
    )
    others = []
    for turn in turns:
        if turn.client_message_id == ask.client_message_id:
            return AskedBefore(turn=str(turn.pk), conversation=str(turn.conversation_id))
        others.append(turn)
    for turn in others:
        if turn.lease_until >= now:
            raise TurnRunning(retry_after_s=1)
        with transaction.atomic():
            give_up(turn, now)
    return None


def _open(
    visitor: Visitor,
    ask: Ask,
    conversation_id: UUID,
    conversation: Conversation | None,
    brief: Brief,
    now: datetime,
    began_s: float,
) -> Opened:
    language = language_of(ask.text, ask.language)
    if conversation is None:
        Conversation.objects.create(
            pk=conversation_id, visitor=visitor.key, user_id=visitor.user_id, language=language, updated_at=now
        )
    else:  # an anonymous talk goes along with the login
        owner = conversation.user_id or visitor.user_id
        Conversation.objects.filter(pk=conversation_id).update(updated_at=now, language=language, user_id=owner)
    routes = list(Route.objects.usable())
    plan = routing.plan(routes)
    turn = Turn.objects.create(
        conversation_id=conversation_id,
        client_message_id=ask.client_message_id,
        page=dict(ask.page),
        plan=[{"model": choice.route.model, "reason": choice.reason} for choice in plan],
        question=brief.question,
        candidates=[card.sku for card in brief.cards],
        lease_until=lease(now),
        started_at=now,
    )
    Message.objects.create(
        conversation_id=conversation_id,
        turn=turn,
        role=Message.Role.USER,
        text=ask.text,
        parts=[{"type": "text", "text": ask.text}],
    )
    without_plan = "" if plan else routing.without_plan(routes)
    if plan and not _reserved(turn, visitor, plan, now):
        plan, without_plan = [], BudgetSpent.code
    opened = Opened(
        turn=str(turn.pk),
        conversation=str(conversation_id),
        message=str(answer_id(turn.pk)),
        brief=brief,
        ask=ask,
        language=language,
        user=visitors.pseudonym(visitor),
        attempt=new_attempt_id(),
        plan=plan,
        without_plan=without_plan,
        began_s=began_s,
        owner=(visitor.key, visitor.user_id),
    )
    if plan:
        ledger.open_attempt(
            attempt=opened.attempt,
            turn=turn,
            route=plan[0].route,
            number=1,
            now=now,
            estimated_input_tokens=brief.prompt.estimated_tokens,
        )
    return opened


def _reserved(turn: Turn, visitor: Visitor, plan: Sequence[routing.Choice], now: datetime) -> bool:
    """Whether every budget has room for the most that one answer of the plan's dearest route can cost."""
    if not budgets.any_enabled():
        return True
    settings = conf.current()
    known = (prices.price_at(model, now) for model in {choice.route.model for choice in plan})
    most_usd = max(
        (budgets.upper_bound_usd(settings.prompt_tokens, settings.answer_tokens, price) for price in known if price),
        default=Decimal(0),
    )
    try:
        budgets.reserve(turn, visitor=visitor.key, amount_usd=most_usd, now=now)
    except BudgetSpent:
        return False
    return True


def route_of(plan: Sequence[routing.Choice], endpoint: str, model: str) -> Route:
    """The route of a plan that an attempt took."""
    routes = [choice.route for choice in plan if choice.route.model == model]
    return next((route for route in routes if route.endpoint.name == endpoint), routes[0])


@in_database
def book_attempt(opened: Opened, started: AttemptStarted, estimated_input_tokens: int) -> None:
    """Write the ledger row of a further attempt before its request leaves."""
    ledger.open_attempt(
        attempt=started.attempt,
        turn=Turn.objects.get(pk=opened.turn),
        route=route_of(opened.plan, started.endpoint, started.model),
        number=started.number,
        now=timezone.now(),
        estimated_input_tokens=estimated_input_tokens,
    )
