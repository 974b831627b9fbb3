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
to its end (ETag, Last-Modified) is not fetched again.
"""

import hashlib
import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import PurePosixPath
from typing import IO, Any, Final, cast, get_args

import httpx

from chatbot.catalog.sources.feed import Feed, Format
from chatbot.catalog.sources.mapping import Mapping as Columns
from chatbot.catalog.sources.public import pinned
from chatbot.catalog.sources.rows import FeedError
from chatbot.errors import ConfigurationError

MEGABYTE: Final = 1_000_000
CONNECT_S: Final = 10.0
STALL_S: Final = 30.0
"""The longest between two pieces."""
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
        if unknown := set(settings) - KEYS:
            raise ConfigurationError(f"{where} has no key {sorted(map(str, unknown))[0]!r}.")
        limits = {key: settings.get(key, standard) for key, standard in _LIMITS.items()}
        for key, value in limits.items():
            if not isinstance(value, (int, float)) or isinstance(value, bool) or value <= 0:
                raise ConfigurationError(f"{where}[{key!r}] must be a number above 0, not {value!r}.")
        self.every_s = int(limits["EVERY_S"])
        self._bytes = int(limits["MEGABYTES"] * MEGABYTE)
        self._unpacked = int(limits["UNPACKED_MEGABYTES"] * MEGABYTE)
        self._seconds = float(limits["SECONDS"])
        self._format = settings.get("FORMAT")
        if self._format is not None and self._format not in get_args(Format):
            raise ConfigurationError(f"{where}['FORMAT'] must be one of {', '.join(get_args(Format))}.")
        try:
            self._url = httpx.URL(str(settings["URL"]))
            self._networks = [ip_network(str(network)) for network in settings.get("NETWORKS", ())]
            self._columns = Columns(
                fields=dict(settings.get("FIELDS", {})),
                currency=str(settings.get("CURRENCY", "")),
                hundredths=settings.get("PRICE_UNIT") == "cents",
            )
        except (httpx.InvalidURL, ValueError) as err:
            raise ConfigurationError(f"{where}: {err}.") from err
        schemes = ("https", "http") if settings.get("PLAIN_HTTP") is True else ("https",)
        if self._url.scheme not in schemes or not self._url.host or self._url.userinfo:
            raise ConfigurationError(
                f"{where}['URL'] must begin with https:// and hold no password; http:// needs 'PLAIN_HTTP': True."
            )
        self._headers = {str(key): str(value) for key, value in settings.get("HEADERS", {}).items()}
        said = [
            str(self._url),
            self._format,
            settings.get("FIELDS"),
            settings.get("CURRENCY"),
            settings.get("PRICE_UNIT"),
        ]
        self.fingerprint = hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()

    @contextmanager
    def fetched(self, known: Tags) -> Iterator[Fetched]:
        """The feed, unless it is still the one of the `known` tags. Raises FeedError."""
        with tempfile.TemporaryFile() as file:
            tags = self._fetch(file, known)
            if tags is None:
                yield Fetched(None, known)
                return
            size = file.tell()
            file.seek(0)
            name = PurePosixPath(self._url.path).name
            feed = Feed(
                cast(Any, file), size=size, name=name, format=self._format, mapping=self._columns, most=self._unpacked
            )
            with feed:
                yield Fetched(feed, tags)

    def _fetch(self, file: IO[bytes], known: Tags) -> Tags | None:
        """Write the feed to the file; None when it has not changed."""
        ends = time.monotonic() + self._seconds
        port = self._url.port or (443 if self._url.scheme == "https" else 80)
        address = pinned(self._url.host, port, self._networks)
        headers = {
            **self._headers,
            "Host": self._url.netloc.decode("ascii"),
            "Accept-Encoding": "identity",
            "User-Agent": "django-shopkeeper",
        }
        if known.etag:
            headers["If-None-Match"] = known.etag
        if known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        # To the address that was judged; the certificate must be that of the host all the same.
        request = httpx.Request(
            "GET",
            self._url.copy_with(host=address),
            headers=headers,
            extensions={
                "sni_hostname": self._url.host,
                "timeout": httpx.Timeout(STALL_S, connect=CONNECT_S).as_dict(),
            },
        )
        try:
            with httpx.Client(trust_env=False, follow_redirects=False) as client:
                answer = client.send(request, stream=True)
                try:
                    return self._taken(answer, file, ends)
                finally:
                    answer.close()
        except httpx.HTTPError as err:
            raise FeedError(f"The feed cannot be fetched: {type(err).__name__} {err}".rstrip() + ".") from err

    def _taken(self, answer: httpx.Response, file: IO[bytes], ends: float) -> Tags | None:
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return None
        if answer.is_redirect:
            moved = answer.headers.get("location", "")[:200]
            raise FeedError(f"The feed has moved to {moved!r}: give that address in the settings.")
        if answer.status_code != httpx.codes.OK:
            raise FeedError(f"The server of the feed says {answer.status_code}.")
        size = 0
        for piece in answer.iter_raw(65_536):
            size += len(piece)
            if size > self._bytes:
                raise FeedError(f"The feed is larger than {self._bytes // MEGABYTE:,} MB.")
            if time.monotonic() > ends:
                raise FeedError(f"The feed takes longer than {self._seconds:,.0f} s.")
            file.write(piece)
        announced = answer.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) != size:
            raise FeedError("The feed was cut off on its way.")
        return Tags(answer.headers.get("etag", "")[:500], answer.headers.get("last-modified", "")[:100])
