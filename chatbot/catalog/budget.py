"""Price bounds in a shopper's words: "5만원 이하", "under $50", "3만원대", "between 20 and 30 dollars".

Whatever is understood as a bound is taken out of the text, so that "50" is not searched for.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from chatbot.catalog.sources.prices import SYMBOLS

ABOUT = Decimal("0.2")
"""How far "about 50,000" reaches to both sides, as a share."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """From `low` to `high`, both in; None is open. `currency` is empty when the words name none."""

    low: Decimal | None = None
    high: Decimal | None = None
    currency: str = ""


_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_WON = (
    rf"(?:(?:{_DIGITS})\s*만\s*(?:(?:{_DIGITS})\s*천\s*)?(?:\d{{1,4}}\s*)?원?|(?:{_DIGITS})\s*천\s*원"
    rf"|(?:{_DIGITS})\s*원|₩\s*(?:{_DIGITS})|(?<!\S)만\s*원)"
)
_NAMED = (
    rf"(?:(?:US\$|[$€£¥])\s*(?:{_DIGITS})|(?:{_DIGITS})\s*(?:달러|유로|엔|dollars?|bucks|euros?|pounds?|won|usd|eur|gbp|krw|jpy)\b"
    rf"|(?:usd|eur|gbp|krw)\s*(?:{_DIGITS}))"
)
_AMOUNT = rf"(?:{_WON}|{_NAMED})"
# A bare number is an amount only after "under" and the like, and only with no unit behind it.
_UNIT = (
    r"(?:%|[\"'°]|(?:inch(?:es)?|in|cm|mm|km|m|ft|feet|kg|g|lbs?|oz|ml|l|liters?|litres?|w|watts?|v|volts?|m?ah|k?hz"
    r"|[mg]hz|[kmgt]b|db|hours?|hrs?|minutes?|years?|days?|people|persons?|pieces?|pcs)\b"
    r"|개|인치|시간|센티|미터|리터|그램|킬로|키로|와트|년|명|인용|평)"
)
_BARE = rf"(?:{_DIGITS})(?![\d.,]*\s*{_UNIT})(?!\d)"

_KOREAN_MAX = (
    r"(?:이하|미만|이내|까지|아래|밑|안쪽|안으로|안에서|내로|내에서|언더|넘지\s*않는|안\s*넘는)"
    r"(?:으로|에서|로|의|인|은|는|도|만|면)?"
)
_KOREAN_MIN = r"(?:이상|초과|넘는|부터|위로)(?:으로|의|인|은|는|도|만|면)?"
_ENGLISH_MAX = (
    r"(?:under|below|less\s+than|cheaper\s+than|lower\s+than|up\s+to|at\s+most|no\s+more\s+than|not\s+more\s+than|within"
    r"|(?:max(?:imum)?\s+|a\s+)?budget\s+(?:of|is)|max(?:imum)?(?:\s+of)?)"
)
_ENGLISH_MIN = r"(?:over|above|more\s+than|at\s+least|starting\s+(?:at|from)|min(?:imum)?(?:\s+of)?)"
_FLAGS = re.IGNORECASE
_MAY_HOLD_AMOUNT = re.compile(r"\d|[만천]\s*원")
_KOREAN_DIGITS = "일이삼사오육칠팔구"
_SPELLED = re.compile(
    rf"(?<![가-힣\d])(?:(?P<tens>(?:[{_KOREAN_DIGITS}]?[백십])*[{_KOREAN_DIGITS}]?)만\s*)?(?:(?P<thousands>[{_KOREAN_DIGITS}]?)천\s*)?(?=원)"
)


def read_bounds(text: str) -> tuple[Bounds, str]:
    """The bounds that the text states, and the text without them. Later statements of one side win."""
    low = high = None
    currency = ""
    if not _MAY_HOLD_AMOUNT.search(text):
        return Bounds(), " ".join(text.split())
    if "원" in text:
        text = _SPELLED.sub(_in_digits, text)
    for pattern, bounds_of in _RULES:
        while match := pattern.search(text):
            bounds = bounds_of(match)
            low = bounds.low if bounds.low is not None else low
            high = bounds.high if bounds.high is not None else high
            currency = bounds.currency or currency
            text = f"{text[: match.start()]} {text[match.end() :]}"
    if low is not None and high is not None and low > high:
        low, high = high, low
    return Bounds(low, high, currency), " ".join(text.split())


def _in_digits(match: re.Match[str]) -> str:
    """ "십오만 오천" as "155000"; what spells no number stays."""
    if match["tens"] is None and match["thousands"] is None:
        return match[0]
    whole = 0
    if match["tens"] is not None:
        whole = 10_000 * (_below_thousand(match["tens"]) or 1)
    if match["thousands"] is not None:
        whole += 1_000 * (_below_thousand(match["thousands"]) or 1)
    return str(whole)


def _below_thousand(spelled: str) -> int:
    whole = digit = 0
    for sign in spelled:
        if sign in "백십":
            whole += (digit or 1) * (100 if sign == "백" else 10)
            digit = 0
        else:
            digit = 1 + _KOREAN_DIGITS.index(sign)
    return whole + digit


def _amount(text: str) -> tuple[Decimal, str]:
    """The amount in the major unit and its currency, empty for a bare number."""
    folded = text.casefold().replace(",", "").strip()
    number = re.search(r"\d+(?:\.\d+)?", folded)
    if "만" in folded or "천" in folded:
        whole = re.fullmatch(r"(\d+(?:\.\d+)?)?\s*만\s*(?:(\d+(?:\.\d+)?)\s*천\s*)?(\d+)?\s*원?", folded)
        if whole:
            tens, thousands, rest = (Decimal(part) if part else None for part in whole.groups())
            return (Decimal(1) if tens is None else tens) * 10_000 + (thousands or 0) * 1_000 + (rest or 0), "KRW"
        return Decimal(number[0] if number else 1) * 1_000, "KRW"
    return Decimal(number[0] if number else 0), _currency(folded)


def _currency(text: str) -> str:
    for marks, code in _CURRENCY_WORDS:
        if any(mark in text for mark in marks):
            return code
    return next((code for mark, code in SYMBOLS.items() if mark.casefold() in text), "")


_CURRENCY_WORDS = (
    (("won", "krw", "원"), "KRW"),
    (("usd", "dollar", "달러", "buck"), "USD"),
    (("eur", "유로"), "EUR"),
    (("gbp", "pound"), "GBP"),
    (("jpy", "엔"), "JPY"),
)


def _most(match: re.Match[str]) -> Bounds:
    amount, currency = _amount(match["amount"])
    return Bounds(None, amount, currency)


def _least(match: re.Match[str]) -> Bounds:
    amount, currency = _amount(match["amount"])
    return Bounds(amount, None, currency)


def _between(match: re.Match[str]) -> Bounds:
    first, second = match["low"], match["high"]
    high, currency = _amount(second)
    low, low_currency = _amount(first)
    if not low_currency and ("만" in second or "천" in second):  # "3~5만원": the unit is said once
        low, low_currency = _amount(f"{first}{'만' if '만' in second else '천'}원")
    return Bounds(low, high, currency or low_currency)


def _about(match: re.Match[str]) -> Bounds:
    amount, currency = _amount(match["amount"])
    return Bounds(amount * (1 - ABOUT), amount * (1 + ABOUT), currency)


def _class_of(match: re.Match[str]) -> Bounds:
    """ "3만원대" is 30,000 to 39,999, "10만원대" 100,000 to 199,999: the last digit that was said is free."""
    amount, currency = _amount(match["amount"])
    step = Decimal(1)
    while amount and amount % (step * 10) == 0:
        step *= 10
    return Bounds(amount, amount + step - 1, currency)


_RULES: list[tuple[re.Pattern[str], Callable[[re.Match[str]], Bounds]]] = [
    (
        re.compile(
            rf"(?:between|from|in\s+the)\s+(?P<low>{_AMOUNT}|{_DIGITS})\s*(?:and|to|[~–-])\s*(?P<high>{_AMOUNT})(?:\s+(?:price\s+)?range)?",
            _FLAGS,
        ),
        _between,
    ),
    (
        re.compile(
            rf"(?P<low>{_AMOUNT}|{_DIGITS})\s*(?:[~–-]|to|에서|부터)\s*(?P<high>{_AMOUNT})(?:\s*(?:사이|까지))?(?:의|에서|로)?",
            _FLAGS,
        ),
        _between,
    ),
    (re.compile(rf"(?P<low>{_WON})\s*이상\s*(?P<high>{_WON})\s*(?:이하|미만)", _FLAGS), _between),
    (re.compile(rf"(?P<amount>{_AMOUNT})\s*대(?:의|로|에서|에)?(?![가-힣])", _FLAGS), _class_of),
    (re.compile(rf"(?P<amount>{_AMOUNT})\s*{_KOREAN_MAX}", _FLAGS), _most),
    (re.compile(rf"(?P<amount>{_AMOUNT})\s*{_KOREAN_MIN}", _FLAGS), _least),
    (re.compile(rf"(?P<amount>{_AMOUNT})\s*(?:정도|쯤|내외|전후|안팎)(?:의|로|에서)?", _FLAGS), _about),
    (re.compile(rf"(?P<amount>{_AMOUNT})\s+or\s+(?:less|under|below|cheaper)\b", _FLAGS), _most),
    (re.compile(rf"(?P<amount>{_AMOUNT})\s+(?:or\s+more|and\s+(?:up|above))\b", _FLAGS), _least),
    (re.compile(rf"\b{_ENGLISH_MAX}\s+(?P<amount>{_AMOUNT}|{_BARE})", _FLAGS), _most),
    (re.compile(rf"\b{_ENGLISH_MIN}\s+(?P<amount>{_AMOUNT}|{_BARE})", _FLAGS), _least),
    (re.compile(rf"\b(?:around|about|approximately|roughly)\s+(?P<amount>{_AMOUNT})", _FLAGS), _about),
    (
        re.compile(
            rf"\b(?:make\s+(?:it|that)|(?:can|could|would|will|want\s+to|to)\s+(?:spend|pay|afford|go\s+(?:up\s+)?to))\s+(?P<amount>{_AMOUNT})",
            _FLAGS,
        ),
        _most,
    ),
    (
        re.compile(
            rf"예산(?:은|이|을)?\s*(?P<amount>{_AMOUNT})(?:으로|로|인데|이고|이에요|이야|입니다|이요|예요|이라)?(?:요)?(?![가-힣])",
            _FLAGS,
        ),
        _most,
    ),
]
