"""Where in streaming words a claim may begin, and where the sentence that makes it is over."""

import re
from functools import lru_cache
from typing import Final, Literal

from chatbot.assistant.claims.links import ENDINGS
from chatbot.assistant.claims.names import BRACKETED_SO_FAR, level
from chatbot.assistant.claims.sentences import END, behind
from chatbot.assistant.claims.vocabulary import COMMON, KOREAN_MAKERS

_KOREAN: Final = """
품절 매진 절판 단종 완판 솔드 재고 입고 재입고 예약 구매 구입 주문 판매 남은 남았 남아 남지 마지막 한정 수량 배송
배달 도착 발송 출고 수령 받아 받으 받을 보내 택배 무배 내일 익일 다음날 오늘 당일 모레 글피 로켓 총알 퀵 무료 공짜
반값 반가격 절반 할인 세일 특가 쿠폰 코드를 증정 사은품 덤으로 하나더 적립 캐시백 포인트 마일리지 반품 환불 교환
취소 미개봉 영수증 보증 무상 수리 평생 최저가 무이자 할부 착불 무통장 계좌이체 카카오 네이버페 회원 멤버십 가입하
신규 첫구매 학생 묶음 전액 언제든 묻지도 무조건 하루 이틀 사흘 나흘 닷새 열흘 보름 사나흘 반나절 일주일 다음달 해외
픽업 선물포장 체험 영업 상담 운영 연중 평일 주말 매일 공휴일 요일 정오 자정 타임 판매가 정가 금액 최소 저렴 비싸
비싼 비쌉 싸요 싸고 싸서 싸니 쌉니 예산 가성비 품질보 팔렸 팔려 매장
"""
_LATIN: Final = """
stock sold available unavailable discontinued selling almost limited preorder ship ships shipped shipping postage
deliver delivers delivered delivery arrive arrives arriving dispatch tomorrow today tonight overnight free half
discount discounted sale special clearance flash coupon voucher promo cashback gift bogo return returns refund
refunds exchange nonrefund warranty guarantee lifetime lowest price prices cost costs priced interest usd krw eur
gbp jpy http https www save receive backorder loyalty reward bonus points express fully reduced marked cheaper
cheapest expensive affordable pricier dearer twice double triple restock replenish regardless whatever minimum
purchase checkout unopened unused newsletter membership student bundle instal klarna paypal worldwide internation
overseas pickup repair trial weekend weekday midnight left gone shelf shelves handful monday tuesday wednesday
thursday friday saturday sunday final budget cannot hardly
"""
_SPAN_SO_FAR: Final = "|".join(
    f"{word[:length]}{'$' if length < len(word) else ''}"
    for word in ("day", "week", "month", "year", "single", "couple")
    for length in range(len(word), 0, -1)
)
# So common that they begin a claim only together with what follows. `~` is a word that is not whole yet.
_KOREAN_ONLY_WITH: Final = {
    "값": r"값[은이]",
    "곧": r"곧\s?(?:$|품|입|재|다)",
    "이달": r"이달\s?(?:$|말|중|안)",
    "이번": r"이번\s?(?:$|주|달)",
    "다음": r"다음\s?(?:$|주|달|날)",
    "다시": r"다시\s?(?:$|입|들|판|만|구)",
    "다": r"(?<![가-힣])다\s?(?:$|팔)",
    "얼마": r"얼마\s?(?:$|안|남|를|나|든)",
    "거의": r"거의\s?(?:$|다|소|품|팔|없)",
    "바로": r"바로\s?(?:$|사|살|구|주|배|받)",
    "사실": r"사실\s?(?:$|수)",
    "살": r"(?<![가-힣])살\s?(?:$|수)",
    "첫": r"첫\s?(?:$|구|주)",
    "전": r"(?<![가-힣])전\s?(?:$|상|제|품)",
    "모든": r"모든\s?(?:$|주|상|제|구)",
    "아무리": r"아무리\s?(?:$|적|작)",
    "선물": r"선물\s?(?:$|포)",
    "두": r"(?<![가-힣])두\s?(?:$|배|번|달|주|시|개|대|켤)",
    "한": r"(?<![가-힣])한\s?(?:$|달|주|시|개|대|켤)",
    "세": r"(?<![가-힣])세\s?(?:$|배|번|달|주|시|개|대|켤)",
    "네": r"(?<![가-힣])네\s?(?:$|배|달|주|시|개|대|켤)",
    "배": r"(?<![가-힣])배\s?(?:$|가|나|정|비)",
    "문": r"문을?\s?(?:$|앞|열|닫)",
    "싼": r"(?<![가-힣])싼\s?(?:$|것|건|게|쪽|제|상|이|헤|편)",
    "더": r"(?<![가-힣])더\s?(?:$|싼|싸|쌉|비|저)",
    "같은": r"같은\s?(?:$|가격|값)",
    "새벽": r"새벽\s?(?:$|배송|도착|에)",
    "가격": r"가격[은이도:]?\s?(?:$|[\d은이도:같동내떨])",
}
_LATIN_ONLY_WITH: Final = {
    "in": r"in[\s-](?:~|st|a\s(?:~|da|we|mo|ho|co|fe|fo))",
    "a": rf"a\s(?:$|{_SPAN_SO_FAR})",
    "within": r"within\s(?:~|the|an?\b|ho|da|mi)",
    "day": r"day\s(?:~|or\b|and\s(?:n|$))",
    "out": r"out[\s-](?:~|of)",
    "back": r"back[\s-]?(?:~|in|order|next|on|by|soon|with|short|again|lat)",
    "last": r"last\s(?:~|one|piece|item|unit|pair)",
    "only": r"only\s(?:~|\d|one|two|three|four|five|six|seven|eight|nine|ten|a\s|acc)",
    "just": r"just\s(?:~|\d|one|two|three|four|five|six|seven|eight|nine|ten|a\s)",
    "few": r"few\s(?:~|left|rem|pair|unit|day|week|hour)",
    "couple": r"couple\s(?:~|of)",
    "running": r"running\s(?:~|low|out)",
    "low": r"low\s(?:~|in|on)",
    "next": r"next[\s-](?:~|day|business|week|month|mon|tue|wed|thu|fri|sat|sun)",
    "same": r"same[\s-](?:~|day|price|amount)",
    "while": r"while\s(?:~|stock|suppl)",
    "not": r"not\s(?:~|in|av|cu|ye|so|on|di|re|ex|el|ma|part|for|a)",
    "no": r"no\s(?:~|de|sh|qu|lo|in|ma|mi|sa|di|re|po|ex|mo|st|ti)",
    "non": r"non[\s-](?:~|re)",
    "isn't": r"isn't\s(?:~|in|av|on|di|re)",
    "aren't": r"aren't\s(?:~|in|av|on|di|re)",
    "can't": r"can't\s(?:~|be|ret|ref|exc)",
    "limited": r"limited[\s-](?:~|ti|st)",
    "this": r"this\s(?:~|week|month)",
    "can": r"can\s(?:~|st|be|or|bu|pu|ex|re)",
    "buy": r"buy\s(?:~|one|two|three|1|2|3|it|them|the|both|now)",
    "order": r"order\s(?:~|it|them|the|one|now|either|your|right|ships|both|of)",
    "orders": r"orders\s(?:~|of|over|ship|are|above|under)",
    "get": r"get\s(?:~|it|them|free|a free|a se|one)",
    "money": r"money[\s-](?:~|back)",
    "by": r"by\s(?:~|the\s|dawn|mon|tue|wed|thu|fri|sat|sun|to)",
    "at": r"at\s(?:~|no|you|full)",
    "full": r"full[\s-](?:~|price|ref|amount)",
    "comes": r"comes\s(?:~|with)",
    "throw": r"throw\s(?:~|in)",
    "pre": r"pre-?(?:~|o)",
    "ready": r"ready\s(?:~|to)",
    "cash": r"cash\s?(?:~|b|on)",
    "reach": r"reach(?:es)?\s(?:~|y|us|our)",
    "contact": r"contact\s(?:~|us|our)",
    "open": r"open\s(?:~|\d|ar|ro|ev|al|on|un|ti|fr|da|mo|se|tw)",
    "closed": r"closed\s(?:~|on|at|for)",
    "around": r"around\s(?:~|the)",
    "round": r"round\s(?:~|the)",
    "every": r"every\s(?:~|or|pu|da|si|pr|it|we)",
    "all": r"all\s(?:~|or|pu|sa|it|pr|day)",
    "any": r"any\s(?:~|or|re|ti|pu)",
    "each": r"each\s(?:~|or|pu)",
    "first": r"first[\s-](?:~|or|pu|ti)",
    "sign": r"sign\s(?:~|up)",
    "members": r"members\s(?:~|get|save|rec|pay)",
    "pay": r"pay\s(?:~|la|by|wi|on|in|th|fu)",
    "pick": r"pick[\s-](?:~|up|it|them)",
    "code": r"code\s(?:~|[a-z]+\d|at)",
    "third": r"third\s(?:~|off|of|le|ch)",
    "quarter": r"quarter\s(?:~|off|of|le|ch)",
    "fifth": r"fifth\s(?:~|off|of|le|ch)",
    "times": r"times\s(?:~|as|mo|the)",
    "less": r"less\s(?:~|exp|than|for)",
    "more": r"more\s(?:~|exp|aff|th|for)",
    "change": r"change\s(?:~|your)",
    "send": r"send\s(?:~|it|them)",
    "however": r"however\s(?:~|sm|li|mu)",
    "original": r"original\s(?:~|pa)",
    "daily": r"daily\s(?:~|fr)",
}
_NUMBERS: Final = """
one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand
"""
_COUNTED: Final = (
    r"[\s-](?:and\s)?(?:[a-z]{0,8}$|dollar|won\b|buck|euro|pound|yen|cent|percent|per\s(?:cent|[a-z]{0,3}$)|day|hour"
    r"|week|month|year"
    r"|left|am\b|pm\b"
    r"|a\.m|p\.m|in\s(?:the|th?$|$)|o'cl|pairs?\sleft|business|working|hundred"
    r"|thousand|one|two|three|four|five|six|seven|eight|nine|to\b|or\b)"
)
_NEW_WORD: Final = "(?<![가-힣])"
_SINO_DIGITS: Final = "일이삼사오육칠팔구십백천만억"
_SINO: Final = (
    r"(?<![가-힣])[일이삼사오육칠팔구십백천만억]+\s?"
    r"(?:[일이삼사오육칠팔구][십백천만]?[일이삼사오육칠팔구십백천]*\s?)?(?:$|원|퍼센|프로|일\s|일이|일에|일만|주\s"
    r"|개월|년|분의)"
)
# A number is money, a share, a time or a rest only by what follows it.
_NUMERAL: Final = (
    r"\d[\d,]*(?:\.\d+)?(?:\s?[-~–]\s?\d+)?[\s-]?(?:$|[.,]$|[원만천백십억%$€£¥₩k+:일시주개점대벌켤달년분엔유불퍼프파]"
    r"|thous|mill|dol|buck|won\b|usd|krw|eur|gbp|pound|jpy|yen|per|day|hour|hr|week|month|year|min|busi|work"
    r"|left|rem|units|/7|cent"
    r"|in\sst|am\b|pm\b|a\.?m|p\.?m|to\b|or\b|에서|[a-z]{1,5}$)|\d{1,3}(?:,\d{3})+|\d{4,}|\d{1,4}-\d{3}"
    r"|(?<=[a-z])\d|(?<=[a-z]-)\d"
)

LONGEST: Final = 600
"""Characters of a sentence that are waited for; a longer one is judged as far as it has come."""


def _watched() -> tuple[re.Pattern[str], dict[str, re.Pattern[str]], dict[str, re.Pattern[str]]]:
    """What finds the characters by which anything begins, what may follow, by one character and by two, and what may
    be the beginning of something where a text ends.

    One pattern of all that may begin would try some hundred branches at every character of an answer.
    """
    korean, latin, numbers = [*_KOREAN.split(), *KOREAN_MAKERS], _LATIN.split(), _NUMBERS.split()
    where = dict.fromkeys(KOREAN_MAKERS, _NEW_WORD)
    where |= {word: _NEW_WORD for word, pattern in _KOREAN_ONLY_WITH.items() if pattern.startswith(_NEW_WORD)}
    following: dict[str, list[str]] = {}
    last: dict[str, list[str]] = {"*": [""], "]": [""], "@": [""]}
    for character in "$€£¥₩":
        following[character] = [""]
    following["**"], following["!["], following["]("], following["@"] = [""], [""], [""], [r"@[a-z0-9]"]
    following["."] = [rf"\.{ENDINGS}(?![a-z])", r"\.[a-z]{2,6}(?:/|$)"]
    for numeral in _SINO_DIGITS:
        following[numeral] = [_SINO]
    whole = [(word, where.get(word, "") + re.escape(word)) for word in (*korean, *latin)]
    whole += [*_KOREAN_ONLY_WITH.items(), *_LATIN_ONLY_WITH.items()]
    whole += [(number, f"{number}{_COUNTED}") for number in numbers]
    for word, pattern in whole:
        following.setdefault(word[:2], []).append(pattern.replace("~", "[a-z]{0,8}$"))
    for word in (*korean, *_KOREAN_ONLY_WITH, *latin, *_LATIN_ONLY_WITH, *numbers):
        if len(word) > 1:
            last.setdefault(word[0], []).append(where.get(word, ""))
        if len(word) > 2:
            following[word[:2]].append(where.get(word, "") + _so_far(word))
    for word in (*_LATIN_ONLY_WITH, *numbers):
        following[word[:2]].append(f"{re.escape(word)}$")
    for character, patterns in following.items():
        if len(character) == 1:
            last.setdefault(character, []).extend(patterns)
    # A Latin letter begins something only where a word begins.
    characters = re.escape("".join(sorted({each[0] for each in (*following, *last)})))
    first = re.compile(rf"[\d{characters}](?<![a-z][a-z])")
    return first, _compiled(following), _compiled(last)


def _compiled(patterns: dict[str, list[str]]) -> dict[str, re.Pattern[str]]:
    return {each: re.compile("|".join(dict.fromkeys(some))) for each, some in patterns.items()}


def _so_far(word: str) -> str:
    """A pattern of the beginnings of `word`, of two letters or more, at the end of a text. Not the whole."""
    pattern = "$"
    for character in reversed(word[2:-1]):
        pattern = f"(?:{re.escape(character)}{pattern}|$)"
    return re.escape(word[:2]) + pattern


_FIRST, _FOLLOWING, _LAST = _watched()
_DIGITS: Final = frozenset("0123456789")
_NUMERALS: Final = re.compile(_NUMERAL)
_NAMED: Final = re.compile(r"(?<![A-Za-z])[A-Z][\w'-]*")
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
        is_named = plain is not text and any(word.lower() not in COMMON for word in _NAMED.findall(text))
        return "mark" if is_named else "plain"
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
    last = len(text) - 1
    for first in _FIRST.finditer(text, at):
        start = first.start()
        two = text[start : start + 2]
        following = _FOLLOWING.get(two)
        if following is not None and following.match(text, start):
            return start
        following = (_LAST if start == last else _FOLLOWING).get(two[0], _NUMERALS if two[0] in _DIGITS else None)
        if following is not None and following.match(text, start):
            return start
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
