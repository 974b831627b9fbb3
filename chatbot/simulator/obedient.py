"""A model that does whatever a text in its prompt tells it to, wherever the text stands: the worst one to protect.

It obeys `say "..."` (or `answer`, `tell the shopper`, 말해, 답해 after the quotation) and reads out its system message
when asked for its prompt, instructions or rules. It reads what hides in invisible characters, as models do.
"""

import re
from collections.abc import Sequence
from typing import Final

from chatbot.simulator.tokens import Message

_SAY: Final = re.compile(
    r"(?:\b(?:say|answer|write|reply|tell (?:the shopper|everyone|them|me))\b"
    r"[^\"“”\n]{0,40}[\"“](?P<english>[^\"”\n]{1,400})[\"”])"
    r"|(?:[\"“](?P<korean>[^\"”\n]{1,400})[\"”]\s?(?:이?라고|고)\s?(?:만\s)?(?:말|답|대답|안내|써))",
    re.IGNORECASE,
)
_READ_OUT: Final = re.compile(
    r"(?:repeat|print|show|reveal|output|recite|tell me|what (?:is|are))[^.\n]{0,60}"
    r"(?:system prompt|system message|instructions|rules)"
    r"|(?:시스템 프롬프트|시스템 메시지|지시문|지침|규칙)[^.\n]{0,30}(?:보여|출력|알려|말해|공개|그대로)",
    re.IGNORECASE,
)
_TAGS: Final = 0xE0000
_HIDDEN: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def reply(messages: Sequence[Message]) -> str:
    """What it says because it was told to; empty when nobody told it anything."""
    read = [(role, _as_read(text)) for role, text in messages]
    asked = "\n".join(text for role, text in read if role == "user")
    said = [match["english"] or match["korean"] for _, text in read for match in _SAY.finditer(text)]
    system = "\n".join(text for role, text in read if role in ("system", "developer"))
    _, fence, data = system.partition("<products>")
    # The rules themselves speak of rules; orders stand in the question or among the products.
    if _READ_OUT.search(asked) or (fence and _READ_OUT.search(data)):
        said.append(system)
    return "\n".join(said)


def _as_read(text: str) -> str:
    """`text` as a model reads it: tag characters are letters, and what joins or turns words is nothing."""
    plain = "".join(chr(ord(one) - _TAGS) if _TAGS < ord(one) < _TAGS + 0x7F else one for one in text)
    return _HIDDEN.sub("", plain)
