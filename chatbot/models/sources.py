"""How the sources of the catalogue are doing: one row for each, about its last run."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class SourceStatus(models.Model):
    """The last run of one source, and what the next one needs to know.

    Nobody else runs the source before `running_until`. `is_due`: too much changed to be followed at once. `is_same`:
    the feed had not changed since the run before. `rejections` are line, column, reason and id of the first ones.
    `etag` and `last_modified` are the feed's own, under the settings of which `fingerprint` is the hash.
    """

    source = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    running_until = models.DateTimeField(null=True)
    is_due = models.BooleanField(default=False)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    is_same = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    rejections = models.JSONField(default=list)
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering: ClassVar = ["source"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.source
