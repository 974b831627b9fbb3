"""Addresses that an answer names: links, links in markdown, domains, mail addresses and telephone numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.fixes import Fix
from chatbot.assistant.claims.line import Line

ENDINGS: Final = (
    r"(?:com|net|org|info|biz|shop|store|site|online|website|page|link|app|dev|xyz|example|test|cloud|market|mall|io"
    r"|ai|tv"
    r"|gl|ly|cc|co|kr|jp|cn|de|fr|uk|eu|us)"
)
"""Of domains, as far as they are no words after a full stop without a space."""
_MARKDOWN: Final = re.compile(
    r"!?\[(?P<text>[^\[\]\n]*)\]\(\s?<?(?P<address>[^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)?)[^()\n]*\)"
)
_BARE: Final = re.compile(
    r"(?:https?://|www\.)[^\s<>()\[\]\"'“”‘’]+"
    r"|[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+"
    rf"|(?<![\w@./-])[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.{ENDINGS}(?![a-z0-9-])(?:[/?#][^\s<>()\[\]\"'“”‘’]*)?"
    r"|(?<![\w@./-])[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.[a-z]{2,6}/[a-z0-9][^\s<>()\[\]\"'“”‘’]*"
)
_NUMBER: Final = re.compile(
    r"(?<![\d.-])(?:\+?\d{1,3}[\s.-])?(?:\(?\d{2,4}\)?[-.\s]\d{3,4}[-.\s]\d{4}|1[5-8]\d\d-\d{4})(?![\d-])"
)
_CALLS: Final = re.compile(r"고객|센터|전화|문의|상담|연락|call|phone|contact|reach|hotline|number")


@dataclass(frozen=True, slots=True)
class Link:
    """An address from `start` to `end`. `text`: what a reader sees of a link in markdown, None elsewhere."""

    start: int
    end: int
    address: str
    text: str | None = None


def links(text: str, at: int = 0) -> Iterator[Link]:
    """Every address in `text`, which is level (see `names.level`), from `at` on."""
    for match in _MARKDOWN.finditer(text, at):
        yield from _bare(text, at, match.start())
        yield Link(match.start(), match.end(), match["address"], match["text"])
        at = match.end()
    yield from _bare(text, at, len(text))


def check_link(found: Link, line: Line, evidence: Evidence) -> Fix | None:
    """What has to stand in place of an address; of a link in markdown its text stays."""
    if evidence.allows(found.address):
        return None
    is_bare = found.text is None or _BARE.search(found.text) is not None
    return Fix(found.start, found.end, "link", is_whole=is_bare)


def _bare(text: str, at: int, end: int) -> Iterator[Link]:
    for match in _BARE.finditer(text, at, end):
        address = match[0].rstrip(".,!?*:;~")
        yield Link(match.start(), match.start() + len(address), address)
    for match in _NUMBER.finditer(text, at, end):
        if match[0][0] in "0+" or _CALLS.search(text):
            yield Link(match.start(), match.end(), match[0])
