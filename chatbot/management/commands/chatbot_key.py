"""Keep the key of a relay in the database, encrypted, for an endpoint whose setting says KEY_DATABASE.

manage.py chatbot_key set default < key.txt
manage.py chatbot_key show default
manage.py chatbot_key delete default
manage.py chatbot_key rotate
"""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chatbot import conf
from chatbot.errors import ConfigurationError, NotFound


class Command(BaseCommand):
    """Set, describe, delete and re-encrypt stored keys. None is ever printed, and none is taken from the arguments."""

    help = "Keep the key of a relay in the database, encrypted. The key is read from standard input."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("action", choices=["set", "show", "delete", "rotate"])
        parser.add_argument("name", nargs="?", help="The endpoint, as CHATBOT['ENDPOINTS'] names it.")

    def handle(self, *, action: str, name: str | None, **options: Any) -> None:  # Any: Django's own signature
        """Do it."""
        if (name is None) != (action == "rotate"):
            raise CommandError("set, show and delete take the name of an endpoint; rotate takes all of them.")
        trouble = ""
        try:
            self.stdout.write(_done(action, name or ""))
        except NotFound:
            trouble = f"No key is stored for {name!r}."
        except ConfigurationError as err:
            trouble = str(err)
        if trouble:
            raise CommandError(trouble)


def _done(action: str, name: str) -> str:
    from chatbot import keys  # needs an extra: without it the other commands still work

    if action == "rotate":
        return f"{keys.rotate()} key(s) encrypted under SECRET_KEY."
    if action == "delete":
        keys.delete_key(name)
        return f"The key of {name!r} is deleted."
    if action == "set":
        if name not in conf.current().endpoints:
            raise CommandError(f"CHATBOT['ENDPOINTS'] has no endpoint {name!r}.")
        key = getpass.getpass("Key: ") if sys.stdin.isatty() else sys.stdin.readline()
        if not key.strip() or not key.strip().isascii():
            raise CommandError("No key came on standard input, or not one that a header can hold.")
        keys.set_key(name, key.strip())
        return f"The key of {name!r} is stored."
    found = keys.describe(name)
    return f"{name}: set {found.set_at:%Y-%m-%d %H:%M:%S %Z}, fingerprint {found.fingerprint}"
