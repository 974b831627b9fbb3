"""Settings with django-unfold before the admin; run as a program, it prints how its pages came out."""

import json

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = ["unfold", *_APPS]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
PAGES = (
    "costs/",
    "attempt/",
    "correction/",
    "closedmonth/",
    "budget/",
    "budgetalert/",
    "price/",
    "budget/add/",
    "catalogue/",
)


def main() -> None:
    """Ask for each page as somebody who may do everything."""
    import django

    django.setup()

    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client
    from django.utils import timezone

    from tests.accounting import rows

    call_command("migrate", verbosity=0)
    for n in range(3):
        rows.settled(timezone.now(), "1", book=rows.price(f"m{n}")).save(force_insert=True)
    client = Client()
    client.force_login(User.objects.create_superuser("staff"))
    shown = {}
    for page in PAGES:
        response = client.get(f"/admin/chatbot/{page}")
        body = response.content.decode()
        shown[page] = [response.status_code, "unfold/css" in body, body.count("<svg viewBox")]
    print(json.dumps(shown))


if __name__ == "__main__":
    main()
