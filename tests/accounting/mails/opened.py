"""A mail as its reader sees it."""

import csv
import io
from html.parser import HTMLParser


def html(message) -> str:
    [(content, kind)] = [(part.content, part.mimetype) for part in message.alternatives]
    assert kind == "text/html"
    return content


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def words(message) -> str:
    """What a reader of the HTML version sees, outside of tags."""
    parser = Words()
    parser.feed(html(message).split("</style>")[1])
    return " ".join(" ".join(parser.said).split())


def attached(message) -> list[dict[str, str]]:
    [(_name, content, kind)] = message.attachments
    assert kind == "text/csv"
    text = content.decode("utf-8-sig") if isinstance(content, bytes) else content.removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))
