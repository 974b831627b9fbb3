"""The JSON of the OpenAI dialect, typed, which is also the normal form: other dialects are turned into it.

Decoding never raises: what cannot be read is None.
"""

import json
from typing import Final

import msgspec

from chatbot.events import Usage
from chatbot.relay.dialects.values import Number, T, whole


class Words(msgspec.Struct, gc=False):
    """A `delta` or a `message`."""

    content: str | None = None


class Choice(msgspec.Struct, gc=False):
    """One of the answers; only the first is asked for."""

    index: int = 0
    delta: Words | None = None
    message: Words | None = None
    finish_reason: str | None = None


class ErrorObject(msgspec.Struct):
    """An error, as far as its structured fields go; its words are not read."""

    code: int | str | None = None
    type: str | None = None
    status: int | str | None = None

    def codes(self) -> tuple[int | str, ...]:
        """Status, code and type, those that are there."""
        return tuple(each for each in (self.status, self.code, self.type) if each is not None)


class InputDetails(msgspec.Struct):
    """Which of the input tokens were cached."""

    cached_tokens: Number = None


class OutputDetails(msgspec.Struct):
    """Which of the output tokens were not said."""

    reasoning_tokens: Number = None


class TokenCounts(msgspec.Struct):
    """A `usage` object as it came. Counts are cumulative: what comes later replaces what came before."""

    prompt_tokens: Number = None
    completion_tokens: Number = None
    total_tokens: Number = None
    prompt_tokens_details: InputDetails | None = None
    completion_tokens_details: OutputDetails | None = None

    def updated(self, later: "TokenCounts") -> "TokenCounts":
        """These counts, with everything that `later` says in their place."""
        mine = {name: getattr(self, name) for name in self.__struct_fields__}
        theirs = {name: getattr(later, name) for name in later.__struct_fields__}
        return TokenCounts(**(mine | {name: value for name, value in theirs.items() if value is not None}))

    def usage(self, *, spoke: bool = False) -> Usage:
        """The canonical vector. Impossible counts are None, and the vector is flagged `doubtful`.

        Impossible is what is negative or broken, a part larger than its whole and, for an answer that `spoke`, a 0 for
        all of its input or output: gateways that cannot count write one. Some servers count reasoning beside the
        completion, not inside it; `total_tokens` gives them away.
        """
        details_in = self.prompt_tokens_details or InputDetails()
        details_out = self.completion_tokens_details or OutputDetails()
        given, output = whole(self.prompt_tokens), whole(self.completion_tokens)
        cached, reasoning = whole(details_in.cached_tokens), whole(details_out.reasoning_tokens)
        if given is not None and output is not None and reasoning and self.total_tokens == given + output + reasoning:
            output += reasoning
        if spoke:
            given, output = given or None, output or None
        cached, reasoning = _part_of(given, cached), _part_of(output, reasoning)
        said = (
            (self.prompt_tokens, given),
            (self.completion_tokens, output),
            (details_in.cached_tokens if given is not None else None, cached),
            (details_out.reasoning_tokens if output is not None else None, reasoning),
        )
        return Usage(
            input_tokens=given,
            cached_input_tokens=cached,
            output_tokens=output,
            reasoning_tokens=reasoning,
            source="unknown" if given is None or output is None else "reported",
            doubtful=any(theirs is not None and ours is None for theirs, ours in said),
        )


class Chunk(msgspec.Struct):
    """A chunk of a stream, or a plain answer."""

    id: str | None = None
    model: str | None = None
    choices: list[Choice] | None = None
    usage: TokenCounts | None = None
    error: ErrorObject | None = None
    object: str | None = None
    code: int | str | None = None
    type: str | None = None

    def error_object(self) -> ErrorObject:
        """The error that the chunk holds: under `error`, or the chunk itself (vLLM's `"object": "error"`)."""
        return self.error or ErrorObject(code=self.code, type=self.type)


class QuickChoice(msgspec.Struct, gc=False):
    """What a choice of the usual chunk holds."""

    index: int = 0
    delta: Words | None = None
    finish_reason: str | None = None


class QuickChunk(msgspec.Struct, gc=False):
    """The part of a chunk that tells whether it holds words and nothing else; names that are known are not read."""

    choices: list[QuickChoice] | None = None
    usage: TokenCounts | None = None
    error: ErrorObject | None = None


EMPTY: Final = QuickChunk()
quick: Final = msgspec.json.Decoder(QuickChunk).decode
"""Decodes the usual chunk in four fifths of the time. Raises for what is no such object, as msgspec does."""

END: Final = Chunk(choices=[])
"""Stands for the end mark of a dialect whose end mark is a JSON object."""

_chunks: Final = msgspec.json.Decoder(Chunk)


def choice(text: str, finish_reason: str | None = None, *, plain: bool = False) -> Choice:
    """The first choice of a chunk, or of a `plain` answer."""
    words = Words(content=text)
    if plain:
        return Choice(message=words, finish_reason=finish_reason)
    return Choice(delta=words, finish_reason=finish_reason)


def decode(data: bytes) -> Chunk | None:
    """The chunk in `data`; None when it is no JSON object of that form.

    Text may hold half a surrogate pair (see `surrogates`) and, where the upstream sent invalid UTF-8, U+FFFD.
    """
    try:
        return _chunks.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _decode_leniently(data)


def _decode_leniently(data: bytes) -> Chunk | None:
    # The standard library lets half a surrogate pair pass, which msgspec rightly refuses; and an odd usage or error
    # object must not cost the words beside it.
    if not data.lstrip().startswith(b"{"):
        return None
    try:
        value = json.loads(data.decode("utf-8", "replace"))
        usage, error = value.pop("usage", None), value.pop("error", None)
        chunk = msgspec.convert(value, Chunk)
    except (ValueError, RecursionError):
        return None
    chunk.usage = _converted(usage, TokenCounts)
    if error:
        chunk.error = _converted(error, ErrorObject) or ErrorObject()
    return chunk


def _converted(value: object, kind: type[T]) -> T | None:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return None


def _part_of(whole: int | None, part: int | None) -> int | None:
    return None if part is None or whole is None or part > whole else part
