"""Products that the shop does not have: names that an answer recommends, and that nobody knows."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.fixes import Fix
from chatbot.assistant.claims.goods.headings import is_heading, is_label
from chatbot.assistant.claims.goods.names import words
from chatbot.assistant.claims.goods.naming import Naming, Unknown
from chatbot.assistant.claims.goods.vocabulary import COMMON, KOREAN_QUALITY, STANDARD
from chatbot.assistant.claims.line import Line
from chatbot.assistant.claims.money.amounts import amounts
from chatbot.assistant.claims.offer.discounts import Discount, discounts
from chatbot.assistant.claims.sentences import extent, is_item, is_row
from chatbot.assistant.claims.supply.stock import stocks
from chatbot.assistant.claims.terms.hours import hours
from chatbot.assistant.claims.terms.promises import promises
from chatbot.assistant.claims.terms.spans import spans

_BOLD: Final = re.compile(r"\*\*(?!\s)([^*\n]{2,120}?)\*\*(?P<colon>\s?:)?")
_IS: Final = re.compile(r"\s(?:also\s)?(?:is|are|has|have|comes?|costs?|sounds?|plays?|lasts?|offers?)\b")
_VERSION: Final = re.compile(r"\d+(?:\.\d+)*")
_AT_START: Final = re.compile(r"^\s*(?:[-*+•]\s+|\d{1,2}[.)]\s+|#{1,6}\s+)?$")
_RECOMMENDS: Final = re.compile(
    r"추천|권해|권하|어떠세요|있어요|있습니다|드려요|드릴게요|상품|제품|모델|판매|준비|recommend|suggest|pick"
    r"|consider|choose|choice|alternative|option"
    r"|try|offer|we (?:also )?(?:have|sell|carry|stock)|have the|popular|best"
)
_OFFERS: Final = re.compile(
    r"추천|권해|권하|어떠|어떨까|있어요|있습니다|있고|있으니|있는데|있답니다|판매|준비|구입|구매|취급|선택|보여\s?드"
    r"|소개|인기|만나|골라|괜찮|좋아요|좋습니다|딱이|드려요"
    r"|드릴게요|상품|제품|모델|입고|비교|매장|저희|팔[아고]|팝니다|대안|나와|출시|마련|갖추|살펴|들여|가성비"
    r"|찾으(?:세요|십니다)|찾는 분"
    r"|recommend|suggest|\bpick|consider|choose|choice|\btry\b|offer|\bhave\b|\bsell|carry|carries|\bstock|popular"
    r"|best|alternative|option|\bfind\b|look at"
    r"|\bour\b|\bshop\b|store|available|\bbuy\b|great|perfect|ideal|go for|would suit|range|also|\bthere (?:is|are)\b"
    r"|worth|check out|order|\bget\b|upgrade"
)
_STRONG: Final = re.compile(
    r"추천|권해|판매|준비되|구입|구매|취급|매장|저희|팔[아고]|팝니다|recommend|carry|carries|\bsell|in (?:our"
    r"|the) (?:shop|store)"
    r"|we (?:also )?have"
    r"|our (?:\w+ )?range|\bstock"
)
_HAS: Final = re.compile(
    r"추천|권해|어떠|판매|준비되|구입|구매|취급|인기|만나|[도이가]\s?(?:\S+\s)?있(?:어요|습니다|으니|고|답니다)"
    r"|드려요|드릴게요|대신"
)
_FITS: Final = re.compile(
    r"연결|호환|페어링|쓰신다면|사용하신다면|쓰시는|사용하시는|사용자|쓰고 계|\bpair|compatible|works? (?:\w+ )?with"
    r"|connect|\bif you (?:use|have"
    r"|own)|users?\b|support"
)
_LIKENED: Final = re.compile(
    r"비슷|대신|비교|보다|처럼|만큼|말고|찾으시|like|similar|instead|alternative to|compared|than|rather than"
    r"|looking for|you (?:asked"
    r"|mentioned)"
)
_NOT_HERE: Final = re.compile(
    r"없(?!이)|찾지 못|못 찾|취급하지|(?:판매|취급|보유)(?:하고 있|되고 있|하|되)지(?:는)?\s?않|안\s?팔|다루지"
    r"|not (?:in|sold|part|one of|something)|(?:do not|don't|does not|doesn't) (?:\w+ )?(?:have|sell|carry|stock|offer)"
    r"|(?:have|has|got|sell|carry|stock|offer|there is|there are|there's) no\b"
    r"|(?:could not|couldn't|cannot|can't) find|no such|isn't (?:in|part|one of)|aren't (?:in|part|one of)"
)


def _said_discounts(text: str) -> list[Discount]:
    """Those that are said of something, and not only spoken of."""
    return [found for found in discounts(text) if not found.is_loose]


_CLAIMS: Final[tuple[Callable[[str], Iterable[object]], ...]] = (amounts, stocks, promises, _said_discounts)


def check_products(line: Line, evidence: Evidence, naming: Naming) -> Fix | None:
    """What has to stand in place of the line from an unknown product's name on; None where nothing is invented."""
    begin, _ = extent(line.text, line.at, line.at)
    for bold in _BOLD.finditer(line.text):
        if bold.end() > line.at and _is_invented(bold, line, evidence):
            return Fix(bold.start(), bold.end(), "product", is_whole=True)
    head = naming.unknown_head(line.written)
    if head and head.end > line.at and _is_for_sale(head, line):
        return Fix(head.start, head.end, "product", is_whole=True)
    for name in naming.unknown(line.written[begin:], line.text[begin:]):
        found = Unknown(name.start + begin, name.end + begin, name.kind)
        if found.end > line.at and _is_offered(found, line, evidence):
            return Fix(found.start, found.end, "product", is_whole=True)
    return None


def _is_for_sale(head: Unknown, line: Line) -> bool:
    """Whether an item, or a row, says what its head costs or whether it is there, and speaks of no other product."""
    is_said = any(True for _ in amounts(line.text)) or any(True for _ in stocks(line.text))
    return is_said and not any(one.is_prose for one in line.mentions) and not _NOT_HERE.search(line.text)


def _is_offered(name: Unknown, line: Line, evidence: Evidence) -> bool:
    """Whether an unknown name is said to be one of the shop's goods."""
    if line.is_in_address(name):
        return False
    start, end = extent(line.text, name.start, name.end)
    sentence = line.text[start:end]
    if _NOT_HERE.search(sentence):
        return False
    if name.kind == "version":
        return True
    if line.is_in_name(name) and name.kind != "title":
        return False
    if name.kind == "goods":
        is_other = line.text[name.start : name.end].split()[0] in evidence.first_words
        is_instead = line.text[: name.start].rstrip().endswith(("대신", "말고"))
        return _HAS.search(sentence) is not None and (is_other or is_instead or not line.is_named_at(name.start))
    said = line.text[name.start : name.end]
    if _LIKENED.search(sentence) and any(word in evidence.words_said for word in words(said)):
        return False
    if _FITS.search(sentence) and not _STRONG.search(sentence):
        return False
    if name.kind in ("model", "title") and line.text.count("**", 0, name.start) % 2 == 1:
        return True  # what stands in bold is shown to the shopper
    if name.kind == "title" and _IS.match(line.text, name.end):
        return True
    is_listed = is_item(line.text) or is_row(line.text)
    return is_listed or _OFFERS.search(sentence) is not None or any(list(find(sentence)) for find in _CLAIMS)


def _is_invented(bold: re.Match[str], line: Line, evidence: Evidence) -> bool:
    if bold["colon"] or bold[1].rstrip().endswith(":"):  # what a list is about
        return False
    named = [one for one in line.mentions if one.start < bold.end() and bold.start() < one.end]
    said = words(bold[1])
    names = " ".join(line.text[one.start : one.end] for one in named)
    rest = [word for word in said if word not in names]
    if all(word in COMMON or STANDARD.fullmatch(word) or _VERSION.fullmatch(word) for word in rest):
        return False
    if len(said) < 2 or not rest or any(list(find(bold[1])) for find in _CLAIMS):
        return False
    if any(True for _ in spans(bold[1])) or any(True for _ in hours(bold[1], line.text)):
        return False
    is_at_start = _AT_START.match(line.text[: bold.start()]) is not None
    if is_at_start and _heads(bold, line, evidence):
        return False
    recommends = _RECOMMENDS.search(line.text) is not None or bool(amounts(line.text))
    if evidence.knows(rest, as_name=recommends):
        return False
    is_beside_a_product = bool(line.mentions) and not named
    if _NOT_HERE.search(line.text) or (is_beside_a_product and not _is_name(bold, line, evidence)):
        return False
    return recommends or is_at_start


def _heads(bold: re.Match[str], line: Line, evidence: Evidence) -> bool:
    """Whether words in bold only head what follows; the names of products in them are left out."""
    named = [one for one in line.mentions if bold.start(1) <= one.start and one.end <= bold.end(1)]
    last = bold.start(1)
    before = line.text[last : named[0].start] if named else ""
    said, written = "", ""
    for one in named:
        said, written = f"{said}{line.text[last : one.start]}  ", f"{written}{line.written[last : one.start]}  "
        last = one.end
    said, written = said + line.text[last : bold.end(1)], written + line.written[last : bold.end(1)]
    if named and not words(line.text[last : bold.end(1)]) and len(named) == 1 and is_label(before):
        return True

    def knows(some: Sequence[str]) -> bool:
        return evidence.knows(some, as_name=True)

    return is_heading(said, written, line.text[bold.end() :], evidence.names.kinds, knows)


def _is_name(bold: re.Match[str], line: Line, evidence: Evidence) -> bool:
    """Whether words in bold look like the name of a product: capitals or a kind of goods behind what is no quality."""
    written = line.written[bold.start(1) : bold.end(1)]
    if written.isascii():
        return written.istitle() or all(word[:1].isupper() or word[:1].isdigit() for word in written.split())
    said = words(bold[1])
    return said[-1] in evidence.names.kinds and not any(KOREAN_QUALITY.fullmatch(word) for word in said[:-1])
