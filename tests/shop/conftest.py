"""The demo shop under test: its own settings and pages, over the tests' database."""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.test import override_settings
from django.urls import clear_url_caches

from chatbot.catalog.sources.feed import open_feed
from chatbot.catalog.sync import sync
from chatbot.models import ShopEntry, Synonym

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUE = ROOT / "config" / "shop" / "catalogue.tsv"
ENTRIES = ROOT / "config" / "shop" / "entries.json"
SYNONYMS = ROOT / "config" / "shop" / "synonyms.json"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The settings module of the demo, read once, writing to a folder of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOP_VAR", str(tmp_path_factory.mktemp("var")))
        return importlib.import_module("config.settings")


@pytest.fixture
def shop(db: None, demo: ModuleType) -> Iterator[None]:
    """The shop's pages with its catalogue on the shelves."""
    taken = ("INSTALLED_APPS", "MIDDLEWARE", "ROOT_URLCONF", "TEMPLATES", "STORAGES", "LANGUAGES", "LANGUAGE_CODE")
    chatbot = {**demo.CHATBOT, "ENDPOINTS": {"default": {"URL": "http://127.0.0.1:9/v1", "KEY": "tests-key"}}}
    with override_settings(CHATBOT=chatbot, **{name: getattr(demo, name) for name in taken}):
        clear_url_caches()
        with open_feed(CATALOGUE) as feed:
            sync(feed)
        Synonym.objects.bulk_create(Synonym(**synonym) for synonym in json.loads(SYNONYMS.read_text("utf-8")))
        ShopEntry.objects.bulk_create(ShopEntry(**entry) for entry in json.loads(ENTRIES.read_text("utf-8")))
        yield
    clear_url_caches()
