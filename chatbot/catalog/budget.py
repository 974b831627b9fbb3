"""Price bounds in a shopper's words: "5만원 이하", "under $50", "3만원대", "between 20 and 30", "50 bucks or so".

Whatever is understood as a bound is taken out of the text, so that "50" is not searched for.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.catalog import amounts
from chatbot.catalog.amounts import AMOUNT, BARE, DIGITS, WON
from chatbot.catalog.numerals import in_digits
from chatbot.catalog.phrasing import one_of

ABOUT: Final = Decimal("0.2")
"""How far "about 50,000" reaches to both sides, as a share."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """From `low` to `high`, both in; None is open. `currency` is empty when the words name none."""

    low: Decimal | None = None
    high: Decimal | None = None
    currency: str = ""


_FLAGS: Final = re.IGNORECASE
_MAY_HOLD_AMOUNT: Final = re.compile(r"\d|만\s*원")
_THING: Final = r"(?:거|것|걸|건|게|제품|상품|가격대?|금액|선)"
_PARTICLE: Final = one_of(
    "이에요|예요|이요|인데|이면|이고|입니다",
    "으로|에서|이나|이야",
    "로|의|에|인|은|는|도|만|면|요|짜리|대|이|라|야",
)
_TAIL: Final = rf"(?:{_PARTICLE}{{0,4}}(?:\s*{_THING}{_PARTICLE}{{0,4}})?(?![가-힣]))?"
"""The endings of a Korean bound and the "thing" behind it, as in "이하로만", "이하인 걸로요"; a word glued on stays."""

# Bounds in Korean.
_KOREAN_MOST: Final = one_of(
    "이하|미만|이내|까지|아래|밑",
    "안쪽|안으로|안에서|내로|내에서|언더",
    r"(?:를?\s*)?넘지\s*(?:않는|않게|않고|않으면|말고|않았으면)",
    r"(?:를?\s*)?안\s*넘(?:는|게|고|으면|었으면)",
    r"(?:를?\s*)?넘(?:으면|어서는|어선)\s*(?:안|곤란)\s*[되돼됨됩하해한]\S*",
    r"보다\s*(?:싼|저렴한|아래)",
)
_KOREAN_LEAST: Final = one_of(
    "이상|초과",
    r"(?:를?\s*)?넘(?:는|어도|게|어가는)",
    "부터|위로",
    r"보다\s*비싼",
)
_KOREAN_ABOUT: Final = r"(?:정도|쯤|내외|전후|안팎|가량|선에서|선으로|짜리)(?:\s*(?:하는|되는|인|짜리))?"
_KOREAN_CHANGE: Final = one_of(
    "바꿔|바꾸|변경|수정",
    "낮춰|낮추|올려|올리|내려|줄여|줄이|늘려|늘리|높여|높이|맞춰|맞추|조정",
    r"해\s*줘|해\s*주|할게|하자",
)
_CHANGED: Final = rf"(?:으로|로)?\s*(?={_KOREAN_CHANGE})"

# Bounds in English, before the amount and behind it.
_NOT: Final = one_of(
    "no|not|nothing|n['’]t|cannot",
    "(?:does|do|wo|ca|should|would)n?['’]t",
    "never",
)
_OVER: Final = r"(?:over|above|more\s+than|higher\s+than|exceed(?:ing)?|beyond)"
_SPEND: Final = r"(?:cost|be|go|spend|pay|want\s+to\s+(?:spend|pay))"
_LIMIT: Final = r"(?:max(?:imum)?\s+)?(?:budget|limit|price\s+limit|max(?:imum)?)(?:['’]s|\s+is|\s+of|\s+to|:)?"
_MOST: Final = one_of(
    rf"{_NOT}\s+(?:{_SPEND}\s+)?(?:any\s+)?{_OVER}",
    "under|below|beneath",
    r"(?<!no )(?<!not )less\s+than",
    r"(?<!no )(?<!not )cheaper\s+than",
    r"lower\s+than",
    r"up\s+to",
    r"at\s+(?:the\s+)?most",
    "within",
    rf"(?:(?:my|our|the|a|with|on)\s+)*{_LIMIT}",
    r"max(?:imum)?\.?(?:\s+of)?",
)
_ENGLISH_MOST: Final = rf"(?:(?:is|are|be|priced|cost(?:s|ing)?|go(?:es)?|spend(?:ing)?)\s+)?{_MOST}"
_LEAST: Final = one_of(
    r"(?:no|not)\s+(?:less|cheaper|lower)\s+than",
    r"not\s+(?:under|below)",
    "over|above",
    r"more\s+than",
    r"higher\s+than",
    r"at\s+least",
    r"start(?:s|ing)?\s+(?:at|from)",
    r"min(?:imum)?\.?(?:\s+of)?",
)
_ENGLISH_LEAST: Final = rf"(?:(?:is|are|be|priced|cost(?:s|ing)?)\s+)?{_LEAST}"
_BEFORE_ABOUT: Final = one_of(
    r"(?:(?:my|the|a|our)\s+)*budget(?:['’]s|\s+is|\s+of|:)?",
    "somewhere|anywhere|priced|something|costing",
    r"in\s+the\s+(?:range|area|neighbou?rhood)\s+of",
)
_ABOUT: Final = one_of(
    "around|about|approximately",
    r"approx\.?",
    "roughly|circa",
    r"close\s+to",
    "near",
    "~",
)
_ENGLISH_ABOUT: Final = rf"(?:{_BEFORE_ABOUT}\s+)?(?:at\s+)?{_ABOUT}"
_MAKE: Final = "(?:make|change|set|keep|bring|drop|lower|raise|increase|reduce|bump|push|move|switch|update)"
_IT: Final = r"(?:it|that|them|(?:the|my)\s+(?:budget|price|limit|max(?:imum)?)|to)"
_CAN: Final = r"(?:can|could|would|will|want\s+to|to|i['’]ll|i['’]d)"
_CHANGE: Final = one_of(
    rf"{_MAKE}\s+{_IT}(?:\s+(?:up|down|back))?(?:\s+(?:to|at))?",
    rf"{_CAN}\s+(?:spend|pay|afford|go\s+(?:(?:up|as\s+high\s+as)\s+)?(?:to)?)",
    r"(?:let['’]?s\s+say|maybe|say)",
    r"i\s+(?:only\s+)?(?:have|got)",
)
_CLOSES: Final = r"(?=\s*(?:$|[.,;!?]|(?:or|for|please|pls|with|in|that|if|but|range|total|each)\b))"
_OR_LESS: Final = one_of(
    r"\s+or\s+(?:less|under|below|cheaper|lower)",
    r"\s+and\s+(?:under|below)",
    r"\s+(?:max(?:imum)?|tops|limit|budget|at\s+(?:the\s+)?most)",
)
_MORE: Final = one_of(
    r"or\s+(?:more|over|above|higher|up)",
    r"and\s+(?:up|above|over|more)",
    r"plus|upwards?|up|min(?:imum)?",
    r"at\s+least",
)
_OR_MORE: Final = rf"(?:\s*\+|(?:\s+{_MORE})\b)"
_OR_SO: Final = one_of(
    r"\s*-?ish",
    r"\s+or\s+(?:so|thereabouts)",
    r"\s+give\s+or\s+take",
    r"\s+more\s+or\s+less",
)

# Amounts, and what joins two of them.
_AMOUNT: Final = rf"(?P<amount>{AMOUNT})"
_FROM: Final = r"(?:(?:anywhere|somewhere|priced)\s+)?(?:between|from|in\s+the)"
_TO: Final = r"(?:and|(?:up\s+)?to|[~–-])"
_LOW: Final = rf"(?P<low>{AMOUNT}|{DIGITS})"
_HIGH: Final = rf"(?P<high>{AMOUNT})"
_KOREAN_TO: Final = r"(?:[~–-]|to\b|에서|부터)"
_OF_RANGE: Final = r"(?:\s*(?:사이|까지|정도|안쪽|이하|미만|대)|\s+(?:price\s+)?range\b)"


def read_bounds(text: str) -> tuple[Bounds, str]:
    """The bounds that the text states, and the text without them. Later statements of one side win."""
    low = high = None
    currency = ""
    text = in_digits(text)
    if not _MAY_HOLD_AMOUNT.search(text):
        return Bounds(), " ".join(text.split())
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


def _most(match: re.Match[str]) -> Bounds:
    amount, currency = amounts.read(match["amount"])
    return Bounds(None, amount, currency)


def _least(match: re.Match[str]) -> Bounds:
    amount, currency = amounts.read(match["amount"])
    return Bounds(amount, None, currency)


def _between(match: re.Match[str]) -> Bounds:
    first, second = match["low"], match["high"]
    high, currency = amounts.read(second)
    low, low_currency = amounts.read(first)
    if not low_currency and ("만" in second or "천" in second):  # "3~5만원": the unit is said once
        low, low_currency = amounts.read(f"{first}{'만' if '만' in second else '천'}원")
    return Bounds(low, high, currency or low_currency)


def _about(match: re.Match[str]) -> Bounds:
    amount, currency = amounts.read(f"{match['amount']} {match.groupdict().get('unit') or ''}")
    return Bounds(amount * (1 - ABOUT), amount * (1 + ABOUT), currency)


def _class_of(match: re.Match[str]) -> Bounds:
    """ "3만원대" is 30,000 to 39,999, "10만원대" 100,000 to 199,999: the last digit that was said is free."""
    amount, currency = amounts.read(match["amount"])
    step = Decimal(1)
    while amount and amount % (step * 10) == 0:
        step *= 10
    return Bounds(amount, amount + step - 1, currency)


_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], Bounds]]
_BOUNDS_OF: Final[tuple[tuple[str, Callable[[re.Match[str]], Bounds]], ...]] = (
    # Two amounts.
    (rf"{_FROM}\s+{_LOW}\s*{_TO}\s*{_HIGH}(?:\s+(?:price\s+)?range)?", _between),
    (rf"(?:\b(?:in\s+the|around|about)\s+)?{_LOW}\s*{_KOREAN_TO}\s*{_HIGH}{_OF_RANGE}?{_TAIL}", _between),
    (rf"(?P<low>{WON})\s*(?:하고|과|와|이랑|랑)\s*(?P<high>{WON})\s*사이{_TAIL}", _between),
    (rf"(?P<low>{WON})\s*이상\s*(?P<high>{WON})\s*(?:이하|미만|까지){_TAIL}", _between),
    (rf"(?:\b(?:between|from)\s+)?(?P<low>{AMOUNT})\s*{_TO}\s*(?P<high>{BARE})(?:\s+(?:price\s+)?range\b)?", _between),
    (rf"\bbetween\s+(?P<low>\d{{2,}})\s*{_TO}\s*(?P<high>{BARE}){_CLOSES}", _between),
    # One amount, and what is said behind it.
    (rf"{_AMOUNT}\s*대(?:\s*(?:초반|중반|후반))?{_TAIL}(?![가-힣])", _class_of),
    (rf"(?:최대\s*)?{_AMOUNT}\s*{_KOREAN_MOST}{_TAIL}", _most),
    (rf"(?:최소\s*)?{_AMOUNT}\s*{_KOREAN_LEAST}{_TAIL}", _least),
    (rf"최대(?:한)?\s*{_AMOUNT}{_TAIL}", _most),
    (rf"최소(?:한)?\s*{_AMOUNT}{_TAIL}", _least),
    (rf"(?:(?<![가-힣])(?:약|한|대략|대충)\s*)?{_AMOUNT}\s*{_KOREAN_ABOUT}{_TAIL}", _about),
    (rf"(?<![가-힣])(?:약|대략|대충)\s*{_AMOUNT}{_TAIL}", _about),
    (rf"(?:\b{_CHANGE}\s+)?{_AMOUNT}{_OR_LESS}\b", _most),
    (rf"(?:\bfrom\s+)?{_AMOUNT}{_OR_MORE}", _least),
    (rf"(?:\b(?:for|at|{_ENGLISH_ABOUT})\s+)?{_AMOUNT}{_OR_SO}\b", _about),
    (rf"(?:\b(?:for|at)\s+)?(?P<amount>{DIGITS}){_OR_SO}\b(?:\s+(?P<unit>dollars?|bucks|euros?|pounds?)\b)?", _about),
    # One amount, and what is said before it.
    (rf"(?<![-\w])(?:<=?|≤)\s*(?P<amount>{AMOUNT}|{BARE}{_CLOSES})", _most),
    (rf"(?<![-\w])(?:>=?|≥)\s*(?P<amount>{AMOUNT}|{BARE}{_CLOSES})", _least),
    (rf"\b{_CHANGE}\s+{_AMOUNT}", _most),
    (rf"(?<!\w){_ENGLISH_MOST}\s*(?P<amount>{AMOUNT}|(?<=\s){BARE})", _most),
    (rf"(?<!\w){_ENGLISH_LEAST}\s*(?P<amount>{AMOUNT}|(?<=\s){BARE})", _least),
    (rf"(?<!\w){_ENGLISH_ABOUT}\s*{_AMOUNT}", _about),
    (rf"\b(?:around|roughly|approximately|approx\.?|(?<=for )about)\s+(?P<amount>{BARE}){_CLOSES}", _about),
    (rf"\bfrom\s+{_AMOUNT}", _least),
    (rf"예산(?:은|이|을)?\s*{_AMOUNT}{_TAIL}", _most),
    (rf"{_AMOUNT}\s*(?:의\s*)?예산{_TAIL}", _most),
    (rf"{_AMOUNT}\s*{_CHANGED}", _most),
)
_RULES: Final[tuple[_Rule, ...]] = tuple((re.compile(pattern, _FLAGS), bounds_of) for pattern, bounds_of in _BOUNDS_OF)
