"""The simulator in a thread, in a process, from the command line and from `manage.py`."""

import ast
import signal
import socket
import subprocess
import sys

import httpx
import pytest
from django.core.management import call_command, get_commands

from chatbot.simulator import DEFAULT_KEY, Simulator, command_line, run_in_process, run_in_thread
from tests.simulator.conftest import question, streamed, text_of

KEY = {"Authorization": f"Bearer {DEFAULT_KEY}"}


def ask(url: str, **kwargs: object) -> httpx.Response:
    with httpx.Client(headers=KEY, trust_env=False, verify=False) as client:
        return client.post(f"{url}/chat/completions", json=question(**kwargs))  # type: ignore[arg-type]


def test_a_thread_serves_and_obeys() -> None:
    with run_in_thread() as simulator:
        simulator.say("exactly this")
        simulator.script([["503"]])
        simulator.script([["502"]], match={"model": "deepseek-v3.2"})
        assert ask(simulator.url).status_code == 503
        assert ask(simulator.url, model="deepseek-v3.2").status_code == 502
        assert ask(simulator.url).json()["choices"][0]["message"]["content"] == "exactly this"
        assert simulator.bill()["totals"]["requests"] == 3
        assert len(simulator.requests()) == 3
        assert httpx.get(f"{simulator.root}/bill", trust_env=False, verify=False).json()["totals"]["requests"] == 3
        simulator.reset()
        assert simulator.bill()["totals"]["requests"] == 0
        simulator.rate({"503": 1})
        assert ask(simulator.url).status_code == 503


def test_the_bill_of_a_thread_waits_for_requests_that_end() -> None:
    with run_in_thread(Simulator(seed=1, tokens_per_second=20, latency=0)) as simulator:
        with (
            httpx.Client(headers=KEY, trust_env=False, verify=False) as client,
            client.stream("POST", f"{simulator.url}/chat/completions", json=streamed()) as response,
        ):
            body = response.iter_raw()
            next(body)
            assert simulator.bill(wait_s=0)["open"] == 1
        assert simulator.bill()["totals"]["aborted"] == 1


def test_a_process_serves_until_it_is_stopped() -> None:
    with run_in_process("--seed", "1", "--tokens-per-second", "0", "--latency", "0", "--key", "sk-own") as url:
        with httpx.Client(headers={"Authorization": "Bearer sk-own"}, trust_env=False, verify=False) as client:
            response = client.post(f"{url}/chat/completions", json=streamed())
        assert text_of(response.content)
    with pytest.raises(httpx.ConnectError):
        ask(url)


def test_a_process_that_does_not_start_says_so() -> None:
    with pytest.raises(RuntimeError, match="exit status 2"), run_in_process("--tokens-per-second", "-1"):
        pass


def test_a_taken_port_is_a_clear_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert command_line.main(["--port", str(taken.getsockname()[1])]) == 1
    assert "cannot listen on 127.0.0.1" in capsys.readouterr().err


def test_an_interrupt_ends_it_well() -> None:
    command = [sys.executable, "-m", "chatbot.simulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip().removeprefix("simulator: ")
        assert url.startswith("http://127.0.0.1:")
        setting = process.stdout.readline().removeprefix("CHATBOT = ")
        assert ast.literal_eval(setting) == {"ENDPOINTS": {"default": {"URL": url, "KEY": "simulator-key"}}}
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")


def test_manage_py_offers_it() -> None:
    assert get_commands()["chatbot_simulator"] == "chatbot"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SystemExit):
            call_command("chatbot_simulator", port=taken.getsockname()[1])
