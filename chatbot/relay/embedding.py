"""Texts into vectors, by an endpoint's `/embeddings` (the OpenAI-compatible shape)."""

import asyncio
import math
from collections.abc import Sequence
from typing import Final

import httpx
import msgspec

from chatbot.errors import BadGatewayBody, ConfigurationError, RelayError, TotalTimeout
from chatbot.relay import dialects
from chatbot.relay.auth import credentials
from chatbot.relay.base import Endpoint
from chatbot.relay.classify import TRANSPORT_FAILURES, status_failure, transport_failure
from chatbot.relay.pool import client

MAX_BODY_BYTES: Final = 64 << 20


class _Embedding(msgspec.Struct):
    embedding: list[float]
    index: int = 0


class _Answer(msgspec.Struct):
    data: list[_Embedding]


_decoder = msgspec.json.Decoder(_Answer)


async def embed(endpoint: Endpoint, model: str, texts: Sequence[str], *, timeout_s: float) -> list[list[float]]:
    """A vector for each text, in their order, as the model gives it. One attempt; raises `RelayError`.

    No message of an error holds the key or what the upstream wrote.
    """
    if endpoint.dialect != "openai":
        raise ConfigurationError(f"endpoint {endpoint.name!r}: embeddings are asked for in the dialect 'openai' alone")
    known = credentials(endpoint, dialects.of(endpoint.dialect).authorization)
    url = httpx.URL(f"{endpoint.url}/embeddings")
    body = known.signable(msgspec.json.encode({"input": list(texts), "model": model}))
    failure: RelayError
    try:
        async with asyncio.timeout(timeout_s):
            for last in (False, True):
                presented = await known.present(url.raw_path.decode("ascii"), body)
                status, content = await _post(endpoint, url, presented.headers, body)
                if status != 401 or last or not await known.refused(presented.token):
                    break
        if refused := status_failure(status):
            raise refused(f"endpoint {endpoint.name!r}, model {model!r}: status {status}")
        return _vectors(content, len(texts))
    except TimeoutError:
        failure = TotalTimeout(f"endpoint {endpoint.name!r}, model {model!r}: no vectors within {timeout_s:g} s")
    except TRANSPORT_FAILURES as err:
        failure = transport_failure(err)(f"endpoint {endpoint.name!r}, model {model!r}")
    except (msgspec.DecodeError, ValueError):
        failure = BadGatewayBody(f"endpoint {endpoint.name!r}, model {model!r}: the body holds no vectors")
    raise failure  # outside: the libraries' exceptions hold the request, and with it the key


async def _post(endpoint: Endpoint, url: httpx.URL, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    limit_s = endpoint.timeouts.connect_s
    request = httpx.Request(
        "POST",
        url,
        headers={"Content-Type": "application/json", "Accept-Encoding": "identity", **headers},
        content=body,
        extensions={"timeout": {"connect": limit_s, "pool": limit_s, "read": None, "write": None}},
    )
    response = await (await client()).send(request, stream=True, auth=None)
    try:
        pieces: list[bytes] = []
        size = 0
        async for piece in response.aiter_raw():
            size += len(piece)
            if size > MAX_BODY_BYTES:
                raise ValueError("too large")
            pieces.append(piece)
        return response.status_code, b"".join(pieces)
    finally:
        await response.aclose()


def _vectors(content: bytes, count: int) -> list[list[float]]:
    data = sorted(_decoder.decode(content).data, key=lambda item: item.index)
    if len(data) != count or len({len(item.embedding) for item in data}) != 1 or not data[0].embedding:
        raise ValueError("not one vector for each text")
    if [item.index for item in data] not in (list(range(count)), [0] * count):  # some leave the index out
        raise ValueError("whose vectors they are is not said")
    if not all(math.isfinite(number) for item in data for number in item.embedding):
        raise ValueError("not all are numbers")
    return [item.embedding for item in data]
