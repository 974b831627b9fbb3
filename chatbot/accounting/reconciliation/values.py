"""Cells of a bill as values: moments, tokens, amounts. A cell that may mean two things is refused and not guessed."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, Literal

from django.utils.translation import gettext as _

from chatbot.models.amounts import PICODOLLAR

DecimalMark = Literal[".", ","]

MOST_TOKENS: Final = 10**15
MOST_USD: Final = 9_000_000
"""What a column holds on SQLite, rounded down."""
SHOWN: Final = 40
"""Characters of a cell that a reason repeats."""

_MOMENT: Final = re.compile(
    r"(?P<year>\d{4})(?P<separator>[-/.])\s*(?P<month>\d{1,2})(?P=separator)\s*(?P<day>\d{1,2})\.?"
    r"(?:(?:T|\s+)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|(?P<sign>[+-])(?P<off_hours>\d\d):?(?P<off_minutes>\d\d)?(?:\s+[A-Z]{3,4})?)?",
    re.ASCII | re.IGNORECASE,
)
_DAY: Final = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_EPOCH: Final = re.compile(r"\d{10}(\.\d{1,9})?|\d{13}", re.ASCII)
_SYMBOLS: Final = {"$": "USD", "US$": "USD", "₩": "KRW", "원": "KRW", "€": "EUR", "£": "GBP"}
_PLAIN: Final = re.compile(r"\d+(\.\d+)?", re.ASCII)
_AMOUNT: Final = re.compile(
    r"(?P<negative>[-−]|\()?\s*(?P<before>[^\d\s.,()+−-]{1,3})?\s*(?P<minus>[-−])?"
    r"(?P<number>[\d.,  ']*\d[\d.,  ']*?)(?P<exponent>[eE][+-]?\d{1,2})?"
    r"\s*(?P<after>[^\d\s.,()]{1,3})?\s*\)?"
)


class Unfit(Exception):
    """A cell that cannot be read. The message is a sentence for whoever imports the bill."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in UTC. `is_day`: the cell names a day and no time, `at` is its beginning."""

    at: datetime
    is_day: bool


def read_moment(text: str, zone: tzinfo) -> Moment:
    """2026-03-14T12:00:00Z and its like, 2026/3/14, 20260314, or seconds or milliseconds since 1970.

    What names no zone is in `zone`. Raises Unfit.
    """
    if _EPOCH.fullmatch(text):
        seconds, _dot, fraction = (text[:10], "", text[10:]) if text.isdigit() else text.partition(".")
        micros = int(seconds) * 1_000_000 + int(f"{fraction:0<6}"[:6])
        return Moment(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros), False)
    try:
        if compact := _DAY.fullmatch(text):
            return Moment(datetime(*map(int, compact.groups()), tzinfo=zone).astimezone(UTC), True)  # type: ignore[misc,arg-type]  # three numbers
        match = _MOMENT.fullmatch(text)
        if match is None:
            raise ValueError
        local = datetime(
            int(match["year"]),
            int(match["month"]),
            int(match["day"]),
            int(match["hour"] or 0),
            int(match["minute"] or 0),
            int(match["second"] or 0),
            int(f"{match['fraction'] or 0:0<6}"[:6]),
            tzinfo=_zone(match) or zone,
        )
        return Moment(local.astimezone(UTC), match["hour"] is None)
    except (ValueError, OverflowError) as err:
        raise Unfit(
            _("%(cell)s is not a time; write it like 2026-03-14T12:00:00Z") % {"cell": repr(text[:SHOWN])}
        ) from err


def _zone(match: re.Match[str]) -> tzinfo | None:
    if not match["zone"]:
        return None
    if not match["sign"]:
        return UTC
    off = timedelta(hours=int(match["off_hours"]), minutes=int(match["off_minutes"] or 0))
    return timezone(-off if match["sign"] == "-" else off)


def read_tokens(text: str, mark: DecimalMark) -> int:
    """A whole number, 0 for an empty cell: what the bill's column leaves empty is not billed. Raises Unfit."""
    if not text:
        return 0
    if text.isascii() and text.isdigit() and len(text) < 16:
        return int(text)
    value = _number(text, mark)
    if value != value.to_integral_value() or not 0 <= value <= MOST_TOKENS:
        raise Unfit(_("%(cell)s is not a number of tokens") % {"cell": repr(text[:SHOWN])})
    return int(value)


def read_amount(text: str, mark: DecimalMark, currency: str) -> Decimal:
    """The amount as the bill has it: "0.0025", "$1,234.50", "12,50 EUR", "-0.10", "(0.10)", "2.5E-05". Raises Unfit."""
    if mark == "." and _PLAIN.fullmatch(text):
        return Decimal(text)
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise Unfit(_("%(cell)s is not an amount") % {"cell": repr(text[:SHOWN])})
    for said in (match["before"], match["after"]):
        if said and _SYMBOLS.get(said.upper(), said.upper()) != currency:
            values = {"cell": repr(text[:SHOWN]), "currency": currency}
            raise Unfit(_("%(cell)s is in another currency than %(currency)s") % values)
    value = _number(match["number"] + (match["exponent"] or ""), mark)
    return -value if match["negative"] or match["minus"] else value


def in_dollars(amount: Decimal, per_usd: Decimal) -> Decimal:
    """An amount of which `per_usd` are one dollar, in dollars with 12 places, half to even. Raises Unfit."""
    usd = amount / per_usd
    if abs(usd) >= MOST_USD:
        raise Unfit(_("the amount is too large"))
    return usd.quantize(PICODOLLAR, ROUND_HALF_EVEN)


def places_of(text: str, mark: DecimalMark) -> int:
    """How many decimals the cell writes; those of a number with an exponent are counted without it."""
    if mark == "." and _PLAIN.fullmatch(text):
        return len(text.partition(".")[2])
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return 0
    places = len(match["number"].strip().rpartition(mark)[2]) if mark in match["number"] else 0
    return max(0, places - int((match["exponent"] or "e0")[1:]))


def mark_of(cells: list[str]) -> DecimalMark:
    """Which mark stands before the decimals of these amounts. A mark that three digits follow proves nothing."""
    commas = dots = 0
    for cell in cells:
        last = max(cell.rfind(","), cell.rfind("."))
        digits = len(re.match(r"\d*", cell[last + 1 :], re.ASCII)[0]) if last >= 0 else 3  # type: ignore[index]  # matches always
        if last >= 0 and (digits != 3 or ("," in cell and "." in cell) or cell[:last].strip("-$€£₩ ") in ("", "0")):
            commas += cell[last] == ","
            dots += cell[last] == "."
    return "," if commas > dots else "."


def _number(text: str, mark: DecimalMark) -> Decimal:
    grouping = "." if mark == "," else ","
    digits, e, exponent = re.sub(r"[  ']", "", text).lower().partition("e")
    whole, _mark, rest = digits.partition(mark)
    groups = whole.split(grouping)
    sound = not re.search(r"\D", rest, re.ASCII) and all(
        group.isascii() and group.isdigit() for group in groups if group
    )
    # 1,234,567 everywhere, 12,34,567 in India
    if len(groups) > 1:
        sound = sound and len(groups[-1]) == 3 and 1 <= len(groups[0]) <= 3 and {*map(len, groups[1:-1])} <= {2, 3}
    if not sound or not (whole or rest):
        raise Unfit(_("%(cell)s is not a number") % {"cell": repr(text[:SHOWN])})
    return Decimal(f"{''.join(groups) or 0}.{rest or 0}{e}{exponent}")
