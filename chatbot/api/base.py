"""What every REST view here has in common, each DRF class named: the site's REST_FRAMEWORK settings change nothing."""

from collections.abc import Callable, Mapping
from typing import IO, Any

import msgspec
from django.db import transaction
from django.http import HttpRequest
from django.utils.decorators import method_decorator
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from chatbot import conf, visitors, wire
from chatbot.api.errors import handle
from chatbot.api.trust import READING, VisitorAuthentication
from chatbot.counters import counters
from chatbot.visitors import Visitor

_object = msgspec.json.Decoder(dict[str, Any])  # Any: JSON


class BoundedJSONParser(JSONParser):
    """JSON up to the setting FRAME_BYTES. Raises RequestTooLarge and MalformedRequest."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:  # Any: JSON
        """The object in the body."""
        limit = conf.current().frame_bytes
        return wire.read(stream.read(limit + 1), _object, at_most=limit)


class WriteThrottle(SimpleRateThrottle):
    """Writes of one visitor in a minute. Questions have a limit of their own, in `visitors.check_rate`."""

    scope = "chatbot"
    rate = "60/minute"
    cache = counters  # type: ignore[assignment]  # as much of a cache as a throttle uses

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """The visitor, or the address of one who does not keep the cookie; None for a reading request."""
        if request.method in READING:
            return None
        visitor = visitor_of(request)
        return f"chatbot:writes:{visitor.address if visitor.is_new else visitor.key}"


class LatestFirst(CursorPagination):
    """Pages of 50."""

    page_size = 50
    ordering: str | tuple[str, ...] = "-updated_at"


# A turn writes from threads of its own: inside a site's ATOMIC_REQUESTS transaction it would wait for that
# transaction, and the transaction for it.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class DoorView(GenericAPIView[Any]):  # Any: each view says its model
    """A REST view. `request.auth` is the `Visitor`."""

    renderer_classes = [JSONRenderer]
    parser_classes = [BoundedJSONParser]
    authentication_classes = [VisitorAuthentication]
    permission_classes = [AllowAny]
    throttle_classes = [WriteThrottle]
    pagination_class: type[CursorPagination] = LatestFirst
    filter_backends = []
    content_negotiation_class = DefaultContentNegotiation
    versioning_class = None
    metadata_class = None

    def get_exception_handler(self) -> Callable[[Exception, Any], Response | None]:  # Any: DRF's context dict
        """Errors in our shape."""
        return handle

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Give a new visitor the cookie. What is said here is one visitor's, so no shared cache may keep it."""
        final = super().finalize_response(request, response, *args, **kwargs)
        visitor = getattr(request, "_auth", None)  # asking `auth` would authenticate again where that was refused
        if isinstance(visitor, Visitor) and visitor.is_new:
            visitors.remember(final, visitor, secure=request.is_secure())
        final.headers.setdefault("Cache-Control", "no-store")
        return final


def visitor_of(request: Request) -> Visitor:
    """Who asks, as `VisitorAuthentication` found."""
    assert isinstance(request.auth, Visitor)
    return request.auth


def language_of(request: Request, page: Mapping[str, str] | None = None) -> str:
    """The language of the shopper's page."""
    plain: HttpRequest = request._request
    return visitors.language_of_page(plain, page or {})
