"""Parser and decoder of the relay, against the bare limit, httpx-sse with json, and the official SDK, on one stream."""

import json
import statistics
from collections.abc import Callable, Iterator
from time import process_time

import httpx
import msgspec
import openai
from httpx_sse import EventSource

from chatbot.relay.dialects.openai import StreamReader
from chatbot.relay.dialects.openai_chunks import Chunk
from tests.bench.figures import Figure, benchmark

CHUNKS = 2_000
READ_BYTES = 16_384
ROUNDS = 15
WORDS = ["안녕하세요", " the", " 이어폰", " is", " 259,000원", ".", " 👍", "\n"]

Reader = Callable[[bytes], str]


@benchmark("relay", "parser")
def measure() -> Iterator[Figure]:
    """All four read the same bytes by turns; each must give the same text."""
    stream, text = _stream()
    contenders: dict[str, Reader] = {"bare": _bare, "ours": _ours, "httpx_sse": _httpx_sse, "sdk": _sdk}
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, read in contenders.items():
            began = process_time()
            said = read(stream)
            times[name].append(process_time() - began)
            if said != text:
                raise RuntimeError(f"{name} reads another text")
    us = {name: statistics.median(taken) * 1e6 / CHUNKS for name, taken in times.items()}
    note = ", ".join(f"{name} {per_chunk:.1f} us" for name, per_chunk in us.items()) + " a chunk"
    for rival, goal in [("bare", "<= 1.6"), ("httpx_sse", "<= 0.25"), ("sdk", "<= 0.025")]:
        yield Figure(
            area="relay",
            name=f"parser_to_{rival}",
            value=us["ours"] / us[rival],
            unit="x",
            goal=goal,
            n=ROUNDS * CHUNKS,
            note=note,
        )


def _stream() -> tuple[bytes, str]:
    def data(delta: dict[str, str], **more: object) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": None, **more}
        chunk = {
            "id": "chatcmpl-55dc984b",
            "object": "chat.completion.chunk",
            "created": 1795452646,
            "model": "gpt-4.1",
            "choices": [choice],
        }
        return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"

    words = [WORDS[number % len(WORDS)] for number in range(CHUNKS)]
    body = b"".join(data({"content": word}) for word in words)
    return body + data({}, finish_reason="stop") + b"data: [DONE]\n\n", "".join(words)


def _reads(stream: bytes) -> Iterator[bytes]:
    for at in range(0, len(stream), READ_BYTES):
        yield stream[at : at + READ_BYTES]


_decoder = msgspec.json.Decoder(Chunk)


def _bare(stream: bytes) -> str:
    """Split and typed decode, and nothing that could go wrong is looked at."""
    words = []
    for block in stream.split(b"\n\n"):
        if block.startswith(b"data: {"):
            content = _decoder.decode(block[6:]).choices[0].delta.content
            if content:
                words.append(content)
    return "".join(words)


def _ours(stream: bytes) -> str:
    reader = StreamReader()
    words = [reader.feed(piece) for piece in _reads(stream)]
    return "".join(words) + reader.close()


def _httpx_sse(stream: bytes) -> str:
    response = httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=_reads(stream))
    events = EventSource(response).iter_sse()
    chunks = (json.loads(event.data) for event in events if event.data != "[DONE]")
    return "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)


def _sdk(stream: bytes) -> str:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=_reads(stream))

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        client = openai.OpenAI(api_key="none", base_url="http://127.0.0.1:9/v1", http_client=http)
        chunks = client.chat.completions.create(
            model="gpt-4.1", messages=[{"role": "user", "content": "?"}], stream=True
        )
        return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
