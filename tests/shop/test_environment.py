"""Settings from the environment: typed, and loud when they are wrong."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment
from tests.shop.conftest import ROOT


def test_a_value_that_is_not_given_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_X", raising=False)
    assert environment.text("SHOP_X", "blue") == "blue"
    assert environment.boolean("SHOP_X", default=True) is True
    assert environment.integer("SHOP_X", 7) == 7
    assert environment.words("SHOP_X", ["a"]) == ["a"]


def test_an_empty_value_counts_as_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_X", "  ")
    assert environment.text("SHOP_X", "blue") == "blue"
    assert environment.boolean("SHOP_X", default=True) is True


def test_a_secret_is_read_from_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n", encoding="utf-8")
    monkeypatch.setenv("SHOP_X_FILE", str(tmp_path / "key"))
    assert environment.text("SHOP_X") == "s3cret"


def test_a_secret_file_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SHOP_X_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(ImproperlyConfigured, match=r"SHOP_X_FILE names .*nowhere"):
        environment.text("SHOP_X")


def test_a_value_and_its_file_together_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SHOP_X", "a")
    monkeypatch.setenv("SHOP_X_FILE", str(tmp_path))
    with pytest.raises(ImproperlyConfigured, match="both set"):
        environment.text("SHOP_X")


@pytest.mark.parametrize(
    ("value", "meaning"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("FALSE", False)]
)
def test_booleans_are_read_in_their_usual_spellings(monkeypatch: pytest.MonkeyPatch, value: str, meaning: bool) -> None:
    monkeypatch.setenv("SHOP_X", value)
    assert environment.boolean("SHOP_X", default=not meaning) is meaning


def test_a_boolean_that_is_none_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_X", "maybe")
    with pytest.raises(ImproperlyConfigured, match="SHOP_X is 'maybe'"):
        environment.boolean("SHOP_X", default=False)


@pytest.mark.parametrize("value", ["many", "1.5", "-1"])
def test_a_number_that_is_none_or_too_small_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SHOP_X", value)
    with pytest.raises(ImproperlyConfigured, match="SHOP_X is"):
        environment.integer("SHOP_X", 3)


def test_words_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_X", "a.example, b.example,,")
    assert environment.words("SHOP_X", []) == ["a.example", "b.example"]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DJANGO_DEBUG", "perhaps", "DJANGO_DEBUG is 'perhaps'"),
        ("SHOP_TIME_ZONE", "Asia/Busan", "SHOP_TIME_ZONE is 'Asia/Busan'"),
        ("DATABASE_URL", "not-an-address", "DATABASE_URL cannot be read"),
        ("CELERY_BROKER_URL", "pigeon://post", "CELERY_BROKER_URL begins with 'pigeon'"),
        ("CELERY_TASK_TIME_LIMIT_S", "soon", "CELERY_TASK_TIME_LIMIT_S is 'soon'"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_its_name(tmp_path: Path, name: str, value: str, sentence: str) -> None:
    """In a process of its own, as a person would see it."""
    done = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=ROOT,
        env={"PATH": "", "SHOP_VAR": str(tmp_path), name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert sentence in done.stderr.splitlines()[-1]
