"""Claims about discounts: a percentage off, half the price, or just that something is on sale."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.events import ProductCard

_PERCENT: Final = re.compile(
    r"(?<![\d.,])(?P<number>\d{1,3}(?:\.\d+)?)\s?(?:%|퍼센트|프로(?!젝|그|세|필|페|틴|모)|percent\b"
    r"|per cent\b)(?P<off>\s?(?:off\b|할인|세일|discount|dc\b))?"
    r"|(?P<half>반값|반\s?가격|half[\s-](?:the\s)?(?:price|off)|half its price|절반\s?가격)"
    r"|(?P<word>(?:ten|fifteen|twenty|twenty-five|thirty|forty|fifty|sixty|seventy|eighty"
    r"|ninety)\spercent)(?P<woff>\s?off)?"
)
_NEAR: Final = re.compile(
    r"할인|세일|저렴|인하|깎|싸게|낮|쿠폰|적립|캐시백|\boff\b|discount|save|saving|cheaper|reduc|markdown|lower|less\b"
    r"|sale\b|down\b|cash\s?back|deal"
)
_NEAR_CHARACTERS: Final = 24
_ON_SALE: Final = re.compile(
    r"(?:할인|세일|특가)(?:\s?(?:행사|이벤트|판매|가격?))?\s?(?:중|으로 (?:판매|만나)|된 가격|받으실|받을"
    r"|가능|이에요|입니다|예요|됩니다|돼요|해\s?드)[가-힣]*"
    r"|(?:오늘|지금|한정|타임|초)\s?(?:만\s)?(?:특가|세일|할인)[가-힣]*|특가로|할인가[에로]?"
    r"|(?:is|are|it's|'s|now|currently|today)\s(?:\w+\s)?(?:on sale|discounted|reduced|marked down)"
    r"|special (?:offer|price|deal)|flash sale|clearance"
)
_OPEN: Final = re.compile(r"여부|인지|는지|whether|나요\?|까요\?|지는? 않|이? ?아니|아닙|없")
_ASKED: Final = re.compile(r"(?:\bnot|n't|\bno|whether|if|nothing|none)\s(?:\S+\s){0,4}$")
_WORDS: Final = {"ten": 10, "fifteen": 15, "twenty": 20, "twenty-five": 25, "thirty": 30, "forty": 40, "fifty": 50} | {
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Discount:
    """A claim from `start` to `end`; `percent` is None where only a sale is claimed. `is_word`: without a number."""

    start: int
    end: int
    percent: Decimal | None
    is_word: bool

    def holds(self, card: ProductCard) -> bool:
        """Whether `card` is cheaper by so much, rounded either way."""
        exact = off(card)
        if exact is None:
            return False
        return self.percent is None or abs(exact - self.percent) < 1


def off(card: ProductCard) -> Decimal | None:
    """By how many per cent the sale price is below the price; None without a sale."""
    if not card.price or card.sale_price is None:
        return None
    return 100 * (card.price - card.sale_price) / card.price


def discounts(text: str) -> Iterator[Discount]:
    """Every claim about a discount in `text`, which is level (see `names.level`)."""
    for match in _PERCENT.finditer(text):
        if match["half"]:
            yield Discount(match.start(), match.end(), Decimal(50), is_word=True)
            continue
        around = text[max(0, match.start() - _NEAR_CHARACTERS) : match.end() + _NEAR_CHARACTERS]
        if match["off"] or match["woff"] or _NEAR.search(around):
            percent = _WORDS[match["word"].split()[0]] if match["word"] else Decimal(match["number"])
            yield Discount(match.start(), match.end(), Decimal(percent), is_word=False)
    for match in _ON_SALE.finditer(text):
        if not _OPEN.match(text, match.end()) and not _ASKED.search(text, 0, match.start()):
            yield Discount(match.start(), match.end(), None, is_word=True)
