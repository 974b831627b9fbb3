"""Tokens by counting characters, for what no relay reported: the size of a prompt, an answer that was stopped.

The relay's own count is the truth wherever there is one; a figure from here is always marked as estimated. Tokenizers
differ by model, so the rates are the middle of what the current ones give, by script:

- Latin, Greek, Cyrillic words: one token per 5 letters, at least one per word; the space before a word is free.
- Hangul: 2 tokens per 3 syllables. Kana and Chinese characters: one each.
- Digits: one token per 3, since tokenizers cut long numbers into threes.
- Punctuation and symbols: a run of the same sign up to 4 long is one token, any other sign is one.
- Line breaks: one token per run. Everything else (emoji and rare scripts): 2 tokens a character.
"""

import re
from collections.abc import Iterable
from typing import Final

from chatbot.events import AttemptEnded, Usage
from chatbot.relay.base import ChatMessage

NOT_SERVED: Final = frozenset(
    {
        "relay_unreachable",
        "relay_rate_limited",
        "queue_timeout",
        "relay_unauthorized",
        "key_unavailable",
        "relay_rejected",
        "relay_overloaded",
        "not_sent",
    }
)
"""Codes of attempts that the relay did not serve, and so does not bill."""

NOTHING: Final = Usage(input_tokens=0, cached_input_tokens=0, output_tokens=0, source="estimated")

MESSAGE_OVERHEAD: Final = 4
"""Tokens that a chat format adds around each message: role and separators."""
REPLY_OVERHEAD: Final = 3
"""Tokens that open the answer."""

_HANGUL: Final = "\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3"
_WORD: Final = "A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff"
_IDEOGRAPHS: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_SIGNS: Final = r"!-/:-@\[-`{-~\u2010-\u2027\u3001-\u303f\uff01-\uff65"

_TOKENS: Final = re.compile(
    rf"[{_WORD}]{{1,5}}|[{_HANGUL}]{{1,3}}|[0-9]{{1,3}}|[{_IDEOGRAPHS}]|\s*\n\s*|([{_SIGNS}])\1{{0,3}}|[^\s]",
)
"""Each match is one token, but for those of SECONDS, which are two. Spaces belong to the word after them."""
_SECONDS: Final = re.compile(
    rf"[{_HANGUL}]{{2,3}}|[^\s0-9{_WORD}{_HANGUL}{_IDEOGRAPHS}{_SIGNS}]",
)
"""Two or three syllables of Hangul, cut as above, and what is none of the known scripts and signs."""


def estimate_tokens(text: str) -> int:
    """About how many tokens `text` is; 0 for no text. Pure, and linear in the length."""
    return len(_TOKENS.findall(text)) + len(_SECONDS.findall(text))


def estimate_usage(ended: AttemptEnded, *, input_tokens: int, heard: str) -> Usage:
    """About what an attempt used whose prompt is estimated at `input_tokens` and of whose answer `heard` was said."""
    if ended.error_code in NOT_SERVED:
        return NOTHING
    output = estimate_tokens(ended.unheard if ended.outcome == "hedged" else heard + ended.unheard)
    return Usage(input_tokens=input_tokens, output_tokens=output, source="estimated")


def estimate_request(messages: Iterable[ChatMessage]) -> int:
    """About how many input tokens a request with these messages is."""
    return REPLY_OVERHEAD + sum(MESSAGE_OVERHEAD + estimate_tokens(message.content) for message in messages)
