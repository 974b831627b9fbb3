"""A pytest plugin: what was skipped stands in the last lines, and with CI=true a skip is a failure.

CI is the place where everything is installed; a test that did not run there has said nothing.
"""

import os
from collections.abc import Generator

import pytest

TRUE = ("1", "true", "yes")


def in_ci() -> bool:
    """Whether this run must not skip anything."""
    return os.environ.get("CI", "").lower() in TRUE


def reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why a test was skipped; pytest keeps it as (file, line, "Skipped: reason")."""
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


class Skips:
    """Gathers the skipped tests of a session by reason."""

    def __init__(self) -> None:
        self.by_reason: dict[str, list[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a skipped test. An expected failure also reports as skipped; it ran, so it does not count."""
        if report.skipped and not hasattr(report, "wasxfail"):
            self.by_reason.setdefault(reason(report), []).append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a module that skipped itself as a whole."""
        if report.skipped:
            self.by_reason.setdefault(reason(report), []).append(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Turn a green run with skips into a red one where nothing may be skipped."""
        if self.by_reason and in_ci() and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None, None, None]:
        """Write the list after everybody else's summary."""
        yield
        if not self.by_reason:
            return
        count = sum(map(len, self.by_reason.values()))
        verdict = "; CI=true, so this is a failure" if in_ci() else ""
        terminalreporter.section(f"skipped: {count}{verdict}", red=in_ci(), yellow=not in_ci())
        for why, tests in sorted(self.by_reason.items()):
            first = tests[0] if len(tests) == 1 else f"{tests[0]} and {len(tests) - 1} more"
            terminalreporter.line(f"{why}: {first}")


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugin once per session; a worker of a distributed run leaves it to the main process."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Skips(), "chatbot-skips")
