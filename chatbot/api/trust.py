"""Whether a write comes from the shop's own page: one rule for the SSE views and the REST views.

It replaces Django's CSRF middleware on these views (they are `csrf_exempt`), because that middleware wants a token even
where the browser vouches for the page, and a chat component such as the AI SDK's `useChat` has none. Browsers put an
`Origin` on every POST and pages cannot forge it, so an exact match is proof enough. Where neither `Origin` nor
`Sec-Fetch-Site` is sent, no current browser is asking: then a token is needed as soon as a cookie could lend the
request somebody's identity.
"""

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from chatbot import conf, visitors
from chatbot.errors import OriginRefused
from chatbot.visitors import Visitor

READING = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES = frozenset({"same-origin", "none"})


def refuse_forged(request: HttpRequest) -> None:
    """Raises OriginRefused for a write that a foreign page may have made in a shopper's name."""
    if request.method in READING:
        return
    if "Origin" in request.headers:
        visitors.refuse_foreign_page(request)
    elif "Sec-Fetch-Site" in request.headers:
        if request.headers["Sec-Fetch-Site"] not in OWN_SITES:
            raise OriginRefused("Sec-Fetch-Site says that another site's page asks.")
    elif _lends_identity(request) and not _has_token(request):
        raise OriginRefused("With cookies, send an Origin header or Django's CSRF token in X-CSRFToken.")


class VisitorAuthentication(BaseAuthentication):
    """Makes the `Visitor` the request's `auth`, after the write rule. Nobody is turned away for being unknown."""

    def authenticate(self, request: Request) -> tuple[object, Visitor]:
        """The site's user and our visitor. Raises OriginRefused."""
        plain = request._request
        refuse_forged(plain)
        user = getattr(plain, "user", None)
        return user, visitors.identify(visitors.evidence_of(plain, user))


class _TokenCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> HttpResponseForbidden:
        return HttpResponseForbidden(reason)


def _lends_identity(request: HttpRequest) -> bool:
    return conf.current().visitor_cookie in request.COOKIES or django_settings.SESSION_COOKIE_NAME in request.COOKIES


def _has_token(request: HttpRequest) -> bool:
    def unread(_: HttpRequest) -> HttpResponse:  # the check never calls it
        raise NotImplementedError

    check = _TokenCheck(unread)
    check.process_request(request)
    return check.process_view(request, unread, (), {}) is None
