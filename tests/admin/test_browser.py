"""The staff's pages in a real browser: under a strict Content-Security-Policy, live, without JavaScript, under axe."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings as project
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect, sync_playwright

from chatbot.accounting import rollups
from chatbot.admin import live
from chatbot.models import Attempt, Budget, Product, SourceStatus
from tests.accounting import rows
from tests.accounting.rows import settled
from tests.widget.conftest import ARGUMENTS, CHROMIUM, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

URL = "/admin/chatbot/costs/"
CATALOGUE = "/admin/chatbot/catalogue/"
WIDTHS = {"wide": 1280, "narrow": 390}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium, gone at the end of this file.

    While it runs, Playwright's event loop counts as running in this thread, and Django would refuse to use a database.
    """
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def books(settings, browser: Browser) -> None:
    """A shop with a month behind it, whose pages carry the demo's policy."""
    settings.MIDDLEWARE = ["config.csp.content_security_policy", *project.MIDDLEWARE]
    now = timezone.now()
    price, other = rows.price(), rows.price("beta")
    Attempt.objects.bulk_create(
        settled(
            now - timedelta(hours=11 * n),
            "0.0025" if n % 7 else None,
            model="beta" if n % 3 else "alpha",
            book=other if n % 3 else price,
            outcome="failed" if n % 11 == 0 else "answered",
            first_word_ms=300 + 40 * n,
            page=f"/p/{n % 4}/",
        )
        for n in range(80)
    )
    rollups.roll_up(now)
    Budget.objects.create(limit_usd=Decimal("0.2"))


@pytest.fixture
def opened(books: None, live_server, browser: Browser) -> Iterator:
    """A way to open a page as somebody who may do everything; any complaint of the browser fails the test."""
    client, contexts, complaints = Client(), [], []
    client.force_login(User.objects.create_superuser("staff"))

    def go(url: str = URL, **how: object) -> Page:
        context = browser.new_context(**how)
        contexts.append(context)
        cookie = client.cookies[project.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None)
        assert page.goto(f"{live_server.url}{url}").status == 200
        return page

    yield go
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize(
    ("scheme", "width", "locale"), [("light", "wide", "en-US"), ("dark", "wide", "ko-KR"), ("dark", "narrow", "en-US")]
)
def test_axe_finds_nothing_and_nothing_sticks_out(opened, scheme, width, locale):
    page = opened(viewport={"width": WIDTHS[width], "height": 900}, color_scheme=scheme, locale=locale)
    for details in page.locator("details").all():
        details.locator("summary").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


@pytest.mark.parametrize(
    "url",
    [
        "/admin/chatbot/closedmonth/close/",
        "/admin/chatbot/budget/",
        "/admin/chatbot/budget/add/",
        "/admin/chatbot/price/add/",
        "/admin/chatbot/route/",
        "/admin/chatbot/shopentry/",
        "/admin/chatbot/synonym/",
        f"{URL}?model=none",
    ],
)
def test_axe_finds_nothing_on_the_other_pages(opened, url):
    assert violations(opened(url)) == []


@pytest.fixture
def shelves(db) -> None:
    """Products with and without problems, and sources in every state."""
    now = timezone.now()
    wanting = {"currency": "KRW", "content_hash": "h", "gtin": "4006381333931"}
    Product.objects.bulk_create(Product(sku=f"p{n}", title=f"Thing {n // 2}", **wanting) for n in range(30))
    line = {"line": 17, "column": "availability", "reason": "'maybe' is no availability " * 4, "sku": "A-1" * 20}
    ran = {"started_at": now - timedelta(days=9), "rejected": 40, "rejections": [line] * 40}
    for name, how in {
        "feed": {"ended_at": now, "succeeded_at": now},
        "a-source-with-a-name-of-many-many-words-in-one": {
            "ended_at": now,
            "error": "https://shop.example/" + "x" * 200,
        },
        "killed": {"running_until": now},
        "busy": {"running_until": now + timedelta(hours=1)},
    }.items():
        SourceStatus.objects.create(source=name, **ran, **how)


@pytest.mark.usefixtures("shelves")
@pytest.mark.parametrize(("scheme", "width"), [("light", "wide"), ("dark", "narrow"), ("light", "narrow")])
def test_axe_finds_nothing_on_the_catalogues_health(opened, scheme, width):
    viewport = {"width": WIDTHS[width], "height": 900}
    page = opened(CATALOGUE, viewport=viewport, color_scheme=scheme, locale="en-US" if width == "wide" else "ko-KR")
    for details in page.locator("details").all():
        details.locator("summary").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


@pytest.mark.usefixtures("shelves")
def test_the_catalogues_health_leads_to_its_products_without_javascript(opened):
    page = opened(CATALOGUE, java_script_enabled=False)
    expect(page.get_by_role("heading", name="Catalogue health")).to_be_visible()
    page.locator(".chatbot-source", has_text="killed").locator("summary").click()
    expect(page.get_by_role("region", name="Rejected lines of killed")).to_be_visible()
    page.get_by_role("row", name="Same GTIN").get_by_role("link", name="30").click()
    expect(page.get_by_role("heading", name="Select product to")).to_be_visible()
    expect(page.locator(".paginator")).to_contain_text("30 products")


def test_the_page_works_without_javascript(opened):
    page = opened(java_script_enabled=False)
    expect(page.get_by_role("link", name="Reload for newer figures")).to_be_visible()
    page.get_by_label("Model", exact=True).select_option("alpha")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".chatbot-legend").first).to_have_text("alpha")
    assert "period=this-month" in page.url
    page.get_by_role("link", name="Last 7 days").click()
    assert "model=alpha" in page.url
    expect(page.get_by_role("link", name="Last 7 days")).to_have_attribute("aria-current", "true")


def test_other_days_in_the_form_win_over_the_chosen_period(opened):
    page = opened()
    today = timezone.localdate()
    page.get_by_label("From", exact=True).fill(str(today))
    page.get_by_label("To", exact=True).fill(str(today))
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".chatbot-presets [aria-current]")).to_have_count(0)
    expect(page.get_by_label("From", exact=True)).to_have_value(str(today))


def test_live_figures_refresh_themselves_and_say_when_they_cannot(opened, monkeypatch):
    monkeypatch.setattr(live, "REFRESH_S", 1)
    page = opened()
    place = page.locator('[data-live-key="open"]')
    expect(place).to_have_text("0")
    now = timezone.now()
    Attempt.objects.create(endpoint="default", requested_model="alpha", opened_at=now, counts_at=now)
    expect(place).to_have_text("1")
    expect(place.get_by_role("link")).to_have_attribute("href", "/admin/chatbot/attempt/?state=open")
    page.route("**/live/", lambda route: route.abort())
    expect(page.locator(".chatbot-stale")).to_have_count(1)
    expect(place).to_have_text("1")
    page.unroute("**/live/")
    expect(page.locator(".chatbot-stale")).to_have_count(0)
