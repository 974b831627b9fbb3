"""Let PostgreSQL find the nearest products, by its extension pgvector. To be run once, when the extension is there.

manage.py chatbot_vectors
manage.py chatbot_vectors --memory 2GB
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from chatbot.catalog.search import embedding, pgvector
from chatbot.models import ProductVector


class Command(BaseCommand):
    """Exit status 1 when the vectors are compared in memory as before; the message says what is missing."""

    help = "Index the products' vectors in PostgreSQL (pgvector), so that no process holds them in memory."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "--memory",
            default="",
            help="What PostgreSQL may take to make the index, as 2GB; its maintenance_work_mem otherwise. A"
            " larger index takes many times longer: 100,000 vectors of 384 numbers need 150 MB.",
        )

    def handle(self, **options: Any) -> None:  # Any: Django's own signature
        """Install the extension where it may, then make the index. Searches and writes go on meanwhile."""
        model = embedding.model()
        if not model:
            raise CommandError("CHATBOT['EMBEDDING_MODEL'] names no model: products have no vectors.")
        if not pgvector.install():
            raise CommandError(
                "The products' database has no extension vector (pgvector), so vectors are compared in memory. On "
                "PostgreSQL install the package pgvector and, as a superuser: CREATE EXTENSION vector;"
            )
        version = ".".join(map(str, pgvector.version()))
        if pgvector.version() < pgvector.OLDEST:
            oldest = ".".join(map(str, pgvector.OLDEST))
            raise CommandError(
                f"pgvector {version} is installed, {oldest} is needed: install it and, as a superuser: "
                "ALTER EXTENSION vector UPDATE;"
            )
        vectors = ProductVector.objects.filter(model=model)
        first = vectors.order_by("pk").first()
        if first is None:
            self.stdout.write("There are no vectors yet: the task fill_vectors makes the index with the first ones.")
            return
        numbers = len(first.values) // 4
        if not pgvector.may_index(numbers):
            raise CommandError(f"Vectors of {numbers} numbers cannot be indexed: {pgvector.MOST_NUMBERS} are the most.")
        try:
            pgvector.index(model, numbers, beside_writers=True, memory=options["memory"])
        except DatabaseError as error:
            raise CommandError(f"The index could not be made: {error}".strip()) from error
        self.stdout.write(
            f"{vectors.count():,} vectors of {model}, {numbers} numbers each, are indexed by pgvector {version}."
        )
