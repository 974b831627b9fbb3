"""The judgement on a claim about stock: of one product, or of all those that it counts."""

import re
from dataclasses import replace
from typing import Final

from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.fixes import Fix
from chatbot.assistant.claims.line import Line
from chatbot.assistant.claims.supply.counted import Counted, counted, counts_products
from chatbot.assistant.claims.supply.labelled import is_label
from chatbot.assistant.claims.supply.stock import Stock

_SELLS: Final = re.compile(r"판매|취급|보유")
"""What a shop does with goods; that it does not is no word on the stock of any."""


def check_stock(found: Stock, line: Line, evidence: Evidence) -> Fix | None:
    """What has to stand in place of a claim about stock; None where it is true.

    Raises Undecided while it is not known which product it is about.
    """
    if is_label(found, line):
        return None
    sentence = line.sentence_around(found)
    start, stop = line.bounds(found)
    named = line.named_in(start, stop, evidence.names)
    if found.state == "count" and counts_products(line.text, found, named):
        found = replace(found, state="available")

    def is_so(number: int) -> bool:
        availability = evidence.cards[number].availability
        can_be_ordered = availability in ("preorder", "backorder") and "order" in sentence
        return found.holds(availability) or (found.state == "available" and can_be_ordered)

    if found.state != "count" and (said := counted(found, line, evidence)):
        return None if said.holds(is_so) else Fix(found.start, found.end, "stock", _only_one(said))
    if found.is_general and found.state != "count" and not (named or line.is_named_at(found.start)):
        return None
    is_not_sold = found.state == "sold_out" and _SELLS.match(line.text, found.start)
    if is_not_sold and not line.named_around(found) and evidence.lacks(sentence):
        return None
    others = [one for one in line.mentions if one not in named]
    number = replace(line, mentions=sorted((*others, *named), key=lambda one: one.start)).subject(found)
    if number is None:
        numbers = {one.product for one in line.mentions} or range(len(evidence.cards))
        return None if numbers and all(map(is_so, numbers)) else Fix(found.start, found.end, "stock")
    return None if is_so(number) else Fix(found.start, found.end, "stock", None if found.state == "count" else number)


def _only_one(said: Counted) -> int | None:
    """The product that alone is meant, where one is."""
    (*others, number) = said.so or (None,)
    return None if others or said.but else number
