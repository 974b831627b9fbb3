"""Files that are made while they are sent: memory stays flat however long they get, under WSGI and under ASGI."""

from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice
from typing import Final
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

PIECES: Final = 500
"""Rows that are sent together: a thread hop or a write for each row would cost more than the row."""


def attachment(request: HttpRequest, chunks: Iterable[bytes], *, name: str, kind: str) -> StreamingHttpResponse:
    """A response that saves `chunks` as the file `name` of the media type `kind`."""
    pieces = _gathered(iter(chunks))
    # Handed a plain iterator, Django's ASGI handler reads it to its end before the first byte leaves.
    content = _awaited(pieces) if isinstance(request, ASGIRequest) else pieces
    response = StreamingHttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(name)}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _gathered(chunks: Iterator[bytes]) -> Iterator[bytes]:
    while piece := b"".join(islice(chunks, PIECES)):
        yield piece


async def _awaited(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while piece := await sync_to_async(_next)(pieces):
        yield piece


def _next(pieces: Iterator[bytes]) -> bytes:
    return next(pieces, b"")
