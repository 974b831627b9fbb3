"""Relays that fail without a wait."""

import pytest

from chatbot import conf
from chatbot.assistant import routing
from chatbot.relay.client import HttpRelay
from chatbot.relay.retrying import Retrying


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries follow at once."""

    def stack(endpoint: str) -> Retrying:
        return Retrying(HttpRelay(conf.current().endpoints[endpoint]), base_s=0.001, cap_s=0.001)

    monkeypatch.setattr(routing, "relay_for", stack)
