"""What a question says of products that were shown before or that the page shows: "the second one", "더 싼 거".

>>> read_reference("두 번째 거보다 싼 거").kind
'cheaper'
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from chatbot.catalog.phrasing import any_of, one_of
from chatbot.catalog.places import blanked, read_places

Kind = Literal["", "same", "cheaper", "dearer", "like", "with", "other"]

# One out of those shown, or all of them.
_THEM: Final = r"(?:them|these|those)"
_THEM_ALL: Final = rf"(?:{_THEM}(?:\s+(?:two|three|four|ones))?|the\s+(?:two|three|four|bunch))"
_THOSE: Final = r"(?:these|those|them)"
_WHICH_OPENS: Final = r"^\W*(?:(?:so|and|ok|okay|then|but)\W+)?which"
_COMPARED: Final = "(?:cheap|most|least|low|high|pric|better|best|lighter|good|faster|bigger|new|more)"
_KOREAN_COMPARED: Final = r"(?:싸|저렴|비싸|비싼|싼|좋|나[은아을]|낫|괜찮|가볍|가벼|인기)"
_KOREAN_SHOWN: Final = one_of(
    "그|이|저|셋|둘|넷",
    r"[두세네2-4]\s*(?:개|가지|제품)",
    "얘네|이것들|그것들|위에?|여기",
    r"보여준\s*(?:거|것)",
)
_KOREAN_WHICH: Final = one_of(
    "뭐가|뭐",
    r"어느\s*(?:게|것이|거|제품이|쪽이)",
    r"어떤\s*(?:게|것이|거|제품이)",
    "무엇이",
)
_AMONG: Final = any_of(
    rf"\b(?:of|among|from|out\s+of|between)\s+{_THEM_ALL}\b",
    rf"(?<![가-힣]){_KOREAN_SHOWN}\s*중(?:에서|에|엔)?(?:는)?(?![가-힣])",
    r"(?<![가-힣])(?:여기서|그중에서?|이중에서?)(?![가-힣])",
    r"\b(?:ones?|of\s+those)\s+(?:shown\s+)?here\b",
    r"\bon\s+(?:this|the|your)\s+list\b",
    rf"{_WHICH_OPENS}(?:\s+one)?(?:['’]s|\s+is|\s+would\s+be)\s+(?=(?:the\s+)?{_COMPARED})",
    rf"{_WHICH_OPENS}\s+(?:one|of\s+(?:them|these))\b(?!\s*$)",
    rf"(?<![가-힣]){_KOREAN_WHICH}\s*(?=(?:가장|제일|젤|더)\s*{_KOREAN_COMPARED})",
)
_ALL: Final = any_of(
    rf"(?<=\bcompare )(?:them|all|the\s+(?:two|three|four))(?:\s+(?:all|three|of\s+{_THEM}))?\b",
    rf"\ball\s+(?:three|four|of\s+{_THEM})\b",
    r"(?<![가-힣])(?:셋|넷)\s*(?:다|모두)(?![가-힣])",
    r"(?<![가-힣])(?:이것|그것|이거|그거|얘네|쟤네)들?(?:을|를|은|는|이|끼리|도)?\s*(?:다|전부|모두)?\s*(?=비교)",
    r"(?<![가-힣])(?:세|네|3|4)\s*(?:개|가지)(?:를|다|\s+다|\s+모두|\s+전부)?\s*(?=비교)",
    r"(?<![가-힣])(?:다|전부|모두)\s*(?=비교)",
)

# What points at one product.
_CLAUSE: Final = one_of(
    "is|are|was|has|have|can|could|will|would",
    "works?|fits?|goes|comes?|looks?|costs?",
    "doesn['’]?t|don['’]?t|isn['’]?t|aren['’]?t|won['’]?t|does|do",
    "i|you|we|my",
)
_KOREAN_THIS: Final = "(?:이거|그거|저거|요거|이것|그것|이게|그게|이건|그건|요건|이걸|그걸|얘|이놈)"
_JUST_SEEN: Final = r"(?:방금|아까|지금)\s*(?:본|보여준|말한|보고\s*있는|보는)\s*(?:거|것|제품|상품)"
_KOREAN_NO_THING: Final = "중|때|정도|가격|외|밖|돈|날|주|달|번|사이|안|거|것"
"""What "이" and "그" stand before without pointing at anything: "이 중", "그 정도"."""
_PARTICLE: Final = "(?:랑|하고|와|과|은|는|이|가|을|를|도|로|요|보다|에|의|만)"
_BEHIND_NOUN: Final = "(?:이랑|은|는|이|가|을|를|도|랑|하고|의|보다)"
_THIS: Final = any_of(
    r"\bthis(?:\s+(?:one|product|item|shoe|pair|model))?\b",
    rf"(?:(?<!\w\s)\bthat|\bthat(?!\s+{_CLAUSE}\b))(?:\s+(?:one|product|item))?\b(?!['’]s\s+all)",
    r"\b(?:(?<!forget\s)(?<!got\s)(?<!make\s))it\b",
    r"(?<!sort\s)(?<!rank\s)(?<!order\s)\b(?:these|those)(?:\s+(?:ones|shoes))?\b",
    r"\b(?:the\s+)?same(?:\s+(?:one|thing|product|pair|model|shoes?)\b|(?=\s+(?:but\s+)?in\b))",
    r"(?:(?<=\bare )|(?<=\bdo )|(?<=\bdoes ))they\b",
    rf"(?<![가-힣])(?:방금\s*|아까\s*|지금\s*)?{_KOREAN_THIS}(?:들)?{_PARTICLE}?(?:요|는)?(?![가-힣])",
    rf"(?<![가-힣]){_JUST_SEEN}(?:랑|은|는|이|가|을|를|도|보다)?(?![가-힣])",
    rf"(?<![가-힣])(?:이|그|저)\s+(?!{_KOREAN_NO_THING})[가-힣]{{1,8}}?{_BEHIND_NOUN}?(?![가-힣])",
)

# What goes with it.
_KOREAN_USE: Final = one_of(
    "쓸|쓰면|쓰기|살|입을|신을|신기|입기|사기|들기|신으면|입으면|사면",
    "사용할|들|매치할|코디할|착용할",
)

# Cheaper and dearer ones.
_CHEAPER_THING: Final = (
    r"(?:\s*(?:걸로|거로|것으로|거|것|걸|건|게|제품|상품|모델)(?:만|은|는|이|가|도|로|으로|들){0,4})?(?:요){0,4}"
)
_A_BIT: Final = one_of(
    r"(?:any|some)(?:thing)?\s+",
    r"(?:a\s+)?(?:little|bit|lot|slightly|much|way)\s+(?:bit\s+)?",
)
_CHEAPER: Final = one_of(
    "cheaper",
    r"less\s+(?:expensive|pricey|costly)",
    r"more\s+affordable",
    r"lower[\s-]priced",
    r"(?:a\s+)?lower\s+price",
)
_A_CHEAPER_ONE: Final = r"(?:\s+(?:one|ones|option|options|alternatives?|version))?"
_KOREAN_CHEAPER: Final = r"(?:더|조금|조금만|좀)\s*(?:싼|저렴한|싸게|저렴하게|싸고)(?:\s*가격의)?"
_STILL: Final = one_of(
    r"a\s+(?:bit|little)",
    r"bit|little|way|still|all(?:\s+of)?|far",
    r"they['’]?re|they\s+are",
    rf"{_THEM}\s+are",
    r"(?:that|this|it)(?:['’]?s|\s+is)",
)
_TOO: Final = r"(?:too|kinda|pretty|(?:a\s+)?(?:bit|little)|quite|so|very)\s+(?:too\s+)?"
_NOT_MOST: Final = r"(?<!제일\s)(?<!가장\s)(?<!젤\s)"
_KOREAN_TOO: Final = r"(?:(?:너무|좀|조금|많이|(?:[둘셋넷]\s*)?다|전부|모두|꽤|살짝)\s*)"
_IT_IS_DEAR: Final = r"비싸(?:요|네요?|군요|서|다|고|보여요|ㅠ+)?"
_DEARER: Final = one_of(
    "pricier",
    r"higher[\s-]end",
    r"more\s+(?:premium|high[\s-]end|upscale)",
    r"higher[\s-]priced",
    r"higher\s+price",
)
_DEAR: Final = "(?:비싼|고급|고급스러운|비싸고)"

# Ones like it.
_LIKE: Final = one_of(
    r"(?<!\bi )(?<!\bi['’]d )(?<!would )(?<!n['’]t )like",
    r"similar(?:\s+to)?",
    "resembling",
)
_ONE_SHOWN: Final = one_of(
    "this|that|these",
    r"the\s+(?:first|second|third|last|middle|top|[\w-]+\s+one)",
    "number|it",
)
_SIMILAR_WAY: Final = r"(?:\s*(?:스타일|느낌|디자인|종류)(?:으로|로|의)?)?"
_SIMILAR_THING: Final = r"(?:\s*(?:걸로|거로|것으로|거|것|걸|건|게|제품|상품))?"

# Others.
_OTHER_ONES: Final = r"(?:\s+(?:ones?|options?|products?|models?|choices|suggestions|stuff))"
_DISLIKE: Final = r"(?:don['’]?t|do\s+not|didn['’]?t)\s+(?:really\s+)?(?:like|want|love)"
_KOREAN_OTHER: Final = r"다른\s*(?:거|것|걸|건|게|제품|상품|모델|종류)(?:은|는|도|로|을|를|들|으로){0,4}"
_SHOW: Final = one_of(
    r"(?:show|give|see)\s+(?:me\s+)?",
    r"do\s+you\s+have\s+(?:any\s+)?",
    r"any\s+",
    r"some\s+",
    r"got\s+(?:any\s+)?",
)
_MORE: Final = rf"(?:more|another)(?:\s+(?:options?|ones?|choices|results|of\s+{_THEM}))?"
_AT_END: Final = r"(?=[\s,]*(?:please)?\W*$)"

_KINDS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    (
        "with",
        any_of(
            r"\b(?:go(?:es)?|going|works?|pairs?)\s+(?:well\s+|nicely\s+|best\s+)?(?:together\s+)?with\b",
            r"\b(?:wear|use|combine|buy|get|pair)\s+(?:it\s+)?with\s+(?=(?:this|that|it|these|the)\b)",
            r"\baccessor(?:y|ies)\s+(?:for|to)\s+(?=(?:this|that|it|these|the)\b)",
            r"\bmatch(?:es|ing)?\b(?=.*\b(?:this|these|that|it|the\s+\w+\s+one)\b)",
            r"\bgo\s+together\b",
            r"\bto\s+go\s+with\b",
            r"(?:에|과|와|이랑|랑|하고)?\s*(?:잘\s*)?어울(?:리는|릴|릴만한)(?:\s*(?:걸로|거로|거|것|걸|건|게|만한)){0,2}",
            rf"(?:같이|함께)\s*{_KOREAN_USE}(?:\s*(?:만한|좋은|수\s*있는))*(?:\s*(?:거|것|걸|건|게))?",
            r"(?<=거랑)\s*매치\S*",
        ),
    ),
    (
        "cheaper",
        any_of(
            rf"\b{_A_BIT}*{_CHEAPER}{_A_CHEAPER_ONE}(?:\s+than)?\b",
            rf"(?:(?:좀|조금|조금만)\s*)?{_KOREAN_CHEAPER}{_CHEAPER_THING}(?![가-힣])",
            rf"\b(?:{_STILL}\s+)*{_TOO}(?:expensive|pricey|dear|costly)\b(?:\s+for\s+me\b)?",
            r"\bfor\s+less(?=\W*$)",
            r"\b(?:(?:that|this|it)['’]?s\s+)?too\s+much(?:\s+money)?(?:\s+for\s+me)?(?=\W*$)",
            r"\b(?:i\s+)?can['’]?t\s+afford(?:\s+(?:that|this|it|these|those|them))?\b",
            r"\b(?:over|above|out\s+of|beyond)\s+my\s+(?:budget|price\s+range)\b",
            rf"{_NOT_MOST}(?:생각보다\s*|(?:가격이?|값이?)\s*)?{_KOREAN_TOO}+{_IT_IS_DEAR}(?![가-힣])",
            rf"(?<![가-힣]){_NOT_MOST}(?:생각보다\s*)?(?<!더\s)비싸(?:요|네요?|군요|다)?(?![가-힣])",
            r"(?:너무|좀|조금|많이)\s*비싼(?:데요?|\s*것\s*같\S*|\s*거\s*같\S*|\s*편\S*)(?![가-힣])",
            r"(?:가격이?\s*)?(?:좀\s*)?부담\s*(?:스러|되|돼)\S*",
            r"예산\s*(?:초과|을?\s*넘)\S*",
            r"가격대?[이가]?\s*(?:너무|좀|조금)\s*(?:높|세)(?:아요?|네요?|다|은데요?|요)",
            rf"(?<=보다)\s*(?:더\s*|좀\s*|조금\s*){{0,4}}(?:싼|저렴한|싸고){_CHEAPER_THING}(?![가-힣])",
        ),
    ),
    (
        "dearer",
        any_of(
            r"\b(?:the\s+)?more\s+expensive(?:\s+(?:one|ones|option|options))?(?:\s+than)?\b",
            rf"\b{_DEARER}\b(?:\s+(?:one|ones|option|options))?(?:\s+than\b)?",
            rf"(?:좀\s*)?더\s*{_DEAR}{_CHEAPER_THING}(?![가-힣])",
            r"더\s*비싸도(?![가-힣])",
            rf"(?<=보다)\s*(?:더\s*|좀\s*|조금\s*){{0,4}}{_DEAR}{_CHEAPER_THING}(?![가-힣])",
        ),
    ),
    (
        "like",
        any_of(
            rf"\b(?:(?:something|anything|one|ones|more)\s+)?{_LIKE}\s+(?={_ONE_SHOWN}\b)",
            r"\b(?:something|anything|one|ones)\s+similar\b(?:\s+but\b)?",
            r"\b(?:but|except)\s+in\b",
            r"\bsimilar\b(?:\s+(?:ones?|products?|items?|options?))?",
            r"비슷한데",
            r"비슷하(?:지만|고|면서)",
            rf"비슷한{_SIMILAR_WAY}{_SIMILAR_THING}(?:으로|은|는|로|들)?",
            r"(?<![가-힣])(?:이런|그런|이거\s*같은|그거\s*같은)\s*(?:거|것|걸|제품|스타일|느낌)(?:로|으로|은|는)?",
            r"(?<=[째막거것꺼번])\s*같은\s*(?:거|것|걸|제품|스타일|느낌)(?:로|으로|은|는)?",
            r"유사한(?:\s*(?:거|것|걸|제품|상품))?(?:으로|로)?",
        ),
    ),
    (
        "other",
        any_of(
            rf"\b(?:any\s+|some\s+)?(?:other|different|others)\b{_OTHER_ONES}?(?!\s+(?:than|colou?rs?|sizes?|brands?))",
            r"\b(?:anything|what|something)\s+else\b",
            rf"\b(?:not|none\s+of)\s+{_THOSE}\b",
            rf"^\W*(?:(?:can|could)\s+(?:you|i)\s+)?{_SHOW}?{_MORE}{_AT_END}",
            rf"^\W*next(?:\s+(?:page|ones?))?{_AT_END}",
            rf"\b(?:i\s+)?{_DISLIKE}\s+(?:any\s+of\s+)?{_THOSE}\b",
            rf"(?<![가-힣])(?:또\s*)?{_KOREAN_OTHER}(?:요)?(?:\s*더)?(?![가-힣])",
            r"또\s*(?:뭐|다른\s*거|없|있)\S*",
            r"(?:이것|그것|이거|그거|얘네)들?\s*말고(?:\s*다른\s*(?:거|것|걸))?(?:는|요)?",
            r"^\W*(?:좀\s*)?더\s*(?=(?:보여|없|있|추천|볼)\S*\W*$)",
            r"(?:(?:다|전부|모두)\s*)?별로(?:예요|네요?|야|인데요?|에요|다)?(?![가-힣])",
            r"다음\s*(?:거|것|페이지)(?:로|를|을)?(?![가-힣])",
        ),
    ),
)
_WITH_THIS: Final = any_of(
    r"(?<![가-힣])(?:이|그|저)\s+[가-힣]+(?=에\s*(?:잘\s*)?어울리는|(?:이)?랑\s*(?:같이|함께|어울리는))",
    r"\b(?:these|those)\s+[a-z]+\b",
    r"\bthis\s+[a-z]+\b",
)
_KOREAN_WHICH_IS: Final = r"(?:뭐가|어느\s*(?:게|것이|쪽이)|어떤\s*(?:게|것이))"
_KOREAN_PRICED: Final = "(?:(?P<싸>싸|저렴해|싼가|저렴한가)|비싸|비싼가)"
_WHICH_IS: Final = any_of(
    rf"\bwhich(?:\s+(?:one|of\s+{_THEM}))?(?:['’]s|\s+is)\s+(?:the\s+)?(?P<cheap>cheaper|less\s+expensive)\b",
    r"\bwhich(?:\s+one)?(?:['’]s|\s+is)\s+(?:the\s+)?(?:more\s+expensive|pricier)\b",
    rf"\bwhich(?:\s+(?:one|of\s+{_THEM}))?\s+costs?\s+(?:the\s+)?(?:(?P<least>least|less)|most|more)\b",
    rf"(?<![가-힣]){_KOREAN_WHICH_IS}\s*더\s*{_KOREAN_PRICED}(?:요|죠|지|니|나요|냐)?(?![가-힣])",
)
"""What asks for one of those shown by its price, as "the cheapest of them" does."""
_IN_CART: Final = r"(?:\s*(?:있는|담은|담긴|담아둔|넣은)\s*(?:거|것|제품|상품|물건)?)"
_CART: Final = any_of(
    r"\b(?:(?:what(?:['’]s|\s+is)|the\s+(?:things?|items?|products?|ones?))\s+)?in\s+(?:my|the)\s+(?:cart|basket)\b",
    r"\bmy\s+(?:cart|basket)\b",
    rf"(?<![가-힣])(?:내\s*)?장바구니(?:에)?{_IN_CART}?(?:랑|하고|와|과|에|이랑|의)?(?![가-힣])",
)


@dataclass(frozen=True, slots=True)
class Reference:
    """What was understood, and the text that is left. `places` count from 1; empty where none was named."""

    rest: str
    kind: Kind = ""
    places: tuple[int, ...] = ()
    is_among: bool = False
    """Whether it is asked for one out of those that were shown: "the cheapest of them"."""
    is_this: bool = False
    """Whether a word points at one product: "this", "이거"."""
    is_cart: bool = False
    """Whether what is in the cart is meant."""
    pick: Literal["", "cheapest", "dearest"] = ""
    """Which of them by its price: "which is cheaper, the first or the second?"."""


def read_reference(text: str) -> Reference:
    """What `text` says of products seen before; `kind` is empty when it says nothing of them."""
    kind: Kind = ""
    pick: Literal["", "cheapest", "dearest"] = ""
    rest = text
    is_this = is_cart = False
    if match := _CART.search(rest):
        is_cart, rest = True, blanked(rest, match)
    if match := _WHICH_IS.search(rest):
        pick, rest = "cheapest" if match["cheap"] or match["least"] or match["싸"] else "dearest", blanked(rest, match)
    for name, pattern in _KINDS:
        if match := pattern.search(rest):
            if name == "with" and (thing := _WITH_THIS.search(rest)):
                is_this, rest = True, blanked(rest, thing)
            kind = kind or name
            repeats = name in ("cheaper", "dearer", "other")
            rest = pattern.sub(" ", rest) if repeats else f"{rest[: match.start()]} {rest[match.end() :]}"
            if name not in ("cheaper", "dearer", "like"):
                break
            if name == "like" and kind in ("cheaper", "dearer"):
                break
    places, rest = read_places(rest)
    is_among = bool(pick)
    for pattern in (_AMONG, _ALL):
        if match := pattern.search(rest):
            is_among, rest = True, blanked(rest, match)
    while match := _THIS.search(rest):
        is_this, rest = True, blanked(rest, match)
    if not kind and (places or is_this or is_among or is_cart):
        kind = "same"
    return Reference(" ".join(rest.split()), kind, places, is_among, is_this, is_cart, pick)
