"""How a turn begins: one short transaction that makes it exist, with its question, its first attempt and its money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Q
from django.utils import timezone

from chatbot import conf, visitors
from chatbot.accounting import budgets, ledger
from chatbot.accounting.grants import Offer
from chatbot.assistant import affording, answer_cache, routing
from chatbot.assistant.affording import Affording
from chatbot.assistant.answer_cache import Cached
from chatbot.assistant.brief import Brief, look_up
from chatbot.assistant.leases import give_up, lease
from chatbot.assistant.sentences import language_of
from chatbot.assistant.telling import answer_id
from chatbot.database import atomic, in_database
from chatbot.errors import BudgetSpent, NotFound, RateLimited, TurnRunning
from chatbot.models import Conversation, Message, Route, Turn
from chatbot.models.inserting import insert
from chatbot.relay.base import ChatRequest, new_attempt_id
from chatbot.visitors import Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a door hands in. `conversation` is None for a new one; `language` is the page's; `page` says where."""

    text: str
    client_message_id: str
    conversation: str | None = None
    page: Mapping[str, str]
    language: str = "en"
    trial: Sequence[Route] | None = None
    """For an evaluation: the routes to be tried, in place of those that staff enabled. None of them means no model.

    What is tried is asked anew: nothing comes from the cache or goes there. The limit of questions a minute is for
    strangers.
    """


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
    """Why no model is asked, an error code; empty when the plan has a route, or an answer is in the cache."""
    cached: Cached | None
    """The answer that is given again; then the plan is empty."""
    affording: Affording | None
    """None when there is no budget."""
    may_race: bool
    """Whether two models may be asked at once: where a budget has no room for both they may not."""
    began_s: float
    """When the question came, on the clock of `perf_counter`."""
    owner: tuple[str, Any]  # Any: the primary key of the site's own user model

    def belongs_to(self, visitor: Visitor) -> bool:
        """Whether `visitor` is the one who asked."""
        return self.owner == (visitor.key, visitor.user_id)

    def request(self) -> ChatRequest:
        """What the first model of the plan is asked."""
        settings, prompt = conf.current(), self.brief.prompt
        return ChatRequest(
            messages=prompt.messages,
            model=self.plan[0].route.model,
            max_tokens=settings.answer_tokens,
            temperature=settings.temperature,
            user=self.user,
            estimated_tokens=prompt.estimated_tokens + settings.answer_tokens,
            attempt=self.attempt,
        )


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
    # A new conversation holds no turn. A first question that is sent again meets its own row below, or its limit here.
    if conversation and (again := _asked_before(ask, conversation_id, now)):
        return again
    try:
        if ask.trial is None:
            visitors.check_rate(visitor)
    except RateLimited:
        if again := _asked_before(ask, conversation_id, now):
            return again
        raise
    # Looked up before the transaction, which stays short, and in the same unit of work.
    routes, afforded = routing.usable() if ask.trial is None else ask.trial, affording.current()
    brief = look_up(
        ask.text,
        conversation=None if conversation is None else conversation_id,
        page=ask.page,
        language=language_of(ask.text, ask.language),
        now=now,
    )
    cached = answer_cache.answered_before(brief.prompt, now) if ask.trial is None else None
    try:
        with atomic():
            return _open(visitor, ask, conversation_id, conversation, brief, routes, cached, afforded, now, began_s)
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
        with atomic():
            give_up(turn, now)
    return None


def _open(
    visitor: Visitor,
    ask: Ask,
    conversation_id: UUID,
    conversation: Conversation | None,
    brief: Brief,
    routes: Sequence[Route],
    cached: Cached | None,
    afforded: Affording | None,
    now: datetime,
    began_s: float,
) -> Opened:
    language = language_of(ask.text, ask.language)
    if conversation is None:
        insert(
            Conversation(
                pk=conversation_id, visitor=visitor.key, user_id=visitor.user_id, language=language, updated_at=now
            )
        )
    else:  # an anonymous talk goes along with the login
        owner = conversation.user_id or visitor.user_id
        Conversation.objects.filter(pk=conversation_id).update(updated_at=now, language=language, user_id=owner)
    plan = [] if cached else routing.plan(routes)
    turn = Turn(
        conversation_id=conversation_id,
        client_message_id=ask.client_message_id,
        page=dict(ask.page),
        plan=_as_json(plan, cached),
        question=brief.question,
        candidates=[card.sku for card in brief.cards],
        prompt=brief.prompt.record(),
        lease_until=lease(now),
        started_at=now,
    )
    insert(turn)
    insert(
        Message(
            conversation_id=conversation_id,
            turn=turn,
            role=Message.Role.USER,
            text=ask.text,
            parts=[{"type": "text", "text": ask.text}],
        )
    )
    without_plan = "" if plan or cached else routing.without_plan(routes)
    may_race = True
    if plan and afforded:
        planned = plan
        try:
            plan, may_race = _granted(turn, visitor, plan, brief, afforded, now)
        except BudgetSpent:
            plan, without_plan = [], BudgetSpent.code
            cached = answer_cache.at_hand(brief.prompt, now) if ask.trial is None else None
        if plan != planned:
            turn.plan = _as_json(plan, cached, why=", as a budget is spent")
            Turn.objects.filter(pk=turn.pk).update(plan=turn.plan)
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
        cached=cached,
        affording=afforded,
        may_race=may_race,
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
            visitor=opened.user,
            page=ask.page.get("path", ""),
        )
    return opened


def _granted(
    turn: Turn, visitor: Visitor, plan: Sequence[routing.Choice], brief: Brief, afforded: Affording, now: datetime
) -> tuple[list[routing.Choice], bool]:
    """What the budgets leave of a plan, and whether its first two may race. Raises BudgetSpent."""
    offers = [
        Offer(model=choice.route.model, most_usd=afforded.most_usd(choice.route.model, brief.prompt.messages))
        for choice in plan
    ]
    granted = budgets.grant(
        turn,
        visitor=visitor.key,
        offers=offers,
        now=now,
        races=bool(conf.current().hedge_after_ms),
        budgets=afforded.budgets,
    )
    left = [plan[place] for place in granted.places]
    if granted.is_cheaper:
        left = [replace(choice, reason=f"{choice.reason}, the cheapest that a budget has room for") for choice in left]
    return left, granted.may_race


def _as_json(plan: Sequence[routing.Choice], cached: Cached | None, *, why: str = "") -> list[dict[str, str]]:
    if cached:
        return [{"model": cached.model, "reason": f"answered before, from the cache{why}"}]
    return [{"model": choice.route.model, "reason": choice.reason} for choice in plan]


def route_of(plan: Sequence[routing.Choice], endpoint: str, model: str) -> Route:
    """The route of a plan that an attempt took."""
    routes = [choice.route for choice in plan if choice.route.model == model]
    return next((route for route in routes if route.endpoint.name == endpoint), routes[0])
