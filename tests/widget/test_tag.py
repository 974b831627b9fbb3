"""What `{% chatbot_widget %}` writes into a page."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.template import TemplateSyntaxError, engines
from django.template.backends.django import DjangoTemplates
from django.test import RequestFactory, override_settings
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from chatbot.templatetags.chatbot import FOLDER, widget_strings
from tests.widget.fake_shop import STATIC

MODULES = sorted((STATIC / FOLDER).glob("*.js"))
PLAIN = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


class Elements(HTMLParser):
    """The elements of a page by name, and the text inside each."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, list[dict[str, str | None]]] = {}
        self.data: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.setdefault(tag, []).append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.data.append(data)

    @property
    def strings(self) -> dict[str, Any]:  # Any: JSON
        """What the widget reads from its JSON blocks."""
        return next(json.loads(data) for data in self.data if data.strip().startswith("{"))


def render(arguments: str = "", **context: object) -> Elements:
    request = RequestFactory().get("/")
    for name in [name for name in context if name.startswith("request_")]:
        setattr(request, name.removeprefix("request_"), context.pop(name))
    source = "{% load chatbot %}{% chatbot_widget " + arguments + " %}"
    return Elements(engines["django"].from_string(source).render(context, request))


@pytest.fixture(autouse=True)
def _plain_static_files() -> Any:  # Any: a generator of nothing
    with override_settings(STORAGES=PLAIN):
        yield


def test_the_element_knows_where_the_app_is_and_what_to_load() -> None:
    page = render('sku="E-1"')
    (element,) = page.found["chatbot-widget"]
    assert element["prefix"] == "/chat/"
    assert element["stylesheet"] == f"/static/{FOLDER}/widget.css"
    assert element["sku"] == "E-1"
    (module,) = [script for script in page.found["script"] if script["type"] == "module"]
    assert module == {"type": "module", "src": f"/static/{FOLDER}/widget.js"}


def test_nothing_runs_inline_and_no_style_is_inline() -> None:
    page = render('accent="#123456"')
    scripts = [script for script in page.found["script"] if script["type"] != "application/json"]
    assert all(script.get("src") for script in scripts)
    attributes = [name for elements in page.found.values() for element in elements for name in element]
    assert not [name for name in attributes if name == "style" or name.startswith("on")]


class Nonce:
    """As Django 6 and django-csp make it: false until somebody asks for its text."""

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return "n0nce"


@pytest.mark.parametrize(
    "context", [{"csp_nonce": Nonce()}, {"request_csp_nonce": SimpleLazyObject(lambda: "n0nce")}], ids=["django", "csp"]
)
def test_the_nonce_of_the_policy_is_passed_on(context: dict[str, object]) -> None:
    assert [script.get("nonce") for script in render(**context).found["script"]] == [None, "n0nce"]


def test_a_page_without_a_request_has_the_widget_too() -> None:
    html = engines["django"].from_string("{% load chatbot %}{% chatbot_widget %}").render({})
    assert "<chatbot-widget" in html


def test_without_javascript_there_is_a_link_to_people() -> None:
    assert render('contact_url="/contact/"').found["a"] == [{"href": "/contact/"}]
    assert "a" not in render().found


@override_settings(CHATBOT={"CONTACT_URL": "/people/"})
def test_the_setting_says_where_people_are() -> None:
    assert render().found["a"] == [{"href": "/people/"}]


def test_title_greeting_and_starters_can_be_the_shops_own() -> None:
    strings = render('title="Mina" greeting="Hi!" starters="One? | Two?"').strings
    assert (strings["title"], strings["greeting"], strings["starters"]) == ("Mina", "Hi!", ["One?", "Two?"])
    assert render("starters=mine", mine=["A?", "B?"]).strings["starters"] == ["A?", "B?"]


def test_a_product_page_begins_with_questions_about_the_product() -> None:
    assert render('sku="E-1"').strings["starters"] != render().strings["starters"]


@pytest.mark.parametrize("argument", ['position="left"', 'theme="night"'])
def test_a_wrong_word_is_named_with_the_right_ones(argument: str) -> None:
    with pytest.raises(TemplateSyntaxError, match=r'is "(left|night)"; give ".*" or "'):
        render(argument)


def test_what_a_shop_passes_in_cannot_leave_its_place() -> None:
    evil = '"></script></chatbot-widget><script>alert(1)</script>'
    page = render("title=evil sku=evil accent=evil contact_url=evil", evil=evil)
    assert len(page.found["script"]) == 2
    assert page.strings["title"] == evil


def test_a_site_overrides_a_sentence_and_an_attribute_by_a_block(tmp_path: Path) -> None:
    folder = tmp_path / "chatbot"
    folder.mkdir()
    (folder / "widget.html").write_text(
        '{% extends "chatbot/widget.html" %}{% block attributes %}{{ block.super }} accent="teal"{% endblock %}'
        '{% block strings %}{{ block.super }}<script type="application/json">{"title": "Mina"}</script>{% endblock %}'
    )
    engine = DjangoTemplates(
        {"NAME": "site", "DIRS": [str(tmp_path)], "APP_DIRS": True, "OPTIONS": {"libraries": {}}},
    )
    html = engine.from_string("{% load chatbot %}{% chatbot_widget %}").render({}, RequestFactory().get("/"))
    page = Elements(html)
    assert page.found["chatbot-widget"][0]["accent"] == "teal"
    assert [script["type"] for script in page.found["script"]] == ["application/json", "application/json", "module"]


def test_korean_has_every_sentence() -> None:
    for about_product in (True, False):
        with translation.override("en"):
            english = widget_strings(about_product=about_product)
        with translation.override("ko"):
            korean = widget_strings(about_product=about_product)
        for key, words in english.items():
            pairs = zip(words, korean[key], strict=True) if isinstance(words, list) else [(words, korean[key])]
            for source, translated in pairs:
                assert re.search("[가-힣]", str(translated)), f"{key} is not translated: {source}"
                assert re.findall(r"\{\w+\}", str(source)) == re.findall(r"\{\w+\}", str(translated))


def test_the_widget_uses_no_sentence_that_the_server_does_not_send() -> None:
    script = "".join(path.read_text(encoding="utf-8") for path in MODULES)
    used = set(re.findall(r"\bstrings\.(\w+)", script))
    built = {"wait", "wait_queued", "ending", "refused"}  # the beginning of a name that a code completes
    assert used - built <= set(widget_strings())
    assert {f"ending_{ending}" for ending in ("stopped", "incomplete", "catalogue")} <= set(widget_strings())
    assert {f"wait_{state}" for state in ("queued", "retrying", "switching", "searching")} <= set(widget_strings())


def test_the_folder_bears_this_version_and_there_is_no_other() -> None:
    assert [path.name for path in (STATIC / "chatbot").glob("widget*")] == [Path(FOLDER).name]


@pytest.mark.parametrize("aggregated", [None, False, True], ids=["plain", "hashed", "hashed imports too"])
def test_collected_files_import_files_that_are_there(aggregated: bool | None, tmp_path: Path) -> None:
    hashed = "tests.widget.hashed" + (".Aggregated" if aggregated else ".Hashed")
    storage = PLAIN if aggregated is None else {"staticfiles": {"BACKEND": hashed}}
    with override_settings(STORAGES=storage, STATIC_ROOT=str(tmp_path)):
        call_command("collectstatic", interactive=False, verbosity=0)
        page = render()
    (module,) = [script for script in page.found["script"] if script["type"] == "module"]
    reached: set[str] = set()
    waiting = [str(module["src"]).removeprefix("/static/")]
    while waiting:
        path = tmp_path / waiting.pop()
        if path.name in reached:
            continue
        reached.add(path.name)
        imports = re.findall(r'^import (?:.*? from )?"\./([^"]+)";$', path.read_text(encoding="utf-8"), re.MULTILINE)
        waiting += [f"{FOLDER}/{name}" for name in imports]
    assert len(reached) == len(MODULES)
    if aggregated:
        assert all(re.search(r"\.[0-9a-f]{12}\.js$", name) for name in reached)
    assert (tmp_path / str(page.found["chatbot-widget"][0]["stylesheet"]).removeprefix("/static/")).exists()
