"""The widget in a real browser where an answer does not just come: stopped, failed, refused, lost, on another page."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.widget.conftest import ARGUMENTS, CHROMIUM, until
from tests.widget.fake_shop import FakeShop
from tests.widget.parts import HOLD, failed, finish, said, with_cards

pytestmark = pytest.mark.browser

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
    widget.field.fill("가" * 203)
    expect(page.get_by_text("Characters too many: 3")).to_be_visible()  # once the session has said how many may be
    widget.field.press("Enter")
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
    until(page, f"{log}.scrollTop === 333")


def test_back_out_of_the_browsers_cache_the_widget_goes_on_where_the_later_page_left_off(
    browser: Browser, shop: FakeShop
) -> None:
    # Playwright switches that cache off unless told otherwise.
    caching = browser.browser_type.launch(
        executable_path=CHROMIUM, args=ARGUMENTS, ignore_default_args=["--disable-back-forward-cache"]
    )
    page = caching.new_page()
    page.add_init_script("addEventListener('pageshow', (event) => { window.persisted = event.persisted; })")
    page.goto(shop.url)
    page.get_by_role("button", name="Ask us").click()
    page.evaluate("location.href = '/other/'")
    expect(page).to_have_url(f"{shop.url}/other/")
    page.get_by_label("Your question").fill("Asked later")
    page.keyboard.press("Enter")
    expect(page.locator("article.assistant")).to_contain_text("You asked: Asked later")
    page.get_by_label("Your question").fill("and a draft")
    page.evaluate("history.back()")
    expect(page).to_have_url(f"{shop.url}/")
    expect(page.locator("article.assistant")).to_contain_text("You asked: Asked later")
    expect(page.get_by_label("Your question")).to_have_value("and a draft")
    assert page.evaluate("window.persisted")
    page.get_by_label("Your question").fill("Asked once more")
    page.keyboard.press("Enter")
    expect(page.locator("article.assistant")).to_have_count(2)
    caching.close()


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
