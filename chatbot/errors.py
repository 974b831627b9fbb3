"""What can go wrong, as one tree. Each error has a stable code, an HTTP status, and whether trying again can help.

    ChatbotError
    |-- ConfigurationError            the site's settings are wrong; the message says what to type
    |   `-- StreamingUnavailable        the site's server cannot stream: it speaks WSGI
    |-- Refused                       a door says no to what was asked
    |   |-- MalformedRequest          not a request that we understand
    |   |-- RequestTooLarge           more bytes than a door reads
    |   |-- EmptyQuestion QuestionTooLong
    |   |-- NotFound                  unknown and not-yours answer alike
    |   |-- OriginRefused             the page that asks is not one of the shop's
    |   |-- TurnRunning               the conversation is still answering the question before
    |   |-- RateLimited               too many questions in too short a time
    |   `-- BudgetSpent               no money left for a model call
    `-- RelayError                    the upstream did not give an answer
        |-- CircuitOpen               nothing was sent: the route failed too often just now
        |-- RelayUnreachable          no connection: name, refusal, TLS, connect timeout
        |-- FirstTokenTimeout StallTimeout TotalTimeout
        |-- RelayRateLimited          429, with the upstream's own wait
        |   `-- QueueTimeout            ... or nothing was sent: the wait for a slot would be too long
        |-- RelayUnauthorized         401 or 403: the key is wrong
        |   `-- KeyUnavailable        there is no key to show: who provides it failed
        |-- RelayRejected             any other 4xx: repeating it would fail again
        |-- RelayOverloaded           5xx and 529
        |-- BadGatewayBody            a 2xx or 3xx whose body is not an answer
        |-- MalformedStream           a stream that cannot be read
        |-- StreamCut                 the connection ended before the answer did
        |-- UpstreamErrorEvent        an error object inside a 200 stream
        |   `-- UpstreamRefusalEvent  ... whose status or code says that repeating it would fail again
        |-- IntegrityFailed           the answer is not what the relay signed
        `-- AnswerTooLarge            a line, event or answer over its limit

Sentences for shoppers are made above (they need translation); the message of an error is for developers and never holds
a secret or an upstream body.
"""

from typing import ClassVar


class ChatbotError(Exception):
    """Base of all errors of this package. `retry_after_s` is the wait that the other side asked for, in seconds."""

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str = "", *, retry_after_s: float | None = None) -> None:
        super().__init__(detail or (self.__doc__ or "").strip().splitlines()[0])
        self.retry_after_s = retry_after_s


class ConfigurationError(ChatbotError):
    """The CHATBOT settings are wrong."""

    code = "configuration"


class StreamingUnavailable(ConfigurationError):
    """Answers stream from an ASGI server only: uvicorn, or runserver with daphne. Until then they come in one piece."""

    code = "no_streaming"
    http_status = 501


class Refused(ChatbotError):
    """The request was understood and refused."""

    code = "refused"
    http_status = 400


class MalformedRequest(Refused):
    """The request cannot be read."""

    code = "malformed"


class RequestTooLarge(Refused):
    """The request or frame is larger than a door reads."""

    code = "too_large"
    http_status = 413


class EmptyQuestion(Refused):
    """The question holds no words."""

    code = "empty_question"


class QuestionTooLong(Refused):
    """The question is longer than the shop allows."""

    code = "question_too_long"
    http_status = 413


class NotFound(Refused):
    """There is no such thing, or it is not yours."""

    code = "not_found"
    http_status = 404


class OriginRefused(Refused):
    """The request comes from a page that is not the shop's."""

    code = "origin_refused"
    http_status = 403


class TurnRunning(Refused):
    """The conversation is still answering the question before this one."""

    code = "turn_running"
    http_status = 409
    retryable = True


class RateLimited(Refused):
    """Too many questions in too short a time."""

    code = "rate_limited"
    http_status = 429
    retryable = True


class BudgetSpent(Refused):
    """The budget leaves no money for a model call."""

    code = "budget_spent"
    http_status = 503


class RelayError(ChatbotError):
    """The relay did not give an answer."""

    code = "relay"
    http_status = 502


class CircuitOpen(RelayError):
    """The route failed too often just now; nothing is sent until it has had a rest."""

    code = "circuit_open"
    http_status = 503


class RelayUnreachable(RelayError):
    """No connection to the relay could be made."""

    code = "relay_unreachable"
    retryable = True


class FirstTokenTimeout(RelayError):
    """The relay took the request and sent no word in time."""

    code = "first_token_timeout"
    http_status = 504
    retryable = True


class StallTimeout(RelayError):
    """The relay stopped in the middle of an answer."""

    code = "stalled"
    http_status = 504
    retryable = True


class TotalTimeout(RelayError):
    """The answer took longer than a whole answer may."""

    code = "total_timeout"
    http_status = 504


class RelayRateLimited(RelayError):
    """The relay asks to wait."""

    code = "relay_rate_limited"
    http_status = 503
    retryable = True


class QueueTimeout(RelayRateLimited):
    """The wait for a slot at this relay would be too long."""

    code = "queue_timeout"
    retryable = False


class RelayUnauthorized(RelayError):
    """The relay does not accept the key."""

    code = "relay_unauthorized"


class KeyUnavailable(RelayUnauthorized):
    """The provider of the relay's key gave none."""

    code = "key_unavailable"


class RelayRejected(RelayError):
    """The relay refuses this request."""

    code = "relay_rejected"


class RelayOverloaded(RelayError):
    """The relay answers with a server error."""

    code = "relay_overloaded"
    retryable = True


class BadGatewayBody(RelayError):
    """The relay's body is not an answer."""

    code = "bad_gateway_body"
    retryable = True


class MalformedStream(RelayError):
    """The relay's stream cannot be read."""

    code = "malformed_stream"
    retryable = True


class StreamCut(RelayError):
    """The connection ended before the answer did."""

    code = "stream_cut"
    retryable = True


class UpstreamErrorEvent(RelayError):
    """The relay reported an error inside its stream."""

    code = "upstream_error_event"
    retryable = True


class UpstreamRefusalEvent(UpstreamErrorEvent):
    """The relay refused the request inside its stream."""

    retryable = False


class IntegrityFailed(RelayError):
    """The answer is not what the relay signed: none of its words may be believed."""

    code = "integrity_failed"


class AnswerTooLarge(RelayError):
    """A line, an event or the answer is larger than its limit."""

    code = "answer_too_large"
