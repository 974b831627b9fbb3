"""What the app itself says to a shopper, in the shopper's language. No sentence blames anybody or names a machine."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chatbot.errors import ChatbotError

_HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
_LATIN = re.compile(r"[A-Za-z]{2}")

_FOR_CODES = {
    "malformed": gettext_lazy("This message could not be read. Please reload the page and try again."),
    "empty_question": gettext_lazy("Please write a question first."),
    "question_too_long": gettext_lazy("This question is too long. Please shorten it and ask again."),
    "too_large": gettext_lazy("This message is too large to be sent."),
    "not_found": gettext_lazy("This conversation is no longer available. Please start a new one."),
    "origin_refused": gettext_lazy("The assistant cannot be used from this page."),
    "turn_running": gettext_lazy("One moment: the answer before this one is still being written."),
    "rate_limited": gettext_lazy("That was a lot of questions at once. Please wait a moment and ask again."),
}


def for_shopper(error: ChatbotError) -> str:
    """The sentence that a shopper reads when `error` ends a request or a turn."""
    return str(_FOR_CODES.get(error.code) or _("I cannot answer right now. Please try again in a moment."))


def from_catalogue(products: int, *, nearest: str = "") -> str:
    """What stands above the shop's own search results when no model can answer.

    `nearest` are the sentences that say why they are only the nearest; empty where they fit.
    """
    if nearest:
        closest = ngettext(
            "I cannot write a full answer at the moment, but this product comes closest:",
            "I cannot write a full answer at the moment, but these products come closest:",
            products,
        )
        return f"{nearest} {closest}"
    return ngettext(
        "I cannot write a full answer at the moment, but this product fits your question:",
        "I cannot write a full answer at the moment, but these products fit your question:",
        products,
    )


def nothing_in_catalogue() -> str:
    """Stands in for an answer when no model may be asked and the shop's own search found nothing either."""
    return _(
        "I can only look through the catalogue at the moment, and I found nothing there for your question. Other words "
        "may help."
    )


def price_unknown() -> str:
    """Stands in a sentence where a price would stand."""
    return _("see the product page")


def terms_unknown() -> str:
    """Stands in a sentence where a promise would stand that the shop has not made."""
    return _("please see the shop's own terms")


def not_in_shop() -> str:
    """Stands where a product was recommended that the shop does not have."""
    return _("I could not find this one in the shop.")


def language_of(text: str, page_language: str) -> str:
    """The language to answer `text` in: Korean and English are seen from the letters, others are the page's."""
    if _HANGUL.search(text):
        return "ko"
    return "en" if _LATIN.search(text) and page_language in ("", "ko") else page_language or "en"


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Translate into `language` inside this block."""
    with translation.override(language):
        yield
