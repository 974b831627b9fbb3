"""Amounts of money as shoppers write them: "$1,000", "1.5k", "50 bucks", "5만 5천원", "30만"."""

import re
from decimal import Decimal
from typing import Final

from chatbot.catalog.sources.prices import SYMBOLS

DIGITS: Final = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
WON: Final = (
    rf"(?:{DIGITS}\s*만\s*(?:{DIGITS}\s*천\s*)?(?:\d{{1,4}}\s*)?원?|{DIGITS}\s*천\s*원"
    rf"|{DIGITS}\s*원|₩\s*{DIGITS}|(?<!\S)만\s*원)"
)
_NAMED: Final = (
    rf"(?:(?:US\$|[$€£¥])\s*{DIGITS}(?:k\b)?"
    rf"|{DIGITS}k?\s*(?:달러|불(?![가-힣])|불(?=이하|미만|이상|정도|대)|유로|엔|(?:dollars?|bucks?|euros?"
    r"|pounds?|won|usd|eur|gbp|krw|jpy)\b)"
    rf"|(?:usd|eur|gbp|krw)\s*{DIGITS})"
)
AMOUNT: Final = rf"(?:{WON}|{_NAMED})"
"""An amount that says what it is."""
_UNIT: Final = (
    r"(?:%|[\"'°]|(?:inch(?:es)?|in|cm|mm|km|m|ft|feet|kg|g|lbs?|oz|ml|l|liters?|litres?|w|watts?|v"
    r"|volts?|m?ah|k?hz"
    r"|[mg]hz|[kmgt]b|db|k|hours?|hrs?|minutes?|years?|days?|people|persons?|pieces?|pcs)\b"
    r"|개|인치|시간|센티|미터|리터|그램|킬로|키로|와트|년|명|인용|평|살|세)"
)
BARE: Final = (
    rf"(?:(?:{DIGITS}k(?=\s*(?:$|[.,;!?])|\s+(?:for|please|with|or)\b))"
    rf"|{DIGITS}(?![\d.,]*[\s-]*{_UNIT})(?!\d)(?![\d.,]*[a-z]))"
)
"""A bare number, an amount only after "under" and the like, and only with no unit behind it."""

_CURRENCY_WORDS: Final = (
    (("won", "krw", "원"), "KRW"),
    (("usd", "dollar", "달러", "불", "buck"), "USD"),
    (("eur", "유로"), "EUR"),
    (("gbp", "pound"), "GBP"),
    (("jpy", "엔"), "JPY"),
)
_MYRIADS: Final = re.compile(r"(\d+(?:\.\d+)?)?\s*만\s*(?:(\d+(?:\.\d+)?)\s*천\s*)?(\d+)?\s*원?")
_NUMBER: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(k\b)?")


def read(text: str) -> tuple[Decimal, str]:
    """The amount in the major unit and its currency, empty for a bare number."""
    folded = text.casefold().replace(",", "").strip()
    if "만" in folded and (whole := _MYRIADS.fullmatch(folded)):
        tens, thousands, rest = (Decimal(part) if part else None for part in whole.groups())
        return (Decimal(1) if tens is None else tens) * 10_000 + (thousands or 0) * 1_000 + (rest or 0), "KRW"
    number = _NUMBER.search(folded)
    value = Decimal(number[1]) if number else Decimal(0)
    if "천" in folded:
        return value * 1_000, "KRW"
    return value * 1_000 if number and number[2] else value, _currency(folded)


def _currency(text: str) -> str:
    for marks, code in _CURRENCY_WORDS:
        if any(mark in text for mark in marks):
            return code
    return next((code for mark, code in SYMBOLS.items() if mark.casefold() in text), "")
