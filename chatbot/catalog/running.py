"""Full runs of the declared sources: who is due, one process at a time, and what came of it written down."""

import logging
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from chatbot.catalog.sources.configured import Source, source_named, sources
from chatbot.catalog.sources.model import ModelSource
from chatbot.catalog.sources.remote import RemoteSource, Tags
from chatbot.catalog.sources.rows import FeedError
from chatbot.catalog.sync import Report, sync
from chatbot.models import Product, SourceStatus

LEASE_S: Final = 3_600
"""How long a run may take before another process takes its source over."""

_log = logging.getLogger("chatbot.catalog")


class Busy(Exception):
    """Another process runs this source now."""


def due(now: datetime) -> list[str]:
    """Names of the sources whose time has come, the longest waiting first."""
    known = {status.source: status for status in SourceStatus.objects.all()}
    found = []
    for name, source in sources().items():
        status = known.get(name)
        started = status.started_at if status else None
        if status and status.running_until and status.running_until > now:
            continue
        if started is None or (status and status.is_due) or started + timedelta(seconds=source.every_s) <= now:
            found.append((started is not None, started or now, name))
    return [name for *_, name in sorted(found)]


def run_due(now: datetime) -> int:
    """Run what is due; how many sources ran. A source that fails is written down and does not keep the others."""
    count = 0
    for name in due(now):
        try:
            run(source_named(name))
        except Busy:
            continue
        except FeedError as err:
            # Without its frames: they hold the headers of the settings, and with them a password.
            _log.warning("The source %r failed: %s", name, err)
        except Exception:  # noqa: BLE001 - logged and written down; the next source still runs
            _log.exception("The source %r failed.", name)
        count += 1
    return count


def run(source: Source, *, may_shrink: bool = False) -> Report:
    """One full run of a source, what it sells no more taken away. Raises Busy, FeedError and what the source raises.

    A feed of which most products are missing removes none, unless it `may_shrink`: the report's `trouble` says so.
    """
    now = timezone.now()
    status = _claimed(source.name, now)
    try:
        report = _run(source, status, may_shrink=may_shrink)
    except BaseException as err:
        _ended(status, error=str(err) if isinstance(err, FeedError) else f"{type(err).__name__}: {err}")
        raise
    note(status, report)
    return report


def note(status: SourceStatus, report: Report) -> None:
    """Write down what a run did."""
    status.is_same = report.is_same
    if not report.is_same:  # of a feed that has not changed the numbers of its last reading still hold
        for name in ("added", "changed", "unchanged", "rejected", "removed"):
            setattr(status, name, getattr(report, name))
        status.rejections = [asdict(rejection) for rejection in report.rejections]
    _ended(status, error=report.trouble)


def started(name: str) -> SourceStatus:
    """The row of a run that begins now and that nobody else can begin, such as an import by hand. Raises Busy."""
    return _claimed(name, timezone.now())


def failed(status: SourceStatus, error: str) -> None:
    """Write down that a run came to nothing."""
    _ended(status, error=error)


def _run(source: Source, status: SourceStatus, *, may_shrink: bool) -> Report:
    if isinstance(source, ModelSource):
        return sync(source.rows(), source=source.name, remove_missing=True, is_followed=True)
    with source.fetched(_known(source, status)) as fetched:
        if fetched.feed is None:
            return Report(is_same=True)
        # Tags of a feed that was not taken in to its end must not keep it from being read again: stored now, for a
        # process that dies below can do nothing more.
        status.etag = status.last_modified = status.fingerprint = ""
        status.save(update_fields=["etag", "last_modified", "fingerprint"])
        report = sync(fetched.feed, source=source.name, remove_missing=True, may_shrink=may_shrink)
        if not report.trouble:
            status.etag, status.last_modified = fetched.tags.etag, fetched.tags.last_modified
            status.fingerprint = source.fingerprint
        return report


def _known(source: RemoteSource, status: SourceStatus) -> Tags:
    """The tags of the feed as it was last taken in, when that is still what the catalogue holds."""
    if status.error or status.fingerprint != source.fingerprint:
        return Tags()
    if not Product.objects.offered().filter(source=source.name).exists():
        return Tags()
    return Tags(status.etag, status.last_modified)


def _claimed(name: str, now: datetime) -> SourceStatus:
    SourceStatus.objects.get_or_create(source=name)
    free = Q(running_until__isnull=True) | Q(running_until__lte=now)
    until = now + timedelta(seconds=LEASE_S)
    claimed = SourceStatus.objects.filter(free, source=name).update(
        running_until=until, started_at=now, ended_at=None, is_due=False, is_same=False
    )
    if not claimed:
        raise Busy(f"The source {name!r} is being run by another process.")
    return SourceStatus.objects.get(source=name)


def _ended(status: SourceStatus, *, error: str) -> None:
    status.ended_at = timezone.now()
    status.running_until = None
    status.error = error
    if not error:
        status.succeeded_at = status.ended_at
    # Not `is_due`: what changed while the run went on may have set it.
    fields = [f.name for f in status._meta.concrete_fields if f.name not in ("id", "source", "started_at", "is_due")]
    status.save(update_fields=fields)
