"""The JSDoc types of the widget hold, by the TypeScript compiler (5.0 or later) in its strictest mode."""

import shutil
import subprocess
from pathlib import Path

from chatbot.templatetags.chatbot import FOLDER
from tests.npm import installed
from tests.widget.fake_shop import STATIC

TYPESCRIPT = "5.9.3"


def test_types_hold(tmp_path: Path) -> None:
    tsc = installed("typescript", TYPESCRIPT) / "bin" / "tsc"
    shutil.copy(Path(__file__).with_name("jsconfig.json"), tmp_path)
    for path in (STATIC / FOLDER).glob("*.js"):
        shutil.copy(path, tmp_path)
    done = subprocess.run([str(tsc), "-p", "jsconfig.json"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0
