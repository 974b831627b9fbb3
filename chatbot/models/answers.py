"""Answers that can be given again."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class CachedAnswer(models.Model):
    """What a model said to exactly this prompt, as it said it: its citations are filled in anew each time.

    The prompt holds the question, the candidates with price and stock, and the talk so far; whatever of these changes,
    changes the key.
    """

    key = models.CharField(primary_key=True, max_length=64, help_text=_("SHA-256 of the prompt's messages."))
    text = models.TextField()
    model = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("cached answer")
        verbose_name_plural = _("cached answers")
        indexes: ClassVar = [models.Index(fields=["created_at"], name="chatbot_cached_answer_age")]

    def __str__(self) -> str:
        return f"{self.model} {self.key[:8]}"
