"""Tokens by a rule of the simulator's own: deterministic, script-aware, and close to what real tokenisers give.

A token is up to four Latin letters or two Hangul syllables with the space before them, up to three digits, one Han
character, one or two marks, a run of white space, or else one character. Korean prose comes to about 1.5 syllables a
token, English to about 4 characters. The pieces joined are the text again, whatever it holds.
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final

# The Latin class takes accented letters, not the signs × and ÷ that lie between them.
_LATIN = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_PIECE: Final = re.compile(
    rf" ?[{_LATIN}]{{1,4}}"
    r"| ?[\uac00-\ud7a3]{1,2}"
    r"| ?[0-9]{1,3}"
    r"|[\u4e00-\u9fff]"
    r"|[\u3040-\u30ff]{1,2}"
    r"| ?[!-/:-@\[-`{-~]{1,2}"
    r"|\s{1,8}"
    r"|.",
    re.DOTALL,
)

MESSAGE_OVERHEAD: Final = 3
"""Tokens that frame each message of a prompt, and once more the answer that is to come."""

CACHE_MINIMUM: Final = 1024
"""A prompt prefix shorter than this many tokens is never billed as cached."""

_PREFIXES_KEPT: Final = 4096

Message = tuple[str, str]
"""A role and a text."""


def pieces(text: str) -> list[str]:
    """The tokens of `text`, in order; joined they are `text`."""
    return _PIECE.findall(text)


# The system message of a shop repeats from turn to turn; counting 30 KB anew costs more than a millisecond.
@lru_cache(maxsize=512)
def count(text: str) -> int:
    """How many tokens `text` has."""
    return len(_PIECE.findall(text))


def prompt_tokens(messages: Sequence[Message]) -> int:
    """Tokens of a whole prompt: every message with its frame, and the frame of the answer."""
    return sum(count(text) + MESSAGE_OVERHEAD for _, text in messages) + MESSAGE_OVERHEAD


class PromptCache:
    """Remembers prompts message by message, so that a repeated beginning counts as cached input."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def cached_tokens(self, scope: str, messages: Sequence[Message]) -> int:
        """Tokens of the longest run of first messages seen before in `scope`; 0 below CACHE_MINIMUM. Remembers all.

        `scope` keeps customers and models apart: name both in it.
        """
        digest = blake2b(scope.encode(), digest_size=16).digest()
        tokens = cached = 0
        seen = True
        for role, text in messages:
            digest = blake2b(b"\0".join((digest, role.encode(), text.encode())), digest_size=16).digest()
            tokens += count(text) + MESSAGE_OVERHEAD
            seen = seen and digest in self._known
            if seen:
                cached = tokens
            self._known[digest] = None
            self._known.move_to_end(digest)
        while len(self._known) > _PREFIXES_KEPT:
            self._known.popitem(last=False)
        return cached if cached >= CACHE_MINIMUM else 0
