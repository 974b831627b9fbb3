"""Staff with permissions, and the moment at which they look."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import translation

from chatbot.admin import costs, filters

NOW = datetime(2026, 3, 14, 16, 30, tzinfo=UTC)
"""01:30 on March 15th in Seoul, where the shop of the tests is."""


@pytest.fixture(autouse=True)
def _english():
    """A request leaves its language active in the thread; the next test is not to read it."""
    with translation.override("en"):
        yield


@pytest.fixture
def staff(db) -> Client:
    """Somebody who may do everything."""
    client = Client()
    client.force_login(User.objects.create_superuser("staff"))
    return client


@pytest.fixture
def staff_who_may(db):
    """A way to make staff with some permissions and no others."""

    def make(*names: str) -> Client:
        user = User.objects.create_user(f"may-{len(names)}-{'-'.join(names)}"[:150], is_staff=True)
        user.user_permissions.set(Permission.objects.filter(content_type__app_label="chatbot", codename__in=names))
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def now(monkeypatch) -> datetime:
    """The moment at which the pages are asked for."""
    for module in (costs, filters):
        monkeypatch.setattr(module.timezone, "now", lambda: NOW)
    return NOW
