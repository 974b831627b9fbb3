"""What stands around the line of an answer that is being written: heads, headings, a table's columns, a question."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chatbot.assistant.claims.answers import asks
from chatbot.assistant.claims.goods.heads import Heads
from chatbot.assistant.claims.goods.names import Names, level
from chatbot.assistant.claims.line import columns_of
from chatbot.assistant.claims.overhead import NOTHING, Overhead, below
from chatbot.assistant.claims.sentences import is_row
from chatbot.assistant.claims.supply.labelled import is_of_stock, labels_of


@dataclass(slots=True)
class Surroundings:
    """As the lines before made it."""

    names: Names
    heads: Heads = field(default_factory=Heads)
    """The products that earlier lines spoke of."""
    over: Overhead = NOTHING
    """What stands over the line."""
    asked: str = ""
    """The question with which the line before ended, until it is answered."""
    columns: Sequence[int | None] | None = None
    """The products that the head of a table names, cell by cell; None outside of one."""
    is_of_stock: bool = False
    """Whether a cell of that head says that what stands below it is about stock."""
    written: str = ""
    """The line as the model wrote it, as far as it was corrected last; what it is about stays the same."""

    def forget(self) -> None:
        """Nothing stands before any more."""
        self.heads.forget()
        self.over, self.asked, self.written = NOTHING, "", ""
        self.columns, self.is_of_stock = None, False

    def line_ends(self, line: str, named: Sequence[int]) -> None:
        """`line`, as it was corrected, is over; it names these products."""
        written = level(self.written or line)
        self.heads.line_ends(written, named)
        self.over = below(written, self.over, named)
        self.written = ""
        if not is_row(line):
            self.columns, self.is_of_stock = None, False
        elif self.columns is None:
            head = level(line)
            self.columns = columns_of(head, self.names.mentions(head))
            self.is_of_stock = any(map(is_of_stock, labels_of(head)))
        if line.strip():
            self.asked = written if asks(written) else ""
