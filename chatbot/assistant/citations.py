"""What a model cites, carried out.

`[[p1]]` asks for the card of the first candidate, `[[p1.price]]`, `[[p1.stock]]` and `[[p1.title]]` for a fact in the
middle of a sentence. `[[k1]]` cites an entry of the shop: its title stands there once in an answer, as a link where the
entry has one. A citation of anything that is not there is dropped; brackets that cite nothing stay.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from chatbot.assistant.blocks import Blocks
from chatbot.assistant.claims.goods.names import BRACKETED, CITATION, visible
from chatbot.assistant.sentences import price_unknown, spoken
from chatbot.catalog.knowledge import Entry
from chatbot.events import ProductCard

_OF_AN_ENTRY: Final = re.compile(r"\[\[\s*k(\d{1,3})\s*(?:\.\s*\w+\s*)?\]\]", re.IGNORECASE)
_BEGINS_LIKE_ONE: Final = re.compile(r"\[\[\s*[pk]\d", re.IGNORECASE)
_MARKUP: Final = re.compile(r"[\[\]()*_`<>]")


@dataclass(slots=True)
class Citations:
    """The citations of one answer. `cards[0]` is what `p1` cites, `entries[0]` what `k1` does.

    Facts are written in `language`; cards go behind the open one of `blocks`, dropped citations to `interventions`.
    """

    cards: Sequence[ProductCard]
    entries: Sequence[Entry]
    language: str
    blocks: Blocks
    interventions: list[dict[str, str]]
    _named: set[int] = field(default_factory=set)
    """The entries that were cited already."""

    def carried_out(self, text: str) -> str:
        """`text` with the words that stand in place of its citations."""
        return BRACKETED.sub(lambda bracketed: self._words_for(bracketed[0]), text)

    def source(self, number: int) -> str:
        """Where the shop says what entry `number` (from 0) says; empty when this answer has named it before."""
        if number in self._named:
            return ""
        self._named.add(number)
        entry = self.entries[number]
        title = " ".join(_MARKUP.sub(" ", visible(entry.title)).split())
        link = entry.link.replace("(", "%28").replace(")", "%29")
        return f"([{title}]({link}))" if link else f"({title})"

    def unsay(self, text: str) -> None:
        """What `text` cites is no longer said."""
        self._named.difference_update(int(of_entry[1]) - 1 for of_entry in _OF_AN_ENTRY.finditer(text))

    def forget(self) -> None:
        """Of what was said so far nothing counts."""
        self._named.clear()

    def _words_for(self, bracketed: str) -> str:
        if of_product := CITATION.fullmatch(bracketed):
            number = int(of_product[1])
            if 1 <= number <= len(self.cards):
                return self._fact(self.cards[number - 1], (of_product[2] or "").lower())
            return self._dropped(bracketed)
        of_entry = _OF_AN_ENTRY.fullmatch(bracketed)
        if of_entry and 1 <= int(of_entry[1]) <= len(self.entries):
            return self.source(int(of_entry[1]) - 1)
        return self._dropped(bracketed) if _BEGINS_LIKE_ONE.match(bracketed) else bracketed

    def _fact(self, card: ProductCard, name: str) -> str:
        match name:
            case "price" if text := card.sale_price_text or card.price_text:
                return text
            case "price":
                with spoken(self.language):
                    return price_unknown()
            case "stock":
                return card.availability_text
            case "title":
                return card.title
        self.blocks.ask_for(card)
        return ""

    def _dropped(self, citation: str) -> str:
        self.interventions.append({"kind": "citation_dropped", "text": citation})
        return ""
