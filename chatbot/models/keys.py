"""Keys of relays that are kept in the database: only ever encrypted (see `chatbot.keys`)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class EndpointKey(models.Model):
    """The key of an endpoint whose CHATBOT setting says KEY_DATABASE. No admin page shows it."""

    name = models.CharField(max_length=64, unique=True)
    ciphertext = models.TextField()
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = _("endpoint key")
        verbose_name_plural = _("endpoint keys")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
