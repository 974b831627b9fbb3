"""Keys for the tests: who gives them, and credentials that keep them."""

import asyncio

from chatbot.relay.auth import Credentials
from chatbot.relay.base import Endpoint, TokenProvider
from tests.relay.conftest import Clock

PATH = "/v1/chat/completions"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


class Provider:
    """Gives token-1, token-2 and so on; `fails` raises instead."""

    def __init__(self) -> None:
        self.calls = 0
        self.fails: Exception | None = None
        self.given: list[str] = []

    async def __call__(self) -> str:
        self.calls += 1
        await asyncio.sleep(0)
        if self.fails is not None:
            raise self.fails
        return self.given.pop(0) if self.given else f"token-{self.calls}"


def made(
    token: TokenProvider | None = None, *, key: str = "", secret: str = "", refresh_s: float = 3600, **clocks: Clock
) -> Credentials:
    """What keeps the key of an endpoint that has `token` for its provider."""
    endpoint = Endpoint(
        name="default", url="http://127.0.0.1:9/v1", key=key, token=token, signing_secret=secret, refresh_s=refresh_s
    )
    return Credentials(endpoint, bearer, **clocks)
