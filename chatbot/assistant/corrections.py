"""What stands in place of a claim that nobody bears out: the right fact, a hint where to look, or nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from chatbot.assistant.claims.fixes import Fix
from chatbot.assistant.sentences import not_in_shop, price_unknown, spoken, terms_unknown
from chatbot.events import ProductCard

_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_LINKED: Final = re.compile(r"!?\[([^\[\]\n]*)\]\(")
_SOURCE: Final = re.compile(r"\[\[\s*[kK]\d[^\[\]\n]*\]\]")
_SPACE_BEHIND: Final = re.compile(r"[ \t]*$")


@dataclass(frozen=True, slots=True)
class Corrections:
    """The corrections of one answer, in `language`. Each is written down in `interventions`."""

    cards: Sequence[ProductCard]
    language: str
    interventions: list[dict[str, str]]

    def carried_out(self, text: str, fixes: Sequence[Fix], before: str = "") -> str:
        """`text` with `fixes`, which are in order and apart from each other; `before` stands in the same line."""
        if not fixes:
            return text
        pieces: list[str] = []
        at = 0
        with spoken(self.language):
            for fix in fixes:
                claim = text[fix.start : fix.end]
                shown = self._sentence_for(fix, claim) if fix.is_whole else self._words_for(fix, claim)
                if fix.is_whole and shown.strip() in "".join((before, *pieces)):
                    shown = ""  # one hint is enough
                if pieces and shown == pieces[-1] and not text[at : fix.start].strip():
                    shown = ""
                self.interventions.append({"kind": fix.kind, "text": claim, "shown": shown.strip()})
                pieces += [text[at : fix.start], shown]
                at = fix.end
        return "".join((*pieces, text[at:]))

    def _sentence_for(self, fix: Fix, claim: str) -> str:
        """The sentence that stands in place of one, in the language that is active."""
        match fix.kind:
            case "terms":
                said = f"{terms_unknown()}."
            case "product":
                said = not_in_shop()
            case _:
                said = f"{price_unknown()}." if fix.product is None else _facts(self.cards[fix.product])
        space = _SPACE_BEHIND.search(claim)
        return " ".join((said[0].upper() + said[1:], *_SOURCE.findall(claim))) + (space[0] if space else "")

    def _words_for(self, fix: Fix, claim: str) -> str:
        """What stands in place of a claim, in the language that is active."""
        card = None if fix.product is None else self.cards[fix.product]
        match fix.kind:
            case "price":
                known = card and (card.price_text if fix.is_regular else card.sale_price_text or card.price_text)
                return known or f"({price_unknown()})"
            case "discount":
                return f"({price_unknown()})" if fix.percent is None else _with_percent(claim, fix.percent)
            case "stock":
                return card.availability_text if card else f"({price_unknown()})"
            case "terms":
                return f"({terms_unknown()})"
            case "product":
                return not_in_shop()
            case "link":
                linked = _LINKED.match(claim)
                return linked[1] if linked else ""


def _facts(card: ProductCard) -> str:
    """What a card says, as a sentence."""
    price = card.sale_price_text or card.price_text
    return f"{card.title}: {', '.join(filter(None, (price, card.availability_text)))}."


def _with_percent(claim: str, percent: Decimal) -> str:
    return _NUMBER.sub(str(percent.quantize(Decimal(1), ROUND_HALF_EVEN)), claim, count=1)
