"""Merchant feeds in XML: RSS 2.0 with the `g:` namespace, and Atom. Read as a stream, without building a tree.

No document type, no entities (defusedxml), and limits on depth and size, so that a feed cannot blow up. XML that is
not well-formed ends there: what came before counts, and the place is reported.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from chatbot.catalog.sources.rows import ROW_CHARACTERS, FeedError, RawRow, Rejection, collected, normal_name

MERCHANT = "{http://base.google.com/ns/1.0}"
ITEMS = frozenset({"item", "entry"})
DEPTH = 32
_CHUNK_BYTES = 65_536


def read_xml(stream: BinaryIO) -> Iterator[RawRow | Rejection]:
    """Rows of the feed's items. Raises FeedError when it is no such feed."""
    target = _Items()
    parser = DefusedXMLParser(target=target, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    target.line = lambda: parser.parser.CurrentLineNumber
    found = False
    try:
        while chunk := stream.read(_CHUNK_BYTES):
            parser.feed(chunk)
            while target.done:
                found = True
                yield target.done.popleft()
        parser.close()
    except DefusedXmlException as err:
        raise FeedError("The XML declares a document type or entities; a feed needs neither.") from err
    except ParseError as err:
        if not found and not target.done:
            raise FeedError(f"The XML cannot be read: {err}.") from err
        yield from target.done
        yield Rejection(err.position[0], "", f"the XML is not well-formed, the rest is lost: {err}", ends_feed=True)
        return
    yield from target.done
    if not found and not target.done and not target.known_root:
        raise FeedError("The XML is neither RSS nor Atom: it holds no <item> or <entry>.")


class _Items:
    """Collects the direct children of each item; what lies deeper becomes "name: value" text of its child."""

    def __init__(self) -> None:
        self.done: deque[RawRow | Rejection] = deque()
        self.line: Callable[[], int] = lambda: 0
        self.known_root = False
        self._depth = 0
        self._item_depth = 0
        self._line = 0
        self._cells: list[tuple[str, str, bool]] = []
        self._child = ""
        self._merchant = False
        self._text: list[str] = []
        self._characters = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        name = _local(tag)
        if self._depth == 1:
            self.known_root = name in ("rss", "feed", "RDF")
        if self._depth > DEPTH:
            raise FeedError(f"The XML nests elements deeper than {DEPTH} levels at line {self.line()}.")
        if not self._item_depth:
            if name in ITEMS:
                self._item_depth = self._depth
                self._line = self.line()
                self._cells = []
                self._characters = 0
            return
        self._characters += len(name)
        if self._characters > ROW_CHARACTERS:
            return
        if self._depth == self._item_depth + 1:
            self._child, self._merchant = name, tag.startswith(MERCHANT)
            self._text = [attributes["href"]] if name == "link" and "href" in attributes else []
        elif self._depth == self._item_depth + 2:
            self._text.append(f"{' | ' if ''.join(self._text).strip() else ''}{name}: ")

    def data(self, text: str) -> None:
        if self._item_depth and self._depth > self._item_depth:
            self._characters += len(text)
            if self._characters <= ROW_CHARACTERS:
                self._text.append(text)

    def end(self, tag: str) -> None:
        if self._item_depth:
            if self._depth == self._item_depth + 1 and self._characters <= ROW_CHARACTERS:
                self._cells.append((normal_name(self._child), "".join(self._text).strip(), self._merchant))
            elif self._depth == self._item_depth:
                self.done.append(self._finished())
                self._item_depth = 0
        self._depth -= 1

    def close(self) -> None:
        """Part of the parser's target protocol; nothing is left to do."""

    def _finished(self) -> RawRow | Rejection:
        if self._characters > ROW_CHARACTERS:
            return Rejection(self._line, "", f"the item is longer than {ROW_CHARACTERS:,} characters")
        # <g:title> is the product's, a plain <title> beside it the page's.
        merchant = {name for name, _, merchant in self._cells if merchant}
        pairs = [(name, value) for name, value, is_merchant in self._cells if is_merchant or name not in merchant]
        return RawRow(self._line, collected(pairs))


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
