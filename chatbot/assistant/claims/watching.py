"""Where in streaming words a claim may begin, and where the sentence that makes it is over."""

import re
from functools import lru_cache
from typing import Final, Literal

from chatbot.assistant.claims.links import ENDINGS
from chatbot.assistant.claims.names import BRACKETED_SO_FAR, level
from chatbot.assistant.claims.sentences import END, behind

_KOREAN: Final = """
품절 매진 절판 단종 재고 입고 예약 구매 구입 주문 남은 남았 남아 마지막 한정 수량 배송 배달 도착 발송 출고 수령 받아
받으 받을 보내 내일 익일 다음날 오늘 당일 모레 글피 로켓 총알 퀵 무료 공짜 반값 반가격 절반 할인 세일 특가 쿠폰 증정
사은품 덤으로 하나더 적립 캐시백 포인트 반품 환불 교환 보증 무상 평생 최저가 무이자 전액 언제든 묻지도 무조건 하루
이틀 사흘 일주일 영업 상담 운영 타임 판매가 정가
"""
_LATIN: Final = """
stock sold available unavailable discontinued selling almost limited preorder ship ships shipped shipping deliver
delivers delivered delivery arrive arrives arriving dispatch tomorrow today tonight overnight free half discount
discounted sale special clearance flash coupon voucher promo cashback gift bogo return returns refund refunds
exchange warranty guarantee lifetime lowest price prices cost costs priced interest usd krw eur gbp jpy http https
www save receive backorder loyalty reward bonus points express fully reduced marked
"""
# So common that they begin a claim only together with what follows. `~` is a word that is not whole yet.
_KOREAN_ONLY_WITH: Final = {
    "값": r"값[은이]",
    "곧": r"곧\s?(?:$|품)",
    "이번": r"이번\s?(?:$|주)",
    "새벽": r"새벽\s?(?:$|배송|도착|에)",
    "가격": r"가격[은이도:]?\s?(?:$|[\d은이도:])",
}
_LATIN_ONLY_WITH: Final = {
    "in": r"in[\s-](?:~|st)",
    "out": r"out[\s-](?:~|of)",
    "back": r"back[\s-]?(?:~|in|order)",
    "last": r"last\s(?:~|one|piece|item|unit)",
    "only": r"only\s(?:~|\d|one|two|three|four|five|a\s)",
    "just": r"just\s(?:~|\d|one|two|three|four|five|a\s)",
    "low": r"low\s(?:~|in|on)",
    "next": r"next[\s-](?:~|day|business)",
    "same": r"same[\s-](?:~|day)",
    "while": r"while\s(?:~|stock|suppl)",
    "not": r"not\s(?:~|in|av|cu|ye|so)",
    "no": r"no\s(?:~|de|sh|qu|lo|in)",
    "isn't": r"isn't\s(?:~|in|av)",
    "aren't": r"aren't\s(?:~|in|av)",
    "buy": r"buy\s(?:~|one|two|1|2)",
    "get": r"get\s(?:~|it|free|a free)",
    "money": r"money[\s-](?:~|back)",
    "by": r"by\s(?:~|the\s|dawn|mon|tue|wed|thu|fri|sat|sun)",
    "at": r"at\s(?:~|no|you)",
    "comes": r"comes\s(?:~|with)",
    "throw": r"throw\s(?:~|in)",
    "pre": r"pre-?(?:~|o)",
    "ready": r"ready\s(?:~|to)",
    "cash": r"cash\s?(?:~|b)",
    "reach": r"reach(?:es)?\s(?:~|y)",
}
_NUMBERS: Final = """
one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand
"""
_COUNTED: Final = (
    r"[\s-](?:and\s)?(?:[a-z]{0,8}$|dollar|won\b|buck|euro|pound|yen|percent|day|hour|week|month|year|left"
    r"|business|hundred"
    r"|thousand|one|two|three|four|five|six|seven|eight|nine|to\b|or\b)"
)
_SINO_DIGITS: Final = "일이삼사오육칠팔구십백천만억"
_SINO: Final = (
    r"(?<![가-힣])[일이삼사오육칠팔구십백천만억]+\s?"
    r"(?:[일이삼사오육칠팔구][십백천만]?[일이삼사오육칠팔구십백천]*\s?)?(?:$|원)"
)
# A number is money, a share, a time or a rest only by what follows it.
_NUMERAL: Final = (
    r"\d[\d,]*(?:\.\d+)?(?:\s?[-~–]\s?\d+)?[\s-]?(?:$|[.,]$|[원만천백십억%$€£¥₩k+:일시주개점대벌켤달년분엔유불퍼프파]"
    r"|thous|mill|dol|buck|won\b|usd|krw|eur|gbp|pound|jpy|yen|per|day|hour|hr|week|month|year|min|busi|work"
    r"|left|rem|units"
    r"|in\sst|am\b|pm\b|a\.?m|p\.?m|to\b|or\b|에서|[a-z]{1,5}$)|\d{1,3}(?:,\d{3})+|\d{4,}|0\d{1,2}-\d"
    r"|(?<=[a-z])\d|(?<=[a-z]-)\d"
)

LONGEST: Final = 600
"""Characters of a sentence that are waited for; a longer one is judged as far as it has come."""


def _watched() -> tuple[re.Pattern[str], dict[str, re.Pattern[str]]]:
    """What finds the characters by which anything begins, and for each of them what may follow.

    One pattern of all that may begin would try some thirty branches at every character of an answer.
    """
    korean, latin, numbers = _KOREAN.split(), _LATIN.split(), _NUMBERS.split()
    following: dict[str, list[str]] = {}
    for character in "$€£¥₩":
        following[character] = [""]
    following["*"], following["!"] = [r"\*\*", r"\*$"], [r"!\["]
    following["]"], following["@"] = [r"\]\(", r"\]$"], [r"@[a-z0-9]", "@$"]
    following["."] = [rf"\.{ENDINGS}(?![a-z])", r"\.[a-z]{2,6}(?:/|$)"]
    for numeral in _SINO_DIGITS:
        following[numeral] = [_SINO]
    whole = [(word, re.escape(word)) for word in (*korean, *latin)]
    whole += [*_KOREAN_ONLY_WITH.items(), *_LATIN_ONLY_WITH.items()]
    whole += [(number, f"{number}{_COUNTED}") for number in numbers]
    for word, pattern in whole:
        following.setdefault(word[0], []).append(pattern.replace("~", "[a-z]{0,8}$"))
    for word in (*korean, *_KOREAN_ONLY_WITH, *latin, *_LATIN_ONLY_WITH, *numbers):
        if len(word) > 1:
            following[word[0]].append(_so_far(word))
    for word in ("값", *_LATIN_ONLY_WITH, *numbers):
        following[word[0]].append(f"{re.escape(word)}$")
    # A Latin letter begins something only where a word begins.
    first = re.compile(rf"[\d{re.escape(''.join(following))}](?<![a-z][a-z])")
    return first, {character: re.compile("|".join(dict.fromkeys(each))) for character, each in following.items()}


def _so_far(word: str) -> str:
    """A pattern of the beginnings of `word`, which has two letters or more, at the end of a text. Not the whole."""
    pattern = "$"
    for character in reversed(word[1:-1]):
        pattern = f"(?:{re.escape(character)}{pattern}|$)"
    return re.escape(word[0]) + pattern


_FIRST, _FOLLOWING = _watched()
_NUMERALS: Final = re.compile(_NUMERAL)
_NO_LETTER: Final = re.compile(r"[^a-z]")
_SENTENCE_END: Final = re.compile(rf"{END.pattern}|\n")
_END_IN_SIGHT: Final = re.compile(r"[.!?。…]+[*\"'”)\]]*(?:\s|\Z)|。|\n")
_ENDS_IN_BRACKET: Final = re.compile(rf"{BRACKETED_SO_FAR.pattern}$")


def glance(text: str, line: str) -> Literal["plain", "open", "mark"]:
    """What a piece of an answer is, behind what its `line` says so far.

    `plain`: nothing begins in it. `open`: perhaps a claim begins with it, the next words will show. `mark`: it has to
    be read.
    """
    if text[:1] != " " and text[:1].isascii() and goes_on(line, text):
        return "mark"
    look = _glance(text, False)
    return look if look == "plain" or not is_in_word(line) else _glance(text, True)


@lru_cache(maxsize=8192)
def _glance(text: str, is_in_word: bool) -> Literal["plain", "open", "mark"]:
    """Words come again and again, and looking is dear."""
    if "[" in text or not text.isprintable():
        return "mark"
    plain = level(text)
    mark = may_begin(plain, word_end(plain) if is_in_word else 0)
    if mark == len(plain):
        return "plain"
    return "open" if text[:mark] in ("", " ") and not has_begun(plain, mark) else "mark"


def is_in_word(line: str) -> bool:
    """Whether the next words may go on with the line's last one, which was shown already: nothing begins in there."""
    last = line[-1:]
    return last.isascii() and last.isalpha()


def goes_on(line: str, text: str) -> bool:
    """Whether `text` makes an address or a model's name of what was shown already: a dot or a letter before it."""
    first, last = text[:1], line[-1:]
    if last == ".":
        return first.isalpha() and first.isascii() and line[-2:-1].isalnum()
    return first.isdigit() and ((last.isalpha() and last.isascii()) or (last == "-" and line[-2:-1].isalpha()))


def word_end(text: str) -> int:
    """Where the Latin word with which `text` (level) begins is over; 0 when it begins with none."""
    rest = _NO_LETTER.search(text)
    return rest.start() if rest else len(text)


def may_begin(text: str, at: int) -> int:
    """Where in `text` (level) from `at` on a claim may begin, or begin to begin; its length when nowhere."""
    for first in _FIRST.finditer(text, at):
        if _FOLLOWING.get(first[0], _NUMERALS).match(text, first.start()):
            return first.start()
    return len(text)


def has_begun(text: str, at: int) -> bool:
    """Whether a claim begins at `at`, however the text goes on."""
    return may_begin(f"{text}\0", at) == at


def sentence_end(text: str, at: int, *, is_final: bool) -> int | None:
    """Where the sentence around `at` is over, its citations included; None when that is not known yet.

    A line's end is the next character then.
    """
    if found := _SENTENCE_END.search(text, at):
        if found[0] == "\n":
            return found.start()
        end = behind(text, found.end())
        if end == len(text):
            return end if is_final else None
        if text[end] == "[" and _ENDS_IN_BRACKET.match(text, end) and not is_final:
            return None
        return end
    if is_final or len(text) - at > LONGEST:
        return len(text)
    return None


def ends_later(text: str) -> bool:
    """Whether a sentence that goes on with `text` is not over in it, nor perhaps with its last character."""
    return _END_IN_SIGHT.search(text) is None
