"""Makes the demo ready to open: tables, a staff login, the catalogue. Safe to run again."""

import json
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand

from chatbot.models import ShopEntry, Synonym

SHOP = Path(__file__).resolve().parent.parent.parent
CATALOGUE = SHOP / "catalogue.tsv"
ENTRIES = SHOP / "entries.json"
SYNONYMS = SHOP / "synonyms.json"
STAFF = "staff"


class Command(BaseCommand):
    """`manage.py shop_prepare`"""

    help = "Migrates the database, creates the demo's staff login, imports the demo's catalogue, terms and synonyms."

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's signature
        """Run the five steps."""
        call_command("migrate", interactive=False, verbosity=0)
        users = get_user_model()._default_manager
        if not users.filter(username=STAFF).exists():
            # A password that everybody knows: this is for a demo that listens on the loopback address only.
            users.create_superuser(username=STAFF, password=STAFF)
        call_command("chatbot_import", str(CATALOGUE), stdout=self.stdout)
        if not ShopEntry.objects.exists():  # else they are what staff have made of them
            ShopEntry.objects.bulk_create(ShopEntry(**entry) for entry in json.loads(ENTRIES.read_text("utf-8")))
        if not Synonym.objects.exists():
            Synonym.objects.bulk_create(Synonym(**synonym) for synonym in json.loads(SYNONYMS.read_text("utf-8")))
