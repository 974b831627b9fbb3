"""django-oscar beside this package: a shop of its own, in a process of its own, as its apps cannot be added later."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chatbot.catalog.sources.oscar import OscarSource
from chatbot.errors import ConfigurationError

HERE = Path(__file__).parent / "oscar_shop"
ROOT = Path(__file__).parents[3]


def test_what_staff_do_in_oscars_dashboard_is_on_the_next_card() -> None:
    pytest.importorskip("oscar", reason="django-oscar is not installed")
    command = [
        sys.executable, "-m", "pytest", str(HERE / "shopping.py"), "-q",
        "--ds=tests.catalog.sources.oscar_shop.settings",
        "-p", "no:cacheprovider", "-p", "no:randomly", "-o", "filterwarnings=",
    ]  # fmt: skip
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "TEST_DATABASE"))
    }
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    passed = re.search(r"(\d+) passed", run.stdout)
    assert passed
    assert int(passed[1]) >= 12


def test_without_oscar_among_the_apps_the_source_says_what_is_missing() -> None:
    with pytest.raises(ConfigurationError, match="'oscar'"):
        OscarSource("oscar", {})
