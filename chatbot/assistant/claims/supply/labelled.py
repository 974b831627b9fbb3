"""Stock that is said by a label and a value: a cell in a column called "Stock", a line with "Status: available"."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from chatbot.assistant.claims.line import Claim, Line
from chatbot.assistant.claims.sentences import is_row
from chatbot.assistant.claims.supply.stock import State, Stock

_OF_STOCK: Final = (
    r"재고(?:\s?(?:상태|여부|현황|유무))?|구매(?:\s?가능)?(?:\s?여부)?|주문(?:\s?가능)?(?:\s?여부)?|(?:판매|상품"
    r"|현재)?\s?상태|구입(?:\s?가능)?"
    r"|(?:in[\s-])?stock(?:\s(?:status|level))?|availability|available(?:\snow)?|status|can (?:i|you) (?:buy"
    r"|order)(?: it| them)?"
    r"|orderable"
)
_IS_OF_STOCK: Final = re.compile(rf"[\W_]*(?:{_OF_STOCK})[\W_]*")
_LABELLED: Final = re.compile(rf"(?<![a-z가-힣])(?:{_OF_STOCK})[*_]*\s?[:：=]\s*[*_]*(?P<value>[^,;.|\n*]+)")
_SAYS: Final[tuple[tuple[State, re.Pattern[str]], ...]] = (
    ("count", re.compile(
        r"\b(?:few|low|limited|last|almost|nearly|only|scarce)\b|소량|적[음은어]|얼마|한정|몇\s|거의|마지막|임박|부족"
        r"|(?<![\d.])\d+\s?(?:개|대|점|세트|pcs|units?|pieces?|pairs?|left)|^\W*\d+\W*$"
    )),
    ("sold_out", re.compile(
        r"^\W*(?:no\b|n\b|none\b|x\b|not\b|sold|out\b|unavail)|[❌✗✘×]|없|불가|품절|매진|안\s?[됨돼되]"
    )),
    ("available", re.compile(
        r"^\W*(?:yes\b|y\b|o\b|ok\b|in stock|avail|plenty|ready|can\b)|[✅✔✓○⭕◯]|있|가능|여유|충분|넉넉|보유"
        r"|판매\s?중|구매\s?가능"
    )),
)  # fmt: skip


def is_of_stock(label: str) -> bool:
    """Whether a label (see `names.level`) says that what follows is about stock."""
    return _IS_OF_STOCK.fullmatch(label) is not None


def labels_of(head: str) -> Sequence[str]:
    """What the cells of a table's first row say (see `names.level`)."""
    return [cell.strip() for cell in head.strip().strip("|").split("|")]


def is_label(claim: Claim, line: Line) -> bool:
    """Whether a claim in a row of a table is no more than the label of its column or of its row."""
    if not is_row(line.text):
        return False
    start = line.text.rfind("|", 0, claim.start) + 1
    cell = line.text[start:].partition("|")[0]
    is_first = not line.text[:start].strip(" |")
    is_head = not line.over.head and not line.named_around(claim)
    return (is_first or is_head) and is_of_stock(cell)


def labelled_stocks(line: Line) -> Iterator[Stock]:
    """Every claim about stock that the line makes by a label and a value."""
    if not is_row(line.text):
        for match in _LABELLED.finditer(line.text):
            yield from _said(line.text, match.start("value"), match.end("value"))
        return
    start = line.text.find("|") + 1
    first = line.text[start:].partition("|")[0]
    labels = labels_of(line.over.head)
    for place, cell in enumerate(line.text[start:].split("|")):
        label = labels[place] if place < len(labels) else ""
        if is_of_stock(label) or (place > 0 and is_of_stock(first)):
            yield from _said(line.text, start, start + len(cell))
        start += len(cell) + 1


def _said(text: str, start: int, end: int) -> Iterator[Stock]:
    value = text[start:end]
    for state, says in _SAYS:
        if says.search(value):
            begin = start + len(value) - len(value.lstrip(" *_"))
            yield Stock(begin, max(begin + 1, start + len(value.rstrip(" *_"))), state, is_general=False)
            return
