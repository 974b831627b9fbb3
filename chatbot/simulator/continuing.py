"""Going on with an answer that was cut off: the text so far stands in the prompt as the assistant's last message."""

import re
from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from chatbot.simulator import tokens
from chatbot.simulator.tokens import Message

_GO_ON: Final = re.compile(r"\s*(please\s+)?(continue|go on)\b|.{0,20}(계속|이어서)", re.IGNORECASE)
_ANSWERS_KEPT: Final = 4096


def split(messages: Sequence[Message]) -> tuple[Sequence[Message], str]:
    """The prompt as it was at first, and what was said of its answer; that is empty when the prompt is a new one.

    The prompt ends with the assistant's message, or with a request to continue behind it.
    """
    if len(messages) > 1 and messages[-1][0] == "assistant":
        return messages[:-1], messages[-1][1]
    if len(messages) > 2 and messages[-2][0] == "assistant" and _GO_ON.match(messages[-1][1]):
        return messages[:-2], messages[-2][1]
    return messages, ""


def rest(pieces: list[str], said: str) -> list[str]:
    """The pieces of an answer from the end of `said` on; the whole answer if it does not begin with that."""
    if not "".join(pieces).startswith(said):
        return pieces
    left = len(said)
    for at, piece in enumerate(pieces):
        if left < len(piece):
            return [piece[left:], *pieces[at + 1 :]]
        left -= len(piece)
    return []


def last_words(said: str, n: int) -> str:
    """The end of `said` from its n-th last word on."""
    words = [word.start() for word in re.finditer(r"\S+", said)]
    return said[words[-min(n, len(words))] :].rstrip() if words else ""


class Answers:
    """What was answered to each prompt, so that whichever model goes on goes on with that very answer."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, str] = OrderedDict()

    def keep(self, messages: Sequence[Message], text: str) -> None:
        """Remember the answer to a prompt."""
        self._known[_digest(messages)] = text
        while len(self._known) > _ANSWERS_KEPT:
            self._known.popitem(last=False)

    def find(self, messages: Sequence[Message], said: str) -> list[str] | None:
        """The tokens of the answer to this prompt that begins with `said`."""
        text = self._known.get(_digest(messages), "")
        return tokens.pieces(text) if text.startswith(said) and text else None


def _digest(messages: Sequence[Message]) -> bytes:
    digest = blake2b(digest_size=16)
    for role, text in messages:
        digest.update(f"{role}\0{text}\0".encode())
    return digest.digest()
