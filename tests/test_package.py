"""What pip installs: the app with all that it needs, and nothing of the demo or the tests."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NEEDED = {
    "chatbot/py.typed",
    "chatbot/locale/ko/LC_MESSAGES/django.mo",
    "chatbot/migrations/0001_initial.py",
    "chatbot/migrations/_price_list.py",
    "chatbot/templates/chatbot/widget.html",
    "chatbot/management/commands/chatbot_import.py",
}


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of all files in a freshly built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    [wheel] = folder.glob("django_shopkeeper-*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_everything_that_git_holds_of_the_app_is_in_the_wheel(contents: set[str]) -> None:
    held = subprocess.run(["git", "ls-files", "chatbot"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert set(held.split()) <= contents
    assert contents >= NEEDED


def test_nothing_else_is_in_the_wheel(contents: set[str]) -> None:
    tops = {name.split("/")[0] for name in contents}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"chatbot"}
    assert not [name for name in contents if "__pycache__" in name or "/tests/" in name]


def test_importing_the_package_does_nothing() -> None:
    code = "import sys, chatbot; print({'django', 'httpx', 'channels', 'celery'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"


def test_the_relay_and_the_simulator_need_no_django() -> None:
    code = "import sys, chatbot.relay.retrying, chatbot.relay.client, chatbot.simulator; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"
