"""Amounts as feeds and people write them: "259000 KRW", "₩259,000", "1.299,00 EUR", "15.00 USD"."""

import re
import unicodedata
from decimal import Decimal

SYMBOLS = {
    "₩": "KRW", "원": "KRW", "$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "円": "JPY", "元": "CNY",
    "₹": "INR", "₫": "VND", "฿": "THB", "₺": "TRY", "A$": "AUD", "C$": "CAD", "HK$": "HKD", "NT$": "TWD", "S$": "SGD",
    "R$": "BRL",
}  # fmt: skip
NO_DECIMALS = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"]
)
"""Currencies without a minor unit (ISO 4217)."""
THREE_DECIMALS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
WHOLE_DIGITS = 12
PLACES = 4

_AMOUNT = re.compile(r"(?P<before>[^\d\s.,'+-]*)\s*(?P<sign>[-+]?)(?P<number>\d[\d.,' ]*)\s*(?P<after>[^\d\s.,']*)")


def read_amount(text: str, *, currency: str, hundredths: bool = False) -> tuple[Decimal, str]:
    """The amount and its ISO 4217 currency; `currency` is that of a bare number. `hundredths`: the number is cents.

    Raises ValueError, whose message says what is wrong and how to write it.
    """
    folded = " ".join(unicodedata.normalize("NFKC", text).replace("’", "'").split())
    match = _AMOUNT.fullmatch(folded)
    if not match:
        raise ValueError(f"{text[:40]!r} is not a price; write it like 259000 KRW or 15.00 USD")
    if match["sign"] == "-":
        raise ValueError(f"{text[:40]!r} is below zero")
    named = [_currency(mark, text) for mark in (match["before"], match["after"]) if mark]
    if len(set(named)) > 1:
        raise ValueError(f"{text[:40]!r} names two currencies")
    code = named[0] if named else currency
    amount = _number(match["number"].replace(" ", "").replace("'", ""), code, text)
    if hundredths:
        amount /= 100
    if amount >= 10**WHOLE_DIGITS:
        raise ValueError(f"{text[:40]!r} is too large")
    if amount != round(amount, PLACES):
        raise ValueError(f"{text[:40]!r} has more than {PLACES} decimals")
    return round(amount, PLACES), code


def _currency(mark: str, text: str) -> str:
    if code := SYMBOLS.get(mark.upper()):
        return code
    if len(mark) == 3 and mark.isascii() and mark.isalpha():
        return mark.upper()
    raise ValueError(f"{text[:40]!r} names no currency that is known; write it like 15.00 USD")


def _number(digits: str, currency: str, text: str) -> Decimal:
    digits = digits.rstrip(".,")  # "259,000." and "15.-"
    commas, dots = digits.count(","), digits.count(".")
    if commas and dots:
        decimal = "," if digits.rfind(",") > digits.rfind(".") else "."
    elif commas == 1 and len(digits.rpartition(",")[2]) != 3:
        decimal = ","
    elif dots == 1:
        whole, _, rest = digits.rpartition(".")
        grouped = len(rest) == 3 and whole.lstrip("0") != "" and len(whole) <= 3
        if grouped and currency not in NO_DECIMALS | THREE_DECIMALS:
            raise ValueError(f"{text[:40]!r} may mean {whole}{rest} or {whole}.{rest[:2]}; write {whole}{rest}.00")
        decimal = "" if grouped and currency in NO_DECIMALS else "."
    else:
        decimal = ""
    whole, _, rest = digits.rpartition(decimal) if decimal else (digits, "", "")
    groups = re.split(r"[.,]", whole)
    # 1,299,000 everywhere, 12,99,000 in India
    if len(groups) > 1 and (len(groups[-1]) != 3 or any(len(group) not in (2, 3) for group in groups[1:-1])):
        raise ValueError(f"{text[:40]!r} is not a price; write it like 259000 KRW or 15.00 USD")
    return Decimal(f"{''.join(groups)}.{rest or 0}")
