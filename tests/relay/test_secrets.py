"""No secret of an endpoint stands in an error, a traceback or a repr."""

import traceback
from collections.abc import Callable

import pytest

from chatbot.errors import ConfigurationError
from chatbot.events import AttemptEnded
from chatbot.relay.base import Endpoint, TokenProvider
from chatbot.relay.client import HttpRelay
from tests.relay.conftest import KEY, STREAM_HEAD, Upstream, data, endpoint, hear, response


@pytest.mark.parametrize(
    "answer",
    [
        response(401, f'{{"error":{{"message":"bad key {KEY}","code":"{KEY}"}}}}'.encode()),
        STREAM_HEAD + data({"error": {"message": KEY, "code": KEY}}),
        b"nonsense " + KEY.encode() + b"\r\n\r\n",
        b"",
    ],
)
async def test_an_error_names_the_endpoint_and_the_model_and_no_secret(upstream: Upstream, answer: bytes) -> None:
    upstream.plays(answer)

    heard = await hear(HttpRelay(endpoint(upstream.url)))

    assert heard.error is not None
    assert "'default'" in str(heard.error)
    assert "gpt-4.1" in str(heard.error)
    chain: BaseException | None = heard.error
    while chain is not None:
        assert KEY not in repr(chain) + str(chain)
        chain = chain.__cause__ or chain.__context__
    told = traceback.TracebackException.from_exception(heard.error, capture_locals=True)
    assert KEY not in "".join(told.format())
    assert KEY not in repr(heard.events)


async def test_no_repr_holds_the_key() -> None:
    relay = HttpRelay(endpoint("https://relay.example/v1"))

    assert KEY not in repr(relay) + repr(vars(relay)) + repr(endpoint("https://relay.example/v1"))


@pytest.mark.parametrize("key", ["sk-1\n", "sk 1", "sk-한"])
def test_a_key_that_no_header_can_hold_is_a_configuration_error_without_the_key(key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        HttpRelay(Endpoint(name="default", url="https://relay.example", key=key))

    assert key not in str(caught.value)


def _fails_with(error: Exception) -> Callable[[], str]:
    def provider() -> str:
        raise error

    return provider


@pytest.mark.parametrize("case", ["refused", "refused twice", "no key", "cut"])
async def test_no_secret_stands_in_what_reaches_a_caller(upstream: Upstream, case: str) -> None:
    async def provider() -> str:
        return f"{KEY}-second"

    upstream.plays(STREAM_HEAD if case == "cut" else response(401))
    token: TokenProvider | None = {"refused twice": provider, "no key": _fails_with(OSError(KEY))}.get(case)
    key = "" if case == "no key" else KEY
    signed = Endpoint(name="default", url=upstream.url, key=key, token=token, signing_secret=f"{KEY}-signing")
    relay = HttpRelay(signed)
    heard = await hear(relay)
    assert heard.error is not None
    seen = "".join(traceback.TracebackException.from_exception(heard.error, capture_locals=True).format())
    assert KEY not in seen + repr(heard) + repr(relay) + repr(relay.__dict__)
    assert isinstance(heard.events[-1], AttemptEnded)
