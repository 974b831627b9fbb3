"""Korean particles: which form follows a word, by its last sound, also where the word ends in Latin letters or digits.

A Hangul syllable says whether it has a final consonant. Digits and acronyms are read as Koreans read them aloud; other
Latin words by how loan words are usually written, which is a rule of thumb and errs now and then.
"""

import re
from typing import Final

_RIEUL: Final = 8
_FINALS: Final = 28

# 0 영, 1 일, 3 삼, 6 육, 7 칠, 8 팔 end in a consonant; 1, 7 and 8 in ㄹ.
_DIGIT_FINALS: Final = {"0": 21, "1": _RIEUL, "3": 16, "6": 1, "7": _RIEUL, "8": _RIEUL}
# 엘, 엠, 엔, 알: the names of the other letters end in a vowel.
_LETTER_FINALS: Final = {"l": _RIEUL, "m": 16, "n": 4, "r": _RIEUL}
# 밀리미터, 킬로그램 ...: what stands right after a number is read as a unit.
_UNIT_FINALS: Final = {
    "g": 16,
    "kg": 16,
    "mg": 16,
    "oz": 0,
    "m": 0,
    "mm": 0,
    "cm": 0,
    "km": 0,
    "l": 0,
    "ml": 0,
    "gb": 0,
}

_LAST_WORD: Final = re.compile(r"([0-9]*)([A-Za-z]+|[0-9]+|[^\W\d_])[\W_]*$")


def final_consonant(word: str) -> int:
    """The last sound of `word`: 0 is a vowel, 8 is ㄹ, others are other consonants (Unicode's order of finals)."""
    found = _LAST_WORD.search(word)
    if found is None:
        return 0
    number, last = found.groups()
    if "가" <= last <= "힣":
        return (ord(last) - ord("가")) % _FINALS
    if last.isdecimal():
        return _DIGIT_FINALS.get(last[-1], 0)
    if not last.isascii():
        return 0
    if number:
        return _UNIT_FINALS.get(last.lower(), 0)
    return _latin_final(last)


def _latin_final(word: str) -> int:
    lower = word.lower()
    if len(word) == 1 or (word.isupper() and len(word) <= 4):
        return _LETTER_FINALS.get(lower[-1], 0)
    if lower.endswith("le"):
        return _RIEUL  # style 스타일
    if re.search(r"[aeiou](me|ne)$", lower):
        return 4  # time 타임, phone 폰
    if lower.endswith("ng"):
        return 21  # gaming 게이밍
    if lower[-1] in "lmn":
        return _LETTER_FINALS[lower[-1]]
    if re.search(r"[aeiou](ck|[bckp])$", lower):
        return 1  # book 북, cup 컵, music 뮤직
    return 0


def _pair(with_final: str, without: str, word: str) -> str:
    return with_final if final_consonant(word) else without


def topic(word: str) -> str:
    """은 or 는, as it follows `word`."""
    return _pair("은", "는", word)


def subject(word: str) -> str:
    """이 or 가."""
    return _pair("이", "가", word)


def object_(word: str) -> str:
    """을 or 를."""
    return _pair("을", "를", word)


def copula(word: str) -> str:
    """이에요 or 예요."""
    return _pair("이에요", "예요", word)


def with_(word: str) -> str:
    """과 or 와."""
    return _pair("과", "와", word)


def direction(word: str) -> str:
    """으로 or 로; ㄹ takes 로."""
    return "로" if final_consonant(word) in (0, _RIEUL) else "으로"
