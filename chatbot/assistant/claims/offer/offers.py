"""What an amount is in an offer: what was paid before the sale, what is saved by it, what is paid now."""

import re
from typing import Final, Literal

Part = Literal["regular", "saved", "sale"]

_ABOUT: Final = (
    r"(?:(?:you|us|them|about|around|nearly|almost|roughly|some|over|under|up to|exactly|precisely|another|a full"
    r"|a cool|약|무려|거의|대략|최대|총|딱|just(?: over| under)?|more than|less than|close to|as much as)\s)*\*{0,2}$"
)
_ABOUT_AFTER: Final = r"\*{0,2}\s?(?:대\s?(?:초반|중반|후반)?|정도|쯤|가량|가까이|남짓|안팎|만큼|씩)?"
_SAVED_AFTER: Final = re.compile(
    rf"^{_ABOUT_AFTER}\s?(?:을|를|이나|이|은|만)?\s?(?:더\s?)?(?:할인(?!가|율)|세일(?!가)|깎|절약|아[끼낄낍껴꼈]|쿠폰"
    rf"|적립|캐시백|싸게|내려|내린|내렸"
    r"|인하|빠[지진져졌집]|덜어|이득)"
    r"|^\*{0,2}[\s-](?:of savings?|in savings?|(?:price\s)?(?:off|discount|reduction|cut|markdown|saving|drop)\b"
    r"|saved?\b"
    r"|coupon|voucher|cash\s?back|less\b(?!\sthan\s(?:the|our)\s(?!regular|usual|original|list|normal|full))"
    r"|below (?:the|its|their)\b|back in your\b"
    r"|(?:knocked|taken|shaved|slashed) off)"
    r"|^\s?(?:을|를|이나|이|정도)?\s?(?:더\s?)?(?:저렴|싸|싼)(?=[^.]*(?:정가|할인|구매|만나|드))"
    r"|^\s?(?:cheaper|less)\s(?:than )?(?:before|usual|normal|the regular)"
)
_SAVED_BEFORE: Final = re.compile(
    r"(?:sav(?:e|es|ed|ing|ings)|(?:discount|reduction|markdown|saving|savings|cut|drop)(?:\s(?:on"
    r"|for)\s[^.!?$€£₩]{1,36}?)?(?:\s(?:of|is|amounts? to"
    r"|comes? to|works out (?:at|to)|worth))|(?:reduced|cheaper|down|dropped|cut|lowered) by|쿠폰"
    r"|(?:할인|절약|절감|인하)\s?(?:금액|액|폭)?[은이]?|아끼(?:는|시는)\s?(?:금액|돈)[은이]?"
    rf"|(?:정가|원래|원래\s?가격|평소)보다|정가에서|정가\s?대비|than the regular price by)[:]?\s{_ABOUT}"
)
_LESS_AFTER: Final = re.compile(rf"^{_ABOUT_AFTER}\s?(?:을|를|이나|은)?\s?(?:더\s?)?(?:저렴|싸|싼|낮|less\b|cheaper\b)")
_ONCE: Final = re.compile(
    rf"^{_ABOUT_AFTER}\s?(?:에서(?!\s?(?:구매|만나|판매|살))|짜리(?:를|가|인데|였|지만|이지만)|였|이었|이던|하던|~~|→"
    rf"|->|=>|➜"
    r"|⇒|➡|▶|대신(?=[^.!?]*\d)|의\s?(?:\d+\s?(?:%|퍼센트|프로|분의)|[이삼사오]분의))"
    r"|^\*{0,2}\)?\s?(?:regular|originally|before the (?:sale|discount)|(?:list|usual|original|normal|sticker|retail"
    r"|standard|pre-sale) (?:price|tag)|without the (?:sale|discount))"
)
_ONCE_WORDS: Final = (
    r"원래|정가|기존|이전|종전|할인(?:되기|하기)?\s?전|세일\s?전|본래|소비자가|정상가"
    r"|\bwas\b|\bwere\b|used to (?:be|cost|sell|go|retail)"
    r"|regular(?:ly)?|original(?:ly)?|(?:list|sticker|retail|standard|pre-sale|previous) price|down from|instead of"
    r"|rather than|reduced from|usual(?:ly)?|normal(?:ly)?|full price|rrp|msrp|before the (?:sale|discount)"
    r"|(?:without|but for|not for|weren't for) (?:the|this|its|that) (?:sale|discount)"
    r"|(?:할인|세일)[이가]?\s?(?:아니었|없었|아니|없|안\s?하|안\s?했)(?:다면|으면|면)"
    r"|compared (?:to|with)|(?<!\w)~~"
)
AGAINST: Final = re.compile(r"(?:instead of|rather than|compared (?:to|with))\s")
"""What sets a price against another one."""
# No other amount and no sale comes between, and no sentence of its own behind a colon.
_ONCE_BEFORE: Final = re.compile(
    rf"(?:{_ONCE_WORDS})(?:(?!지금|현재|할인가|세일가|할인해|now\b|today\b|currently|sale\b|only\b|but\b|are\b"
    rf"|is at|[:;—]\s(?:the|our|this|that|it|you)\b)(?:[a-z]+-?\d+|[^\d.!?$₩€£])){{0,48}}[$₩€£]?$"
)
_SHARE: Final = r"(?:\d\s?%|percent|half|third|quarter|fifth|tenth|[\d.]+)s?"
_OF_WHAT: Final = r"(?:of\s)?(?:(?:its|the|their|an?|that)\s(?:\w+\s){0,2})?\*{0,2}[$₩€£]?$"
_SHARED: Final = re.compile(
    rf"{_SHARE}\s(?:of (?:that\s|it\s)?)?(?:\w+\s){{0,3}}?off\s{_OF_WHAT}"
    rf"|(?:\d\s?%|percent|half|thirds?|quarters?|fifths?|tenths?)\sof\s{_OF_WHAT}"
    r"|(?:reduced|cut|dropped|lowered|down|slashed|discounted|fell|fallen|come|came|gone)\b[^!?]{0,32}\sfrom\s\*{0,2}$"
)
"""What is taken off an amount, or which share of one is paid: that is the price before."""
_ON_SALE_BEFORE: Final = re.compile(
    r"(?:할인가|세일가|특가|판매가|할인해서?|세일해서?|sale price|on sale (?:for|at)|discounted (?:price"
    r"|to))[^\d.!?]{0,10}$"
)
_LABELS: Final[dict[Part, re.Pattern[str]]] = {
    "sale": re.compile(
        r"할인가|할인\s?(?:후|적용)|할인된|세일가|특가|판매가|현재|실구매|내실|최종|결제"
        r"|\b(?:now|current|sale price|discounted|after|you pay|final|today)\b"
    ),
    "regular": re.compile(
        r"정가|정상가|원래|기존|소비자가|할인\s?전|\b(?:regular|list|usual|original|normal|was|rrp|msrp|before)\b"
    ),
    "saved": re.compile(r"할인|절약|절감|아끼|\b(?:sav(?:e|es|ed|ing|ings)|discount|off|reduction|markdown)\b"),
}
"""What heads a column or a row of a table, or stands before a colon; the first that is found says what it is."""


def part_of_label(label: str) -> Part | None:
    """What the amounts are that stand under a heading; None where that does not say it."""
    return next((part for part, pattern in _LABELS.items() if pattern.search(label)), None)


def is_saved(before: str, after: str) -> bool:
    """Whether an amount is what the sale takes off."""
    return bool(_SAVED_AFTER.match(after) or _SAVED_BEFORE.search(before))


def is_less(after: str) -> bool:
    """Whether an amount is only said to be less than something, which may be another product's price."""
    return _LESS_AFTER.match(after) is not None


def is_regular(before: str, after: str) -> bool:
    """Whether an amount is what was paid before the sale."""
    return bool(_ONCE.match(after) or _ONCE_BEFORE.search(before) or _SHARED.search(before))


def is_sale_price(before: str) -> bool:
    """Whether an amount is called that of the sale."""
    return _ON_SALE_BEFORE.search(before) is not None
