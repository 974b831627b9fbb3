"""The judgement on claims about discounts: of one product, of so many of several, or of all that the shop has."""

import re
from dataclasses import replace
from functools import partial
from typing import Final

from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.fixes import Fix
from chatbot.assistant.claims.goods.names import Mention
from chatbot.assistant.claims.line import Line
from chatbot.assistant.claims.money.prices import speaks_of_wishes
from chatbot.assistant.claims.offer.discounts import Discount, off
from chatbot.assistant.claims.offer.quantities import Kind, quantities
from chatbot.assistant.claims.questions import answer, is_asked_itself
from chatbot.assistant.claims.terms.denials import is_left_open

_SEVERAL: Final = re.compile(r"모두|전부|둘 다|(?<!\S)다 |both|all\b|each|every")
_DESCRIBES: Final = re.compile(r"[인된은한간]?\s\*{0,2}")
_SET_ASIDE: Final = re.compile(r"\*{0,2}(?:\s?\[\[p\d+\]\])?(?:[이가]\s?아니(?:라|고)|\s?말고)")
_SET_ASIDE_BEFORE: Final = re.compile(r"\b(?:not|rather than|instead of) (?:the |our )?\*{0,2}$")
_ON: Final = re.compile(r"\s(?:on|for)\s(?:the\s|our\s)?\*{0,2}")
_ANY_GOODS: Final = re.compile(
    r"(?:상품|제품|모델|물건|품목|게|것)[이은도]?\s(?:\S+\s)?없"
    r"|\b(?:no|none of (?:the|our))\s(?:\w+\s)?(?:products?|items?|goods)"
    r"|\b(?:nothing|not anything)\b"
)
_DESCRIBING: Final = re.compile(r"[인된은한간는]$")


def check_discount(found: Discount, line: Line, evidence: Evidence) -> Fix | None:
    """What has to stand in place of a claim about a discount; None where it is true.

    Raises Undecided while it is not known which product it is about, or what answers it.
    """
    if found.percent is not None and evidence.is_percent_ours(found.percent):
        return None
    if found.is_loose:
        return _check_loosely(found, line, evidence)
    sentence = line.sentence_around(found)
    if found.is_more:
        is_right = found.is_denied or _is_not_known(sentence)
        return None if is_right else Fix(found.start, found.end, "discount", is_whole=True)
    is_named = bool(line.named_in(*line.bounds(found), evidence.names)) or line.is_named_at(found.start)
    if found.is_word and not is_named and _is_not_known(sentence):
        return None
    if found.percent is None and not is_named and speaks_of_wishes(line.text):
        return None
    if is_asked_itself(line, found):
        said = answer(line, found)
        if said is None:
            return None
        found = found if said.is_yes else replace(found, is_denied=not found.is_denied)
        fix = _check(found, line, evidence)
        return fix and replace(fix, end=said.end, is_whole=True)
    return _check(found, line, evidence)


def _is_not_known(sentence: str) -> bool:
    """Whether it is said not to be known. What is only asked is judged by what it takes for true."""
    return is_left_open(sentence.replace("?", "."))


def _check_loosely(found: Discount, line: Line, evidence: Evidence) -> Fix | None:
    """The same where a sale is only spoken of: one of the products that are named has one.

    Where it is denied, the one has none that is named; of none and of several nothing is known then.
    """
    start, stop = line.bounds(found)
    named = {one.product for one in line.named_in(start, stop, evidence.names)} or line.named_around(found)
    if found.is_denied and (number := _described(found, line.with_kinds(found, evidence.names))) is not None:
        named = {number}
    if (
        "?" in line.text[start : stop + 1]
        or is_left_open(line.text[start:stop])
        or (found.is_denied and len(named) > 1)
    ):
        return None
    is_true = not named or any(found.holds(evidence.cards[number]) for number in named)
    return None if is_true else Fix(found.start, found.end, "discount", is_whole=True)


def _check(found: Discount, line: Line, evidence: Evidence) -> Fix | None:
    """The same for what is said of a product, or of so many of several."""
    sentence = line.sentence_around(found)
    if several := quantities(line, found, evidence):
        is_true = any(each.holds(partial(_holds, found, each.kind, evidence)) for each in several)
        return None if is_true else Fix(found.start, found.end, "discount", is_whole=True)
    line = _without_set_aside(line.with_kinds(found, evidence.names))
    number = _described(found, line)
    is_of_any = found.is_denied and not line.is_named_at(found.start) and _ANY_GOODS.search(sentence) is not None
    if number is None and is_of_any:  # there is nothing on sale, whatever the next sentence is about
        is_true = all(found.holds(card) for card in evidence.cards)
        return None if is_true else Fix(found.start, found.end, "discount")
    if number is None:
        number = line.subject(found)
    if number is None:
        return Fix(found.start, found.end, "discount")
    card = evidence.cards[number]
    if found.holds(card):
        return None
    percent = None if found.is_word or found.is_denied or _SEVERAL.search(sentence) else off(card)
    return Fix(found.start, found.end, "discount", None if percent is None else number, percent)


def _without_set_aside(line: Line) -> Line:
    """The same without the names of what is said not to be meant: 이어폰이 아니라 헤드폰, not the Dawn but the Dusk."""
    meant = [one for one in line.mentions if not _is_set_aside(one, line)]
    return replace(line, mentions=meant) if any(one.is_prose for one in meant) else line


def _is_set_aside(one: Mention, line: Line) -> bool:
    return bool(
        one.is_prose and (_SET_ASIDE.match(line.text, one.end) or _SET_ASIDE_BEFORE.search(line.text, 0, one.start))
    )


def _described(found: Discount, line: Line) -> int | None:
    """The number of the product right behind a claim that says of it how it is: 할인 중인 노을 헤드폰, on the Dawn."""
    behind = next((one for one in line.mentions if one.start >= found.end and one.is_prose), None)
    if behind and _ON.fullmatch(line.text, found.end, behind.start):
        return behind.product
    if behind is None or not _DESCRIBES.fullmatch(line.text, found.end, behind.start):
        return None
    said = line.text[found.start : behind.start].rstrip(" *")
    return behind.product if _DESCRIBING.search(said) else None


def _holds(found: Discount, kind: Kind, evidence: Evidence, number: int) -> bool:
    """Whether it is true of one product; a "none" and a "not all" deny it themselves."""
    said = replace(found, is_denied=False) if kind in ("none", "not all") else found
    return said.holds(evidence.cards[number])
