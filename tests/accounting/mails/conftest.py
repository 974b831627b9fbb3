"""The mail server works again after each test."""

import pytest

from tests.accounting.mails.failing import FailingBackend


@pytest.fixture(autouse=True)
def _mending(monkeypatch):
    monkeypatch.setattr(FailingBackend, "down", False)
    monkeypatch.setattr(FailingBackend, "refuses", ())
