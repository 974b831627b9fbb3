"""How products are to be chosen, besides what they are: the cheapest, the newest, on sale, a present for somebody."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from chatbot.catalog.phrasing import any_of, one_of

Sort = Literal["", "cheapest", "dearest", "newest"]

# The order that is asked for.
_MOST: Final = r"(?:가장|제일|젤|최고로)\s*"
_ENDS: Final = r"(?:아?요|죠|지요?|나요?|니|냐|네요?)?"
_THING: Final = r"(?:\s*(?:걸로|거로|것으로|순으로|순|거|것|걸|게|건|꺼|제품|상품)(?:은|는|이|가|만|로|으로|요){0,4})?"
_IN_ORDER: Final = r"\s*(?:순(?:서)?(?:으로|대로|로|서)?|(?:거|것|것들|제품|상품)?\s*부터)(?:만|요)?"
_SORTED: Final = r"(?:please\s+)?(?:sort(?:ed)?|order(?:ed)?|arrange[d]?|rank(?:ed)?|list(?:ed)?)\s+"
_BY_PRICE: Final = one_of(
    rf"{_SORTED}(?:(?:them|these|those|it|all)\s+)?(?:by\s+)?(?:the\s+)?(?:price[sd]?\b)?,?\s*",
    r"by\s+price,?\s*",
    r"price[sd]?,?:?\s*",
)
_ONE: Final = r"(?:\s+(?:one|ones|option|options)\b)?(?:\s+first\b)?"
_FROM: Final = rf"\b(?:{_BY_PRICE})?(?:from\s+)?(?:the\s+)?"
_LOW: Final = r"(?:cheapest|lowest|low|least\s+expensive)"
_CHEAPEST: Final = one_of(
    "cheapest",
    r"lowest[\s-]*pric(?:e|ed|es)",
    r"least\s+expensive",
    r"lowest\s+first",
    "ascending",
    r"most\s+affordable",
)
_DEAREST: Final = one_of(
    r"most\s+expensive",
    r"highest[\s-]*pric(?:e|ed|es)",
    r"highest\s+first",
    "priciest",
    "descending",
)
_NEWEST: Final = one_of(
    "newest",
    "latest",
    r"most\s+recent",
    r"just\s+released",
    r"new\s+arrivals?",
)
_KOREAN_CHEAP: Final = one_of(
    r"낮은\s*가격",
    r"가격이?\s*(?:낮은|싼|저렴한)",
    "저렴한",
    "싼",
)
_KOREAN_BY_PRICE: Final = one_of(
    rf"{_KOREAN_CHEAP}{_IN_ORDER}",
    r"(?<!높은\s)가격\s*순(?:서)?(?:으로|대로)?",
)
_NOT_DEAREST_FIRST: Final = r"(?!,?\s*(?:from\s+)?(?:the\s+)?(?:high|most|desc|dear|pric))"
_KOREAN_NEW: Final = "(?:최신형|최신|신상품|신상|신제품|신형)"
_ORDERS: Final[tuple[tuple[Sort, tuple[str, ...]], ...]] = (
    (
        "cheapest",
        (rf"{_FROM}{_LOW}\s+to\s+(?:the\s+)?(?:most\s+expensive|highest|high|priciest|dearest)\b",),
    ),
    (
        "dearest",
        (rf"{_FROM}(?:most\s+expensive|highest|high|priciest)\s+to\s+(?:the\s+)?{_LOW}\b",),
    ),
    (
        "cheapest",
        (
            rf"\b(?:{_BY_PRICE})?(?:the\s+)?{_CHEAPEST}{_ONE}(?!\w):?",
            rf"{_MOST}(?:싸|싼가|저렴하|저렴해|저렴한가|저렴합니까){_ENDS}(?![가-힣])",
            rf"{_MOST}(?:싼|값싼|저렴한|싸고|싼데|저렴하게|싸게|싼\s*가격의){_THING}",
            r"최저가\s*(?:로|순으로|순|의)?",
            rf"(?<![가-힣]){_KOREAN_BY_PRICE}(?![가-힣])",
            rf"\b(?:sort(?:ed)?|order(?:ed)?)\s+(?:(?:them|these|those|it)\s+)?by\s+price\b{_NOT_DEAREST_FIRST}",
            r"(?<![가-힣])(?:비싸지\s*않은|안\s*비싼|부담\s*(?:없는|되지\s*않는))(?:\s*(?:걸로|거로|거|것))?",
            r"\bnot\s+(?:too|so|very|that)\s+(?:expensive|pricey)\b",
        ),
    ),
    (
        "dearest",
        (
            rf"\b(?:{_BY_PRICE})?(?:the\s+)?{_DEAREST}{_ONE}(?!\w)",
            rf"{_MOST}비(?:싸|싼가){_ENDS}(?![가-힣])",
            rf"{_MOST}(?:비싼|고급){_THING}",
            r"최고가(?:의)?",
            rf"(?<![가-힣])(?:높은\s*가격|가격이?\s*(?:높은|비싼)|비싼){_IN_ORDER}(?![가-힣])",
        ),
    ),
    (
        "newest",
        (
            r"\bwhat(?:['’]s|\s+is)\s+new\b",
            rf"\b(?:sort(?:ed)?\s+by\s+)?(?:the\s+)?{_NEWEST}(?:\s+(?:one|ones))?(?:\s+first)?\b",
            rf"(?:가장\s*|제일\s*)?{_KOREAN_NEW}(?:\s*순(?:서)?(?:으로|대로)?|부터|인|의|으로|로)?",
            r"새로\s*나온",
            r"(?:가장|제일)\s*새로운",
            rf"(?:(?:가장|제일)\s*)?(?<![가-힣])최근에?\s*(?:나온|출시된|출시한|들어온|입고된)(?:{_IN_ORDER}|{_THING})",
        ),
    ),
    (
        "cheapest",
        (
            r"\b(?:cheap|inexpensive|affordable|budget[\s-]friendly|low[\s-]cost)\b",
            r"(?<![가-힣])(?:저렴한|저렴하고|저렴하게|저렴하면서|값싼|싼)(?:\s*(?:걸로|거로|거|것))?(?![가-힣])",
        ),
    ),
)
_SORTS: Final = tuple((name, any_of(*ways)) for name, ways in _ORDERS)
_AROUND_ORDER: Final = any_of(
    r"(?<=\S)\s+first(?=\W*$)",
    r"^\W*(?:please\s+)?(?:sort|rank|list|order|arrange)\s+(?=\w)",
)
"""What is left of "newest laptops first" and "rank monitors by price"."""

# What costs less than usual.
_NOW: Final = r"(?:today|now|right\s+now|at\s+the\s+moment|currently|this\s+week)"
_GOODS: Final = r"(?:products?|items?|goods|things?|ones?)"
_KOREAN_NOW: Final = "(?:오늘|지금|현재|요즘|이번\\s*주)(?:은|는|에)?"
_KOREAN_GOODS: Final = "(?:상품|제품|품목|물건|거|것|게|건)(?:들)?(?:은|는|이|가|을|를|만|도)?"
_REDUCED: Final = one_of(
    r"(?:할인|세일)\s*(?:하는|하고\s*있는|중인|되는|된|들어간|받는|중)",
    r"(?:할인|세일|특가)\s*(?:행사\s*)?(?=(?:상품|제품|품목|물건))",
    r"(?:할인|세일)\s*(?:하나요|해요|합니까|하니|하는\s*거)",
)
_ON_SALE: Final = any_of(
    rf"\b(?:{_GOODS}\s+)?(?:(?:that|which)\s+(?:is|are)\s+)?(?:currently\s+)?on\s+(?:sale|offer|special)\b(?:\s+{_NOW}\b)?",
    rf"\b(?:(?:discounted|marked[\s-]down)\b(?:\s+{_GOODS}\b)?|reduced\s+{_GOODS}\b)(?:\s+{_NOW}\b)?",
    rf"\b(?:any|your|the|today['’]?s|current)\s+(?:best\s+)?(?:deals|special\s+offers|bargains)\b(?:\s+{_NOW}\b)?",
    rf"(?:{_KOREAN_NOW}\s*)?(?<![가-힣]){_REDUCED}(?:\s*{_KOREAN_GOODS}(?![가-힣]))?",
)

# A present, and for what.
_OCCASIONS: Final = one_of(
    "birthday|christmas|holiday|wedding|anniversary|graduation",
    r"house[\s-]?warming",
    "retirement|farewell",
    r"new\s+year['’]?s?",
    r"valentine['’]?s?(?:\s+day)?",
    r"thank[\s-]you",
    r"baby\s+shower",
)
_OCCASIONS_KOREAN: Final = one_of(
    r"생일|생신|결혼\s*기념일|결혼|집들이|기념일",
    r"크리스마스|어버이날|스승의\s*날|어린이날|발렌타인(?:데이)?|화이트데이|명절|설날|추석",
    "졸업|입학|취업|승진|돌|백일|출산|감사|환갑|칠순|퇴직",
)
_IT_IS: Final = r"(?:it|this|that|which)(?:['’]?s|\s+is|\s+will\s+be|['’]ll\s+be|\s+would\s+be)"
_NICE: Final = "(?:nice|good|great|small|little|perfect|lovely|cute)"
_AS_A: Final = rf"(?:(?:meant\s+)?(?:as|to\s+give\s+as)\s+)?(?:a\s+|an\s+)?(?:{_NICE}\s+)?"
_GIFT_ENDS: Final = one_of(
    "로|을|으로|이|은|도|만|인데|이에요|이예요|이야|이요|입니다",
    "할|하려고|하려는데|하려|하기|하고|하면|줄|드릴|해|용|거|거예요|건데",
)
_GIFT_GIVEN: Final = one_of(
    "거|건데|거예요|거야|하려고",
    r"할\s*거(?:예요|야|에요)?",
    r"싶(?:어|은)\S*",
)
_KOREAN_GIFT: Final = rf"선물(?:용|세트용)?{_GIFT_ENDS}{{0,4}}(?:\s*{_GIFT_GIVEN}(?![가-힣]))?"
_GIFT: Final = any_of(
    rf"\b(?:{_IT_IS}\s+)?{_AS_A}(?:{_OCCASIONS}\s+)?(?:gifts?|presents?)(?:\s+ideas?)?\b",
    r"\b(?:to\s+)?(?:gift|gifting|be\s+gifted)\b",
    rf"(?:(?:{_OCCASIONS_KOREAN}|줄|드릴)\s*)?{_KOREAN_GIFT}(?![가-힣])",
)
_WHO: Final = r"(?P<who>\b(?:for\s+)?(?:my|our|a|his|her|their)\s+(?:[a-z]+\s+)?\w+?)(?:['’]s|(?<=s)['’]|(?<!s)s)"
_IS_SOON: Final = r"(?:\s+is\s+(?:coming(?:\s+up)?|soon|tomorrow|next\s+\w+|this\s+\w+))"
_KOREAN_IS: Final = r"(?:에|인데요?|이에요|예요|이야|이라서?|라서?|입니다|이거든요?|에\s*(?:줄|드릴))"
_OCCASION: Final = any_of(
    rf"{_WHO}\s+(?:\d+(?:st|nd|rd|th)\s+)?{_OCCASIONS}\b{_IS_SOON}?",
    rf"\b(?:for|it['’]?s|on)\s+(?:(?:his|her|their|a|the|our)\s+)?{_OCCASIONS}(?=\W*$)",
    rf"{_OCCASIONS_KOREAN}{_KOREAN_IS}(?![가-힣])",
)
"""An occasion for a present, where a thing of that name ("생일 케이크") is not meant."""

# Whom it is for.
_PEOPLE: Final = (
    ("girlfriend", "girlfriend|gf 여자친구 여친"),
    ("boyfriend", "boyfriend|bf 남자친구 남친"),
    ("grandmother", "grandmother|grandma|granny|nana 할머니 할머님 외할머니"),
    ("grandfather", "grandfather|grandpa|granddad 할아버지 할아버님 외할아버지"),
    ("parents", "parents 부모님 시부모님"),
    ("mother", "mother|mom|mum|mommy|mama 엄마 어머니 어머님 장모님 시어머니"),
    ("father", "father|dad|daddy|papa 아빠 아버지 아버님 장인어른 시아버지"),
    ("wife", "wife|wifey 아내 와이프 집사람"),
    ("husband", "husband|hubby 남편 신랑"),
    ("daughter", "daughter 딸 딸아이"),
    ("son", "son 아들"),
    ("child", "children|child|kids?|toddlers?|nephew|niece 아이 아이들 어린이 조카 유아"),
    ("baby", "baby|babies|newborn 아기 신생아"),
    ("friend", "friends?|bestie 친구"),
    ("colleague", "colleagues?|coworkers?|co-workers? 동료 직장동료"),
    ("boss", "boss 상사 부장님 사장님"),
    ("teacher", "teachers?|professor 선생님 교수님"),
    ("sister", "sister|sis 언니 누나 여동생"),
    ("brother", "brother|bro 오빠 형 남동생"),
)
_TO: Final = "(?:한테는?|에게는?|께서|께|이|가|의|을|를|용|도|랑|들|은|는)?(?:요)?"
_GIVES: Final = "(?:주려고|주려는|주고|줄|드리려고|드릴|사줄까?|사드릴까?|선물할)?"
_GIVEN: Final = rf"{_TO}\s*{_GIVES}(?:\s*(?:거|것|건|꺼)(?:는|은|로|도)?(?:요)?)?(?![가-힣])"
_KNOWN_AS: Final = one_of(
    "my|our|a|an|the|his|her|their|your",
    r"\d+\s+year\s+old",
    "little|older|elder|younger|big|baby|best|dear|old|new|young|teenage|lovely|close|good",
    r"\w+['’]s",
)
_WHOSE: Final = rf"(?:{_KNOWN_AS}\s+)*"
_FOR: Final = r"(?:for|(?:get|buy|give|gift|gifting|to)\s+(?=(?:my|our|his|her|their)\b))"
_NEEDS: Final = (
    r"(?:also\s+|really\s+)?(?:needs?|wants?|likes?|loves?|is\s+(?:looking\s+for|into))\b(?:\s+(?:a\s+)?new\b)?"
)
_KOREAN_OURS: Final = "(?:직장|회사|우리|저희|친한|제)"
_ANYBODY: Final = "|".join(words.split(" ")[0] for _, words in _PEOPLE)
_ALONE: Final = rf"(?:['’]s(?!\s+(?:{_ANYBODY})\b)|s['’]|(?!['’]))(?!\w)"
"""Behind somebody whom it is for, not somebody of theirs: "my mother's", not "my mother's friend"."""


def _who(words: str) -> re.Pattern[str]:
    english, *korean = words.split(" ")
    korean_names = "|".join(sorted(korean, key=len, reverse=True))
    return any_of(
        rf"\b{_FOR}\s*{_WHOSE}(?P<english>{english}){_ALONE}",
        rf"(?<!\w\s)(?<!\w)(?:my|our)\s+{_WHOSE}(?P<owned>{english})(?:['’]s)?(?!\w)(?:\s+{_NEEDS})?",
        rf"(?:(?<=about\s)|(?<=^and\s))(?:my|our)\s+{_WHOSE}(?:{english})(?:['’]s)?(?!\w)",
        rf"(?<![가-힣\w])(?:{_KOREAN_OURS}\s*)?(?P<korean>{korean_names}){_GIVEN}",
    )


def _given(words: str) -> re.Pattern[str]:
    """Who is meant where a present is: "a baby gift", "mother's day"."""
    english = words.split(" ")[0]
    return re.compile(
        rf"\b(?:(?:my|our)\s+)?(?:{english})(?:['’]?s['’]?(?!\s+(?:{_ANYBODY})\b))?(?:\s+day)?(?![\w'’])",
        re.IGNORECASE,
    )


_RECIPIENTS: Final = tuple((name, _who(words), _given(words)) for name, words in _PEOPLE)
_MADE_FOR: Final = (
    ("child", re.compile(r"\b(?:kids?|children|toddlers?)['’]?s?['’]?\s+(?=[a-z])", re.IGNORECASE)),
    ("baby", re.compile(r"\bbaby\s+(?=[a-z])", re.IGNORECASE)),
)
_KINDS_OF_GOODS: Final = frozenset({"child", "baby"})
"""Things are made for these: "children" stays among the words."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was understood, and the text that is left."""

    rest: str
    sort: Sort = ""
    on_sale: bool = False
    gift: str = ""
    """The word for a present that was said; empty when none was."""
    recipient: str = ""


def read_wishes(text: str) -> Wishes:
    """The order that is asked for, whether it must be on sale, and whom it is for."""
    sort: Sort = ""
    for name, pattern in _SORTS:
        if match := pattern.search(text):
            sort, text = name, _AROUND_ORDER.sub(" ", _without(text, match))
            break
    if on_sale := _ON_SALE.search(text):
        text = _without(text, on_sale)
    gift = ""
    if match := _GIFT.search(text):
        gift = "선물" if "선물" in match[0] else "gift"
        text = _without(text, match)
        text = _GIFT.sub(" ", text)
    if match := _OCCASION.search(text):
        gift = gift or ("gift" if match[0].isascii() else "선물")
        text = f"{text[: match.start()]} {match['who'] or ''} {text[match.end() :]}"
    recipient, text = _recipient(text, is_gift=bool(gift))
    return Wishes(" ".join(text.split()), sort, on_sale is not None, gift, recipient)


def _recipient(text: str, *, is_gift: bool) -> tuple[str, str]:
    for name, who, _ in _RECIPIENTS:
        if match := who.search(text):
            if name in _KINDS_OF_GOODS and not is_gift:
                return name, text
            # "형광펜", "이어폰": a short word that opens another one is no brother.
            return name, _without(text, match)
    if not is_gift:
        return next(((name, text) for name, made_for in _MADE_FOR if made_for.search(text)), ("", text))
    for name, _, given in _RECIPIENTS:
        if match := given.search(text):
            return name, _without(text, match)
    return "", text


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"
