"""Faults in place of an answer: lost connections, error statuses, bodies that are something else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from chatbot.simulator.calls import Rejected
from chatbot.simulator.exchange import Exchange, Hangup, Reply
from chatbot.simulator.faults.table import Stage, fault, register


@fault("refuse", stage=Stage.INSTEAD)
def refuse(exchange: Exchange) -> None:
    """Closes the connection without a word."""
    exchange.instead = Hangup("close")


@fault("reset_before", "reset", stage=Stage.INSTEAD)
def reset_before(exchange: Exchange) -> None:
    """Resets the connection before the first byte of an answer."""
    exchange.instead = Hangup("reset")


@fault("429", stage=Stage.INSTEAD)
def rate_limited(exchange: Exchange, retry_after: str = "") -> None:
    """Answers 429; Retry-After is sent as given, `date+2` or `date-5` as the HTTP date so many seconds from now."""
    if retry_after[:5] in ("date+", "date-"):
        when = datetime.now(UTC) + timedelta(seconds=float(retry_after[4:]))
        retry_after = format_datetime(when, usegmt=True)
    reply = exchange.refuse(429, "Rate limit reached.", kind="requests", code="rate_limit_exceeded")
    exchange.instead = replace(reply, headers=(("Retry-After", retry_after),) if retry_after else ())


def _declare_status(status: int, kind: str, code: str | None, message: str) -> None:
    def commit(exchange: Exchange) -> None:
        exchange.instead = exchange.refuse(status, message, kind=kind, code=code)

    register((str(status),), f"Answers {status}: {message}", Stage.INSTEAD, commit)


_declare_status(400, "invalid_request_error", None, "The request is invalid.")
_declare_status(401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided.")
_declare_status(403, "invalid_request_error", "forbidden", "You are not allowed to do this.")
_declare_status(404, "invalid_request_error", "model_not_found", "The model does not exist.")
_declare_status(408, "invalid_request_error", "timeout", "The request took too long.")
_declare_status(409, "invalid_request_error", "conflict", "The resource is locked.")
_declare_status(413, "invalid_request_error", "too_large", "The request is too large.")
_declare_status(500, "server_error", None, "The server had an error.")
_declare_status(502, "server_error", None, "Bad gateway.")
_declare_status(503, "server_error", None, "The engine is overloaded.")
_declare_status(504, "server_error", None, "Gateway timeout.")
_declare_status(529, "overloaded_error", None, "Overloaded.")


@fault("500_sse", stage=Stage.INSTEAD)
def error_as_sse(exchange: Exchange) -> None:
    """Answers 500 with the error inside a server-sent event."""
    error = exchange.dialect.error_event(Rejected(500, "The server had an error.", kind="server_error"))
    exchange.instead = Reply(500, error, "text/event-stream")


@fault("html", stage=Stage.INSTEAD)
def html(exchange: Exchange) -> None:
    """Answers 200 with a web page."""
    exchange.instead = Reply(200, b"<!doctype html><title>Welcome</title><p>Please log in.", "text/html")


@fault("empty", stage=Stage.INSTEAD)
def empty(exchange: Exchange) -> None:
    """Answers 200 with nothing in it."""
    exchange.instead = Reply(200, b"", "text/event-stream" if exchange.stream else "application/json")


@fault("204", stage=Stage.INSTEAD)
def no_content(exchange: Exchange) -> None:
    """Answers 204."""
    exchange.instead = Reply(204)


@fault("redirect", stage=Stage.INSTEAD)
def redirect(exchange: Exchange, location: str = "/elsewhere/v1/chat/completions") -> None:
    """Answers 307 to another address; following it would send the prompt there."""
    exchange.instead = Reply(307, headers=(("Location", location),))
