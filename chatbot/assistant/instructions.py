"""What staff have told the assistant: the instructions in force and the shop's entries, read together once a second."""

from dataclasses import dataclass
from typing import Final

from chatbot.catalog.knowledge import Entry, Shelf
from chatbot.models import Instructions, ShopEntry
from chatbot.remembered import remembered

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


@remembered(Instructions, ShopEntry)
def in_force() -> Standing:
    """What holds now."""
    rows = ShopEntry.objects.filter(enabled=True).order_by("pk")
    fields = ("pk", "topic", "language", "title", "text", "link")
    shelf = Shelf(tuple(Entry(**row) for row in rows.values(*fields)))
    newest = Instructions.objects.order_by("-pk").first()
    return Standing(shelf=shelf) if newest is None else Standing(newest.pk, newest.text, shelf)
