"""A skip is said in the last lines, and in CI it is a failure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TESTS = """
import pytest

def test_runs(): pass

@pytest.mark.skip(reason="no carrier pigeon")
def test_needs_a_pigeon(): pass

@pytest.mark.xfail(reason="known")
def test_known(): assert False
"""


def outcome(folder: Path, tests: str, ci: str) -> tuple[int, str]:
    (folder / "test_some.py").write_text(tests, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.skipping", "-c", "none.ini", "--rootdir", "."]
    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    (folder / "none.ini").write_text("[pytest]\n", encoding="utf-8")
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_a_skip_is_told_with_its_reason_and_does_no_harm_at_home(tmp_path: Path) -> None:
    status, said = outcome(tmp_path, TESTS, ci="")
    assert status == 0
    assert "skipped: 1" in said
    assert "no carrier pigeon: test_some.py::test_needs_a_pigeon" in said


@pytest.mark.parametrize("ci", ["true", "1"])
def test_a_skip_fails_the_run_in_ci(tmp_path: Path, ci: str) -> None:
    status, said = outcome(tmp_path, TESTS, ci=ci)
    assert status == 1
    assert "CI=true, so this is a failure" in said


def test_a_module_that_skips_itself_fails_the_run_in_ci(tmp_path: Path) -> None:
    status, said = outcome(tmp_path, "import pytest\npytest.skip('no database', allow_module_level=True)\n", ci="true")
    assert status != 0
    assert "no database: test_some.py" in said


def test_a_run_without_skips_stays_green_in_ci(tmp_path: Path) -> None:
    status, said = outcome(tmp_path, "def test_runs(): pass\n", ci="true")
    assert status == 0
    assert "skipped:" not in said
