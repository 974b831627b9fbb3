"""`manage.py chatbot_ask "question"`: the assistant in a terminal, through the same turn as in the shop."""

import asyncio
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import aclosing
from typing import Any, Final
from uuid import uuid4

from django.conf import settings as django_settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from chatbot import conf, visitors, wire
from chatbot.assistant import turn
from chatbot.assistant.sentences import for_shopper
from chatbot.database import close_pool, in_database
from chatbot.errors import ChatbotError, NotFound
from chatbot.events import ProductCard, ProductShown, TextAdded, TextCorrected, TurnEnded, TurnEvent, TurnFailed
from chatbot.models import Conversation
from chatbot.visitors import Visitor

KEY_PREFIX: Final = "terminal:"
"""Begins the visitor key of every talk in a terminal, so that the command opens no shopper's conversation."""
STOPPED: Final = 130
"""Exit status after Ctrl-C, as shells have it."""


class Command(BaseCommand):
    """Exit status: 0 for a model's whole answer, 130 for a stopped one, else 1 with the reason on stderr."""

    help = "Ask the assistant a question. The answer streams to stdout; turn id, ending and code go to stderr."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The question and how to say it."""
        parser.add_argument("question")
        parser.add_argument("--language", default=django_settings.LANGUAGE_CODE, help="of the shop page, such as ko")
        parser.add_argument("--conversation", metavar="ID", help="go on with an earlier talk of this command")
        parser.add_argument("--json", action="store_true", help="one part of the message stream per line")

    def handle(self, *args: Any, **options: Any) -> None:  # Any: argparse
        """Ask, and exit by how it ended."""
        show = self._show_json if options["json"] else self._show
        ask = turn.Ask(
            text=options["question"],
            client_message_id=str(uuid4()),
            conversation=options["conversation"],
            page={},
            language=options["language"],
        )
        try:
            with translation.override(options["language"]):
                end = asyncio.run(self._answer(ask, show))
        except ChatbotError as error:
            raise CommandError(_why(error.code, for_shopper(error))) from error
        finally:
            close_pool()
        if isinstance(end, TurnFailed):
            raise CommandError(_why(end.code, end.sentence))
        if end.ending == "stopped":
            sys.exit(STOPPED)
        if end.ending != "complete":
            raise CommandError(_why(end.code, _("No model gave a whole answer.")))

    async def _answer(self, ask: turn.Ask, show: Callable[[int, TurnEvent], None]) -> TurnEnded | TurnFailed:
        visitor = await _visitor(ask.conversation)
        started = await turn.start(visitor, ask)
        stopping: list[asyncio.Task[None]] = []
        _on_interrupt(lambda: stopping.append(asyncio.create_task(turn.stop(visitor, started.turn))))
        end: TurnEnded | TurnFailed | None = None
        async with aclosing(turn.follow(visitor, started.turn)) as events:
            async for seq, event in events:
                show(seq, event)
                if isinstance(event, (TurnEnded, TurnFailed)):
                    end = event
        await asyncio.gather(*stopping)
        assert end is not None
        ending = end.ending if isinstance(end, TurnEnded) else "failed"
        # write(msg, ending=...) adds the line break that the answer itself may lack.
        self.stdout.write("")
        self.stderr.write(
            f"turn {started.turn}  conversation {started.conversation}  ending {ending}  code {end.code or '-'}",
            self.style.NOTICE,
        )
        return end

    def _show(self, seq: int, event: TurnEvent) -> None:
        match event:
            case TextAdded():
                self.stdout.write(event.text, ending="")
            case ProductShown():
                self.stdout.write(f"\n  - {_line(event.card)}")
            case TextCorrected():
                self.stdout.write(f"\n({_('corrected')}) {event.text}", ending="")
        self.stdout.flush()

    def _show_json(self, seq: int, event: TurnEvent) -> None:
        self.stdout.write(wire.encode({**wire.part(event), "seq": seq}).decode())
        self.stdout.flush()


def _on_interrupt(stop: Callable[[], None]) -> None:
    """Call `stop` at the first Ctrl-C; the second one ends the process as usual."""
    loop = asyncio.get_running_loop()

    def once() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        stop()

    try:
        loop.add_signal_handler(signal.SIGINT, once)
    except (NotImplementedError, RuntimeError):
        pass  # no signals on this platform, or not the main thread: Ctrl-C does what it does there


@in_database
def _visitor(conversation: str | None) -> Visitor:
    """A new pseudonym, or that of an earlier talk in a terminal. Raises NotFound."""
    if conversation is None:
        key = f"{KEY_PREFIX}{uuid4().hex}"
        return Visitor(key=key, address=key)
    if not visitors.is_conversation_id(conversation):
        raise NotFound
    found = Conversation.objects.filter(pk=conversation, visitor__startswith=KEY_PREFIX).first()
    if found is None:
        raise NotFound
    return Visitor(key=found.visitor, address=found.visitor)


def _line(card: ProductCard) -> str:
    price = f"{card.sale_price_text} ({card.price_text})" if card.sale_price_text else card.price_text
    return "  ".join(word for word in (card.title, price, card.availability_text, card.link) if word)


def _why(code: str, sentence: str) -> str:
    """The sentence, and what the person at the terminal can do about `code`."""
    names = ", ".join(f"{name} ({endpoint.url})" for name, endpoint in conf.current().endpoints.items())
    todo = {
        "no_key": _(
            "No key for a relay is set: give CHATBOT['ENDPOINTS'] a KEY_ENV, KEY_FILE or KEY. Endpoints: %(endpoints)s."
        ),
        "no_route": _("No route is active: add one in the admin under Routes, with one of: %(endpoints)s."),
        "relay_unauthorized": _("The relay does not accept the key: check the key of %(endpoints)s."),
        "relay_unreachable": _("The relay cannot be reached: check address and network of %(endpoints)s."),
        "budget_spent": _("The budget is spent: raise it in the admin under Budgets, or wait for the next period."),
    }.get(code)
    return sentence if todo is None else f"{sentence} {todo % {'endpoints': names}}"
