"""Makes the demo ready to open: tables, a staff login, the catalogue. Safe to run again."""

from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand

CATALOGUE = Path(__file__).resolve().parent.parent.parent / "catalogue.tsv"
STAFF = "staff"


class Command(BaseCommand):
    """`manage.py shop_prepare`"""

    help = "Migrates the database, creates the demo's staff login and imports the demo's catalogue."

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's signature
        """Run the three steps."""
        call_command("migrate", interactive=False, verbosity=0)
        users = get_user_model()._default_manager
        if not users.filter(username=STAFF).exists():
            # A password that everybody knows: this is for a demo that listens on the loopback address only.
            users.create_superuser(username=STAFF, password=STAFF)
        call_command("chatbot_import", str(CATALOGUE))
