"""The JSDoc types of the widget hold, by the TypeScript compiler in its strictest mode."""

import shutil
import subprocess
from pathlib import Path

from chatbot.templatetags.chatbot import FOLDER
from tests.npm import installed
from tests.widget.fake_shop import STATIC


def test_types_hold(tmp_path: Path) -> None:
    compiler = installed("typescript", "5.9.3") / "bin" / "tsc"
    shutil.copy(Path(__file__).with_name("jsconfig.json"), tmp_path)
    for path in (STATIC / FOLDER).glob("*.js"):
        shutil.copy(path, tmp_path)
    command = ["node", str(compiler), "-p", "jsconfig.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0
