"""Feeds on the disk and products in the catalogue."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chatbot.catalog.sources.feed import Feed, open_feed
from chatbot.catalog.sources.mapping import Mapping
from chatbot.catalog.sources.product_row import ProductRow
from chatbot.catalog.sources.rows import Rejection
from chatbot.catalog.sync import sync

Write = Callable[..., Path]
SHARED = Path(__file__).parents[2].parent / "shared"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a feed: `write("id,title\\n...", "feed.csv")`."""

    def write(content: str | bytes, name: str = "feed.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def read(path: Path, **options: object) -> tuple[list[ProductRow], list[Rejection]]:
    """All of a feed: products and rejections."""
    mapping = options.pop("mapping", None)
    assert mapping is None or isinstance(mapping, Mapping)
    with open_feed(path, mapping=mapping, **options) as feed:  # type: ignore[arg-type]
        items = list(feed)
    return (
        [item for item in items if isinstance(item, ProductRow)],
        [item for item in items if isinstance(item, Rejection)],
    )


def product(sku: str, title: str, **values: object) -> ProductRow:
    """A row as a source gives it."""
    return ProductRow(line=1, sku=sku, title=title, currency=str(values.pop("currency", "USD")), **values)  # type: ignore[arg-type]


def stock(*rows: ProductRow) -> None:
    """Put these products on sale."""
    report = sync(rows)
    assert report.rejected == 0


__all__ = ["SHARED", "Feed", "Write", "product", "read", "stock", "write"]
