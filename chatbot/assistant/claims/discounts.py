"""Claims about discounts: a percentage off, half the price, or just that something is on sale."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.assistant.claims.numbers import ENGLISH_SMALL, SINO_NUMBER, small
from chatbot.events import ProductCard

_SIGN: Final = r"(?:%|퍼센트|프로(?!젝|그|세|필|페|틴|모|\s?(?:모델|맥스|버전))|percent\b|per cent\b)"
_PERCENT: Final = re.compile(
    rf"(?:(?<![\d.,])(?P<number>\d{{1,3}}(?:\.\d+)?)|(?P<word>{ENGLISH_SMALL}|{SINO_NUMBER}))[\s-]?{_SIGN}"
    r"(?P<off>\s?(?:off\b|할인|세일|discount|dc\b))?"
    r"|(?:정가|정상가|가격|원래\s?가격)의\s?(?P<share>\d{1,3})\s?%|(?P<share2>\d{1,3})\s?(?:%|percent) of (?:the|its"
    r"|their) (?:\w+ )?price"
    r"|(?P<half>반값|반\s?가격|half[\s-](?:the\s)?(?:(?:regular|usual|original|normal)\s)?(?:price|off)|half (?:its"
    r"|their) (?:usual |regular |normal )?price|절반\s?(?:가격|값)"
    r"|(?:가격의?|값의?|정가의?)\s절반|(?:가격|값)[이은도]?\s?(?:딱\s|무려\s)?절반)"
    r"|(?P<cut>\b(?:cut|reduced|lowered|dropped|slashed|come down|gone down)\b[^.!?]{0,12}\bby (?:a|one) (?:third"
    r"|quarter|fifth"
    r"|tenth|half))"
    r"|(?P<part>(?:a|one)[\s-](?:third|quarter|fifth|tenth)|two[\s-]thirds|three[\s-]quarters|[2-5]분의\s?1"
    r"|삼분의\s?일"
    r"|사분의\s?일|오분의\s?일)"
    r"(?=[^.!?]{0,12}(?:\boff\b|discount|cheaper|reduc|less\b|할인|깎|저렴|싸))"
)
_PARTS: Final = {
    "third": 33, "quarter": 25, "fifth": 20, "half": 50, "tenth": 10, "thirds": 67, "quarters": 75, "2분의": 50,
    "3분의": 33, "4분의": 25, "5분의": 20, "삼분의": 33, "사분의": 25, "오분의": 20,
}  # fmt: skip
_NEAR: Final = re.compile(
    r"할인|세일|저렴|인하|깎|싸게|싸요|내[린렸려]|낮|쿠폰|적립|캐시백|\boff\b|discount|save|saving|cheaper|reduc"
    r"|markdown|lower|less\b"
    r"|sale\b|down\b|cash\s?back|deal"
)
_NEAR_CHARACTERS: Final = 24
_ON_SALE: Final = re.compile(
    r"(?:할인|세일|특가)(?:\s?(?:행사|이벤트|판매|가격?|상품|제품|품목|대상))?\s?(?:중|으로 (?:판매|만나)|된 가격"
    r"|받으실|받을|이?라(?:서)?\b"
    r"|가능|이에요|입니다|예요|됩니다|돼요|되고|하고|해\s?드|에\s?들어)[가-힣]*(?:\s있[가-힣]*)?"
    r"|(?:오늘|지금|한정|타임|초)\s?(?:만\s)?(?:특가|세일|할인)[가-힣]*|특가로|할인가[에로]?|(?:세일|할인"
    r"|특가)\s?(?:덕분|기간)[에이]?"
    r"|(?:가격이\s)(?:내렸|내려갔|떨어졌|인하)"
    r"|\bprices?\b[^.!?]{0,50}?\b(?:has|have) (?:just |recently |now )?(?:dropped|fallen|come down|gone down"
    r"|been (?:cut|lowered"
    r"|slashed))"
    r"|(?:is|are|it's|they're|'s|'re|now|currently|today|still|also)\s(?:\w+\s){0,2}?(?:on sale|on offer|discounted"
    r"|reduced|marked down|on special)"
    r"|(?:there is|there's|there are|we have|we offer|comes? with|has|have|enjoy|get) (?:currently |now )?(?:a "
    r"|an )?(?:\w+ )?(?:discounts?|sale|price cut|promotion|markdown)\b"
    r"|(?:in|on|part of) (?:the|our|a) (?:\w+\s)?(?:sale|clearance|promotion)\b|special (?:offer|price|deal)"
    r"|flash sale|clearance|bargain price"
    r"|(?:has|have) (?:just )?(?:been|come|gone) (?:\w+ )?(?:discounted|reduced|marked down|down in price)"
    r"|(?:thanks to|during) (?:the|our) (?:\w+ )?sale"
)
_NO_SALE: Final = re.compile(
    r"(?:할인|세일|특가)(?:\s?(?:행사|이벤트|판매|상품|제품|품목|대상|기간))?(?:\s?중)?(?:하지|하고\s?있지|되지"
    r"|되고\s?있지|이|은|는|도|인\s?것은|된\s?가격이"
    r"|가)?\s?(?:상품|제품|것)?[이은는]?\s?(?:않|아니|아닙|아닌|없|안\s?[해하됩되돼])[가-힣]*"
    r"|(?:no|without(?: a| any)?) (?:\w+ ){0,2}?(?:sale|discount|price cut|reduction|offer)s?\b(?! (?:needed|code))"
    r"|(?:is|are|it's|they're|was)(?:n't| not| no longer| never)"
    r" (?:\w+ ){0,2}?(?:on sale|on offer|discounted|reduced|marked down|in the sale|part of (?:the|our|any) sale)"
    r"|(?:does not|doesn't|do not|don't) (?:have|come with|get) (?:a|any) (?:\w+ )?discount|정가\s?그대로|할인\s?없이"
    r"|(?:at"
    r"|for) (?:the )?full price|full[\s-]price(?=[^.]*\bnot?\b)"
)
_OPEN: Final = re.compile(
    r"\s?않|여부|인지|는지|whether|나요\?|까요\?|지는? 않|[은는]? ?아니|이? ?아니|[은는]?\s?아닙|없|하지 않"
    r"|[을를은는]?\s?(?:기다리|원하|찾)|(?:하면|되면|할 때|때)"
)
_ASKED: Final = re.compile(
    r"(?:\bnot|n't|\bno|\bnever|whether|\bif|nothing|none|\bwhen|\bonce|until|unless)\s(?:\S+\s){0,4}$"
)


_LEFT_OPEN: Final = re.compile(r"\s?(?:여부|인지|는지|경우|상품도|제품도|을 (?:때|경우))|[^.!?]*\?")
_CONDITION: Final = re.compile(r"(?:whether|\bif|when|unless|until)\s(?:\S+\s){0,4}$")


@dataclass(frozen=True, slots=True)
class Discount:
    """A claim from `start` to `end`; `percent` is None where only a sale is claimed, or, where it `is_denied`, that
    there is none. `is_word`: without a number in digits.
    """

    start: int
    end: int
    percent: Decimal | None
    is_word: bool
    is_denied: bool = False

    def holds(self, card: ProductCard) -> bool:
        """Whether `card` is cheaper by so much, rounded either way."""
        exact = off(card)
        if exact is None or self.is_denied:
            return self.is_denied and exact is None
        return self.percent is None or abs(exact - self.percent) < 1


def off(card: ProductCard) -> Decimal | None:
    """By how many per cent the sale price is below the price; None without a sale."""
    if not card.price or card.sale_price is None:
        return None
    return 100 * (card.price - card.sale_price) / card.price


def discounts(text: str, at: int = 0) -> Iterator[Discount]:
    """Every claim about a discount in `text`, which is level (see `names.level`), from `at` on."""
    for match in _PERCENT.finditer(text, at):
        if match["half"]:
            yield Discount(match.start(), match.end(), Decimal(50), is_word=True)
            continue
        if share_said := match["part"] or match["cut"]:
            part = next(percent for word, percent in _PARTS.items() if word in share_said)
            yield Discount(match.start(), match.end(), Decimal(part), is_word=True)
            continue
        if share := match["share"] or match["share2"]:
            yield Discount(match.start(), match.end(), 100 - Decimal(share), is_word=True)
            continue
        around = text[max(0, match.start() - _NEAR_CHARACTERS) : match.end() + _NEAR_CHARACTERS]
        if match["off"] or _NEAR.search(around):
            percent = Decimal(match["number"] or small(match["word"]) or 0)
            yield Discount(match.start(), match.end(), percent, is_word=not match["number"])
    for match in _NO_SALE.finditer(text, at):
        if not _LEFT_OPEN.match(text, match.end()) and not _CONDITION.search(text, 0, match.start()):
            yield Discount(match.start(), match.end(), None, is_word=True, is_denied=True)
    for match in _ON_SALE.finditer(text, at):
        if (
            not _OPEN.match(text, match.end())
            and not _ASKED.search(text, 0, match.start())
            and not _NO_SALE.search(match[0])
        ):
            yield Discount(match.start(), match.end(), None, is_word=True)
