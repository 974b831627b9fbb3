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


@dataclass(frozen=True, slots=True)
class Corrections:
    """The corrections of one answer, in `language`. Each is written down in `interventions`."""

    cards: Sequence[ProductCard]
    language: str
    interventions: list[dict[str, str]]

    def carried_out(self, sentence: str, fixes: Sequence[Fix]) -> str:
        """`sentence` with `fixes`, which are in order and apart from each other."""
        if not fixes:
            return sentence
        pieces: list[str] = []
        at = 0
        with spoken(self.language):
            for fix in fixes:
                claim = sentence[fix.start : fix.end]
                shown = self._words_for(fix, claim)
                if pieces and shown == pieces[-1] and not sentence[at : fix.start].strip():
                    shown = ""  # one hint is enough
                self.interventions.append({"kind": fix.kind, "text": claim, "shown": shown})
                pieces += [sentence[at : fix.start], shown]
                at = fix.end
        return "".join((*pieces, sentence[at:]))

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
                return ""


def _with_percent(claim: str, percent: Decimal) -> str:
    return _NUMBER.sub(str(percent.quantize(Decimal(1), ROUND_HALF_EVEN)), claim, count=1)
