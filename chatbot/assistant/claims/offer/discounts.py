"""Claims about discounts: a share off or paid, half the price, that something is on sale or not, more off than that."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.assistant.claims.money.numbers import ENGLISH_SMALL, SINO_NUMBER, small
from chatbot.assistant.claims.offer.sales import Sale, sales
from chatbot.events import ProductCard

_SIGN: Final = r"(?:%|퍼센트|프로(?!젝|그|세|필|페|틴|모|\s?(?:모델|맥스|버전))|percent\b|per cent\b)"
_DENOMINATORS: Final = {"half": 2, "halves": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_NUMERATORS: Final = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4}
_SHARE: Final = re.compile(
    rf"(?:(?<![\d.,])(?P<number>\d{{1,3}}(?:\.\d+)?)|(?P<word>{ENGLISH_SMALL}|{SINO_NUMBER}))[\s-]?{_SIGN}"
    r"(?P<off>\s?(?:off\b|할인|세일|discount|dc\b))?"
    r"|(?P<quarter>반의\s?반(?:값|\s?가격)?)|(?P<half>반값|반\s?가격|half[\s-](?:the\s)?(?:(?:regular|usual|original"
    r"|normal)\s)?(?:price|off)|half (?:of )?(?:its|their)"
    r" (?:usual |regular |normal )?price|\b(?:cut|slashed|split) in half\b|\bhalved\b"
    r"|절반\s?(?:조금\s|살짝\s)?(?:넘는\s|안\s되는\s)?(?:가격|값|수준)"
    r"|(?:가격의?|값의?|정가의?)\s절반|(?:가격|값)[이은도]?\s?(?:딱\s|무려\s)?절반)"
    r"|\b(?P<parts>an?|one|two|three|four)[\s-](?P<of>half|third|quarter|fifth|tenth)s?\b"
    r"|(?P<all>[2-9]|10|[이삼사오육칠팔구십])분의\s?(?P<some>[1-9]|[일이삼사오육칠팔구])"
)
_OFF: Final = re.compile(
    r"할인|세일|저렴|인하|깎|싸게|싸요|쿠폰|적립|캐시백|\boff\b|discount|save|saving|cheaper|markdown|marked down"
    r"|\bsale\b"
    r"|cash\s?back|deal"
)
_FEWER: Final = re.compile(
    r"내[린렸려]|낮|빠[진집져졌질]|덜어|뺀|빼[고서면]|reduc|lower|less\b|slashed|knocked|\bcut\b|down\b|\bdrop(?:s"
    r"|ped)?\b"
)
"""What may be said of a price as of other things."""
_PRICE: Final = re.compile(r"price|가격|정가|값")
_OF_SOMETHING_ELSE: Final = re.compile(
    r"noise|volume|batter|weigh|latenc|sound|bass|distort|charg|bright|소음|볼륨|배터리|무게|지연|음량|소리|충전|전력"
    r"|밝기"
)
_OF_THE_PRICE: Final = re.compile(
    r"\s?of\s(?:the|its|their|what|that)\s(?:\w+\s)?(?:price|cost|rrp|value|amount)\b|\s?of\s[$€£₩]\d"
    r"|\s?of\s(?:the|its|their)\s(?:regular|usual|original|list|normal|full)\b"
    r"|\s?(?:정도\s)?(?:수준|가격|값)(?:에|으로|인|이|만)?"
)
_OF_THE_PRICE_BEFORE: Final = re.compile(
    r"(?:정가|정상가|가격|값|[\d만천백]\s?원)의\s?(?:약\s|딱\s)?$|\b(?:price|cost)s? (?:is |of )?(?:just |only )?$"
)
_TAKEN_OFF: Final = re.compile(
    r"[^.!?,;]{0,40}?(?:\boff\b|taken|knocked|shaved|slashed|gone\b|deducted|할인|깎|빠[진집져졌지]|내[려렸린]|인하"
    r"|덜어|낮|저렴|싸|아끼)"
)
_IS_OFF: Final = re.compile(
    r"\b(?:discount|saving|savings|reduction|markdown|price cut)\b(?:(?!\bpay|\bcosts?\b|\bprice\b|[!?;])[^.]"
    r"|\.(?=\d)){0,60}$"
    r"|(?:할인\s?폭|할인액|할인\s?금액|할인율|할인)[은이]\s[^.!?]{0,20}$"
)
"""What says of a share behind it that it comes off."""
_NEAR_CHARACTERS: Final = 24
_MORE_BEFORE: Final = re.compile(
    r"(?:추가로|추가|거기에\s?더|여기에\s?더|또|따로|별도로|더해서?)\s?(?:무려\s|최대\s|다시\s)?$"
    r"|\b(?:another|further|extra|additional|an extra|more)\s$"
)
_MORE_AFTER: Final = re.compile(
    r"(?:를|을|가|이|나|이나|씩)?\s?(?:또\s|더\s|추가로\s|추가\s)(?!저렴|싸|싼|낮)|\s(?:extra|more|on top)\b(?!\sthan)"
    r"|\s?off\s(?:on top|more|extra)\b"
)
_DENIED_AFTER: Final = re.compile(r"(?:까지)?[은는이가도]?\s?(?:정도는\s)?(?:아니|아닙|아닌)")
_DENIED_BEFORE: Final = re.compile(
    r"(?:\bnot|n't|\bnever)\s(?!only|just)(?:quite\s|a\s|at\s|exactly\s|\w+ly\s)*(?:an?\s)?$"
    r"|(?:rather than|instead of|as opposed to)\s(?:an?\s|the\s)?$"
)


@dataclass(frozen=True, slots=True)
class Discount:
    """A claim from `start` to `end`; `percent` is None where only a sale is claimed, or, where it `is_denied`, that
    there is none. `is_word`: without a number in digits. `is_more`: something comes off the sale price as well.
    `is_loose`: a sale is only spoken of.
    """

    start: int
    end: int
    percent: Decimal | None
    is_word: bool
    is_denied: bool = False
    is_more: bool = False
    is_loose: bool = False

    def holds(self, card: ProductCard) -> bool:
        """Whether `card` is cheaper by so much, rounded either way, or not at all where that is denied."""
        exact = off(card)
        if self.percent is None:
            return (exact is None) is self.is_denied
        return (abs((exact or 0) - self.percent) < 1) is not self.is_denied


def off(card: ProductCard) -> Decimal | None:
    """By how many per cent the sale price is below the price; None without a sale."""
    if not card.price or card.sale_price is None:
        return None
    return 100 * (card.price - card.sale_price) / card.price


def discounts(text: str, at: int = 0) -> Iterator[Discount]:
    """Every claim about a discount in `text`, which is level (see `names.level`), from `at` on."""
    for match in _SHARE.finditer(text, at):
        if (percent := _percent(match)) is not None and (said := _said(match, percent)):
            yield said
    for sale in sales(text, at):
        yield _of_sale(sale)


def _of_sale(sale: Sale) -> Discount:
    return Discount(
        sale.start, sale.end, None, is_word=True, is_denied=sale.is_denied, is_more=sale.is_more, is_loose=sale.is_loose
    )


def _said(match: re.Match[str], percent: Decimal) -> Discount | None:
    """What is said with a share: that it comes off, that it is paid, or, where there is nothing about prices, None."""
    text, start, end = match.string, match.start(), match.end()
    is_word = not match["number"]
    is_denied = bool(_DENIED_AFTER.match(text, end) or _DENIED_BEFORE.search(text, 0, start))
    if match["half"] or match["quarter"]:
        return Discount(start, end, percent, is_word, is_denied)
    is_of_the_price = _OF_THE_PRICE.match(text, end) or _OF_THE_PRICE_BEFORE.search(text, 0, start)
    is_off = match["off"] or _TAKEN_OFF.match(text, end) or _IS_OFF.search(text, 0, start)
    if is_of_the_price and not is_off:
        return Discount(start, end, 100 - percent, is_word=True, is_denied=is_denied)
    around = text[max(0, start - _NEAR_CHARACTERS) : end + _NEAR_CHARACTERS]
    is_fewer = _FEWER.search(around) and (
        _PRICE.search(around)
        or not _OF_SOMETHING_ELSE.search(text, max(0, start - 2 * _NEAR_CHARACTERS), end + _NEAR_CHARACTERS)
    )
    if not (match["off"] or _OFF.search(around) or is_fewer or is_of_the_price):
        return None
    is_more = bool(_MORE_BEFORE.search(text, 0, start) or _MORE_AFTER.match(text, end))
    return Discount(start, end, percent, is_word, is_denied, is_more)


def _percent(match: re.Match[str]) -> Decimal | None:
    """How many per cent a share is; for a word that is none None."""
    if match["half"] or match["quarter"]:
        return Decimal(50 if match["half"] else 75)
    if parts := match["parts"]:
        return 100 * Decimal(_NUMERATORS[parts]) / _DENOMINATORS[match["of"]]
    if match["all"]:
        return 100 * Decimal(small(match["some"]) or 0) / (small(match["all"]) or 1)
    return Decimal(match["number"] or small(match["word"]) or 0)
