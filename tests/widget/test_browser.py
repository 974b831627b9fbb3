"""The widget in a real browser, on pages with a strict content security policy and Trusted Types.

The bot is `fake_shop`: half-written answers stand still until the test lets them go on.
"""

import re
from types import SimpleNamespace
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.widget.conftest import rendered
from tests.widget.fake_shop import HOLD, FakeShop, card, failed, finish, said, serving

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]

ANSWER = "Two fit: **Dawn** and *Wave*.\n\n- one\n- two"


def with_cards(question: str) -> list[object]:
    """An answer with two cards between two texts."""
    dawn = card("E-2", "Dawn earphones", "₩89,000", sale="₩79,000", brand="Dawn")
    wave = card("E-9", "Wave Air", "₩49,000", availability="out_of_stock", availability_text="Sold out")
    return [*said(ANSWER), dawn, wave, *said("Both are light.", "t2"), finish()]


def violations(page: Page) -> list[str]:
    """What axe finds wrong, each with the element and what to do."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html']}: {node['failureSummary']}" for each in found for node in each["nodes"]]


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
    assert table.get_by_role("cell").all_inner_texts() == ["", "Battery", "30 hours", "8 hours"]
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


# Stopping, failing, trying again


@pytest.mark.parametrize("sockets_work", [True, False], ids=["socket", "requests"])
def test_stop_keeps_what_was_said(shop: FakeShop, widget: SimpleNamespace, sockets_work: bool) -> None:
    shop.sockets_work = sockets_work
    shop.script = lambda question: [*said("The first half"), HOLD, *said(" and the second", "t2"), finish()]
    widget.open()
    widget.ask("Hi")
    expect(widget.answers).to_contain_text("The first half")
    # A tap within half a second of asking is a double tap and stops nothing: tap until it takes.
    while not shop.requests("stop"):
        widget.log.page.get_by_label("Stop the answer").dispatch_event("click")
    expect(widget.answers).to_contain_text("You stopped this answer.")
    expect(widget.answers).not_to_contain_text("second")


def test_a_failed_answer_says_why_and_can_be_tried_again(page: Page, shop: FakeShop, widget: SimpleNamespace) -> None:
    shop.script = lambda question: [failed("relay", "The assistant cannot answer right now.")]
    widget.open()
    widget.ask("Hi")
    expect(page.get_by_role("alert").filter(has_text="cannot answer right now")).to_be_visible()
    expect(widget.answers.get_by_role("link", name="Contact us")).to_have_attribute("href", f"{shop.url}/contact/")
    shop.script = lambda question: [*said("Now it works."), finish()]
    page.get_by_role("button", name="Try again").click()
    expect(widget.answers).to_contain_text("Now it works.")
    expect(widget.questions).to_have_count(1)
    first, second = shop.requests("ask")
    assert first["text"] == second["text"]
    assert first["id"] != second["id"]


def test_an_incomplete_answer_can_go_on(page: Page, shop: FakeShop, widget: SimpleNamespace) -> None:
    shop.script = lambda question: [*said("Half of it"), finish("incomplete", "stream_cut")]
    widget.open()
    widget.ask("Hi")
    expect(widget.answers).to_contain_text("This answer ends too early.")
    page.get_by_role("button", name="Go on").click()
    expect(widget.answers).to_have_count(2)
    assert shop.requests("ask")[1]["text"] == "Please go on."


def test_a_refused_question_stays_and_is_sent_again_under_its_id(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    shop.refusal = failed("rate_limited", "Too many questions; one moment.")
    widget.open()
    widget.ask("Hi")
    expect(widget.questions.get_by_role("alert")).to_have_text("Too many questions; one moment.")
    shop.refusal = None
    page.get_by_role("button", name="Try again").click()
    expect(widget.answers).to_contain_text("You asked: Hi")
    first, second = shop.requests("ask")
    assert first["id"] == second["id"]


def test_a_question_that_must_wait_goes_back_into_the_field(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    shop.refusal = failed("turn_running", "")
    widget.open()
    widget.ask("And in blue?")
    expect(widget.field).to_have_value("And in blue?")
    expect(page.get_by_role("alert").filter(has_text="still being written")).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("alert").filter(has_text="still being written")).to_have_count(0)


def test_a_question_that_is_too_long_is_counted_and_not_sent(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    widget.open()
    widget.ask("가" * 203)
    expect(page.get_by_text("Characters too many: 3")).to_be_visible()
    expect(widget.field).to_have_value("가" * 203)
    assert shop.requests("ask") == []


def test_feedback_is_kept_and_can_be_taken_back(page: Page, shop: FakeShop, widget: SimpleNamespace) -> None:
    widget.open()
    widget.ask("Hi")
    thumb = page.get_by_role("button", name="Not helpful")
    thumb.click()
    expect(thumb).to_have_attribute("aria-pressed", "true")
    expect(thumb).to_be_focused()
    thumb.click()
    expect(thumb).to_have_attribute("aria-pressed", "false")
    assert shop.requests("feedback") == [{"value": -1}, {"value": 0}]


def test_a_token_that_a_login_replaced_is_fetched_anew(page: Page, shop: FakeShop, widget: SimpleNamespace) -> None:
    widget.open()
    widget.ask("Hi")
    expect(page.get_by_role("button", name="Helpful", exact=True)).to_be_visible()
    shop.token = "another"
    page.get_by_role("button", name="Helpful", exact=True).click()
    shop.wait_for("feedback")
    assert shop.requests("feedback") == [{"value": 1}]


# Losing the connection


def test_a_lost_socket_is_resumed_without_a_gap_or_a_double(shop: FakeShop, widget: SimpleNamespace) -> None:
    shop.script = lambda question: [*said("one two ", size=4), HOLD, *said("three four", "t2", size=4), finish()]
    widget.open()
    widget.ask("Count")
    expect(widget.answers).to_contain_text("one two")
    shop.cut()
    shop.go()
    expect(widget.answers.locator(".prose")).to_have_text(["one two", "three four"])
    assert shop.requests("resume")[0]["after"] == 5
    assert len(shop.requests("ask")) == 1


def test_where_sockets_are_refused_the_answer_streams_all_the_same(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    shop.sockets_work = False
    shop.script = lambda question: [*said("안녕 half"), HOLD, *said(" whole", "t2"), finish()]
    widget.open()
    widget.ask("안녕")
    expect(widget.answers).to_contain_text("안녕 half")
    expect(widget.answers).to_have_attribute("aria-busy", "true")
    shop.go()
    expect(widget.answers).to_contain_text("whole")
    (asked,) = shop.requests("chat")
    assert asked["token"] == "token"
    assert asked["message"]["parts"] == [{"type": "text", "text": "안녕"}]


def test_where_nothing_streams_the_answer_comes_in_one_piece(shop: FakeShop, widget: SimpleNamespace) -> None:
    shop.sockets_work = shop.streams_work = False
    shop.script = with_cards
    widget.open()
    widget.ask("Earphones?")
    expect(widget.answers).to_contain_text("Both are light.")
    expect(widget.log.get_by_role("listitem").filter(has_text="Wave Air")).to_have_count(1)


def test_a_question_asked_while_the_shop_is_away_is_answered_when_it_is_back(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    widget.open()
    expect(widget.field).to_be_focused()
    shop.reachable = False
    widget.ask("Are you there?")
    expect(page.get_by_text("Connection lost. Reconnecting…")).to_be_visible()
    shop.reachable = True
    expect(widget.answers).to_contain_text("You asked: Are you there?")
    assert len({asked["id"] for asked in shop.requests("ask")}) == 1


# Changing pages, and a second tab


def test_a_page_change_keeps_the_panel_the_draft_and_the_running_answer(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    shop.script = lambda question: [*said("one two ", size=4), HOLD, *said("three", "t2"), finish()]
    widget.open()
    widget.ask("Count")
    expect(widget.answers).to_contain_text("one two")
    widget.field.fill("and th")
    page.get_by_role("link", name="Another page").click()
    expect(page).to_have_url(f"{shop.url}/other/")
    expect(widget.answers).to_contain_text("one two")
    expect(widget.field).to_have_value("and th")
    expect(widget.answers).to_have_attribute("aria-busy", "true")
    shop.go()
    expect(widget.answers.locator(".prose")).to_have_text(["one two", "three"])
    assert shop.requests("resume")[-1]["after"] == 5
    expect(widget.questions).to_have_count(1)


def test_an_answer_that_ended_between_two_pages_is_there_in_full(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    shop.script = lambda question: [*said("one "), HOLD, *said("two", "t2"), finish()]
    widget.open()
    widget.ask("Count")
    expect(widget.answers).to_contain_text("one")
    page.goto("about:blank")
    shop.go()
    page.goto(shop.url)
    expect(widget.answers.locator(".prose")).to_have_text(["one", "two"])
    expect(widget.answers).to_have_attribute("aria-busy", "false")


def test_the_place_in_a_long_conversation_survives_a_page_change(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    shop.script = lambda question: [*said("\n\n".join(f"Line {n}" for n in range(80)), size=50), finish()]
    widget.open()
    widget.ask("Much")
    expect(widget.answers).to_have_attribute("aria-busy", "false")
    widget.log.evaluate("log => { log.scrollTop = 333; }")
    page.get_by_role("link", name="Another page").click()
    expect(page).to_have_url(f"{shop.url}/other/")
    expect(widget.answers).to_contain_text("Line 79")
    log = "document.querySelector('chatbot-widget').shadowRoot.querySelector('.log')"
    page.wait_for_function(f"{log}.scrollTop === 333")


def test_a_page_with_an_open_panel_takes_the_focus_from_nobody(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    widget.open()
    expect(widget.field).to_be_focused()
    page.reload()
    expect(widget.field).to_be_visible()
    assert page.evaluate("document.activeElement.localName") == "body"


def test_a_second_tab_shows_what_the_first_asked_and_has_a_draft_of_its_own(
    page: Page, context: BrowserContext, shop: FakeShop, widget: SimpleNamespace
) -> None:
    other = context.new_page()
    other.goto(shop.url)
    other.get_by_role("button", name="Ask us").click()
    other.get_by_label("Your question").fill("mine")
    page.bring_to_front()
    widget.open()
    widget.ask("From the first tab")
    expect(widget.answers).to_have_attribute("aria-busy", "false")
    other.bring_to_front()
    expect(other.locator("article.assistant")).to_contain_text("You asked: From the first tab")
    expect(other.get_by_label("Your question")).to_have_value("mine")
    expect(widget.answers).to_have_count(1)
    assert len(shop.requests("ask")) == 1


# Keyboard, screen reader, small screens


def test_enter_inside_an_input_method_sends_nothing(page: Page, shop: FakeShop, widget: SimpleNamespace) -> None:
    widget.open()
    widget.field.fill("안녕하세요")
    press = """(field, extra) => field.dispatchEvent(
        new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true, composed: true, ...extra}))"""
    widget.field.evaluate(press, {"isComposing": True})
    widget.field.evaluate(press, {"keyCode": 229})
    expect(widget.field).to_have_value("안녕하세요")
    page.keyboard.press("Shift+Enter")
    expect(widget.field).to_have_value("안녕하세요\n")
    assert shop.requests("ask") == []
    widget.field.evaluate(press, {})
    expect(widget.answers).to_have_count(1)
    assert [asked["text"] for asked in shop.requests("ask")] == ["안녕하세요"]


def test_a_composition_of_the_real_input_method_is_sent_whole(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    widget.open()
    widget.field.focus()
    devtools = page.context.new_cdp_session(page)
    for syllable in ("ㅇ", "아", "안"):
        devtools.send("Input.imeSetComposition", {"text": syllable, "selectionStart": 1, "selectionEnd": 1})
    expect(widget.field).to_have_value("안")
    devtools.send("Input.insertText", {"text": "안녕"})
    page.keyboard.press("Enter")
    expect(widget.questions).to_have_text("You said:안녕")


def test_the_keyboard_opens_closes_and_finds_its_way_back(page: Page, widget: SimpleNamespace) -> None:
    widget.launcher.focus()
    expect(widget.launcher).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(widget.field).to_be_focused()
    page.keyboard.press("Escape")
    expect(widget.launcher).to_be_focused()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_who_reads_further_up_is_left_there_and_told_of_new_words(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    many = "\n\n".join(f"Line {n}" for n in range(60))
    shop.script = lambda question: [*said(many, size=50), HOLD, *said("The end.", "t2"), HOLD, finish()]
    widget.open()
    widget.ask("Much")
    expect(widget.answers).to_contain_text("Line 59")
    widget.log.evaluate("log => { log.scrollTop = 100; }")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    shop.go()
    below = page.get_by_role("button", name="New words below")
    expect(below).to_be_visible()
    assert widget.log.evaluate("log => log.scrollTop") == 100
    below.click()
    expect(below).to_be_hidden()
    assert widget.log.evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight") < 2
    shop.go()


def test_an_answer_behind_a_closed_panel_is_announced_on_the_launcher(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    shop.script = lambda question: [*said("one "), HOLD, finish()]
    widget.open()
    widget.ask("Count")
    expect(widget.answers).to_contain_text("one")
    page.keyboard.press("Escape")
    shop.go()
    expect(page.get_by_role("button", name="Ask us (new answer)")).to_be_visible()
    widget.open()
    expect(widget.answers).to_have_attribute("aria-busy", "false")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_axe_finds_nothing_to_complain_of(browser: Browser, language: str, width: int, scheme: Scheme) -> None:
    size: ViewportSize = {"width": width, "height": 720}
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    with serving(lambda path: rendered(path, language)) as shop:
        page = context.new_page()
        page.goto(shop.url)
        expect(page.locator("button.launcher")).to_be_visible()
        assert violations(page) == []
        page.locator("button.launcher").click()
        expect(page.locator("dialog")).to_be_visible()
        assert violations(page) == []
        for count, script in enumerate((with_cards, lambda question: [failed("relay", "Not now.")]), 1):
            shop.script = script
            page.locator("textarea").fill("?")
            page.keyboard.press("Enter")
            expect(page.locator("article.assistant[aria-busy=false]")).to_have_count(count)
        assert violations(page) == []
    context.close()


def test_on_a_phone_the_panel_is_a_sheet_that_leaves_for_a_product(browser: Browser, shop: FakeShop) -> None:
    context = browser.new_context(
        viewport={"width": 375, "height": 700}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(shop.url)
    page.get_by_role("button", name="Ask us").tap()
    dialog = page.get_by_role("dialog", name="Shopping assistant")
    assert dialog.bounding_box() == {"x": 0, "y": 0, "width": 375, "height": 700}
    expect(page.get_by_role("heading", name="Shopping assistant")).to_be_focused()
    shop.script = with_cards
    page.get_by_role("button", name="Help me find a gift").tap()
    page.get_by_role("link", name="Wave Air").tap()
    expect(page).to_have_url(f"{shop.url}/p/E-9/")
    expect(page.get_by_role("button", name="Ask us")).to_be_visible()
    expect(dialog).to_be_hidden()
    context.close()


def test_everything_to_tap_is_large_enough(browser: Browser, shop: FakeShop) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(shop.url)
    page.get_by_role("button", name="Ask us").tap()
    shop.script = with_cards
    sizes = "all => all.filter((e) => e.checkVisibility()).map((e) => [e.innerText, e.offsetWidth, e.offsetHeight])"
    for answered in (1, 2):
        for words, width, height in page.locator("dialog button, dialog textarea").evaluate_all(sizes):
            assert width >= 44, words
            assert height >= 44, words
        page.locator("textarea").fill("?")
        page.keyboard.press("Enter")
        expect(page.locator(".thumb")).to_have_count(2 * answered)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


@pytest.mark.parametrize(("accent", "ink"), [("#ffe066", "0 0 0"), ("#0b3d2e", "1 0 0"), ("navy", "1 0 0")])
def test_words_on_any_accent_are_black_or_white_whichever_reads_better(
    browser: Browser, context: BrowserContext, accent: str, ink: str
) -> None:
    with serving(lambda path: rendered(path, accent=accent)) as shop:
        page = context.new_page()
        page.goto(shop.url)
        launcher = page.get_by_role("button", name="Ask us")
        expect(launcher).to_be_visible()
        assert re.sub(r"[^\d. ]", "", launcher.evaluate("e => getComputedStyle(e).color")).strip() == ink
        assert violations(page) == []


def test_a_missing_style_sheet_leaves_the_link_to_people(context: BrowserContext, shop: FakeShop) -> None:
    page = context.new_page()
    page.route(re.compile(r"/widget\.css"), lambda route: route.abort())
    page.goto(shop.url)
    expect(page.get_by_role("link", name="Contact us")).to_be_visible()
    expect(page.get_by_role("button", name="Ask us")).to_be_hidden()


def test_an_element_that_is_taken_off_the_page_closes_its_connection(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    widget.open()
    widget.ask("Hi")
    expect(widget.answers).to_have_attribute("aria-busy", "false")
    page.evaluate("window.taken = document.querySelector('chatbot-widget'); window.taken.remove()")
    shop.wait_for("close")
