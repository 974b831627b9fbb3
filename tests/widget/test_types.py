"""The JSDoc types of the widget hold, by the TypeScript compiler (5.0 or later) in its strictest mode."""

import shutil
import subprocess
from pathlib import Path

import pytest

from chatbot.templatetags.chatbot import FOLDER
from tests.widget.fake_shop import STATIC

TSC = shutil.which("tsc")


@pytest.mark.skipif(TSC is None, reason="the TypeScript compiler (tsc) is not installed")
def test_types_hold(tmp_path: Path) -> None:
    assert TSC is not None
    shutil.copy(Path(__file__).with_name("jsconfig.json"), tmp_path)
    for path in (STATIC / FOLDER).glob("*.js"):
        shutil.copy(path, tmp_path)
    done = subprocess.run([TSC, "-p", "jsconfig.json"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0
