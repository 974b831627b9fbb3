"""The yardstick: the least that an ASGI app can do to bring the same upstream's words to a WebSocket.

It asks the upstream with one ready prompt and forwards each network read as one frame. No history, no products, no
ledger, no resuming. Run under uvicorn like the app itself.
"""

import os
from typing import Any

import aiohttp

UPSTREAM = os.environ.get("BARE_UPSTREAM", "")
PROMPT = os.environ.get("BARE_PROMPT", "").encode()
HEADERS = {"Authorization": f"Bearer {os.environ.get('BARE_KEY', '')}", "Content-Type": "application/json"}


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:  # Any: ASGI's own types
    """One socket: each message is a question; its answer is forwarded as it comes, then an empty frame."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    async with aiohttp.ClientSession() as session:
        while (message := await receive())["type"] == "websocket.receive":
            async with session.post(UPSTREAM, data=PROMPT, headers=HEADERS) as response:
                async for chunk in response.content.iter_any():
                    await send({"type": "websocket.send", "text": chunk.decode()})
            await send({"type": "websocket.send", "text": ""})
        assert message["type"] == "websocket.disconnect"
