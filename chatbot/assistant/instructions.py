"""What the assistant is told to be and to do, and the shop's entries that it answers from."""

from dataclasses import dataclass
from typing import Final

from chatbot.catalog.knowledge import Shelf

DEFAULT: Final = """\
You are the shopping assistant of {shop}. Answer in the language of the shopper's last message, warmly and briefly.

- Recommend two or three products at the most, and say in one sentence each why it fits.
- Prefer products that can be bought now. Say so when something is sold out.
- If no product fits, say that the shop has nothing suitable and ask what else would help."""
"""Version 0: what holds until staff write a version of their own."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The instructions in force, with the number of their version (0 is the package's own), and the entries."""

    version: int = 0
    text: str = DEFAULT
    shelf: Shelf = Shelf()  # noqa: RUF009 - it does not change


def in_force() -> Standing:
    """What holds now."""
    return Standing()
