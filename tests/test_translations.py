"""Korean is complete, and what is compiled is what is written."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCALES = [
    Path("chatbot/locale/ko/LC_MESSAGES"),
    Path("config/shop/locale/ko/LC_MESSAGES"),
]


@pytest.fixture
def msgfmt() -> str:
    found = shutil.which("msgfmt")
    if found is None:
        pytest.skip("msgfmt is not installed (Debian's package gettext)")
    return found


@pytest.mark.parametrize("folder", LOCALES, ids=str)
def test_no_sentence_is_left_untranslated(folder: Path, msgfmt: str) -> None:
    command = [msgfmt, "--check-format", "--statistics", "-o", "/dev/null", str(ROOT / folder / "django.po")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"LC_ALL": "C"})
    assert "untranslated" not in done.stderr
    assert "fuzzy" not in done.stderr


@pytest.mark.parametrize("folder", LOCALES, ids=str)
def test_the_compiled_file_is_of_this_text(folder: Path, msgfmt: str, tmp_path: Path) -> None:
    subprocess.run([msgfmt, "-o", str(tmp_path / "fresh.mo"), str(ROOT / folder / "django.po")], check=True)
    assert (tmp_path / "fresh.mo").read_bytes() == (ROOT / folder / "django.mo").read_bytes()
