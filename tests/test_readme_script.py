"""The script in the README, run as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

from chatbot.simulator.testing import RunningSimulator

README = Path(__file__).resolve().parents[1] / "README.md"


def test_the_relay_answers_in_a_plain_script(simulator: RunningSimulator) -> None:
    simulator.say("Darjeeling.")
    [script] = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    env = {**os.environ, "CHATBOT_RELAY_URL": simulator.url, "CHATBOT_RELAY_KEY": simulator.key}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    words, cost = done.stdout.strip().split("\n")
    assert words == "Darjeeling."
    billed = simulator.bill()["totals"]["output_tokens"]
    assert cost.startswith(f"{billed} tokens in ")
