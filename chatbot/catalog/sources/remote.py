"""A merchant feed by its address, fetched on a schedule.

    CHATBOT = {"SOURCES": {"feed": {"URL": "https://www.shop.example/products.xml.gz", "EVERY_S": 3600}}}

| key | what |
|---|---|
| URL | https://...; http:// only with `"PLAIN_HTTP": True` |
| EVERY_S | seconds between fetches, 3600 when left away |
| FORMAT | csv, tsv or xml; found out when left away |
| FIELDS | field to column, where the column has another name |
| CURRENCY, PRICE_UNIT | as of `chatbot_import` |
| HEADERS | sent along, such as {"Authorization": "Bearer ..."} |
| NETWORKS | networks beyond the public Internet that the host may be in: ["10.2.0.0/16"] |
| MEGABYTES | the most that is fetched, 500 when left away |
| UNPACKED_MEGABYTES | the most that it may unpack to, 5000 when left away |
| SECONDS | the longest that the fetch may take, 600 when left away |

An address is only ever in the settings, never in a row. No redirect is followed, no proxy of the environment is used,
and the host must be on the public Internet (see `sources.public`). A feed that has not changed since it was last read
to its end (ETag, Last-Modified) is not fetched again. It is fetched and unpacked whole before its first row is given:
one that breaks off on its way, or that is too large, changes nothing.
"""

import asyncio
import gzip
import json
import math
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import PurePosixPath
from typing import IO, Any, Final, cast, get_args

import httpx
from django.utils.crypto import salted_hmac

from chatbot import __version__, conf
from chatbot.catalog.sources.declared import in_cents, known_key
from chatbot.catalog.sources.feed import GZIP, Feed, Format
from chatbot.catalog.sources.mapping import Mapping as Columns
from chatbot.catalog.sources.public import pinned
from chatbot.catalog.sources.rows import FeedError
from chatbot.errors import ConfigurationError

MEGABYTE: Final = 1_000_000
CONNECT_S: Final = 10.0
STALL_S: Final = 30.0
"""The longest between two pieces."""
_CHUNK_BYTES: Final = 1_048_576
KEYS: Final = frozenset(
    {
        "URL", "PLAIN_HTTP", "EVERY_S", "FORMAT", "FIELDS", "CURRENCY", "PRICE_UNIT", "HEADERS", "NETWORKS",
        "MEGABYTES", "UNPACKED_MEGABYTES", "SECONDS",
    }
)  # fmt: skip
_LIMITS: Final = {"EVERY_S": 3_600, "MEGABYTES": 500, "UNPACKED_MEGABYTES": 5_000, "SECONDS": 600}


@dataclass(frozen=True, slots=True)
class Tags:
    """What a server calls the version of the feed that it gave."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A feed as it came; `feed` is None when it has not changed."""

    feed: Feed | None
    tags: Tags


class RemoteSource:
    """A feed at an address."""

    def __init__(self, name: str, settings: Mapping[str, Any]) -> None:
        """Raises ConfigurationError."""
        self.name = name
        where = f"CHATBOT['SOURCES'][{name!r}]"
        known_key(where, settings, KEYS)
        limits = {key: settings.get(key, standard) for key, standard in _LIMITS.items()}
        for key, value in limits.items():
            if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value < math.inf:
                raise ConfigurationError(f"{where}[{key!r}] must be a number above 0, not {value!r}.")
        self.every_s = int(limits["EVERY_S"])
        self._bytes = int(limits["MEGABYTES"] * MEGABYTE)
        self._unpacked = int(limits["UNPACKED_MEGABYTES"] * MEGABYTE)
        self._seconds = float(limits["SECONDS"])
        self._format = settings.get("FORMAT")
        if self._format is not None and self._format not in get_args(Format):
            raise ConfigurationError(f"{where}['FORMAT'] must be one of {', '.join(get_args(Format))}.")
        self._headers = _headers(where, settings.get("HEADERS", {}))
        networks = settings.get("NETWORKS", ())
        if not isinstance(networks, (list, tuple)):
            raise ConfigurationError(f"{where}['NETWORKS'] must be a list such as ['10.2.0.0/16'].")
        fields = settings.get("FIELDS", {})
        if not isinstance(fields, Mapping) or not all(isinstance(column, str) for column in fields.values()):
            raise ConfigurationError(f"{where}['FIELDS'] must be a dict of fields and columns.")
        try:
            self._url = httpx.URL(str(settings["URL"]))
            self._networks = [ip_network(str(network)) for network in networks]
            self._columns = Columns(
                fields=fields,
                currency=str(settings.get("CURRENCY", "")),
                hundredths=in_cents(f"{where}['PRICE_UNIT']", settings.get("PRICE_UNIT", "major")),
            )
        except (httpx.InvalidURL, ValueError) as err:
            raise ConfigurationError(f"{where}: {err}.") from err
        schemes = ("https", "http") if settings.get("PLAIN_HTTP") is True else ("https",)
        if self._url.scheme not in schemes or not self._url.host or self._url.userinfo:
            raise ConfigurationError(
                f"{where}['URL'] must begin with https:// and hold no password; http:// needs 'PLAIN_HTTP': True."
            )

    @property
    def fingerprint(self) -> str:
        """A hash of all that makes products of a feed: with another one the same bytes must be read anew."""
        shop = conf.current()
        said = (
            [str(self._url), sorted(self._headers.items()), self._format, sorted(self._columns.fields.items())],
            [self._columns.currency or shop.currency, self._columns.hundredths, shop.zone.key, __version__],
        )
        # Keyed, for it lies in the database and a password may be among the headers.
        return salted_hmac("chatbot.source", json.dumps(said, default=str), algorithm="sha256").hexdigest()

    @contextmanager
    def fetched(self, known: Tags) -> Iterator[Fetched]:
        """The feed, unless it is still the one of the `known` tags. Raises FeedError.

        Runs an event loop of its own, so not to be called inside one.
        """
        with tempfile.TemporaryFile() as file:
            tags = self._fetch(file, known)
            if tags is None:
                yield Fetched(None, known)
                return
            size = file.tell()
            self._unpack(file)
            file.seek(0)
            name = PurePosixPath(self._url.path).name
            feed = Feed(cast(Any, file), size=size, name=name, format=self._format, mapping=self._columns)
            with feed:
                yield Fetched(feed, tags)

    def _fetch(self, file: IO[bytes], known: Tags) -> Tags | None:
        """Write the feed to the file; None when it has not changed."""
        host = self._url.raw_host.decode("ascii")
        port = self._url.port or (443 if self._url.scheme == "https" else 80)
        addresses = pinned(host, port, self._networks)

        async def limited() -> Tags | None:
            # Over all of it: timeouts of single reads are none to a server that sends a byte each second.
            async with asyncio.timeout(self._seconds):
                return await self._answered(host, addresses, file, known)

        try:
            return asyncio.run(limited())
        except TimeoutError as err:
            raise FeedError(f"The feed takes longer than {self._seconds:,.0f} s.") from err
        except httpx.HTTPError as err:
            raise FeedError(f"The feed cannot be fetched: {type(err).__name__} {err}".rstrip(" .") + ".") from err

    async def _answered(self, host: str, addresses: list[str], file: IO[bytes], known: Tags) -> Tags | None:
        headers = httpx.Headers(self._headers)
        headers.update(
            {
                "Host": self._url.netloc.decode("ascii"),
                "Accept-Encoding": "identity",
                "User-Agent": f"django-shopkeeper/{__version__}",
            }
        )
        if known.etag:
            headers["If-None-Match"] = known.etag
        if known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        # To an address that was judged; the certificate must be that of the host all the same.
        extensions = {"sni_hostname": host, "timeout": httpx.Timeout(STALL_S, connect=CONNECT_S).as_dict()}
        # Without httpx's client: that writes each address into the log, and with it a key that the address may hold.
        async with httpx.AsyncHTTPTransport(trust_env=False) as transport:
            for address in addresses:
                url = self._url.copy_with(host=address)
                request = httpx.Request("GET", url, headers=headers, extensions=extensions)
                try:
                    answer = await transport.handle_async_request(request)
                except (httpx.ConnectError, httpx.ConnectTimeout):
                    if address == addresses[-1]:
                        raise
                    continue
                try:
                    return await self._taken(answer, file, known)
                finally:
                    await answer.aclose()
        raise AssertionError("a host has an address")

    async def _taken(self, answer: httpx.Response, file: IO[bytes], known: Tags) -> Tags | None:
        if answer.status_code == httpx.codes.NOT_MODIFIED and known != Tags():
            return None
        if answer.has_redirect_location:
            moved = answer.headers["location"].partition("?")[0][:200]
            raise FeedError(f"The feed has moved to {moved!r}: give that address in the settings.")
        if answer.status_code != httpx.codes.OK:
            raise FeedError(f"The server of the feed says {answer.status_code}.")
        announced = answer.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > self._bytes:
            raise self._too_large()
        size = 0
        # As the pieces come: a size would be waited for.
        async for piece in answer.aiter_raw():
            size += len(piece)
            if size > self._bytes:
                raise self._too_large()
            file.write(piece)
        return Tags(_tag(answer, "etag", 500), _tag(answer, "last-modified", 100))

    def _too_large(self) -> FeedError:
        return FeedError(f"The feed is larger than {self._bytes / MEGABYTE:,g} MB.")

    def _unpack(self, file: IO[bytes]) -> None:
        """Read a gzipped feed once to its end. Raises FeedError where it is damaged or holds more than it may."""
        file.seek(0)
        if file.read(len(GZIP)) != GZIP:
            return
        file.seek(0)
        size = 0
        try:
            with gzip.GzipFile(fileobj=file) as unpacked:
                while piece := unpacked.read(_CHUNK_BYTES):
                    size += len(piece)
                    if size > self._unpacked:
                        raise FeedError(f"The feed unpacks to more than {self._unpacked / MEGABYTE:,g} MB.")
        except (EOFError, zlib.error, gzip.BadGzipFile) as err:
            raise FeedError(f"The gzipped feed is damaged: {err}.".replace("..", ".")) from err


def _headers(where: str, given: object) -> dict[str, str]:
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"{where}['HEADERS'] must be a dict such as {{'Authorization': 'Bearer ...'}}.")
    headers = {str(key): str(value) for key, value in given.items()}
    for key, value in headers.items():
        # The value stays unsaid: it may be a password, and its line break is what the file of the secret ends with.
        if not (key.isascii() and value.isascii() and (key + value).isprintable()):
            raise ConfigurationError(f"{where}['HEADERS'][{key!r}] must be one line of ASCII.")
    return headers


def _tag(answer: httpx.Response, name: str, most: int) -> str:
    """A header that can be stored and sent back as it is; empty where it cannot."""
    value = str(answer.headers.get(name, ""))
    return value if len(value) <= most and value.isascii() else ""
