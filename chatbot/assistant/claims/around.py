"""What stands around a claim: the words of its clause, and the products that these and the line name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from chatbot.assistant.claims.goods.names import Mention
from chatbot.assistant.claims.goods.rows import Row
from chatbot.assistant.claims.line import Claim, Line
from chatbot.assistant.claims.supply import counting


@dataclass(frozen=True, slots=True)
class Around:
    """The clause around a claim, from `start` to `stop` of its line, and whom the line names in order."""

    line: Line
    claim: Claim
    start: int
    stop: int
    names: Sequence[Mention]
    rows: Sequence[Row]
    """The same, those together that stand in a row."""
    everyone: frozenset[int]

    @property
    def before(self) -> str:
        """Its words before the claim."""
        return self.line.text[self.start : self.claim.start]

    @property
    def after(self) -> str:
        """Its words behind the claim."""
        return self.line.text[self.claim.end : self.stop]

    @property
    def text(self) -> str:
        """All its words."""
        return self.line.text[self.start : self.stop]

    @property
    def rows_before(self) -> list[Row]:
        """Those that it names before the claim."""
        return [row for row in self.rows if self.start <= row.start and row.end <= self.claim.start]

    @property
    def rows_after(self) -> list[Row]:
        """Those that it names behind the claim."""
        return [row for row in self.rows if self.claim.end <= row.start < self.stop]

    @property
    def named_rows(self) -> list[Row]:
        """All that it names."""
        return [*self.rows_before, *self.rows_after]

    def named(self, start: int, stop: int) -> frozenset[int]:
        """Those named from `start` to `stop` of the line."""
        return frozenset().union(*(row.products for row in self.rows if start <= row.start and row.end <= stop))

    def all_of(self) -> frozenset[int]:
        """Of whom all are meant: those that the clause names, or the sentence, or everyone."""
        named = frozenset().union(*(row.products for row in self.rows_before)) or self.named_near()
        return named or self.everyone

    def named_near(self) -> frozenset[int]:
        """Those that its sentence names, or cites, several at least; those of the line else."""
        start, stop = self.line.bounds(self.claim)
        named = self.named(start, stop)
        if len(named) < 2:
            named |= self.line.named_around(self.claim)
        return named if len(named) > 1 else frozenset(one.product for one in self.line.mentions)

    def among(self) -> tuple[frozenset[int], Row | None]:
        """Of whom one is singled out: those that are named in a row for it, or everyone."""
        for row in self.named_rows:
            is_of = counting.OF_WHOM.search(self.line.text, self.start, row.start)
            if len(row.products) > 1 and (is_of or counting.OF_THEM.match(self.line.text, row.end)):
                return row.products, row
        if counting.OF_THOSE.search(self.text) and len(named := self.named(0, self.start)) > 1:
            return named, None
        return self.everyone, None

    def named_before(self, place: int) -> Iterator[frozenset[int]]:
        """Those that the line names before a place: all, those of its sentence, those of the last that names any."""
        line = self.line
        rows = [row for row in self.rows if row.end <= place]
        named = self.named(0, place)
        if not named and line.previous is not None:
            yield frozenset({line.previous})
        yield named
        start, _ = line.bounds(self.claim)
        yield self.named(start, place)
        if rows:
            yield rows[-1].products
            for one, other in pairwise(reversed(rows)):
                yield one.products | other.products

    def in_order(self, place: int) -> list[int]:
        """The products in the order in which they are named before a place, or were shown."""
        named = list(dict.fromkeys(one.product for one in self.names if one.end <= place))
        return named if len(named) > 1 else sorted(self.everyone)
