"""`{% load chatbot %} {% chatbot_widget %}` puts the shopping assistant on a page."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import template
from django.template.context import Context
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chatbot import __version__, conf
from chatbot.errors import ConfigurationError

register = template.Library()

FOLDER = f"chatbot/widget-{__version__}"
"""Where the widget's files lie; why the version is in the name is said in `widget.js`."""

POSITIONS = ("end", "start")
THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """What the template `chatbot/widget.html` writes into the page."""

    prefix: str
    script: str
    stylesheet: str
    language: str
    position: str
    theme: str
    accent: str
    sku: str
    contact_url: str
    nonce: str
    strings: dict[str, str | list[str]]


@register.inclusion_tag("chatbot/widget.html", takes_context=True)
def chatbot_widget(
    context: Context,
    *,
    sku: str = "",
    title: str = "",
    greeting: str = "",
    starters: str | Iterable[str] | None = None,
    accent: str = "",
    position: str = "end",
    theme: str = "auto",
    contact_url: str = "",
) -> dict[str, Widget]:
    """The assistant, with the strings of the page's language.

    `sku` is the product that the page shows. `title` and `greeting` replace ours; `starters` are the questions offered
    to begin with, a list or one text with `|` between them. `accent` is any CSS colour, also one for each mode,
    `light-dark(#1f5f49, #9bd3bd)`; the text on it becomes black or white by itself. `position` is the corner in reading
    direction, "end" or "start"; `theme` is "auto" (as the shopper's device), "light" or "dark". `contact_url` is where
    people can be reached, also without JavaScript; by default the CHATBOT setting CONTACT_URL.

    Raises TemplateSyntaxError for any other position or theme, and ConfigurationError where `chatbot.urls` is not
    included.
    """
    strings = widget_strings(about_product=bool(sku))
    if title:
        strings["title"] = str(title)
    if greeting:
        strings["greeting"] = str(greeting)
    if starters is not None:
        asked = starters.split("|") if isinstance(starters, str) else starters
        strings["starters"] = [str(words).strip() for words in asked if str(words).strip()]
    widget = Widget(
        prefix=_prefix(),
        script=static(f"{FOLDER}/widget.js"),
        stylesheet=static(f"{FOLDER}/widget.css"),
        language=get_language() or "",
        position=_one_of("position", position, POSITIONS),
        theme=_one_of("theme", theme, THEMES),
        accent=accent,
        sku=str(sku),
        contact_url=str(contact_url) or conf.current().contact_url,
        nonce=_nonce(context),
        strings=strings,
    )
    return {"widget": widget}


def widget_strings(*, about_product: bool = False) -> dict[str, str | list[str]]:
    """The widget's sentences in the active language. Words in braces are places that the widget fills in."""
    if about_product:
        starters = [
            _("What should I know about this product?"),
            _("Is there something similar for less?"),
            _("What goes well with it?"),
        ]
    else:
        starters = [
            _("What is on sale today?"),
            _("What is new?"),
            _("How long does delivery take?"),
        ]
    return {
        # Translators: on the button that opens the assistant, with a speech bubble beside it. Two words at most.
        "launcher": _("Ask us"),
        # Translators: for a screen reader, after the words on the button.
        "unread": _("(new answer)"),
        "title": _("Shopping assistant"),
        "close": _("Close the assistant"),
        # Translators: for a screen reader, the button with three dots.
        "menu": _("More about this conversation"),
        "renew": _("New conversation"),
        # Translators: in the menu with three dots. All that this shopper ever asked, and the answers.
        "forget": _("Delete everything"),
        "forget_sure": _("All that you asked here and all answers will be deleted for good."),
        # Translators: the button that does it.
        "forget_yes": _("Delete"),
        # Translators: the button that does not delete.
        "forget_no": _("Keep"),
        "forgotten": _("Everything was deleted."),
        "greeting": _("What are you looking for?"),
        "hint": _("Describe it in your own words. I know what is in the shop, what it costs and what is in stock."),
        "starters": starters,
        "starters_label": _("Questions to begin with"),
        "conversation": _("Conversation"),
        "input_label": _("Your question"),
        "placeholder": _("Ask about a product…"),
        "send": _("Send"),
        "stop": _("Stop the answer"),
        "stopping": _("Stopping…"),
        # Translators: for a screen reader, before what the shopper wrote.
        "you": _("You said:"),
        # Translators: for a screen reader, before the answer.
        "assistant": _("The assistant said:"),
        "products": _("Products"),
        # Translators: for a screen reader, the name of a table in an answer.
        "table": _("Table"),
        "sale_price": _("Sale price"),
        "regular_price": _("Regular price"),
        "thinking": _("Looking through the shop…"),
        "wait_searching": _("Looking through the shop…"),
        "wait_queued": _("Many are asking right now. You are in the queue."),
        # Translators: {seconds} is a whole number.
        "wait_queued_seconds": _("Many are asking right now. About {seconds} s to go."),
        "wait_retrying": _("One moment, trying once more…"),
        "wait_switching": _("One moment, switching to another assistant…"),
        "reconnecting": _("Connection lost. Reconnecting…"),
        "offline": _("There is no connection. The rest of the answer comes when it is back."),
        "ending_stopped": _("You stopped this answer."),
        "ending_incomplete": _("This answer ends too early."),
        "ending_catalogue": _("The assistant is busy; this is what the shop's own search found."),
        # Translators: a button below an answer that ends too early.
        "go_on": _("Go on"),
        # Translators: sent in the shopper's name after a click on "Go on".
        "go_on_question": _("Please go on."),
        "retry": _("Try again"),
        "failed": _("That did not work. Please try again."),
        "unsent": _("This could not be sent yet. It is kept here."),
        "unanswered": _("There is no answer to this yet."),
        "refused_turn_running": _("The last answer is still being written. Your question waits in the field."),
        # Translators: {count} is a whole number.
        "characters_left": _("Characters left: {count}"),
        # Translators: {count} is a whole number.
        "characters_over": _("Characters too many: {count}"),
        # Translators: a button that leads to the end of the conversation, where new words have come.
        "below": _("New words below"),
        "feedback": _("Was this helpful?"),
        "helpful": _("Helpful"),
        "not_helpful": _("Not helpful"),
        "dismiss": _("Dismiss"),
        "contact": _("Contact us"),
        "disclaimer": _("Answers are written by AI and may be wrong. Prices and stock are the shop's own."),
    }


def _prefix() -> str:
    try:
        return reverse("chatbot:index")
    except NoReverseMatch as err:
        raise ConfigurationError(
            '{% chatbot_widget %} needs its addresses: urlpatterns += [path("chat/", include("chatbot.urls"))]'
        ) from err


def _nonce(context: Context) -> str:
    """The page's CSP nonce: of Django 6's context processor, else of django-csp's middleware, else none.

    Both are lazy and only a nonce that is asked for gets into the header, so its truth says nothing.
    """
    request: Any = context.get("request") or getattr(context, "request", None)  # Any: middleware adds attributes
    nonce = context.get("csp_nonce")
    if nonce is None:
        nonce = getattr(request, "csp_nonce", None)
    return "" if nonce is None else str(nonce)


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value in allowed:
        return value
    known = " or ".join(f'"{each}"' for each in allowed)
    raise template.TemplateSyntaxError(f'chatbot_widget: {name} is "{value}"; give {known}.')
