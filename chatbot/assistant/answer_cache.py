"""Answers that are given again to a question that was asked before, at no cost.

The key is the prompt: the question, the talk so far, the candidates with their prices and stock, the shop's rules. When
one of these changes it is another question. What is kept is what the model wrote, citations and all; it passes through
the same grounding as the first time, so prices and stock are those of this moment. Only whole answers are kept, and
only those that cited nothing that does not exist.

With ANSWER_CACHE_S a model is not asked again for so long. Without it, answers are kept all the same where a budget may
turn questions away, for ANSWER_KEPT_S, and given only then.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.db.models import QuerySet

from chatbot import conf
from chatbot.assistant.prompt import Prompt
from chatbot.database import in_database
from chatbot.models import CachedAnswer

MODEL_CHARACTERS: Final = 100
_PIECES: Final = re.compile(r"\s*\S+\s*")
_BATCH: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Cached:
    """An answer from the cache."""

    text: str
    model: str

    def pieces(self) -> Iterator[str]:
        """The text word by word; joined it is the text again."""
        yield from _PIECES.findall(self.text)


def key_of(prompt: Prompt) -> str:
    """SHA-256 of the messages, in hex."""
    messages = [(message.role, message.content) for message in prompt.messages]
    return hashlib.sha256(msgspec.json.encode(messages)).hexdigest()


def answered_before(prompt: Prompt, now: datetime) -> Cached | None:
    """The answer that stands in for a model's in ordinary times. No query unless ANSWER_CACHE_S says so."""
    cache_s = conf.current().answer_cache_s
    return _find(prompt, now, cache_s) if cache_s else None


def at_hand(prompt: Prompt, now: datetime) -> Cached | None:
    """The answer that stands in when the budget allows no model."""
    settings = conf.current()
    return _find(prompt, now, max(settings.answer_cache_s, settings.answer_kept_s))


look_at_hand = in_database(at_hand)


def keeps(*, may_refuse: bool) -> bool:
    """Whether answers are kept; `may_refuse` says that a budget may turn questions away."""
    settings = conf.current()
    return bool(settings.answer_cache_s) or (may_refuse and bool(settings.answer_kept_s))


def keep(prompt: Prompt, answer: Cached, now: datetime) -> None:
    """Keep `answer`, in place of an older one to the same prompt."""
    row = CachedAnswer(key=key_of(prompt), text=answer.text, model=answer.model[:MODEL_CHARACTERS], created_at=now)
    CachedAnswer.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["key"], update_fields=["text", "model", "created_at"]
    )


def too_old(now: datetime) -> QuerySet[CachedAnswer]:
    """The answers that are not given again."""
    settings = conf.current()
    oldest = now - timedelta(seconds=max(settings.answer_cache_s, settings.answer_kept_s))
    return CachedAnswer.objects.filter(created_at__lt=oldest)


def purge(now: datetime) -> int:
    """Delete the answers that are too old to be given again, in batches; how many there were."""
    deleted = 0
    while keys := list(too_old(now).values_list("pk", flat=True)[:_BATCH]):
        count, _ = too_old(now).filter(pk__in=keys).delete()
        deleted += count
    return deleted


def _find(prompt: Prompt, now: datetime, seconds: int) -> Cached | None:
    if not seconds:
        return None
    found = CachedAnswer.objects.filter(pk=key_of(prompt), created_at__gte=now - timedelta(seconds=seconds)).first()
    return None if found is None else Cached(text=found.text, model=found.model)
