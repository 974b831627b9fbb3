"""What people leave out when they type, put back: apostrophes and letters ("whats", "u", "pls"), and Korean spaces."""

import re
from typing import Final

from chatbot.catalog.phrasing import any_of, one_of

_SHORT: Final = {
    "whats": "what's",
    "wats": "what's",
    "wheres": "where's",
    "thats": "that's",
    "theres": "there's",
    "hows": "how's",
    "lets": "let's",
    "im": "i'm",
    "ive": "i've",
    "itll": "it'll",
    "theyre": "they're",
    "dont": "don't",
    "doesnt": "doesn't",
    "didnt": "didn't",
    "isnt": "isn't",
    "arent": "aren't",
    "wont": "won't",
    "cant": "can't",
    "couldnt": "couldn't",
    "wouldnt": "wouldn't",
    "youre": "you're",
    "pls": "please",
    "plz": "please",
    "plss": "please",
    "plis": "please",
    "thx": "thanks",
    "thnx": "thanks",
    "tnx": "thanks",
    "ty": "thanks",
    "tysm": "thanks",
    "cheers": "thanks",
    "wanna": "want to",
    "gonna": "going to",
    "gimme": "give me",
    "lemme": "let me",
    "ur": "your",
    "lookin": "looking",
    "abt": "about",
    "smth": "something",
    "sth": "something",
    "bday": "birthday",
    "b-day": "birthday",
    "xmas": "christmas",
    "recs": "recommendations",
    "cheapst": "cheapest",
}
_SHORT_WORDS: Final = re.compile(
    rf"(?<![\w'’.-])(?:{'|'.join(sorted(map(re.escape, _SHORT), key=len, reverse=True))})(?![\w'’-])", re.IGNORECASE
)
_YOU: Final = any_of(
    r"\b(can|could|would|will|do|did|have|are|if|or|what|thank|thanks)\s+u\b",
    r"\b()u(?=\s+(?:have|got|guys|sell|carry|recommend)\b)",
)
_R: Final = re.compile(r"\br(?=\s+(?:u|you|there|these|they|those)\b)", re.IGNORECASE)
_ID: Final = any_of(
    r"\bid(?=\s+(?:like|love|rather|prefer)\b)",
    r"\bi\s+d(?=\s+like\b)",
)
_WITH: Final = re.compile(r"(?<=\s)w/(?:o\b)?\s*(?=[a-z]{3})")

_RUN_ON: Final = re.compile(
    r"""(?<=[가-힣]{2})(?=
        찾고\s?있 | 찾아요 | 사고\s?싶 | 싶(?:어요|은데|습니다) | 사려고
      | 추천(?:해|좀|부탁) | 소개해 | (?:보여|알려|골라|찾아)(?:줘|주)
      | (?:있|없)(?:나요|어요|을까요|습니까|어(?=\??$))
      | 좀(?=\s|$) | 뭐가 | 뭘 | 어떤게 | 좋(?:아요|을까요|나요) | 얼마(?:예요|에요|인가요)
      | \d+(?:\.\d+)?\s?(?:인치|인용|만|천\s?원|원|mm) | 2[2-9][05](?!\d)
    )""",
    re.VERBOSE,
)
"""Where a sentence that is written without spaces goes on after the thing: "김치냉장고를찾고있어요"."""


_FLOURISH: Final = re.compile(r"(?<=\w)(?:[~…^♡♥]+|[ㅋㅎㅠㅜ]{2,})(?=\s*$|\s+[^\d\s])")
_HELLO: Final = one_of(
    "hi|hiya|hello|hey|ok|okay|wait|alright|so|well|oh",
    "um+|hm+",
    "great|thanks",
    "안녕하세요|안녕|음|혹시|저기요|아니(?:다|요)?|아뇨",
)
_OPENING: Final = re.compile(rf"^\W*(?:{_HELLO}(?![\w'’-])(?:\s+there\b)?[\s,.!~]*)+(?=\S)", re.IGNORECASE)
_THANKS: Final = one_of(
    "please",
    r"thanks?(?:\s+you)?(?:\s+(?:so|very)\s+much|\s+a\s+lot)?",
    "감사합니다|감사해요|고마워요?|고맙습니다",
    "[ㅋㅎㅠㅜ]+",
)
_CLOSING: Final = any_of(
    rf"(?<=\S)(?:[\s,.!~]+{_THANKS}(?!\w))+[\s.!~]*$",
    r"[\s.]+$",
)


def written_out(text: str) -> str:
    """The text with its short words in full, and a space before what is said around a Korean thing."""
    if not text.isascii():
        text = _RUN_ON.sub(" ", text)
    text = _R.sub("are", _ID.sub("i'd", _YOU.sub(_you, text)))
    text = _WITH.sub(lambda match: "without " if "o" in match[0] else "with ", text)
    text = _FLOURISH.sub(" ", text)
    return _SHORT_WORDS.sub(lambda match: _SHORT[match[0].casefold()], text)


def without_ends(text: str) -> str:
    """The text without what only opens and closes it: "hi, so", "thanks"."""
    return _CLOSING.sub("", _OPENING.sub("", text))


def _you(match: re.Match[str]) -> str:
    return f"{match[1]} you" if match[1] else "you"
