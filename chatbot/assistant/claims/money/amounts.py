"""Amounts of money in Korean and English, however they are written: 5만 9천원, ₩59,000, fifty dollars, 49.99 USD."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from chatbot.assistant.claims.money.numbers import ENGLISH_NUMBER, ENGLISH_SMALL, SINO, SMALL, english, small

NUMBER: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_LARGE: Final = {"만": 10_000, "억": 100_000_000}

# 원 also begins words that have nothing to do with money: 2 원피스, 3 원목. Right behind digits it mostly does not.
_WON: Final = r"원(?!피스|목|두|형|단|료|산지|터치|룸|래|인(?![데지가 ])|칙|하는|하시|색|격|통)"
_WON_AT_ONCE: Final = r"(?<=[\d만천백])원(?!피스|목|두|형|단|료|산지|터치|룸|색|격|통)"
# A bus that is 만원 is full.
_FULL: Final = (
    r"(?<![\d십백천만억일이삼사오육칠팔구단돈])(?<!단돈\s)(?:만\s?원)\s?(?:버스|지하철|전철|열차|기차|전동차"
    r"|엘리베이터|관중|관객|객석|사례|인\s(?:버스|지하철))"
)
_FILLED: Final = "".join(
    rf"(?<!{what}\s)"
    for what in ("버스가", "버스는", "버스도", "지하철이", "지하철은", "지하철도", "열차가", "전철이", "객석이")
)
_DIGITS: Final = (
    rf"(?:{NUMBER})(?:\s?[십백천만억]+(?:\s?(?:{NUMBER}"
    rf"|[일이삼사오육칠팔구])?\s?[십백천만억]+)*(?:\s?(?:{NUMBER}))?)?"
)
_HANGUL_NUMBER: Final = (
    r"(?<![가-힣\d])[일이삼사오육칠팔구]?[십백천만억][일이삼사오육칠팔구십백천만억]*"
    r"(?:\s[일이삼사오육칠팔구][십백천만][일이삼사오육칠팔구십백천]*)?"
)
_CENTS: Final = rf"(?:\s(?:and\s)?(?P<{{name}}>\d{{{{1,2}}}}|{ENGLISH_SMALL})[\s-]?(?:cents?\b|센트))?"
_SIGNS: Final = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₩": "KRW"}
_NAMES: Final = {
    "dollar": "USD", "dollars": "USD", "usd": "USD", "bucks": "USD", "buck": "USD", "달러": "USD", "불": "USD",
    "won": "KRW", "krw": "KRW", "euro": "EUR", "euros": "EUR", "eur": "EUR", "유로": "EUR",
    "pound": "GBP", "pounds": "GBP", "gbp": "GBP", "파운드": "GBP", "yen": "JPY", "jpy": "JPY", "엔": "JPY",
}  # fmt: skip
_NAMED: Final = (
    r"(?:dollars?|usd|bucks?|won|krw|euros?|eur|pounds(?!\s?(?:of|lighter|heavier))|gbp|yen|jpy)(?![a-z])"
    r"|달러|유로|파운드|엔(?![진드터])|불(?=[에로이짜대\s.,]|$)"
)
_AMOUNT: Final = re.compile(
    rf"(?P<sign>[$€£¥₩])\s?(?P<signed>{NUMBER})(?:\s?(?P<k>[km](?![a-z0-9])|thousand\b|million\b))?"
    rf"|(?<![a-z])(?P<code>usd|krw|eur|gbp|jpy)\s?(?P<coded>{NUMBER})"
    rf"|(?!{_FULL}){_FILLED}(?P<korean>{_DIGITS}|{_HANGUL_NUMBER})(?:\s?{_WON}|{_WON_AT_ONCE})"
    rf"|(?P<short>(?:{NUMBER})\s?만(?:\s?\d\s?천)?)(?=에\s?(?:드|구매|구입|살|사|만나|판)|\s?(?:이하|미만"
    rf"|초반|후반|대(?!의|한|비)))"
    rf"|(?<![\d.,])(?P<plain>{NUMBER})\s?(?P<pk>k|thousand|million)?[\s-]?(?P<name>{_NAMED})"
    + _CENTS.format(name="cents")
    + rf"|(?P<english>{ENGLISH_NUMBER})[\s-](?P<ename>{_NAMED})"
    + _CENTS.format(name="ecents")
    + rf"|(?<![\d.,])(?P<only>\d{{1,2}}|{ENGLISH_SMALL})[\s-]?cents?\b"
    rf"|(?:(?<![a-z])(?:prices?|costs?|priced|가격[은이도]?|값[은이]?|판매가[는]?|정가[는가]?)(?:\s?(?:is|of|at|only"
    rf"|just"
    rf"|단돈|겨우|now)|[:=]|\s)*\s?)"
    rf"(?P<bare>{NUMBER})(?![\d%]|[.,]\d|\s?(?:%|[a-z가-힣]))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount that stands from `start` to `end`. `currency` is ISO 4217, empty when only the number is said."""

    start: int
    end: int
    value: Decimal
    currency: str

    def equals(self, other: "Amount") -> bool:
        """Whether both are the same, as far as their currencies are said."""
        return self.value == other.value and (
            not self.currency or not other.currency or self.currency == other.currency
        )

    def is_in(self, currency: str) -> bool:
        """Whether it may be an amount in `currency`: a dollar is that of the shop's country."""
        if self.currency in ("", currency):
            return True
        return (self.currency == "USD" and currency.endswith("D")) or (self.currency, currency) == ("JPY", "CNY")


@lru_cache(maxsize=256)
def amounts(text: str, at: int = 0) -> Sequence[Amount]:
    """Every amount of `text`, which is lower case (see `names.level`), from `at` on, in order.

    A sentence is asked about by several who judge it.
    """
    return tuple(_read(match) for match in _AMOUNT.finditer(text, at))


def _read(match: re.Match[str]) -> Amount:
    start = match.start()
    if sign := match["sign"]:
        return Amount(start, match.end(), _number(match["signed"]) * _scale(match["k"]), _SIGNS[sign])
    if code := match["code"]:
        return Amount(start, match.end(), _number(match["coded"]), code.upper())
    if korean := match["korean"] or match["short"]:
        return Amount(start, match.end(), _korean(korean), "KRW")
    if plain := match["plain"]:
        value = _number(plain) * _scale(match["pk"]) + _cents(match["cents"])
        return Amount(start, match.end(), value, _NAMES[match["name"]])
    if words := match["english"]:
        return Amount(start, match.end(), english(words) + _cents(match["ecents"]), _NAMES[match["ename"]])
    if only := match["only"]:
        return Amount(start, match.end(), _cents(only), "USD")
    return Amount(match.start("bare"), match.end(), _number(match["bare"]), "")


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _cents(text: str | None) -> Decimal:
    return Decimal(small(text) or 0) / 100 if text else Decimal(0)


def _scale(letter: str | None) -> int:
    return {"k": 1000, "thousand": 1000, "m": 1_000_000, "million": 1_000_000}[letter.lower()] if letter else 1


def _korean(text: str) -> Decimal:
    """The value of 5만 9천, 59,000, 오만구천 or 1만5000."""
    total = section = Decimal(0)
    current: Decimal | None = None
    for piece in re.findall(rf"{NUMBER}|[가-힣]", text):
        if piece in SINO:
            current = Decimal(SINO[piece])
        elif piece in SMALL:
            section += (1 if current is None else current) * SMALL[piece]
            current = None
        elif piece in _LARGE:
            section += current or 0
            total += (section or 1) * _LARGE[piece]
            section, current = Decimal(0), None
        else:
            current = _number(piece)
    return total + section + (current or 0)
