"""Which products a comparison is about: the one that is said to be the cheaper one, and what it is set against."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from chatbot.assistant.claims.clauses import statement
from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.line import Claim, Line
from chatbot.assistant.claims.offer.comparisons import Comparison, comparisons

_THAN_AFTER: Final = re.compile(
    r"^\*{0,2}(?:\s?\[\[p\d+\]\])?\s?(?:보다|에\s?비(?:해|하면|해서)|[와과]\s?비교|\s?대비|만큼|의(?=\s?(?:약\s|거의\s)?(?:두"
    r"|세|네|2|3|4|절반)))"
)
_AS: Final = r"(?:much|expensive|costly|pricey|cheap|affordable|little)\sas"
_THAN_BEFORE: Final = re.compile(
    rf"(?:\bthan|compared (?:to|with)|(?:price|cost) of|{_AS}|next to|relative to|what|unlike)\s(?:for\s)?"
    r"(?:the\s|our\s|that of the\s)?\*{0,2}$"
)
_CHOSEN_OVER: Final = re.compile(r"\b(?:over|instead of|rather than)\s(?:the\s|our\s)?\*{0,2}$")
_OF_A_SORT: Final = re.compile(
    r"^\s?(?:[가-힣]+\s)?(?:쪽|것|제품|상품|모델|옵션|선택|선택지|걸|건|게|편)(?P<subject>[은는이]|으로[는]?)?\s"
)
_OPTION: Final = re.compile(
    r"^\s(?:\w+\s)?(?:option|one|pair|choice|of the (?:two|three|bunch)|model|pick|product|alternative|buy)s?\s(?:is"
    r"|are|would be|here is|for you is|the)\b"
)
_GOES_TO: Final = re.compile(r"^\s(?:is|are|goes|comes|belongs)\s(?:that of|with|to|from|the)\b|^\s?[:：]")
_WISHED: Final = re.compile(
    r"^[^.!?]{0,14}(?:원하시|찾으시|필요하시|원하신|찾으신)|(?:looking for|after|want|need|prefer|like) (?:something "
    r"|anything |a |an |the |one )?$"
)
_CLAUSE: Final = re.compile(
    r"[,;:(]\s?|\s[—–-]\s|\s(?:and|but|while|whereas|although|though|because|since|so|as|or)\s"
    r"|(?<=[가-힣])(?:고|며|지만|는데|은데|인데|니까|으니|면)(?=[,\s])"
)
_PRONOUN: Final = re.compile(r"(?:^|[^a-z])(?:it|they|this|these|those|that)(?:'s|'re|n't)?\s[^,;:]*$|^\W*not the\s$")
_IS_SAID: Final = re.compile(
    r"[가-힣]*(?:요|니다|고|며|지만|는데|은데|인데|서|니까|네|죠)(?![가-힣])|^\s?(?:제품|상품|모델|가격|편|축|쪽)?(?:이에요|예요|입니다|이고|이라|인데)"
)
"""How a Korean claim ends that says something of what was named before, and describes no name behind it."""
_MOST: Final = re.compile(
    r"cheapest|most |least |lowest|priciest|dearest|costliest|steepest|easiest|highest"
    r"|(?:costs?|pay) the|[가-힣]*\s?(?:가장|제일)|최[저고]가"
)
_MOST_BEFORE: Final = re.compile(r"(?:가장|제일|최고로)\s(?:\S+\s)?$")
# Of how many one is the cheapest.
_OF_SO_MANY: Final = re.compile(
    r"(?<![가-힣])(두|세|네|다섯|[2-9])\s?(?:제품|상품|모델|가지|개|종|대)|(?<![가-힣])(둘|셋"
    r"|넷)(?![가-힣]*째)"
    r"|\bthe (two|three|four|five|[2-5])\b|\b(?:all|these|those|both) (two|three|four|five|[2-5])\b"
)
_OF_ALL: Final = re.compile(
    r"(?<![가-힣])(?:전체|모든|전부)(?![가-힣]*\s?(?:가격|기간))|\bof (?:them )?all\b|\bof the (?:lot|bunch)\b"
    r"|\b(?:of|among|out of) everything\b"
    r"|\b(?:we (?:have|carry|sell|stock|offer)|in (?:our|the) (?:shop|store|range))\b"
)
_THAT_CAN_BE_BOUGHT: Final = re.compile(
    r"(?:재고가?\s?있는|(?:구매|구입|주문)[이가]?\s?(?:가능한|하실\s수\s있는|할\s수\s있는)|(?:사실|살)\s수\s있는)"
    r"|\b(?:in[\s-]stock|available|you can (?:\w+ )?(?:order|buy|get))\b"
)
_LEFT_OUT_AFTER: Final = re.compile(r"\*{0,2}(?:[을를은는이가])?\s?(?:빼|제외|말고|외에|이외)")
_LEFT_OUT_BEFORE: Final = re.compile(
    r"(?:apart from|aside from|except(?: for)?|besides|other than|leaving out|leaving aside|without|excluding"
    r"|not counting|setting aside)\s(?:the\s)?(?:[a-z-]+\s)?\*{0,2}$"
)
_COUNTS: Final = {
    "두": 2, "둘": 2, "two": 2, "세": 3, "셋": 3, "three": 3, "네": 4, "넷": 4, "four": 4, "다섯": 5, "five": 5,
}  # fmt: skip


class Named(NamedTuple):
    """A product that is named from `start` to `end`."""

    start: int
    end: int
    product: int


@dataclass(frozen=True)
class Among:
    """The products of one comparison."""

    found: Comparison
    line: Line
    evidence: Evidence

    @cached_property
    def named(self) -> Sequence[Named]:
        """The products that the sentence names, by name or by their kind, in order; those it cites where it names none.

        What stands side by side for one product is one name.
        """
        start, stop = self.line.bounds(self.found)
        here = [one for one in self.line.mentions if start <= one.start < stop]
        named = [Named(one.start, one.end, one.product) for one in here if one.is_prose]
        for number, place, end in self.evidence.names.kind_places(self.line.text, start, stop):
            if all(end <= one.start or place >= one.end for one in named):
                named.append(Named(place, end, number))
        joined: list[Named] = []
        for one in sorted(named or [Named(one.start, one.end, one.product) for one in here]):
            if joined and joined[-1].product == one.product and one.start - joined[-1].end <= 1:
                one = Named(joined.pop().start, *one[1:])
            joined.append(one)
        return joined

    @cached_property
    def other(self) -> Named | None:
        """The one product that it is set against: cheaper than the Dusk, 노을 헤드폰보다."""
        start, stop = self._reach
        marked = [one for one in self.named if self._is_other(one)]
        before = [one for one in marked if start <= one.start and one.end <= self.found.start]
        after = [one for one in marked if self.found.end <= one.start < stop]
        if self.found.has_object:
            after = [one for one in self.named if self.found.end <= one.start < stop][:1]
        if self.is_most:
            return None
        return next(iter((*after[:1], *before[-1:]) if self._is_latin else (*before[-1:], *after[:1])), None)

    @cached_property
    def subject(self) -> int | None:
        """The number of the product that is said to be cheaper or dearer; None where it is not known."""
        rest = [
            one
            for one in self.named
            if not (self.other and one.product == self.other.product) and not (self._is_other(one) and not self.is_most)
        ]
        after = self.line.text[self.found.end : self.found.end + 60]
        later = [one for one in rest if one.start >= self.found.end]
        earlier = [one for one in rest if one.end <= self.found.start]
        if later and self._points_on(after):
            return later[0].product
        if earlier:
            here = [one for one in earlier if one.start >= self._clause_start] or earlier
            return (here[-1] if self._is_latin or self.other is None else here[0]).product
        if later and not self._is_about_what_was_before(later[0]):
            return later[0].product
        return self._spoken_of_before

    @cached_property
    def others(self) -> Sequence[int]:
        """The numbers of those that it is set against where it names no one of them."""
        told = {one.product for one in self.line.mentions} | {one.product for one in self.named}
        if self.line.previous is not None:
            told.add(self.line.previous)
        if self.is_most or not told - {self.subject}:
            told = self.meant(told)
        return sorted(told - self.left_out - {self.subject})

    @cached_property
    def left_out(self) -> set[int]:
        """The numbers of the products that are said not to count."""
        return {one.product for one in self.named if is_left_out(self.line, one)}

    def meant(self, told: set[int], *, as_all: bool = False) -> set[int]:
        """The products of which one is said to be the cheapest; where nothing more is said, those in stock or `as_all`.

        `told` are those that are spoken of.
        """
        cards = self.evidence.cards
        on_sale = {number for number, card in enumerate(cards) if card.availability != "out_of_stock"}
        start, _ = self.line.bounds(self.found)
        sentence = self.line.sentence_around(self.found)
        behind = _CLAUSE.search(self.line.text, self.found.end)
        clause_stop = behind.start() if behind else len(self.line.text)
        if _THAT_CAN_BE_BOUGHT.search(self.line.text, start, max(self.found.end, clause_stop)):
            return on_sale
        so_many = _OF_SO_MANY.search(sentence)
        if so_many is None:
            is_of_all = as_all or _OF_ALL.search(self.line.text, *statement(self.line, self.found))
            return set(range(len(cards))) if is_of_all else on_sale
        said = next(filter(None, so_many.groups()))
        count = _COUNTS.get(said) or int(said)
        if count == len(told):
            return told
        return set(range(len(cards))) if count == len(cards) else on_sale

    @cached_property
    def is_most(self) -> bool:
        """Whether one is said to be the cheapest or dearest of several."""
        text, start = self.line.text, self.found.start
        return bool(_MOST.match(text, start) or _MOST_BEFORE.search(text, max(0, start - 30), start))

    @property
    def _is_latin(self) -> bool:
        return self.line.text[self.found.start : self.found.end].isascii()

    @cached_property
    def _reach(self) -> tuple[int, int]:
        """From where to where a product may stand that it is set against: up to the next comparison, either way."""
        start, stop = self.line.bounds(self.found)
        for one in comparisons(self.line.text, start):
            if one.end <= self.found.start:
                start = one.end
            elif one.start >= self.found.end:
                return start, min(stop, one.start)
        return start, stop

    @cached_property
    def _clause_start(self) -> int:
        start, _ = self.line.bounds(self.found)
        return max((each.end() for each in _CLAUSE.finditer(self.line.text, start, self.found.start)), default=start)

    @cached_property
    def _spoken_of_before(self) -> int | None:
        """The product that the sentences before spoke of last, and not only to set another against it."""
        start, _ = self.line.bounds(self.found)
        before = [one for one in self.line.mentions if one.end <= start]
        read = [one for one in before if not self._is_other(Named(one.start, one.end, one.product))]
        return read[-1].product if read else self.line.previous

    def _points_on(self, after: str) -> bool:
        """Whether it describes what is named behind it."""
        before = self.line.text[max(0, self.found.start - 30) : self.found.start]
        patterns = (_OF_A_SORT, _OPTION, _GOES_TO, _WISHED)
        return any(pattern.match(after) for pattern in patterns) or _WISHED.search(before) is not None

    def _is_about_what_was_before(self, later: Named) -> bool:
        """Whether it says something of what earlier sentences named, and not of the product behind it."""
        if not _CLAUSE.search(self.line.text, self.found.end, later.start):
            return False
        if self._is_latin:
            return _PRONOUN.search(self.line.text[self._clause_start : self.found.start]) is not None
        return _IS_SAID.match(self.line.text, self.found.start) is not None

    def _is_other(self, one: Named) -> bool:
        before, after = self.line.text[max(0, one.start - 28) : one.start], self.line.text[one.end : one.end + 20]
        if _THAN_AFTER.match(after) or _THAN_BEFORE.search(before):
            return True
        return self.line.text.startswith("sav", self.found.start) and _CHOSEN_OVER.search(before) is not None


def is_left_out(line: Line, one: Claim) -> bool:
    """Whether a product that is named there is said not to count: apart from the Dusk, 스피커를 빼고."""
    before = line.text[max(0, one.start - 32) : one.start]
    return bool(_LEFT_OUT_AFTER.match(line.text, one.end) or _LEFT_OUT_BEFORE.search(before))
