"""What a question says of products that were shown before or that the page shows: "the second one", "더 싼 거".

>>> read_reference("두 번째 거보다 싼 거").kind
'cheaper'
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["", "same", "cheaper", "dearer", "like", "with", "other"]
LAST: Final = -1
"""The place of "the last one"; the one before it is one less."""

_FLAGS: Final = re.IGNORECASE
_ONE: Final = r"(?:\s+(?:one|item|product|pair|of\s+(?:them|these|those)))?"
_SAID_ONE: Final = _ONE.removesuffix("?")  # "first aid" is no place
_THING: Final = r"(?:\s*(?:거|것|걸|건|게|꺼|제품|상품))?"
_ENDS: Final = r"(?:이랑|랑|하고|와|과|은|는|이|가|을|를|의|도|로|요|보다|이요|인데|처럼)?(?:요)?(?![가-힣])"
_ORDINALS: Final = tuple(
    (place, re.compile(pattern, _FLAGS))
    for place, pattern in (
        (
            1,
            rf"\b(?:the\s+(?:first|1st){_ONE}|(?:first|1st){_SAID_ONE})\b|(?<!\w)첫\s*번째{_THING}{_ENDS}|(?<!\w)처음{_THING.removesuffix('?')}{_ENDS}",
        ),
        (2, rf"\b(?:the\s+(?:second|2nd){_ONE}|(?:second|2nd){_SAID_ONE})\b|(?<!\w)두\s*번째{_THING}{_ENDS}"),
        (3, rf"\b(?:the\s+(?:third|3rd){_ONE}|(?:third|3rd){_SAID_ONE})\b|(?<!\w)세\s*번째{_THING}{_ENDS}"),
        (4, rf"\b(?:the\s+(?:fourth|4th){_ONE}|(?:fourth|4th){_SAID_ONE})\b|(?<!\w)네\s*번째{_THING}{_ENDS}"),
        (5, rf"\b(?:the\s+(?:fifth|5th){_ONE}|(?:fifth|5th){_SAID_ONE})\b|(?<!\w)다섯\s*번째{_THING}{_ENDS}"),
        (LAST, rf"\b(?:the\s+last{_ONE}|last{_SAID_ONE})\b|(?<!\w)마지막{_THING}{_ENDS}"),
    )
)
_NUMBER: Final = re.compile(
    rf"\b(?:number|no\.|option|#)\s*(?P<english>[1-9])\b|(?<![\d.])(?P<korean>[1-9])\s*번(?:째)?{_THING}{_ENDS}", _FLAGS
)
_SEVERAL: Final = re.compile(
    r"\b(?:the\s+)?(?P<end>first|last)\s+(?P<english>two|three|four|[2-4])\b(?:\s+(?:ones|of\s+(?:them|these|those)))?"
    r"|(?<![가-힣])(?P<ende>처음|맨\s*앞|앞(?:의|에)?|위(?:의|에)?|마지막)\s*(?P<korean>두|세|네|[2-4])\s*개(?:를|만|는|은|요)?(?![가-힣])"
    r"|\b(?P<both>both)\b(?:\s+of\s+(?:them|these|those))?|(?<![가-힣])(?P<two>둘)\s*다(?![가-힣])",
    _FLAGS,
)
_HOW_MANY: Final = {"two": 2, "three": 3, "four": 4, "두": 2, "세": 3, "네": 4}
_AMONG: Final = re.compile(
    r"\b(?:of|among)\s+(?:them|these|those)\b|(?:그|이|저|셋|둘|넷|위에?|여기|얘네)\s*중(?:에서|에|엔)?(?![가-힣])|^\s*which\s+(?:one\s+)?is\s+the\b",
    _FLAGS,
)
_THIS: Final = re.compile(
    r"\b(?:this|that)(?:\s+(?:one|product|item))?\b|\bit\b|\b(?:these|those)\b|\b(?:the\s+)?same\s+(?:one|thing)\b"
    r"|(?<![가-힣])(?:이거|그거|저거|이것|그것|이게|그게|이건|그건|이걸|그걸|얘)(?:랑|하고|와|과|은|는|이|가|을|를|도|로|요|보다)?(?![가-힣])"
    r"|(?<![가-힣])(?:이|그|저)\s+(?!중|때|정도|가격|외|밖|돈|날|주|달|번|사이|안|거|것)[가-힣]{1,8}?(?:은|는|이|가|을|를|도|랑|하고|의)?(?![가-힣])",
    _FLAGS,
)
_KINDS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    (
        "with",
        re.compile(
            r"\b(?:go(?:es)?|going|works?|pairs?)\s+(?:well\s+)?with\b|\b(?:wear|use|combine|buy|get)\s+with\s+(?=(?:this|that|it|these|the)\b)|\baccessor(?:y|ies)\s+(?:for|to)\s+(?=(?:this|that|it|these|the)\b)|"
            r"\bmatch(?:es|ing)?\b(?=.*\b(?:this|these|that|it)\b)|\bgo\s+together\b|\bto\s+go\s+with\b"
            r"|(?:에|과|와|이랑|랑|하고)?\s*(?:잘\s*)?어울리는(?:\s*(?:걸로|거로|거|것|걸))?|(?:같이|함께)\s*(?:쓸|쓰면|쓰기|살|입을|신을|사면)(?:\s*(?:만한|좋은))*(?:\s*(?:거|것|걸))?",
            _FLAGS,
        ),
    ),
    (
        "cheaper",
        re.compile(
            r"\b(?:(?:any|some)(?:thing)?\s+)?(?:cheaper|less\s+(?:expensive|pricey)|more\s+affordable|lower[\s-]priced)(?:\s+(?:one|ones|option|options))?(?:\s+than)?\b"
            r"|(?:좀\s*)?(?:더|조금)\s*(?:싼|저렴한|싸게|저렴하게)(?:\s*(?:걸로|거로|것으로|거|것|걸|건|제품)(?:만)?)?(?:은|는|이|가|도|요)*"
            r"|\b(?:(?:a\s+(?:bit|little)|way|still|all|far|they['’]?re|(?:that|this|it)['’]?s)\s+)*too\s+(?:expensive|pricey|dear)\b(?:\s+for\s+me\b)?"
            r"|(?:너무|좀|조금|많이|다|전부)\s*비싸(?:요|네요?|군요|서|다|고)?(?![가-힣])|(?<![가-힣])비싸(?:요|네요?|군요)(?![가-힣])"
            r"|(?:너무|좀|조금|많이)\s*비싼(?:데요?|\s*것\s*같\S*|\s*거\s*같\S*)(?![가-힣])|(?:가격이?\s*)?부담\s*(?:스러|되|돼)\S*"
            r"|(?<=보다)\s*(?:더\s*)?(?:싼|저렴한)(?:\s*(?:걸로|거로|거|것|걸|건))?",
            _FLAGS,
        ),
    ),
    (
        "dearer",
        re.compile(
            r"\b(?:the\s+)?more\s+expensive(?:\s+(?:one|ones))?(?:\s+than)?\b|\b(?:pricier|higher[\s-]end|more\s+premium)\b"
            r"|(?:좀\s*)?더\s*(?:비싼|고급)(?:\s*(?:걸로|거로|거|것|걸|건|스러운))?(?:은|는|이|가|도|요)*",
            _FLAGS,
        ),
    ),
    (
        "like",
        re.compile(
            r"\b(?:(?:something|anything|one|ones)\s+)?(?:(?<!\bi )like|similar(?:\s+to)?|resembling)\s+"
            r"(?=(?:this|that|these|the\s+(?:first|second|third|last)|number|it)\b)"
            r"|\b(?:something|anything|one|ones)\s+similar\b(?:\s+but\b)?|\b(?:but|except)\s+in\b|\bsimilar\b"
            r"|비슷한데|비슷한(?:\s*(?:스타일|느낌|디자인)(?:으로|로|의)?)?(?:\s*(?:걸로|거로|것으로|거|것|걸|제품|상품))?(?:으로|은|는)?|(?<![가-힣])(?:이런|그런|이거\s*같은|그거\s*같은)\s*(?:거|것|걸|제품|스타일)(?:로|은|는)?",
            _FLAGS,
        ),
    ),
    (
        "other",
        re.compile(
            r"\b(?:any\s+)?(?:other|different|others)\b(?:\s+(?:ones?|options?|products?|models?))?(?!\s+(?:than|colou?rs?|sizes?))|\b(?:anything|what|something)\s+else\b|\b(?:not|none\s+of)\s+(?:these|those|them)\b"
            r"|(?<![가-힣])다른\s*(?:거|것|걸|건|제품|상품|모델)(?:은|는|도|로|을|를|들)?(?:요)?(?![가-힣])|또\s*(?:뭐|다른\s*거|없)\S*|(?:이것|그것|이거|그거|얘네)들?\s*말고(?:\s*다른\s*(?:거|것|걸))?(?:는|요)?",
            _FLAGS,
        ),
    ),
)
_WITH_THIS: Final = re.compile(
    r"(?<![가-힣])(?:이|그|저)\s+[가-힣]+(?=에\s*(?:잘\s*)?어울리는|(?:이)?랑\s*(?:같이|함께|어울리는))|\bthese\s+[a-z]+\b|\bthis\s+[a-z]+\b",
    _FLAGS,
)


_CART: Final = re.compile(
    r"\b(?:(?:what(?:['’]s|\s+is)|the\s+(?:things?|items?|products?|ones?))\s+)?in\s+(?:my|the)\s+(?:cart|basket)\b"
    r"|\bmy\s+(?:cart|basket)\b"
    r"|(?<![가-힣])(?:내\s*)?장바구니(?:에)?(?:\s*(?:있는|담은|담긴|담아둔|넣은)\s*(?:거|것|제품|상품|물건)?)?(?:랑|하고|와|과|에|이랑|의)?(?![가-힣])",
    _FLAGS,
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


def read_reference(text: str) -> Reference:
    """What `text` says of products seen before; `kind` is empty when it says nothing of them."""
    kind: Kind = ""
    rest = text
    is_this = is_cart = False
    if match := _CART.search(rest):
        is_cart, rest = True, _blanked(rest, match)
    for name, pattern in _KINDS:
        if match := pattern.search(rest):
            if name == "with" and (thing := _WITH_THIS.search(rest)):
                is_this = True
                rest = f"{rest[: thing.start()]}{' ' * len(thing[0])}{rest[thing.end() :]}"
            kind = kind or name
            rest = pattern.sub(" ", rest) if name == "other" else f"{rest[: match.start()]} {rest[match.end() :]}"
            if name not in ("cheaper", "dearer", "like"):
                break
            if name == "like" and kind in ("cheaper", "dearer"):
                break
    places: list[tuple[int, int]] = []
    if match := _SEVERAL.search(rest):
        count = _HOW_MANY.get(told := (match["english"] or match["korean"] or "two").casefold()) or int(told)
        is_end = (match["end"] or match["ende"] or "").casefold() in ("last", "마지막")
        places += [(match.start(), LAST - nth if is_end else nth + 1) for nth in range(count)]
        rest = _blanked(rest, match)
    for place, pattern in _ORDINALS:
        if match := pattern.search(rest):
            places.append((match.start(), place))
            rest = _blanked(rest, match)
    while match := _NUMBER.search(rest):
        places.append((match.start(), int(match["english"] or match["korean"])))
        rest = _blanked(rest, match)
    is_among = False
    if match := _AMONG.search(rest):
        is_among, rest = True, _blanked(rest, match)
    while match := _THIS.search(rest):
        is_this, rest = True, _blanked(rest, match)
    if not kind and (places or is_this or is_among or is_cart):
        kind = "same"
    return Reference(
        " ".join(rest.split()), kind, tuple(place for _, place in sorted(places)), is_among, is_this, is_cart
    )


def _blanked(text: str, match: re.Match[str]) -> str:
    """The text with spaces where `match` was: later matches keep their places."""
    return f"{text[: match.start()]}{' ' * len(match[0])}{text[match.end() :]}"
