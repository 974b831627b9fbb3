"""Which pages may open a socket, and which may write over HTTP (TESTS.md S1 and S4)."""

import httpx
import pytest
import websockets
from django.test import override_settings

from chatbot.simulator.testing import RunningSimulator
from tests.doors.conftest import LiveShop, Shopper
from tests.settings import CHATBOT

pytestmark = pytest.mark.usefixtures("routes", "simulator")

FOREIGN = {
    "evil": "http://evil.example",
    "null": "null",
    "absent": None,
    "other port": "http://127.0.0.1:1",
    "default port": "http://127.0.0.1",
    "https on http": "https://{host}",
    "suffix look-alike": "http://{host}.evil.example",
    "prefix look-alike": "http://evil-{host}",
    "user name look-alike": "http://{host}@evil.example",
    "subdomain": "http://shop.{host}",
    "empty": "",
    "not an address": "http://[",
}


def _origin(spelled: str | None, server: LiveShop) -> str | None:
    return spelled if spelled is None else spelled.format(host=server.host)


@pytest.mark.parametrize("spelled", FOREIGN.values(), ids=FOREIGN.keys())
async def test_a_foreign_page_gets_no_socket(
    spelled: str | None, server: LiveShop, transactional_db: None, shopper: Shopper
) -> None:
    await shopper.session()
    origin = _origin(spelled, server)
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(
            server.socket,
            origin=None if origin is None else websockets.Origin(origin),
            additional_headers={"Cookie": shopper.cookie},
        )

    assert refused.value.response.status_code == 403
    assert "Set-Cookie" not in refused.value.response.headers


async def test_the_shop_and_the_origins_that_settings_allow_get_a_socket(server: LiveShop, shopper: Shopper) -> None:
    with override_settings(CHATBOT={**CHATBOT, "ALLOWED_ORIGINS": ["https://www.shop.example"]}):
        for origin in (server.origin, "https://www.shop.example", "https://www.shop.example:443"):
            async with websockets.connect(server.socket, origin=websockets.Origin(origin)) as socket:
                await socket.send("not a frame")
                assert "malformed" in str(await socket.recv())


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example"])
async def test_a_host_that_the_site_does_not_serve_gets_no_socket(host: str, server: LiveShop) -> None:
    # DNS rebinding: the browser's Origin then matches the Host that it sends.
    port = server.host.partition(":")[2]
    reader_headers = {"Host": f"{host}:{port}"}
    async with httpx.AsyncClient() as http:
        response = await http.get(
            f"{server.origin}/chat/ws/",
            headers={
                **reader_headers,
                "Origin": f"http://{host}:{port}",
                "Connection": "Upgrade",
                "Upgrade": "websocket",
                "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            },
        )

    assert response.status_code == 403


WRITES = ["chat", "chat/name/stop", "answers/", "messages/00000000-0000-4000-8000-000000000000/feedback/"]


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize("spelled", [o for o in FOREIGN.values() if o is not None])
async def test_a_foreign_page_writes_nothing(path: str, spelled: str, server: LiveShop, shopper: Shopper) -> None:
    session = await shopper.session()
    shopper.http.headers["Origin"] = _origin(spelled, server) or ""
    response = await shopper.http.post(
        path, json=shopper.asked("이어폰"), headers={"X-CSRFToken": session["csrf_token"]}
    )

    assert response.status_code == 403
    assert response.json()["code"] == "origin_refused"


# Origin, Sec-Fetch-Site, cookie, token -> may write
RULE = {
    "own origin, no token": ("own", None, True, False, True),
    "own origin beside any fetch site": ("own", "same-origin", True, False, True),
    "same-origin fetch": (None, "same-origin", True, False, True),
    "typed address": (None, "none", True, False, True),
    "same-site fetch": (None, "same-site", True, True, False),
    "cross-site fetch": (None, "cross-site", True, True, False),
    "cross-site fetch without cookie": (None, "cross-site", False, False, False),
    "old browser with token": (None, None, True, True, True),
    "old browser without token": (None, None, True, False, False),
    "plain client": (None, None, False, False, True),
}


@pytest.mark.parametrize("path", ["chat/name/stop", "answers/"])
@pytest.mark.parametrize("row", RULE.values(), ids=RULE.keys())
async def test_a_write_needs_the_shops_page_or_a_token_or_no_identity(
    row: tuple[str | None, str | None, bool, bool, bool], path: str, server: LiveShop, shopper: Shopper
) -> None:
    origin, fetch_site, with_cookie, with_token, may = row
    session = await shopper.session()
    headers = {"Origin": server.origin if origin else None, "Sec-Fetch-Site": fetch_site}
    headers["Cookie"] = shopper.cookie if with_cookie else None
    headers["X-CSRFToken"] = session["csrf_token"] if with_token else None
    async with httpx.AsyncClient(base_url=server.api + "/") as http:
        given = {name: value for name, value in headers.items() if value is not None}
        response = await http.post(path, json={"text": "  "}, headers=given)

    # What may pass is served: nothing to stop, or a question without words.
    assert response.status_code == ({"chat/name/stop": 204, "answers/": 400}[path] if may else 403)


async def test_why_a_page_is_refused_is_in_the_log_with_what_to_set(
    server: LiveShop, shopper: Shopper, caplog: pytest.LogCaptureFixture
) -> None:
    await shopper.session()
    own = f"and this server is asked as {server.origin!r}. Behind a proxy: have it pass Host on"
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(server.socket, origin=websockets.Origin("https://www.shop.example"))
    assert f"origin_refused: The page says the origin 'https://www.shop.example', {own}" in caplog.text
    caplog.clear()
    shopper.http.headers["Origin"] = "https://" + "x" * 5_000
    for path in ("chat", "answers/"):
        assert (await shopper.http.post(path, json={"text": "hi"})).status_code == 403
    assert caplog.text.count(own) == 2
    assert len(max(caplog.messages, key=len)) < 600
    caplog.clear()
    del shopper.http.headers["Origin"]
    assert (await shopper.http.post("answers/", json={"text": "hi"})).status_code == 403
    assert "With cookies, send an Origin header or Django's CSRF token in X-CSRFToken." in caplog.text


async def test_a_wrong_token_is_no_token(server: LiveShop, shopper: Shopper) -> None:
    await shopper.session()
    del shopper.http.headers["Origin"]
    response = await shopper.http.post("answers/", json={"text": "hi"}, headers={"X-CSRFToken": "x" * 64})

    assert response.status_code == 403


async def test_no_answer_lets_a_foreign_page_read_it(shopper: Shopper, simulator: RunningSimulator) -> None:
    shopper.http.headers["Origin"] = "http://evil.example"
    for path in ("session", "conversations/", "products/"):
        response = await shopper.http.get(path)
        assert "access-control-allow-origin" not in response.headers
