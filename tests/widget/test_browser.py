"""Asking and reading in a real browser, on pages with a strict content security policy and Trusted Types.

The bot is `fake_shop`: half-written answers stand still until the test lets them go on.
"""

from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.widget.conftest import violations
from tests.widget.fake_shop import FakeShop
from tests.widget.parts import HOLD, card, failed, finish, said, with_cards

pytestmark = pytest.mark.browser


# Asking for nothing


def test_a_shopper_who_never_opens_it_gets_no_cookie_and_causes_no_request(
    page: Page, shop: FakeShop, widget: SimpleNamespace, context: BrowserContext
) -> None:
    expect(widget.launcher).to_be_visible()
    assert shop.requests("session") == []
    assert context.cookies() == []
    page.get_by_role("link", name="Another page").click()
    expect(widget.launcher).to_be_visible()
    assert shop.requests("session") == []


def test_without_javascript_there_is_a_link_to_people(browser: Browser, shop: FakeShop) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(shop.url)
    expect(page.get_by_role("link", name="Contact us")).to_be_visible()
    context.close()


# Asking and reading


def test_an_answer_streams_and_is_marked_busy_until_it_ends(shop: FakeShop, widget: SimpleNamespace) -> None:
    shop.script = lambda question: [*said("Two fit: **Da")[:-1], HOLD, *said("wn** and more.")[1:], finish()]
    widget.open()
    widget.ask("Earphones?")
    expect(widget.answers).to_have_text("The assistant said:Two fit: Da")
    expect(widget.answers).to_have_attribute("aria-busy", "true")
    expect(widget.stop).to_be_visible()
    shop.go()
    expect(widget.answers).to_have_attribute("aria-busy", "false")
    expect(widget.answers.locator("strong")).to_have_text("Dawn")
    expect(widget.stop).to_be_hidden()
    (asked,) = shop.requests("ask")
    assert asked["text"] == "Earphones?"
    assert asked["page"] == {"path": "/", "sku": "", "language": "en"}


def test_words_are_appended_and_nothing_that_stands_is_drawn_again(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    shop.script = lambda question: [*said("**One** two")[:-1], HOLD, *said(" three four")[1:], finish()]
    widget.open()
    widget.ask("Hi")
    expect(widget.answers).to_contain_text("One two")
    paragraph = widget.answers.locator("p").first
    paragraph.evaluate("p => { window.before = [...p.childNodes]; window.strong = p.querySelector('strong'); }")
    shop.go()
    expect(widget.answers).to_contain_text("three four")
    assert paragraph.evaluate("p => window.before.every((node, index) => p.childNodes[index] === node)")
    assert page.evaluate("window.before.at(-1).data") == " two three four"


def test_a_comparison_is_a_table_with_a_head(browser: Browser, shop: FakeShop) -> None:
    compared = (
        "Here they are:\n\n| | Dawn | Wave |\n|---|---|---|\n| Battery | **30 hours** | 8 hours |\n\nShall I go on?"
    )
    shop.script = lambda question: [*said(compared), finish()]
    context = browser.new_context(viewport={"width": 375, "height": 700})
    page = context.new_page()
    page.goto(shop.url)
    page.get_by_role("button", name="Ask us").click()
    page.locator("textarea").fill("Compare them")
    page.keyboard.press("Enter")
    expect(page.locator("article.assistant")).to_have_attribute("aria-busy", "false")
    table = page.get_by_role("table")
    assert table.get_by_role("columnheader").all_inner_texts() == ["Dawn", "Wave"]
    assert table.get_by_role("rowheader").all_inner_texts() == ["Battery"]
    assert table.get_by_role("cell").all_inner_texts() == ["", "30 hours", "8 hours"]
    assert violations(page) == []
    context.close()


def test_cards_are_a_list_with_prices_stock_and_pictures(shop: FakeShop, widget: SimpleNamespace) -> None:
    shop.script = with_cards
    widget.open()
    widget.ask("Earphones?")
    cards = widget.log.get_by_role("list", name="Products").get_by_role("listitem")
    expect(cards).to_have_count(2)
    expect(cards.nth(0)).to_contain_text("Sale price ₩79,000")
    expect(cards.nth(0).locator("del")).to_have_text("Regular price ₩89,000")
    expect(cards.nth(0).get_by_role("img", name="Dawn earphones")).to_be_visible()
    expect(cards.nth(1)).to_contain_text("Sold out")
    assert "Both are light." in widget.answers.inner_text().split("Sold out")[1]


def test_a_cards_link_is_told_to_the_shop_and_leads_to_the_product(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    shop.script = with_cards
    page.evaluate("""window.told = []; for (const name of ["open", "ask", "answer", "product-click"])
        document.addEventListener(`chatbot:${name}`, (event) => window.told.push([name, event.detail]))""")
    widget.open()
    widget.ask("Earphones?")
    page.evaluate("""document.addEventListener("chatbot:product-click", (event) => event.preventDefault())""")
    expect(widget.answers).to_have_attribute("aria-busy", "false")
    page.get_by_role("link", name="Wave Air").click()
    told = dict(page.evaluate("window.told"))
    assert list(told) == ["open", "ask", "answer", "product-click"]
    assert told["ask"]["text"] == "Earphones?"
    assert (told["answer"]["ending"], told["answer"]["products"]) == ("complete", ["E-2", "E-9"])
    assert (told["product-click"]["sku"], told["product-click"]["link"]) == ("E-9", "/p/E-9/")
    assert page.url == f"{shop.url}/"


def test_the_page_of_a_product_says_which_product(page: Page, shop: FakeShop, widget: SimpleNamespace) -> None:
    page.goto(f"{shop.url}/p/E-2/")
    widget.open()
    page.get_by_role("button", name="What goes well with it?").click()
    expect(widget.answers).to_have_count(1)
    assert shop.requests("ask")[0]["page"] == {"path": "/p/E-2/", "sku": "E-2", "language": "en"}


def test_a_correction_replaces_what_was_shown(shop: FakeShop, widget: SimpleNamespace) -> None:
    correction = {"type": "data-correction", "data": {"block": "t1", "text": "It costs $10.", "reason": "price"}}
    shop.script = lambda question: [*said("It costs $9."), correction, finish()]
    widget.open()
    widget.ask("How much?")
    expect(widget.answers.locator("p").first).to_have_text("It costs $10.")


def test_waiting_is_said_as_a_status(page: Page, shop: FakeShop, widget: SimpleNamespace) -> None:
    status = {"type": "data-status", "transient": True, "data": {"state": "queued", "seconds": 3.2}}
    shop.script = lambda question: [status, HOLD, *said("Hi"), finish()]
    widget.open()
    widget.ask("Hi")
    words = page.get_by_text("Many are asking right now. About 4 s to go.")
    expect(words).to_have_role("status")
    shop.go()
    expect(words).to_be_hidden()


# Beginning anew, and having everything deleted


def test_a_new_conversation_begins_empty_and_stays_so_on_the_next_page(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    more = page.get_by_role("button", name="More about this conversation")
    widget.open()
    expect(more).to_be_hidden()
    widget.ask("First")
    expect(widget.answers).to_contain_text("You asked: First")
    more.click()
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_text("What are you looking for?")).to_be_visible()
    expect(widget.questions).to_have_count(0)
    expect(widget.field).to_be_focused()
    page.reload()
    expect(page.get_by_text("What are you looking for?")).to_be_visible()
    expect(widget.questions).to_have_count(0)
    widget.ask("Second")
    expect(widget.answers).to_contain_text("You asked: Second")
    assert [asked["conversation"] for asked in shop.requests("ask")] == [None, None]
    page.reload()
    expect(widget.questions).to_have_count(1)
    widget.ask("Third")
    expect(widget.answers.last).to_contain_text("You asked: Third")
    assert shop.requests("ask")[-1]["conversation"] == shop.conversation


def test_everything_is_deleted_only_after_a_second_word(page: Page, shop: FakeShop, widget: SimpleNamespace) -> None:
    more = page.get_by_role("button", name="More about this conversation")
    widget.open()
    widget.ask("First")
    expect(widget.answers).to_contain_text("You asked: First")
    more.click()
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert shop.requests("delete") == []
    shop.refusal = failed("turn_running", "")
    more.click()
    page.get_by_role("button", name="Delete everything").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="still being written")).to_be_visible()
    expect(widget.questions).to_have_count(1)
    shop.refusal = None
    more.click()
    page.get_by_role("button", name="Delete everything").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("What are you looking for?")).to_be_visible()
    expect(page.get_by_text("Everything was deleted.")).to_have_count(1)
    expect(more).to_be_hidden()
    page.reload()
    expect(widget.field).to_be_visible()
    expect(widget.questions).to_have_count(0)


def test_a_question_in_a_conversation_that_is_gone_begins_a_new_one(shop: FakeShop, widget: SimpleNamespace) -> None:
    widget.open()
    widget.ask("First")
    expect(widget.answers).to_contain_text("You asked: First")
    shop.conversation = "another"  # as after a deletion on another device
    widget.ask("Second")
    expect(widget.answers).to_contain_text("You asked: Second")
    expect(widget.questions).to_have_count(1)
    _first, second, third = shop.requests("ask")
    assert second["id"] == third["id"]
    assert third["conversation"] is None


# What may not be


def test_model_and_product_text_never_becomes_markup_or_a_request(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    asked_for: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    evil = (
        '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script> [click](javascript:window.pwned=1) '
        "[away](https://evil.example/) ![pic](https://evil.example/1) ![a][b]\n\n[b]: https://evil.example/2"
    )
    card_ = card("X", evil, "<b>1</b>", link="javascript:window.pwned=1", image_link="data:image/svg+xml,<svg/>")
    shop.script = lambda question: [*said(evil, size=1), card_, finish()]
    widget.open()
    widget.ask(evil)
    expect(widget.answers).to_have_attribute("aria-busy", "false")
    expect(widget.answers).to_contain_text("<script>window.pwned=1</script>")
    assert widget.log.locator("a, img, script, b").count() == 0
    assert page.evaluate("window.pwned") is None
    assert [url for url in asked_for if not url.startswith(("ws:", shop.url))] == []


def test_a_link_within_the_shop_is_a_link(shop: FakeShop, widget: SimpleNamespace) -> None:
    shop.script = lambda question: [*said("See [our terms](/terms/)."), finish()]
    widget.open()
    widget.ask("Terms?")
    expect(widget.answers.get_by_role("link", name="our terms")).to_have_attribute("href", f"{shop.url}/terms/")
