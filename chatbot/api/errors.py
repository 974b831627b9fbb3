"""Errors in one shape, whichever view they come from: `{"code", "detail", "retry_after"}`.

`code` is stable and for programs, `detail` a sentence for the shopper, `retry_after` seconds or null. The handler is
set on our views and not in the site's REST_FRAMEWORK settings, which belong to the site.
"""

import logging
import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from chatbot.assistant.sentences import for_shopper
from chatbot.errors import (
    ChatbotError,
    MalformedRequest,
    NotFound,
    OriginRefused,
    RateLimited,
    StreamingUnavailable,
)

logger = logging.getLogger(__name__)


def shape(code: str, detail: str, retry_after_s: float | None = None) -> dict[str, Any]:  # Any: JSON
    """The body of an error."""
    return {"code": code, "detail": detail, "retry_after": retry_after_s}


def refusal(error: ChatbotError) -> JsonResponse:
    """The response that says `error`."""
    _tell(error)
    body = shape(error.code, for_shopper(error), error.retry_after_s)
    response = JsonResponse(body, status=error.http_status, headers=_wait(error.retry_after_s))
    if isinstance(error, StreamingUnavailable):
        # Under WSGI this is the way of each page's first question; Django would mail every one to ADMINS.
        response._has_been_logged = True  # type: ignore[attr-defined]  # as Django's own log_response marks it
    return response


def handle(exception: Exception, context: Mapping[str, object]) -> Response | None:
    """The same for REST views; None leaves a bug to Django's own handling."""
    error = _ours(exception)
    if isinstance(error, ChatbotError):
        _tell(error)
        body = shape(error.code, for_shopper(error), error.retry_after_s)
        return Response(body, status=error.http_status, headers=_wait(error.retry_after_s))
    if isinstance(error, exceptions.APIException):
        code = MalformedRequest.code if isinstance(error, exceptions.ValidationError) else error.default_code
        return Response(shape(code, _sentence(error.detail)), status=error.status_code)
    return None


def _tell(error: ChatbotError) -> None:
    """Log what the shopper's sentence leaves unsaid and somebody who builds the shop must know."""
    if isinstance(error, StreamingUnavailable):
        _tell_once(f"{error.code}: {error}")
    elif error.http_status >= 500:
        logger.error("%s: %s", error.code, error)
    elif isinstance(error, (OriginRefused, MalformedRequest)):
        logger.warning("%s: %s", error.code, error)


@cache
def _tell_once(sentence: str) -> None:
    logger.warning(sentence)


def _ours(exception: Exception) -> Exception:
    match exception:
        case Http404() | exceptions.NotFound():
            return NotFound()
        case PermissionDenied():
            return exceptions.PermissionDenied()
        case exceptions.Throttled():
            return RateLimited(retry_after_s=getattr(exception, "wait", None))
        case exceptions.ParseError():
            return MalformedRequest(str(exception))
    return exception


def _sentence(detail: Any) -> str:  # Any: DRF nests lists and dicts of texts at will
    match detail:
        case dict():
            return " ".join(f"{name}: {_sentence(value)}" for name, value in detail.items())
        case list():
            return " ".join(_sentence(value) for value in detail)
    return str(detail)


def _wait(seconds: float | None) -> dict[str, str]:
    return {} if seconds is None else {"Retry-After": str(math.ceil(seconds))}
