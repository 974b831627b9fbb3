"""What times are said of: how long delivery takes, within how long something can be returned, from when on.

Not each of them is promised: it may be that until then nothing comes, or that after it nothing is taken back.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from chatbot.assistant.claims.terms import hours
from chatbot.assistant.claims.terms.denials import is_denied
from chatbot.assistant.claims.terms.spans import WEEKDAY, dates, days, spans, weekdays
from chatbot.assistant.claims.terms.topics import Piece, topics_in
from chatbot.assistant.claims.terms.wordings import STARTS

Limit = Literal["", "not by", "not after", "after", "needed by"]

CLAUSE: Final = re.compile(
    r"[,;]\s|:\s(?=[a-z가-힣])|\s(?:and|but|while|whereas)\s(?!\d)|(?<=[가-힣])(?:고|며|지만|는데)(?:,|\s)"
)
_KOREAN_REFUSED: Final = (
    r"어렵|어려[우워운울]|힘들|불가|안\s?(?:되|돼|됩|된|받)|수(?:는|가|도)?\s?없|(?:하|되|받|오|가|드리|보내|도착하"
    r"|맞추|이뤄지)지(?:는|도)?\s?(?:못|않)"
    r"|못\s?(?:받|해|하|맞|보내|드)|(?<![가-힣])(?:건|것은|것이|게)\s아니|[은는이]\s아니(?:고|라|에요|예요|며|지)|아닙"
)
_IS_REFUSED: Final = re.compile(rf"(?:{_KOREAN_REFUSED})[가-힣]*\W*(?:[가-힣]+\W*)?$")
_ENGLISH_REFUSED_BEFORE: Final = re.compile(
    r"(?:n't|\bnot|\bnever|\bcannot|\bno|\bunable to|\bneither|\bnor)\s(?!worry|only|need|matter)(?:[\w'-]+\s){0,5}?$"
)
_ENGLISH_REFUSED_BEHIND: Final = re.compile(
    r"^[^,;.!?]{0,40}?\b(?:isn't|aren't|is not|are not|won't|will not|can't|cannot|not)\s(?:\w+\s){0,3}?(?:possible"
    r"|available"
    r"|something|on offer|an option|offer|feasible|realistic|happen|work|doable|make it|what we|be there|arrive)"
)
_OUT_OF_QUESTION: Final = re.compile(r"^[^,;.!?]{0,30}?\b(?:out of the question|no option|ruled out)\b")
_ENGLISH_REFUSED: Final = re.compile(
    r"\bafraid\b|n't\b|\bnot\b|\bcannot\b|\bunfortunately\b|\btoo (?:tight|soon|late)\b|\bsorry\b"
)
_MOST: Final = re.compile(r"넘|초과|이상|longer than|more than|at most|no later|exceed|beyond")
_NEEDED_AFTER: Final = re.compile(
    r"^\s?(?:이?내(?:에|로)?|안에|까지(?:는)?|에|전에|중으로)?\s?(?:꼭\s|반드시\s|급하게\s|당장\s)*(?:필요하"
    r"|받으셔야|받아야|받고\s?싶|써야|쓰셔야|급하)"
)
_NEEDED_BEFORE: Final = re.compile(
    r"\b(?:if|when|unless|should|since)\b[^.;!?]{0,30}\b(?:need|want|have to|must|require)[^.;!?]{0,40}$"
)
_EXPIRED_AFTER: Final = re.compile(
    r"^째|^\s?[이가을를은도]?\s?(?:지나|지난|지났|넘[으은어기긴겼]|넘었|경과|초과)|^\s?(?:이후|뒤|후)(?:에는|엔"
    r"|로는|부터|에도)"
    r"|^\s(?:have|has|'ve)?\s?(?:gone by|passed|elapsed|are up|is up|are over|is over|later\b)"
)
_EXPIRED_BEFORE: Final = re.compile(r"\b(?:after|past|beyond|later than|more than|over|once)\s(?:\w+\s){0,2}$")
_NOT_EXPIRED: Final = re.compile(
    r"^\s?[이가을를은]?\s?(?:지나|넘|경과하|초과하)(?:지\s?(?:않|못)|기\s?전)|^\s(?:haven't|hasn't|have not|has not)"
)
_EVEN_AFTER: Final = re.compile(r"^\s?[이가을를은]?\s?(?:지나|넘어|넘|지난\s?(?:뒤|후)에|이후에|뒤에|후에)[가-힣]*도\s")
_EVEN_BEFORE: Final = re.compile(r"\beven\s(?:\w+\s){0,3}$")
_CLOSES: Final = re.compile(
    rf"{_KOREAN_REFUSED}|끝|마감|종료|만료|n't\b|\bnot?\b|\bcannot\b|\bnever\b|\btoo late|\bclose[sd]?\b|\bends?\b"
    rf"|\bexpires?\b"
    r"|\blapses?\b|\bruns? out\b|\bover\b|\bimpossible\b"
)
_THEREAFTER: Final = re.compile(r"그\s?(?:뒤|후|이후|다음)|그\s?기간[이을]|\bafter that\b|thereafter|from then on")
_UNLESS: Final = re.compile(r"\bunless\b|아니면|않으면|아니라면|않는다면")
_ORDERED_ON: Final = re.compile(
    rf"(?:{WEEKDAY})(?:에|날)?\s?(?:\S+\s)?(?:주문|결제|구매|구입|사시|사면|order)"
    rf"|\b(?:order|buy|pay|purchas|plac|check out)\w*\s(?:\w+\s){{0,4}}?(?:on\s)?(?:an?\s)?(?:{WEEKDAY})"
)
_NOT_TAKEN_BACK: Final = re.compile(
    r"(?:반품|환불|교환|돌려\s?보내|무르)[^.!?,]{0,16}?(?:불가|안\s?(?:되|돼|됩|됨|받)|(?:할|하실|받으실|받을"
    r"|보내실|보낼|받아\s?드릴|해\s?드릴|실|실\s?수"
    r"|)\s?수(?:는|가)?\s?없"
    r"|받지\s?(?:는\s)?않|받아\s?드리지\s?(?:는\s)?(?:않|못)|(?:해\s?드리|되|받|가능하)지\s?(?:는\s)?(?:않|못)"
    r"|못\s?(?:해|받))"
    r"|(?:can't|cannot|can not|won't|will not|not able to|unable to|never|no longer)\s(?:\w+\s){0,2}?(?:take|accept"
    r"|send|give|bring|go|come)"
    r"(?:\s(?:it|them|these|those|any|\w+))?\s(?:back\b|returns?\b)"
)
_NO_REFUSAL: Final = re.compile(r"걱정|부담|비용|사유|이유|필요|문제|묻지|않으셔도|않아도")


class Time(NamedTuple):
    """A time of `topic` from `start` to `end`, or what it is counted from; `limit` says how it is meant."""

    start: int
    end: int
    topic: str
    value: str
    limit: Limit = ""


def times(piece: Piece, about: list[str], *, is_ours: bool) -> Iterator[Time]:
    """Every time that a piece says of what it is `about`."""
    said = piece.said
    for match, values in spans(said) if about else ():
        # Of several topics a span is said of those in its clause; where there are none or more, of each.
        clause, at = _clause(said, match.start(), match.end())
        for topic in (len(about) > 1 and topics_in(clause)) or about:
            limit = "" if is_ours else _limit(topic, said, match.start(), match.end())
            if not is_ours and not limit and is_denied(said, match.start(), match.end()):
                continue
            for value in values:
                yield Time(match.start(), match.end(), topic, _before(value, said, match.end()), limit)
            for start, end, event in _starts(clause):
                yield Time(at + start, max(at + end, match.end()), f"{topic} from", event)
    for topic in ("delivery", "restock"):
        if topic in about:
            yield from _dates(said, topic, is_ours=is_ours)


def refusals(said: str) -> Iterator[tuple[int, int]]:
    """Where it is said of returns that there are none, at whatever time."""
    if is_of_what_expires(said):
        return
    for match in _NOT_TAKEN_BACK.finditer(said):
        if not _NO_REFUSAL.search(match[0]):
            yield match.span()


def is_of_what_expires(said: str) -> bool:
    """Whether words speak of what holds no longer once some time is over."""
    named = [(match.start(), match.end()) for match, _ in spans(said)]
    return any(_limit_of_returns(said, start, end) == "not after" for start, end in named) or (
        bool(named) and (_UNLESS.search(said) or _THEREAFTER.search(said)) is not None
    )


def _dates(said: str, topic: str, *, is_ours: bool) -> Iterator[Time]:
    ordered = _ORDERED_ON.search(said) if topic == "delivery" else None
    begins = next((day for day in weekdays(ordered[0])), None) if ordered else None
    for start, end, value in dates(said):
        if hours.is_hour(said, end):
            continue
        if ordered and begins and value == "weekday":
            if ordered.start() <= start < ordered.end():
                continue
            arrives = next((number for _, _, number in weekdays(said[start:end])), begins[2])
            value = f"{(arrives - begins[2]) % 7 or 7}d"
        is_not = not is_ours and is_denied(said, start, end)
        limit = "" if is_ours else "not by" if is_not else _limit(topic, said, start, end)
        yield Time(start, end, topic, value, limit)


def _limit(topic: str, said: str, start: int, end: int) -> Limit:
    """How a time is meant that stands from `start` to `end`."""
    if topic == "returns":
        return _limit_of_returns(said, start, end)
    if topic != "delivery":
        return ""
    clause, at = _clause(said, start, end)
    before, after = clause[: start - at], clause[end - at :]
    if _NEEDED_AFTER.match(said[end:]) or _NEEDED_BEFORE.search(said[:start]):
        is_refused = _IS_REFUSED.search(said.rstrip(".!?。 ")) or _ENGLISH_REFUSED.search(said)
        return "not by" if is_refused else "needed by"
    if _MOST.search(clause):
        return ""
    is_refused = (
        _IS_REFUSED.search(after.rstrip(".!?。 "))
        or _ENGLISH_REFUSED_BEFORE.search(before)
        or _ENGLISH_REFUSED_BEHIND.search(after)
        or _OUT_OF_QUESTION.search(after)
    )
    return "not by" if is_refused else ""


def _limit_of_returns(said: str, start: int, end: int) -> Limit:
    after, before = said[end:], said[:start]
    if _NOT_EXPIRED.match(after) or not (_EXPIRED_AFTER.match(after) or _EXPIRED_BEFORE.search(before)):
        return ""
    if _EVEN_AFTER.match(after) or _EVEN_BEFORE.search(before):
        return "after"
    return "not after" if _CLOSES.search(said) else "after"


def _before(value: str, said: str, end: int) -> str:
    """The day before, where the day from which on is counted: 15일째부터."""
    number = days(value)
    return f"{number - 1}d" if number and said[end:].startswith("째") else value


def _starts(clause: str) -> Iterator[tuple[int, int, str]]:
    for event, pattern in STARTS:
        for match in pattern.finditer(clause):
            if not is_denied(clause, match.start(), match.end()):
                yield match.start(), match.end(), event


def _clause(said: str, start: int, end: int) -> tuple[str, int]:
    """The clause that words stand in, and where it begins."""
    begin = max((found.end() for found in CLAUSE.finditer(said, 0, start)), default=0)
    stop = CLAUSE.search(said, end)
    return said[begin : stop.start() if stop else len(said)], begin
