"""What a question is about, in the shopper's own words: small talk or a topic, in Korean or English."""

import re
from typing import Final, Literal

Language = Literal["ko", "en"]
SmallTalk = Literal["greeting", "thanks", "goodbye"]

_HANGUL: Final = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]")
# What could open a citation, a tag or emphasis, or break out of quotation marks.
_MARKUP: Final = re.compile(r"[\[\]<>{}|*_`~#\"“”‘’\\]+")
_WORD: Final = re.compile(r"[가-힣]+|[A-Za-z0-9]+")

_SMALL_TALK: Final[tuple[tuple[SmallTalk, re.Pattern[str]], ...]] = (
    (
        "greeting",
        re.compile(
            r"안녕(하세요|하십니까)?( 반가워요?| 반갑습니다)?|반가워요?|반갑습니다"
            r"|(hi|hello)( there)?|hey|good (morning|afternoon|evening)",
            re.I,
        ),
    ),
    (
        "thanks",
        re.compile(
            r"((정말|너무|매우) )?((고마워|감사해)요?|고맙습니다|감사(합니다|드려요|드립니다))"
            r"|((ok(ay)?|great|perfect),? )?(thanks?( you)?|thx)( (so|very) much| a lot)?",
            re.I,
        ),
    ),
    ("goodbye", re.compile(r"안녕히 계세요|수고하세요|다음에 (또 )?올게요|(good)?bye( bye)?|see you( later)?", re.I)),
)

# Each line is a way to ask that says nothing about what is asked for; particles before it belong to it.
_KOREAN_REQUEST: Final = re.compile(
    r"""\s*(?:
      (?:좀\s*)? (?:추천|소개|비교|설명) \s*(?:좀\s*)?(?:해|부탁)?\s*
        (?:줘|줄래|줄\s수\s있어|주세요|주실래요|주실\s수\s있나요|드려요|드립니다|해|해요|바랍니다)? 요?
    | (?:좀\s*)? (?:알려|보여|찾아|골라) \s*(?:줘|줄래|줄\s수\s있어|주세요|주실래요|주실\s수\s있나요) 요?
    | (?:은|는|이|가|도)? \s* (?:있나요|있을까요?|있습니까|있어요?|있니|없나요|없을까요?|없어요?|파나요|팔아요)
    | (?:을|를)? \s* (?:찾고\s있(?:어요?|습니다|는데요?)|찾(?:아요|습니다|는데요?|는\s중이에요)|구해요|원해요)
    | (?:을|를)? \s* (?:사고\s싶(?:어요?|습니다|은데요?)|사려고\s(?:해요|하는데요?)|살까\s(?:해요|하는데요?))
    | (?:이|가)? \s* 필요(?:해요?|합니다|한데요?)
    | (?:좀\s*)? (?:더\s*)? 자세(?:히|하게) \s* (?:좀\s*)? (?:알려|설명해|말해) \s*(?:줘|주세요|주실래요)? 요?
    | (?:으로|로)? \s* (?:도)? \s* (?:있나요|있을까요?|있어요?|없나요|없을까요?|없어요?)
    | (?:으로는|로는|으로|로|은|는|이|가|중에)? \s* (?:뭐가|어떤\s게|어느\s게|무엇이|뭐|어떤\s거) \s*
        (?:제일|가장)? \s* (?:좋을까요?|좋아요?|좋나요|괜찮을까요?|괜찮나요|있나요|있어요?)
    )$""",
    re.VERBOSE,
)
_KOREAN_PARTICLE: Final = re.compile(
    r"(?<=[가-힣]{2})(으로|로|색도|도)$|(?<=[가-힣A-Za-z0-9]{2})(을|를|은|는)$|(?<=[가-힣]{4})(이|가)$|\s+(좀|하나|거|것|제품|상품)$"
)
_KOREAN_GREETING: Final = re.compile(r"^(안녕하세요|안녕|저기요|혹시)[,.!~\s]*")

_ENGLISH_REQUEST: Final = re.compile(
    r"^(hi|hello|hey|so|and|well|please|ok|okay)\b[,.!\s]*"
    r"|^(can|could|would|will) you (please )?(recommend|suggest|show|find|tell me about)( me| us)?\s+"
    r"|^(can|could|would|will) you (please )?help (me|us) (find|choose)\s+"
    r"|^(do|would) you (have|sell|carry|stock|recommend)( anything| something)?\s+"
    r"|^(i'?m|i am|we'?re|we are) (looking|searching|shopping) for\s+"
    r"|^(i|we)('d| would)? (need|want|like|love)( to (buy|get|have))?\s+"
    r"|^(recommend|suggest|show|find|give|get)( me| us)?\s+"
    r"|^(is|are) there( any)?\s+"
    r"|^(what|which)('s| is| are)? (the )?(best\s+)"
    r"|^(any|some)(thing)?( else)?( in)?\s+"
    r"|^in\s+(?=\S+$)",
    re.I,
)
_ENGLISH_TAIL: Final = re.compile(
    r"[,\s]*(please|thanks|thank you|do you have|would you recommend|do you recommend)$", re.I
)
_DEICTIC: Final = re.compile(
    r"이거|이건|이게|이 (제품|상품|물건|모델)|지금 보는|\b(this|it)( (one|product|item|model))?\b", re.I
)

_NARROWING: Final = re.compile(
    r"\s+(?:for|under|below|over|above|from|with|without|in|on|at|that|which|to|up|less|between|around|like|by|as)\b"
    r"|,",
    re.I,
)

_TOPIC_CHARACTERS: Final = 48


def language(question: str) -> Language:
    """Korean as soon as there is any Hangul, else English."""
    return "ko" if _HANGUL.search(question) else "en"


def small_talk(question: str) -> SmallTalk | None:
    """What kind of small talk `question` is, if it is nothing else."""
    said = re.sub(r"[^\w\s,가-힣]+", " ", question).strip(" ,")
    said = " ".join(said.split())
    return next((kind for kind, pattern in _SMALL_TALK if pattern.fullmatch(said)), None)


def topic(question: str) -> str:
    """The words of `question` that say what is wanted, without the asking around them; without markup, and short."""
    text = " ".join(_MARKUP.sub(" ", question).split()).rstrip("?!.~… ")
    strip = _strip_korean if language(text) == "ko" else _strip_english
    before = None
    while text and text != before:
        before, text = text, strip(text).strip(" ,.?!~")
    return _shortened(text)


def head(topic: str) -> str:
    """The word of a topic that says what kind of thing is wanted: the last one, in English before what narrows it."""
    if language(topic) == "ko":
        return topic.split()[-1]
    narrowed = _NARROWING.split(topic, maxsplit=1)[0].split()
    return narrowed[-1] if narrowed else ""


def words(text: str) -> set[str]:
    """The words of `text` in a form that compares: lower case, Korean ones as pairs of syllables."""
    found: set[str] = set()
    for word in _WORD.findall(text.lower()):
        if "가" <= word[0] <= "힣":
            found.update(word[i : i + 2] for i in range(len(word) - 1))
        elif len(word) > 2:
            found.add(word.rstrip("s"))
    return found


def points_at_page(question: str) -> bool:
    """Whether the question speaks of what the shopper has in front of them."""
    return _DEICTIC.search(question) is not None


def _strip_korean(text: str) -> str:
    text = _KOREAN_GREETING.sub("", text)
    return _KOREAN_PARTICLE.sub("", _KOREAN_REQUEST.sub("", text))


def _strip_english(text: str) -> str:
    return _ENGLISH_TAIL.sub("", _ENGLISH_REQUEST.sub("", text))


def _shortened(text: str) -> str:
    if len(text) <= _TOPIC_CHARACTERS:
        return text
    head, space, _ = text[: _TOPIC_CHARACTERS + 1].rpartition(" ")
    return (head if space else text[:_TOPIC_CHARACTERS]) + "…"
