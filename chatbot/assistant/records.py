"""What a turn reads and writes: one short transaction when it begins, one look at the catalogue, one when it ends.

Each function here is one unit of work of the database pool. Between the first and the last word nothing here is called.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID, uuid5

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Q, Sum
from django.utils import timezone

from chatbot import conf, visitors
from chatbot.accounting import budgets, ledger, prices
from chatbot.assistant import cards, routing
from chatbot.assistant.sentences import for_shopper, language_of, spoken
from chatbot.catalog.candidates import candidates
from chatbot.catalog.question import understand
from chatbot.database import in_database
from chatbot.errors import BudgetSpent, ChatbotError, NotFound, TurnRunning
from chatbot.events import (
    AttemptEnded,
    AttemptStarted,
    Ending,
    ProductCard,
    TextAdded,
    TextFinished,
    TextStarted,
    TurnEnded,
    TurnEvent,
    TurnFailed,
    TurnStarted,
    Usage,
)
from chatbot.models import Conversation, Message, Product, Route, Turn
from chatbot.relay.base import new_attempt_id
from chatbot.visitors import Visitor
from chatbot.wire import Reply, parse


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
    """A turn as it begins. `is_new` is False when this question had been asked before: then it runs already.

    `is_first` tells that nothing was said before in this conversation.
    """

    turn: str
    conversation: str
    message: str
    is_new: bool
    is_first: bool
    ask: Ask
    language: str
    user: str
    attempt: str
    plan: Sequence[routing.Choice]
    without_plan: str
    """Why no model is asked, an error code; empty when the plan has a route."""
    started_at: datetime
    owner: tuple[str, Any]  # Any: the primary key of the site's own user model

    def belongs_to(self, visitor: Visitor) -> bool:
        """Whether `visitor` is the one who asked."""
        return self.owner == (visitor.key, visitor.user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What the catalogue and the talk so far give for an answer; each candidate with its card of this moment."""

    question: dict[str, Any]  # Any: JSON
    found: Sequence[tuple[Product, ProductCard]]
    history: Sequence[Message]
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """An attempt that is over, with our estimate of its tokens in case that the relay did not report them."""

    ended: AttemptEnded
    estimate: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a turn ended, to be stored."""

    status: str
    code: str
    reply: Reply
    settlements: Sequence[Settlement]
    question: Mapping[str, Any]  # Any: JSON
    candidates: Sequence[str]
    interventions: Sequence[Mapping[str, str]]
    first_word_ms: int | None
    total_ms: int


@in_database
def open_turn(visitor: Visitor, ask: Ask) -> Opened:
    """Write the turn, the question, the first ledger row and the reservation, all in one transaction.

    Asked twice with one client message id, the same turn comes back. Raises NotFound, RateLimited and TurnRunning.
    """
    now = timezone.now()
    conversation_id, conversation = _place(visitor, ask)
    if again := _asked_before(visitor, ask, conversation_id, now):
        return again
    visitors.check_rate(visitor)
    try:
        with transaction.atomic():
            return _open(visitor, ask, conversation_id, conversation, now)
    except IntegrityError as err:
        # Lost a race: against the same question (a double click), or against another one in the same conversation.
        if again := _asked_before(visitor, ask, conversation_id, now):
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


def _asked_before(visitor: Visitor, ask: Ask, conversation_id: UUID, now: datetime) -> Opened | None:
    """The turn of this very client message. Ends one whose process died; raises TurnRunning while another runs."""
    turns = Turn.objects.filter(
        Q(client_message_id=ask.client_message_id) | Q(status=Turn.Status.RUNNING), conversation_id=conversation_id
    )
    others = []
    for turn in turns:
        if turn.client_message_id == ask.client_message_id:
            return _opened(turn, ask, visitor, is_new=False)
        others.append(turn)
    for turn in others:
        if turn.lease_until >= now:
            raise TurnRunning(retry_after_s=1)
        with transaction.atomic():
            _give_up(turn, now)
    return None


def _opened(
    turn: Turn,
    ask: Ask,
    visitor: Visitor,
    *,
    is_new: bool,
    is_first: bool = False,
    plan: Sequence[routing.Choice] = (),
    without_plan: str = "",
) -> Opened:
    return Opened(
        turn=str(turn.pk),
        conversation=str(turn.conversation_id),
        message=str(answer_id(turn.pk)),
        is_new=is_new,
        is_first=is_first,
        ask=ask,
        language=language_of(ask.text, ask.language),
        user=visitors.pseudonym(visitor),
        attempt=new_attempt_id(),
        plan=plan,
        without_plan=without_plan,
        started_at=turn.started_at,
        owner=(visitor.key, visitor.user_id),
    )


def _open(
    visitor: Visitor, ask: Ask, conversation_id: UUID, conversation: Conversation | None, now: datetime
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
        lease_until=_lease(now),
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
    if plan and not _reserved(turn, visitor, plan[0].route, now):
        plan, without_plan = [], BudgetSpent.code
    opened = _opened(
        turn, ask, visitor, is_new=True, is_first=conversation is None, plan=plan, without_plan=without_plan
    )
    if plan:
        ledger.open_attempt(attempt=opened.attempt, turn=turn, route=plan[0].route, number=1, now=now)
    return opened


def _reserved(turn: Turn, visitor: Visitor, route: Route, now: datetime) -> bool:
    settings = conf.current()
    price = prices.price_at(route.model, now)
    most_usd = budgets.upper_bound_usd(settings.prompt_tokens, settings.answer_tokens, price) if price else Decimal(0)
    try:
        budgets.reserve(turn, visitor=visitor.key, amount_usd=most_usd, now=now)
    except BudgetSpent:
        return False
    return True


@in_database
def prepare(opened: Opened) -> Brief:
    """Look up what the question is about: candidates with their cards of this moment, and the talk so far."""
    settings = conf.current()
    now = timezone.now()
    history = [] if opened.is_first else _history(opened, settings.history_messages)
    sku = opened.ask.page.get("sku", "")
    viewed = Product.objects.offered().filter(sku=sku).first() if sku else None
    question = understand(
        opened.ask.text,
        history=[message.text for message in history if message.role == Message.Role.USER],
        page=viewed.title if viewed else None,
    )
    products = list(candidates(question, limit=settings.candidates, now=now))
    if viewed:
        products = [viewed, *(product for product in products if product.pk != viewed.pk)]
    with spoken(opened.language):
        found = [(product, cards.card(product, now=now, language=opened.language)) for product in products]
    return Brief(
        question=msgspec.to_builtins(question),
        found=found,
        history=history,
        page=f"The shopper is looking at p1, {viewed.title}" if viewed else "",
    )


def _history(opened: Opened, limit: int) -> list[Message]:
    before = Message.objects.filter(conversation_id=opened.conversation, created_at__lt=opened.started_at)
    return list(before.order_by("-created_at", "role")[:limit])[::-1]


@in_database
def book_attempt(opened: Opened, started: AttemptStarted) -> None:
    """Write the ledger row of a further attempt before its request leaves."""
    turn = Turn.objects.get(pk=opened.turn)
    route = next(choice.route for choice in opened.plan if choice.route.model == started.model)
    ledger.open_attempt(attempt=started.attempt, turn=turn, route=route, number=started.number, now=timezone.now())


@in_database
def renew_lease(turn: str) -> None:
    """Say that this process still works on the turn."""
    Turn.objects.running().filter(pk=turn).update(lease_until=_lease(timezone.now()))


@in_database
def close_turn(opened: Opened, result: Result) -> None:
    """Write the answer, settle the attempts and the reservation, and end the turn, all in one transaction."""
    now = timezone.now()
    with transaction.atomic():
        for settlement in result.settlements:
            ledger.settle(settlement.ended, now=now, estimate=settlement.estimate)
        turn = Turn.objects.get(pk=opened.turn)
        turn.status = result.status
        turn.error_code = result.code
        turn.question = result.question
        turn.candidates = list(result.candidates)
        turn.interventions = list(result.interventions)
        turn.first_word_ms = result.first_word_ms
        turn.total_ms = result.total_ms
        turn.ended_at = now
        turn.save()
        if result.reply.parts:
            Message.objects.create(
                pk=opened.message,
                conversation_id=opened.conversation,
                turn=turn,
                role=Message.Role.ASSISTANT,
                text=result.reply.text,
                parts=result.reply.parts,
            )
        Conversation.objects.filter(pk=opened.conversation).update(updated_at=now)
        _settle_reservation(turn, now)


def _settle_reservation(turn: Turn, now: datetime) -> None:
    spent = turn.attempts.aggregate(spent=Sum("cost_usd"))["spent"]
    budgets.settle(turn, spent or Decimal(0), now)


@in_database
def refuse_foreign_turn(visitor: Visitor, turn: str) -> None:
    """Raises NotFound unless the turn is the visitor's."""
    visitors.turn_of(visitor, turn)


@in_database
def told(turn: str) -> list[TurnEvent] | None:
    """An ended turn told again from its start, each block of text in one piece; None while it runs."""
    row = Turn.objects.select_related("conversation").get(pk=turn)
    return None if row.status == Turn.Status.RUNNING else list(_events(row))


@in_database
def running_in(visitor: Visitor, conversation: str) -> str | None:
    """The id of the turn that runs in the visitor's conversation. Raises NotFound."""
    if visitors.is_conversation_id(conversation):
        found = visitors.conversation_of(visitor, conversation)
    else:
        found = visitors.conversation_of(visitor, str(visitors.named_conversation(visitor, conversation)))
    running = Turn.objects.running().filter(conversation=found).first()
    return None if running is None else str(running.pk)


def give_up_abandoned(now: datetime) -> int:
    """End the turns whose process died, as incomplete; how many there were. Safe to run twice and in parallel."""
    ended = 0
    for turn in Turn.objects.abandoned(now):
        with transaction.atomic():
            ended += _give_up(turn, now)
    return ended


def _give_up(turn: Turn, now: datetime) -> int:
    ended = (
        Turn.objects.abandoned(now)
        .filter(pk=turn.pk)
        .update(status=Turn.Status.INCOMPLETE, error_code="abandoned", ended_at=now)
    )
    if ended:
        ledger.settle_abandoned(now)
        _settle_reservation(turn, now)
    return ended


def _events(turn: Turn) -> Iterator[TurnEvent]:
    yield TurnStarted(turn=str(turn.pk), conversation=str(turn.conversation_id), message=str(answer_id(turn.pk)))
    answer = turn.messages.filter(role=Message.Role.ASSISTANT).first()
    for number, part in enumerate(answer.parts if answer else (), 1):
        if part["type"] == "text":
            block = f"t{number}"
            yield TextStarted(block=block)
            yield TextAdded(text=part["text"], block=block)
            yield TextFinished(block=block)
        else:
            yield parse(part)
    if turn.status == Turn.Status.FAILED:
        with spoken(turn.conversation.language):
            yield TurnFailed(code=turn.error_code, sentence=for_shopper(ChatbotError()), retryable=True)
    else:
        yield TurnEnded(ending=cast(Ending, turn.status), code=turn.error_code)


def answer_id(turn: UUID) -> UUID:
    """The id that the answer of a turn has, known before the answer is."""
    return uuid5(turn, "answer")


def _lease(now: datetime) -> datetime:
    return now + timedelta(seconds=conf.current().turn_lease_s)
