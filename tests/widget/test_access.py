"""The widget by keyboard, input method, screen reader and touch, on small screens and in any colour."""

import re
from types import SimpleNamespace
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.widget.conftest import rendered, until, violations
from tests.widget.fake_shop import FakeShop, serving
from tests.widget.parts import HOLD, card, failed, finish, said, with_cards

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]


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


def test_a_screen_reader_hears_whole_lines_and_cards_each_once(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    table = "|  | Dawn |\n|---|---|\n| Battery | 30 hours |\n\n"
    shop.script = lambda question: [
        *said(f"Two fit: **Dawn** and [Wave](/w/).\n\n{table}- light\n- cheap", size=1)[:-1],
        HOLD,
        {"type": "text-delta", "id": "t1", "delta": "er"},
        {"type": "text-end", "id": "t1"},
        card("E-2", "Dawn earphones", "₩89,000", sale="₩79,000"),
        HOLD,
        *said("Both are light.", "t2", size=1),
        finish("incomplete"),
    ]
    widget.open()
    page.evaluate("""() => {
        window.heard = [];
        const root = document.querySelector("chatbot-widget").shadowRoot;
        for (const region of root.querySelectorAll("[role=log], [role=status], [role=alert], [aria-live]"))
            new MutationObserver(() => window.heard.push(region.innerText))
                .observe(region, {childList: true, characterData: true, subtree: true});
        const log = root.querySelector("[role=log]");
        window.lines = [];
        const added = (changes) => changes.flatMap((change) => [...change.addedNodes]);
        new MutationObserver((changes) => window.lines.push(...added(changes).map((line) => line.innerText)))
            .observe(log, {childList: true});
    }""")
    widget.ask("Earphones?")
    expect(widget.answers).to_contain_text("cheap")
    first = ["Two fit: Dawn and Wave.", "Dawn", "Battery, 30 hours", "light"]
    until(page, "window.lines.length >= 4")
    assert page.evaluate("window.lines") == first
    shop.go()
    second = ["cheaper", "Dawn earphones, Sale price ₩79,000, In stock"]
    until(page, "window.lines.length >= 6")
    assert page.evaluate("window.lines") == [*first, *second]
    shop.go()
    expect(widget.answers).to_have_attribute("aria-busy", "false")
    until(page, "window.lines.length >= 8")
    assert page.evaluate("window.lines") == [*first, *second, "Both are light.", "This answer ends too early."]
    # Every live region together: the lines, and "Looking through the shop" that came and went.
    assert len(page.evaluate("window.heard")) < 10


def test_what_was_said_on_the_page_before_is_not_said_again(
    page: Page, shop: FakeShop, widget: SimpleNamespace
) -> None:
    shop.script = lambda question: [*said("First.\n\nSecond.\n\nThird."), HOLD, *said("Last.", "t2"), finish()]
    widget.open()
    widget.ask("Count")
    expect(widget.answers).to_contain_text("Third.")
    page.add_init_script("""addEventListener("load", () => {
        window.lines = [];
        const log = document.querySelector("chatbot-widget").shadowRoot.querySelector("[role=log]");
        const added = (changes) => changes.flatMap((change) => [...change.addedNodes]);
        new MutationObserver((changes) => window.lines.push(...added(changes).map((line) => line.innerText)))
            .observe(log, {childList: true});
    })""")
    page.goto(f"{shop.url}/other/")
    expect(widget.answers).to_contain_text("Third.")
    shop.go()
    expect(widget.answers).to_have_attribute("aria-busy", "false")
    until(page, "window.lines.length > 0")
    assert page.evaluate("window.lines") == ["Last."]


def test_what_is_in_another_language_says_so(shop: FakeShop, widget: SimpleNamespace) -> None:
    dawn = card("E-2", "새벽 이어폰", "₩89,000", brand="Dawn")
    shop.script = lambda question: [*said("네, *새벽* 이어폰이 있어요."), dawn, finish()]
    widget.open()
    widget.ask("이어폰 있어요?")
    expect(widget.answers).to_have_attribute("aria-busy", "false")
    assert widget.questions.locator(".body").get_attribute("lang") == "ko"
    assert widget.answers.locator(".body").get_attribute("lang") == "ko"
    assert widget.answers.get_by_role("link", name="새벽 이어폰").get_attribute("lang") == "ko"
    assert widget.answers.locator(".card-brand").get_attribute("lang") is None
    assert widget.answers.locator("em").evaluate("e => getComputedStyle(e).fontStyle") == "normal"


def test_a_long_answer_is_read_from_its_beginning(page: Page, shop: FakeShop, widget: SimpleNamespace) -> None:
    many = "\n\n".join(f"Line {n}" for n in range(60))
    shop.script = lambda question: [*said("Short."), finish()]
    widget.open()
    widget.ask("First")
    expect(widget.answers).to_contain_text("Short.")
    shop.script = lambda question: [*said(many, size=50), HOLD, *said("The end.", "t2"), finish()]
    widget.ask("Much")
    expect(widget.answers.last).to_contain_text("Line 59")
    log = widget.log.bounding_box()
    question = widget.questions.last
    expect(page.get_by_role("button", name="New words below")).to_be_visible()
    assert log["y"] <= question.bounding_box()["y"] < log["y"] + 40
    # Who goes to the end by hand is taken along from there.
    widget.log.evaluate("log => { log.scrollTop = log.scrollHeight; }")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    shop.go()
    expect(widget.answers.last).to_contain_text("The end.")
    expect(page.get_by_role("button", name="New words below")).to_be_hidden()
    until(
        page,
        "(log => log.scrollHeight - log.scrollTop - log.clientHeight < 2)"
        "(document.querySelector('chatbot-widget').shadowRoot.querySelector('.log'))",
    )


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
        page.locator(".menu .icon-button").click()
        page.locator(".choice").last.click()
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
    page.get_by_role("button", name="How long does delivery take?").tap()
    page.get_by_role("link", name="Wave Air").tap()
    expect(page).to_have_url(f"{shop.url}/p/E-9/")
    expect(page.get_by_role("button", name="Ask us")).to_be_visible()
    expect(dialog).to_be_hidden()
    context.close()


def test_on_a_phone_every_link_in_an_answer_leads_to_a_page_that_can_be_seen(browser: Browser, shop: FakeShop) -> None:
    shop.script = lambda question: [*said("See [our terms](/terms/)."), finish()]
    context = browser.new_context(viewport={"width": 375, "height": 700}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(shop.url)
    page.get_by_role("button", name="Ask us").tap()
    page.get_by_role("button", name="How long does delivery take?").tap()
    page.get_by_role("link", name="our terms").tap()
    expect(page).to_have_url(f"{shop.url}/terms/")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Ask us").tap()
    expect(page.locator("article.assistant")).to_contain_text("See our terms.")
    context.close()


def test_on_a_phone_the_keyboard_leaves_with_the_question(browser: Browser, shop: FakeShop) -> None:
    shop.script = lambda question: [*said("Half"), HOLD, finish()]
    context = browser.new_context(viewport={"width": 375, "height": 700}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(shop.url)
    page.get_by_role("button", name="Ask us").tap()
    field = page.get_by_label("Your question")
    field.tap()
    field.fill("One?")
    page.keyboard.press("Enter")
    expect(page.locator("article.assistant")).to_contain_text("Half")
    expect(field).not_to_be_focused()
    shop.go()
    expect(page.locator("article.assistant")).to_have_attribute("aria-busy", "false")
    field.fill("Two?")
    page.get_by_role("button", name="Send").tap()
    # A screen reader that stood on the button must not lose its place.
    expect(page.get_by_role("button", name="Stop the answer")).to_be_focused()
    expect(page.locator("article.assistant").nth(1)).to_contain_text("Half")
    shop.go()
    expect(page.get_by_role("button", name="Send")).to_be_focused()
    context.close()


def test_a_sheet_that_the_browser_closes_gives_the_page_back(browser: Browser, shop: FakeShop) -> None:
    context = browser.new_context(viewport={"width": 375, "height": 700}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(shop.url)
    page.get_by_role("button", name="Ask us").tap()
    expect(page.get_by_role("dialog")).to_be_visible()
    # As the back gesture of Android does where it need not ask.
    page.get_by_role("dialog").evaluate("dialog => dialog.close()")
    expect(page.get_by_role("button", name="Ask us")).to_be_visible()
    page.get_by_role("button", name="Ask us").tap()
    expect(page.get_by_role("dialog")).to_be_visible()
    context.close()


def test_a_printed_page_is_without_the_widget(page: Page, widget: SimpleNamespace) -> None:
    expect(widget.launcher).to_be_visible()
    page.emulate_media(media="print")
    expect(widget.launcher).to_be_hidden()


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
