"""A browser and a shop page with the widget on it."""

import shutil
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.widget.fake_shop import FakeShop, serving
from tests.widget.pages import NONCE

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGE = """{% load chatbot %}<!doctype html><html lang="{{ language }}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>A shop</title>
<link rel="icon" href="/pictures/icon.svg"><link rel="stylesheet" href="/style.css"></head>
<body><main><h1>A shop</h1><p><a href="/other/">Another page</a></p>
<ul class="goods">{% for name in names %}<li><i></i>{{ name }}</li>{% endfor %}</ul></main>
{% chatbot_widget sku=sku contact_url="/contact/" accent=accent %}</body></html>"""

expect.set_options(timeout=10_000)


def rendered(path: str, language: str = "en", accent: str = "") -> str:
    """A page of the shop, as Django would send it; the page of a product under /p/<sku>/."""
    request = RequestFactory().get(path)
    request.csp_nonce = NONCE  # type: ignore[attr-defined]  # as django-csp's middleware does
    with translation.override(language):
        context = {
            "language": language,
            "sku": path.split("/")[2] if path.startswith("/p/") else "",
            "accent": accent,
            "names": [f"Thing {number}" for number in range(8)],
        }
        return engines["django"].from_string(PAGE).render(context, request)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def shop() -> Iterator[FakeShop]:
    """A shop whose bot is scripted."""
    with serving(rendered) as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One shopper."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    yield context
    context.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of; a test that expects a complaint empties it."""
    return []


@pytest.fixture
def page(context: BrowserContext, shop: FakeShop, complaints: list[str]) -> Iterator[Page]:
    """The shop's first page. Any script error or breach of the content security policy fails the test."""
    page = context.new_page()

    def heard(message: ConsoleMessage) -> None:
        if (
            message.type == "error"
            and "Failed to load resource" not in message.text
            and "WebSocket" not in message.text
        ):
            complaints.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(shop.url)
    yield page
    assert complaints == []


@pytest.fixture
def widget(page: Page) -> SimpleNamespace:
    """The parts of the widget that a shopper uses, by what they are called."""

    def ask(text: str) -> None:
        page.get_by_label("Your question").fill(text)
        page.keyboard.press("Enter")

    opener: Callable[[], None] = page.get_by_role("button", name="Ask us").click
    return SimpleNamespace(
        open=opener,
        ask=ask,
        field=page.get_by_label("Your question"),
        log=page.get_by_role("region", name="Conversation"),
        answers=page.locator("article.assistant"),
        questions=page.locator("article.user"),
        stop=page.get_by_role("button", name="Stop the answer"),
        launcher=page.get_by_role("button", name="Ask us"),
    )


def until(page: Page, expression: str) -> None:
    """Wait until `expression` is true in the page. Playwright's own wait evaluates text, which the policy forbids."""
    limit = time.monotonic() + 10
    while not page.evaluate(expression):
        assert time.monotonic() < limit, expression
        page.wait_for_timeout(20)


def violations(page: Page) -> list[str]:
    """What axe finds wrong, each with the element and what to do."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html']}: {node['failureSummary']}" for each in found for node in each["nodes"]]
