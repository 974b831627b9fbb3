"""Who asks, from which page, and how often: one place decides it for every door.

A visitor is a pseudonym in a signed cookie, and the signed-in user if there is one. What is not the visitor's answers
exactly like what does not exist.
"""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings as django_settings
from django.core import signing
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, get_language_from_request, get_supported_language_variant

from chatbot import conf
from chatbot.counters import counters
from chatbot.errors import NotFound, OriginRefused, RateLimited
from chatbot.models import Conversation, Message, Turn

ORIGIN_CHARACTERS = 200
"""Of a foreign origin in the log."""
_SALT = "chatbot.visitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorEvidence:
    """What a door knows of the one who knocks. `address` is the network address; header names are in lower case."""

    cookies: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    user: Any = None  # Any: the site's own user model, or AnonymousUser
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """One who asks. `key` is a pseudonym; `user_id` is set when signed in; `is_new`: the cookie must still be set."""

    key: str
    user_id: Any = None  # Any: the primary key of the site's own user model
    address: str = field(default="", repr=False)
    is_new: bool = False


def evidence_of(request: HttpRequest, user: Any) -> VisitorEvidence:  # Any: the site's own user model
    """What a request tells of the one who sent it. A WebSocket's handshake is read as a request too."""
    return VisitorEvidence(
        cookies=request.COOKIES,
        headers={name.lower(): value for name, value in request.headers.items()},
        user=user,
        address=request.META.get("REMOTE_ADDR", ""),
    )


def resolve(evidence: VisitorEvidence) -> Visitor:
    """The visitor by the signed cookie, or a new one. A forged or expired cookie is a new visitor."""
    settings = conf.current()
    user = evidence.user
    user_id = user.pk if user is not None and user.is_authenticated else None
    try:
        key = signing.loads(
            evidence.cookies.get(settings.visitor_cookie, ""),
            salt=_SALT,
            max_age=settings.visitor_cookie_days * 86_400,
        )
        known = isinstance(key, str) and len(key) == 32
    except signing.BadSignature:
        known, key = False, ""
    return Visitor(
        key=key if known else uuid4().hex,
        user_id=user_id,
        address=network_address(evidence),
        is_new=not known,
    )


def identify(evidence: VisitorEvidence) -> Visitor:
    """The visitor, by the resolver that the site chose. Every door calls this one."""
    visitor = conf.load("VISITOR_RESOLVER")(evidence)
    assert isinstance(visitor, Visitor)
    return visitor


def remember(response: HttpResponse, visitor: Visitor, *, secure: bool) -> None:
    """Set the visitor's cookie on `response`."""
    settings = conf.current()
    response.set_cookie(
        settings.visitor_cookie,
        signed_key(visitor),
        max_age=settings.visitor_cookie_days * 86_400,
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


def signed_key(visitor: Visitor) -> str:
    """The cookie's value."""
    return signing.dumps(visitor.key, salt=_SALT)


def network_address(evidence: VisitorEvidence) -> str:
    """The client's address: as many X-Forwarded-For entries from the right are believed as there are own proxies."""
    trusted = conf.current().trusted_proxies
    hops = [hop.strip() for hop in evidence.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    return hops[-trusted] if 0 < trusted <= len(hops) else evidence.address


def refuse_foreign_page(request: HttpRequest) -> None:
    """Raises OriginRefused unless the request's Origin header is exactly the shop's; no header is foreign too."""
    try:
        host = request.get_host()
    except DisallowedHost as err:
        raise OriginRefused(str(err)) from err
    refuse_foreign_origin(request.headers.get("Origin"), host=host, secure=request.is_secure())


def language_of_page(request: HttpRequest, page: Mapping[str, str]) -> str:
    """The language of the page that the shopper is on.

    The client may name it as `page["language"]`, which is the only way when the site tells languages apart by address.
    Else it is what the site would choose for this request.
    """
    try:
        return get_supported_language_variant(page.get("language", ""))
    except LookupError:
        pass
    if "django.middleware.locale.LocaleMiddleware" in django_settings.MIDDLEWARE:
        return get_language_from_request(request)
    return get_language() or django_settings.LANGUAGE_CODE


def refuse_foreign_origin(origin: str | None, *, host: str, secure: bool) -> None:
    """Raises OriginRefused unless `origin` is exactly the shop's: scheme, host and port, or one that settings allow.

    `host` is the Host header, port included. Look-alikes, `null` and other ports are foreign.
    """
    own = f"{'https' if secure else 'http'}://{host}"
    trusted = (own, *conf.current().allowed_origins, *django_settings.CSRF_TRUSTED_ORIGINS)
    if origin is None or _exact(origin) is None or _exact(origin) not in {_exact(entry) for entry in trusted}:
        said = "no origin" if origin is None else f"the origin {origin[:ORIGIN_CHARACTERS]!r}"
        raise OriginRefused(
            f"The page says {said}, and this server is asked as {own!r}. Behind a proxy: have it pass Host on, and set "
            "SECURE_PROXY_SSL_HEADER where it speaks TLS. Another site of the shop: CHATBOT['ALLOWED_ORIGINS']."
        )


def _exact(origin: str) -> tuple[str, str, int] | None:
    try:
        split = urlsplit(origin)
        port = split.port or {"http": 80, "https": 443}.get(split.scheme)
    except ValueError:
        return None
    if port is None or not split.hostname or split.path not in ("", "/") or split.username or split.query:
        return None
    return split.scheme, split.hostname.lower(), port


def conversation_of(visitor: Visitor, conversation: str) -> Conversation:
    """The visitor's conversation with this id. Raises NotFound, alike for unknown, malformed and not-yours."""
    found = Conversation.objects.owned_by(visitor.key, visitor.user_id).filter(pk=_uuid(conversation)).first()
    if found is None:
        raise NotFound
    return found


def is_conversation_id(value: str) -> bool:
    """Whether `value` is an id of ours; anything else is a client's own name (see `named_conversation`)."""
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def turn_of(visitor: Visitor, turn: str) -> Turn:
    """The visitor's turn with this id. Raises NotFound."""
    own = Conversation.objects.owned_by(visitor.key, visitor.user_id)
    found = Turn.objects.select_related("conversation").filter(pk=_uuid(turn), conversation__in=own).first()
    if found is None:
        raise NotFound
    return found


def message_of(visitor: Visitor, message: str) -> Message:
    """The visitor's message with this id. Raises NotFound."""
    own = Conversation.objects.owned_by(visitor.key, visitor.user_id)
    found = Message.objects.filter(pk=_uuid(message), conversation__in=own).first()
    if found is None:
        raise NotFound
    return found


def named_conversation(visitor: Visitor, name: str) -> UUID:
    """The conversation id that a client's own chat name stands for; another visitor's same name is another one.

    Chat components make their ids in the browser (`useChat`); such a name is an id only within one visitor.
    """
    digest = hashlib.sha256(f"{_SALT}\0{visitor.key}\0{name}".encode()).digest()
    return UUID(bytes=digest[:16], version=4)


def check_rate(visitor: Visitor) -> None:
    """Count one question of `visitor`. Raises RateLimited with the seconds until the minute is over.

    Counters live in Django's default cache: for all processes when that cache is shared, else, or while it is away, per
    process.
    """
    settings = conf.current()
    minute, into_minute_s = divmod(time.time(), 60)
    limits = (
        (f"visitor:{visitor.user_id or visitor.key}", settings.questions_per_minute),
        (f"address:{visitor.address}", settings.questions_per_minute_per_address),
    )
    for who, limit in limits:
        if limit == 0:
            continue
        key = f"chatbot:rate:{hashlib.sha256(who.encode()).hexdigest()[:32]}:{int(minute)}"
        counters.add(key, 0, timeout=120)
        try:
            count = counters.incr(key)
        except ValueError:  # evicted between the two calls
            count = 1
        if count > limit:
            raise RateLimited(retry_after_s=round(60 - into_minute_s, 1))


def pseudonym(visitor: Visitor) -> str:
    """What the relay learns of the visitor: the same for the same person, and not reversible without SECRET_KEY."""
    who = f"user:{visitor.user_id}" if visitor.user_id is not None else visitor.key
    return signing.Signer(salt="chatbot.pseudonym").signature(who)[:32]


def _uuid(value: str) -> UUID:
    try:
        return UUID(str(value))
    except ValueError as err:
        raise NotFound from err
