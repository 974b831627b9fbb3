"""Rows of a source become products: added, changed or left alone, a batch at a time, index and all.

A batch is one transaction: it is there whole, products and search index together, or not at all. Running the same feed
twice changes nothing the second time.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import DataError, IntegrityError, connections, router, transaction
from django.db.models import QuerySet
from django.utils import timezone

from chatbot.catalog.search import Search, configured
from chatbot.catalog.seen import Seen
from chatbot.catalog.sources.product_row import PRODUCT_FIELDS, ProductRow
from chatbot.catalog.sources.rows import Rejection
from chatbot.models import Product

BATCH = 500
REJECTIONS_KEPT = 100
BELIEVED_SHARE = 0.5
"""The share of a source's products that may be gone at once; of more it is the export that is broken."""
BELIEVED = 10
"""So many may always be gone: half of a small shop is little."""
_UPDATED: tuple[str, ...] = (
    *(name for name in PRODUCT_FIELDS if name != "sku"),
    "source",
    "content_hash",
    "removed_at",
    "updated_at",
)


@dataclass(slots=True)
class Report:
    """What a run did. The counts are exact; of the rejections the first REJECTIONS_KEPT are kept."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    removed: int = 0
    complete: bool = True
    """False when the source ended before its end; nothing is then removed."""
    is_same: bool = False
    """The source said that it had not changed; it was not read."""
    trouble: str = ""
    """Why nothing was removed, in a sentence; empty when what is gone was removed."""
    rejections: list[Rejection] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows of the source that were met."""
        return self.added + self.changed + self.unchanged + self.rejected

    def reject(self, rejection: Rejection) -> None:
        """Count a rejection."""
        self.rejected += 1
        self.complete = self.complete and not rejection.ends_feed
        if len(self.rejections) < REJECTIONS_KEPT:
            self.rejections.append(rejection)


def sync(
    rows: Iterable[ProductRow | Rejection],
    *,
    source: str = "feed",
    remove_missing: bool = False,
    dry_run: bool = False,
    is_followed: bool = False,
    may_shrink: bool = True,
    search: Search | None = None,
    progress: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Bring the products of `source` to what `rows` say. `progress` is called after each batch.

    `remove_missing` marks products of this source as removed that no row names, a rejected row included: a product
    whose line is broken today is not gone. `dry_run` reports and writes nothing. `is_followed`: changes of the source
    are written as they happen too, so rows are read BATCH at a time under the lock that those writes take; what was
    read before a change cannot overwrite it. Without `may_shrink` nothing is removed when most products are missing.
    """
    report, started = Report(), timezone.now()
    search = search or configured()
    rows = iter(rows)
    with Seen() as seen:
        while True:
            with one_writer(source) if is_followed else nullcontext():
                if not (batch := list(islice(rows, BATCH))):
                    break
                fresh = _fresh(batch, seen, report)
                _take_in(fresh, source, report, search, dry_run=dry_run)
            progress(report)
        if remove_missing:
            report.trouble = _doubt(source, report, is_table=is_followed, may_shrink=may_shrink)
            if not report.trouble:
                _remove_missing(seen, source, report, search, before=started, dry_run=dry_run)
    return report


def refresh(rows: Iterable[ProductRow | Rejection], gone: Iterable[str], *, source: str) -> Report:
    """Write these products of the source and take away those of the ids `gone`. For some of them, not for all."""
    report, search = Report(), configured()
    fresh: list[ProductRow] = []
    kept = set()
    for row in rows:
        kept.add(row.sku)
        if isinstance(row, Rejection):
            report.reject(row)
        else:
            fresh.append(row)
    if fresh:
        _take_in(fresh, source, report, search, dry_run=False)
    offered = Product.objects.offered().filter(source=source, sku__in=[sku for sku in gone if sku not in kept])
    _remove(list(offered.values_list("pk", flat=True)), report, search)
    return report


@contextmanager
def one_writer(source: str) -> Iterator[None]:
    """A transaction that no other writer of this source shares: what it reads of the shop cannot be older than theirs.

    SQLite's write transactions wait for one another anyway.
    """
    alias = router.db_for_write(Product)
    with transaction.atomic(using=alias):
        if connections[alias].vendor == "postgresql":
            number = int.from_bytes(hashlib.sha256(f"chatbot.sync.{source}".encode()).digest()[:8], "big", signed=True)
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
        yield


def _fresh(batch: list[ProductRow | Rejection], seen: Seen, report: Report) -> list[ProductRow]:
    """The rows of the batch that are products met for the first time."""
    known = seen.lines([item.sku for item in batch if item.sku])
    fresh = []
    for item in batch:
        if isinstance(item, Rejection):
            report.reject(item)
        elif item.sku in known:
            reason = f"{item.sku!r} stands on line {known[item.sku]} already"
            report.reject(Rejection(item.line, "id", reason, sku=item.sku))
            continue
        else:
            fresh.append(item)
            known[item.sku] = item.line
    seen.add((item.sku, item.line) for item in batch if item.sku)
    return fresh


def _take_in(rows: list[ProductRow], source: str, report: Report, search: Search, *, dry_run: bool) -> None:
    try:
        added, changed = _write(rows, source, search, dry_run=dry_run)
    except (DataError, IntegrityError) as err:
        if len(rows) == 1:
            report.reject(Rejection(rows[0].line, "", f"the database refuses it: {err}", sku=rows[0].sku))
            return
        # One row that the database alone finds fault with must not cost the others.
        for row in rows:
            _take_in([row], source, report, search, dry_run=dry_run)
        return
    report.added += added
    report.changed += changed
    report.unchanged += len(rows) - added - changed


def _write(rows: list[ProductRow], source: str, search: Search, *, dry_run: bool) -> tuple[int, int]:
    """Write what is new or changed, in one transaction. Returns how many are new and how many changed."""
    with transaction.atomic(using=router.db_for_write(Product)):
        known = {
            sku: (content_hash, removed_at)
            for sku, content_hash, removed_at in Product.objects.filter(sku__in=[row.sku for row in rows]).values_list(
                "sku", "content_hash", "removed_at"
            )
        }
        products = []
        for row in rows:
            content_hash = row.content_hash(source)
            if known.get(row.sku) != (content_hash, None):
                products.append(Product(source=source, content_hash=content_hash, removed_at=None, **row.values()))
        added = sum(product.sku not in known for product in products)
        if products and not dry_run:
            written = Product.objects.bulk_create(
                products, update_conflicts=True, unique_fields=["sku"], update_fields=_UPDATED
            )
            search.index(written)
    return added, len(products) - added


def _doubt(source: str, report: Report, *, is_table: bool, may_shrink: bool) -> str:
    """Why what is missing must not be believed to be gone; empty when it is."""
    if not report.complete:
        return "The source ended before its end; nothing was removed."
    read = report.rows - report.rejected
    # Nothing read is a broken export, not an empty shop; a table without rows is what it says.
    if not read and not (is_table and not report.rows):
        return "No product could be read; nothing was removed."
    if may_shrink:
        return ""
    offered = Product.objects.offered().filter(source=source).count()
    missing = offered - read
    if missing <= max(BELIEVED, offered * BELIEVED_SHARE):
        return ""
    return f"{missing:,} of {offered:,} products are missing all at once; nothing was removed."


def _remove_missing(
    seen: Seen, source: str, report: Report, search: Search, *, before: datetime, dry_run: bool
) -> None:
    """Only what was written `before`: a product that came while the run went on was not there to be met."""
    rows = Product.objects.offered().filter(source=source, updated_at__lt=before)
    for batch in _batches(rows.values_list("pk", "sku").order_by("pk")):
        met = seen.lines([sku for _, sku in batch])
        _remove([pk for pk, sku in batch if sku not in met], report, search, dry_run=dry_run)


def _remove(keys: list[int], report: Report, search: Search, *, dry_run: bool = False) -> None:
    report.removed += len(keys)
    if keys and not dry_run:
        with transaction.atomic(using=router.db_for_write(Product)):
            now = timezone.now()
            Product.objects.filter(pk__in=keys).update(removed_at=now, updated_at=now)
            search.remove(keys)


def _batches(rows: QuerySet[Product, tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Pages by key: an open cursor would hold SQLite's read transaction across our writes."""
    after = 0
    while batch := list(rows.filter(pk__gt=after)[:BATCH]):
        yield batch
        after = batch[-1][0]
