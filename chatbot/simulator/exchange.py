"""One chat request and what will be written for it: a list of steps that faults may edit before it is played.

Until faults say otherwise a streamed answer is: role and tokens, finish, usage, done. A plain answer is one write.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final, Literal

from chatbot.simulator import continuing, tokens
from chatbot.simulator.calls import Chunks, Dialect, Ending, Facts, Mark, Rejected, UsageShape, Used
from chatbot.simulator.openai import OpenAI
from chatbot.simulator.tokens import Message

_ENDS: Final = ("finish", "usage", "done")


@dataclass(frozen=True, slots=True)
class Write:
    """Send these bytes. `tokens` are the output tokens that they complete: their pace and their place on the bill."""

    data: bytes
    mark: Mark = "extra"
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Pause:
    """Send nothing for a while."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the connection: `reset` (RST), `close` (FIN in the middle of the body), `end` (a well-formed end of body)."""

    how: Literal["reset", "close", "end"]


Step = Write | Pause | Hangup


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole HTTP answer in place of a completion."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True, kw_only=True)
class Exchange:
    """A chat request and its answer in the making.

    First `instead` may replace the answer; then facts (text, model, usage) may change; `render` turns them into steps;
    then steps may change. `random` belongs to this request alone, so faults are the same under the same seed.
    """

    id: str
    created: int
    model: str
    random: Random
    stream: bool
    include_usage: bool
    prompt_tokens: int
    cached_tokens: int
    pieces: list[str]
    asked: tuple[Message, ...] = ()
    said: str = ""
    repeats: int = 0
    finish_reason: str = "stop"
    usage_shape: UsageShape = "full"
    signature: Literal["right", "wrong", "missing", "replayed"] = "right"
    signed_ago_s: float = 0.0
    headers: tuple[tuple[str, str], ...] = ()
    wait_s: float = 0.0
    instead: Reply | Hangup | None = None
    dialect: Dialect = field(default_factory=OpenAI)
    ending: Ending = field(default_factory=Ending)
    steps: list[Step] = field(default_factory=list)

    @property
    def used(self) -> Used:
        """The tokens of the whole answer."""
        return Used(self.prompt_tokens, self.cached_tokens, len(self.pieces))

    @property
    def facts(self) -> Facts:
        """What the answer says about itself."""
        return Facts(
            id=self.id,
            created=self.created,
            model=self.model,
            include_usage=self.include_usage,
            finish_reason=self.finish_reason,
            usage_shape=self.usage_shape,
            used=self.used,
        )

    @property
    def chunks(self) -> Chunks:
        """Chunks of this answer, in its dialect."""
        return self.dialect.chunks(self.facts)

    def refuse(self, status: int, message: str, *, kind: str, code: str | None = None) -> Reply:
        """An error in place of the answer, in its dialect."""
        return Reply(status, self.dialect.error_body(Rejected(status, message, kind=kind, code=code)))

    def go_on(self) -> None:
        """Say only what comes after `said`, the part of the answer that stands in the prompt."""
        if self.said:
            again = continuing.last_words(self.said, self.repeats) if self.repeats else ""
            left = continuing.rest(self.pieces, self.said)
            if again:
                left = [*tokens.pieces(again + self.said[len(self.said.rstrip()) :]), *left]
            self.pieces = left

    def shorten(self, max_tokens: int | None, stop: tuple[str, ...]) -> None:
        """Cut the text before the first of the `stop` texts in it, and to `max_tokens` (finish_reason `length`)."""
        text = "".join(self.pieces)
        ends = [at for at in (text.find(one) for one in stop) if at >= 0]
        if ends:
            self.pieces = tokens.pieces(text[: min(ends)])
        if max_tokens is not None and len(self.pieces) > max_tokens:
            self.pieces = self.pieces[:max_tokens]
            self.finish_reason = "length"

    def render(self) -> None:
        """Make the steps of the answer as the facts have it."""
        if not self.stream:
            body = self.dialect.plain_answer(self.facts, "".join(self.pieces))
            self.steps = [Write(body, "body", len(self.pieces))]
            return
        chunks = self.chunks
        self.steps = [Write(chunks.role(), "role")]
        self.steps += [Write(chunks.text(piece), "token", 1) for piece in self.pieces]
        if self.usage_shape == "full":
            self.ending = Ending(reports=(self.used,))
        else:
            self.ending = Ending(reports=(None,) if self.usage_shape == "null" else ())
        self.steps += self._end()

    def end_otherwise(self, **changes: Any) -> None:  # Any: fields of Ending
        """Let the stream end with these changes; one that was broken off keeps the end it has."""
        ends = [index for index, step in enumerate(self.steps) if isinstance(step, Write) and step.mark in _ENDS]
        if self.stream and ends:
            self.ending = replace(self.ending, **changes)
            self.steps[ends[0] : ends[-1] + 1] = self._end()

    def _end(self) -> list[Step]:
        return [Write(data, mark) for data, mark in self.chunks.ending(self.ending)]

    def place(self, k: int | None) -> int:
        """`k` if given, else a random number of tokens, at least 1 and less than the whole answer."""
        return self.random.randint(1, max(1, len(self.pieces) - 1)) if k is None else k

    def after(self, k: int | None) -> int:
        """The index in `steps` right after the k-th token, or after the last one there is."""
        left = self.place(k)
        index = 0
        for i, step in enumerate(self.steps):
            if isinstance(step, Write) and step.mark in ("role", "token"):
                left -= step.tokens
                if left < 0:
                    break
                index = i + 1
        return index

    def insert(self, k: int | None, *steps: Step) -> None:
        """Put `steps` after the k-th token of a stream; a plain answer has no inside and stays as it is."""
        if self.stream:
            index = self.after(k)
            self.steps[index:index] = steps

    def break_off(self, k: int | None, *steps: Step) -> None:
        """End with `steps` after the k-th token of a stream, or after half the bytes of a plain answer."""
        if self.stream:
            del self.steps[self.after(k) :]
        else:
            self.steps = [
                Write(step.data[: len(step.data) // 2], "extra", step.tokens)
                for step in self.steps
                if isinstance(step, Write)
            ]
        self.steps += steps

    def writes(self, mark: Mark | None = None) -> Iterator[tuple[int, Write]]:
        """Index and write of every write, or of those with this mark."""
        for index, step in enumerate(self.steps):
            if isinstance(step, Write) and mark in (None, step.mark):
                yield index, step
