"""The README's tables name what there is, all of it and nothing else; its script runs as it stands there."""

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

from chatbot.assistant.evaluation import Case, read
from chatbot.assistant.evaluation.cases import Understood
from chatbot.catalog.sources import model, remote
from chatbot.conf import Settings
from chatbot.simulator.testing import RunningSimulator

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def names(heading: str) -> list[str]:
    """The names in the first column of the table below a heading."""
    section = re.split(r"\n##+ ", README.split(f"# {heading}\n")[1])[0]
    return [name for row in re.findall(r"^\| (`[^|]+) \|", section, re.M) for name in re.findall(r"`(\w+)`", row)]


def test_the_settings_table_is_that_of_the_code() -> None:
    assert names("Settings") == [field.name.upper() for field in fields(Settings)]


def test_the_environment_table_is_that_of_the_demo() -> None:
    source = (ROOT / "config" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'environment\.\w+\(\s*"(\w+)"', source))
    assert set(names("Environment of the demo project")) == read


def test_the_tables_of_sources_are_those_of_the_code() -> None:
    assert set(names("A feed at an address")) == remote.KEYS
    assert set(names("A model of the shop's own")) == model.KEYS


def test_the_table_and_the_lines_of_an_evaluation_can_be_read() -> None:
    heading = "Before a new model or new instructions go live"
    section = re.split(r"\n##+ ", README.split(f"# {heading}\n")[1])[0]
    assert {*names(heading), "question", "continues", "language", "page", "note"} == set(Case.__struct_fields__)
    [understood] = re.findall(r"^\| `understood` \|(.*)", section, re.M)
    assert re.findall(r"`(\w+)`", understood) == list(Understood.__struct_fields__)
    assert len(read("\n".join(re.findall(r"^    (\{.*)", section, re.M)).encode())) == 3


def test_the_relay_answers_in_a_plain_script(simulator: RunningSimulator) -> None:
    simulator.say("Darjeeling.")
    [script] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    env = {**os.environ, "CHATBOT_RELAY_URL": simulator.url, "CHATBOT_RELAY_KEY": simulator.key}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    words, cost = done.stdout.strip().split("\n")
    assert words == "Darjeeling."
    billed = simulator.bill()["totals"]["output_tokens"]
    assert cost.startswith(f"{billed} tokens in ")
