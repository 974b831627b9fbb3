"""What says of a promise that it is none: a question, a denial, that nothing is known of it, a wish.

And what an answer to a question makes of it.
"""

import re
from typing import Final

# Not promised but left open.
_OPEN: Final = re.compile(
    r"여부|인지|확인할\s?수\s?없|확인하기\s?어렵|(?<!하)는지|모르|알 수 없|알기 어려|확인이 (?:필요|어려)"
    r"|약속드릴 수 없|(?:드리|말씀드리|확인하"
    r"|안내하)기\s?(?:는\s)?어려"
    r"|안내받은\s?(?:것|바|내용|정보)[이가은는]?\s?없|정보[가는]\s?(?:\S+\s)?없|안내[가는]\s?없|알려진\s?바"
    r"|나와\s?있지\s?않"
    r"|whether(?!\s(?:you|it's|it is|they|your)\b[^.!?]*\bor\b)|not sure|don't know|do not know|can(?:no|')t (?:say"
    r"|promise|confirm|tell|guarantee|check|give|commit)"
    r"|cannot (?:say|promise"
    r"|confirm|tell|guarantee|check|give|commit)|(?:unable|not able) to|no (?:information|details)|(?:don't"
    r"|do not) have (?:any )?(?:information|details|data|exact)"
)
_ASKS: Final = re.compile(r"\?[\"'”’)\s]*$")
_TAKES_FOR_TRUE: Final = re.compile(
    r"\bwhy\b|\bdid you know|\bhave you heard|알고\s?계[셨시]|아[셨시]|들으셨|(?<![가-힣])왜\s|\bwhen (?:we|it|our"
    r"|delivery"
    r"|shipping)\b|(?:죠|지요|잖아요|거든요|네요)\s?\?|,\s(?:right|isn't it|aren't they|doesn't it|don't they|ok"
    r"|okay)\?"
)
"""What makes a question of what is taken for true all the same."""
_TURN: Final = re.compile(
    r"(?:,\s|\s)(?:but|however|though|yet)\s|;\s|\s[—–]\s|(?<=[가-힣])(?:지만|니다만|는데|은데|인데)(?:,\s|\s)"
    r"|,\s(?=(?:how|what|shall|would|want|interested|ready|so|right)\b[^,]*\?)|(?<=[가-힣])니까?,?\s(?=[^,]*\?)"
)
"""Where a sentence turns to something else."""
_DENIED: Final = re.compile(
    r"\s*(?:[은는이가도]|은 아|대상이)?\s*(?:아니|아닙|않|안 |안돼|불가|제공하지|없)|\s*(?:is|are)?\s*(?:not"
    r"|n't|unavailable)\b"
)
_DENIED_BEFORE: Final = re.compile(r"(?:\bno|\bnot|n't|without|never|neither|nor)\s+(?:\w+\s){0,2}$")
# What the shop does not say or do: 사은품을 드린다는 내용은 없어요, no gifts are mentioned.
_SAYINGS: Final = "내용|정보|안내|언급|말|얘기|이야기|근거|조항|항목|문구|규정"
_DOINGS: Final = "행사|혜택|이벤트|제도|서비스|계획|예정|코드|게|것|건|바|부분"
_WHAT_IS_NOT: Final = rf"(?:{_SAYINGS}|{_DOINGS})"
_ADVERBS: Final = r"(?:(?:따로|별도로|현재|지금|전혀|아직|딱히|특별히|아무것도|하나도|어디에도|당장|더는)\s)*"
_GIVES: Final = (
    r"(?:진행|제공|운영|실시|마련|발급|증정|지급|판매|취급|안내|명시|확인|언급|포함|약속|보장|시행|계획|적용)"
    r"(?:하|되|돼|해\s?드리|하고\s?있|되어\s?있|돼\s?있|되고\s?있)?|드리|주|챙겨\s?드리|적혀\s?있|나와\s?있|보이"
    r"|준비(?:되어|돼)\s?있"
)
_IS_NOT_THERE: Final = re.compile(
    rf"[^.!?]{{0,40}}?{_WHAT_IS_NOT}[은는이가도]?\s?(?:[가-힣]+에[는도]?\s)?{_ADVERBS}(?:없(?!이)|못\s?(?:찾|봤)"
    rf"|찾지\s?못)"
    rf"|(?:\s?같은\s?(?:것|건|혜택|행사)|\s?(?:행사|혜택|이벤트|제도|서비스))?[은는이가도]?\s?{_ADVERBS}(?:없(?!이"
    rf"|으면|어도|다면)|안\s?(?:드|해|하)"
    r"|못\s?(?:드|해))"
    rf"|[^.!?,]{{0,30}}?(?:{_GIVES})지(?:[는도])?\s?(?:않|못)"
    r"|[^.!?,]{0,24}?(?:기대하지\s?(?:않|마)|(?:제공|대상|해당|사항)이?\s?(?:아니|아닙))"
    r"|[^.!?,;]{0,40}?(?:\bisn't|\baren't|\bnot\b|\bnever\b|\bnothing\b|n't)\s(?:\w+\s){0,3}?(?:mention|list|offer"
    r"|available|something"
    r"|part\b|promis|stat|advertis|in the|in our|here\b|includ|given|planned|on the cards)"
)
_NOTHING_BEFORE: Final = re.compile(
    r"(?:\bno\b|\bnot (?:any|aware of|offering|running|able to)|\bnothing\b|n't\b|\bdo not\b|\bwithout\b|\bnever\b"
    r"|\bneither\b"
    r"|\bnor\b|unaware of|instead of|\b(?:i|we)(?:'d| would) love to|\bi wish|\bwish (?:i|we))"
    r"(?!\s(?:forget|miss|worry|need|hesitate|wait|only|just|matter|longer pay))[^.!?,;$]{0,44}$"
)
_LIMITS: Final = re.compile(
    r"제한|조건|부담|걱정|비용|한도|상관|관계|문제|번거|유효|기한|\blimit|\bcatch|\bstrings|\bminimum"
)
"""What a promise may lack and is one all the same."""
_YES: Final = re.compile(
    r"[\W_]*(?:a\s?[.:)]\W*)?(?:네|예|넵|넹|그럼요|물론|맞아요|맞습니다|당연|그렇|(?:yes|yep|yeah|sure|absolutely"
    r"|of course"
    r"|certainly|definitely|correct|indeed|it does|they do|you can|it is)\b)"
)
_NO: Final = re.compile(
    r"[\W_]*(?:a\s?[.:)]\W*)?(?:아니(?:요|오|에요|예요|죠|다)?(?![가-힣])|아뇨|아닙니다|(?:no|nope|not (?:for|with"
    r"|quite|at all|on"
    r"|if))\b)"
)
_CELL_YES: Final = re.compile(r"[\W_]*(?:[o○✓✔✅⭕]|가능|대상|해당|예|네|yes)")
_CELL_NO: Final = re.compile(r"[\W_]*(?:[x×✗✘❌]|불가|아님|제외|아니|no\b)")
WANTED: Final = re.compile(
    r"찾으시|원하시|필요하시|말씀하신|물어보신|you(?:'re| are)? (?:need|want|ask|look)|looking for|as you"
)
"""What repeats a wish of the shopper's."""


def is_left_open(text: str) -> bool:
    """Whether a sentence asks, or says that it does not know."""
    return _OPEN.search(text) is not None or (_ASKS.search(text) is not None and not _TAKES_FOR_TRUE.search(text))


def open_parts(text: str) -> list[tuple[int, int]]:
    """Where in a sentence it asks, or says that it does not know."""
    if not is_left_open(text):
        return []
    starts = [0, *(turn.end() for turn in _TURN.finditer(text))]
    parts = zip(starts, [*starts[1:], len(text)], strict=True)
    return [(start, stop) for start, stop in parts if is_left_open(text[start:stop])] or [(0, len(text))]


def is_denied(said: str, start: int, end: int) -> bool:
    """Whether what stands from `start` to `end` is said not to be so, right before or behind it."""
    return bool(_DENIED.match(said, end) or _DENIED_BEFORE.search(said, 0, start))


def is_not_given(said: str, start: int, end: int) -> bool:
    """Whether the shop is said not to give, or not to speak of, what stands there."""
    behind = _IS_NOT_THERE.match(said, end)
    if behind and not _LIMITS.search(behind[0]):
        return True
    before = _NOTHING_BEFORE.search(said, 0, start)
    return before is not None and not _LIMITS.search(before[0])


def answered(asked: str, said: str) -> bool | None:
    """Whether a question is answered by yes, or by no; None when it is not, or by neither."""
    if not asked:
        return None
    if _YES.match(said):
        return True
    if _NO.match(said):
        return False
    return None


def answered_in_cell(said: str) -> bool | None:
    """The same in a cell of a table."""
    return False if _CELL_NO.match(said) else True if _CELL_YES.match(said) else None


def answer_end(said: str) -> int:
    """Where the yes or no is over with which an answer begins."""
    found = _YES.match(said) or _NO.match(said) or _CELL_NO.match(said) or _CELL_YES.match(said)
    return found.end() if found else 0
