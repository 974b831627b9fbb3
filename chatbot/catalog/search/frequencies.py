"""How many products hold a token: asked of the index once, then remembered for a minute.

Shops are asked for the same few words all day. A count that is a minute old orders products as well as one of now.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from chatbot.models import Product
from chatbot.remembered import Remembered

FRESH_S: Final = 60.0
MOST: Final = 50_000
"""Tokens whose counts are remembered."""

_counts: Final = Remembered[dict[str, int]](dict, [Product], fresh_s=FRESH_S)
"""Filled by the questions, in any thread; empty once a minute, when a product is saved, and in a transaction."""

Read = Callable[[Collection[str]], Mapping[str, int]]


def frequencies(tokens: Collection[str], *, guessed: Collection[str], read: Read) -> Mapping[str, int]:
    """How many products hold each token; `read` asks the index for what is not known.

    A word that no product held a moment ago is asked for again, so that what is new is found at once. Of the `guessed`
    ones (where a compound may be cut) it is remembered that there are none.
    """
    known = _counts()
    found = {token: known[token] for token in tokens if token in known}
    if missing := [token for token in tokens if token not in found]:
        counted = read(missing)
        if len(known) > MOST:
            known.clear()
        for token in missing:
            count = found[token] = counted.get(token, 0)
            if count or token in guessed:
                known[token] = count
    return found


def forget() -> None:
    """The index has changed."""
    _counts.forget()
