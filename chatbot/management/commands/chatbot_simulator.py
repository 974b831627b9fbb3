"""`manage.py chatbot_simulator`: the relay simulator, for a shop that has no key yet."""

import sys
from argparse import Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from chatbot.simulator import command_line


class Command(BaseCommand):
    """Runs the simulator in the foreground, with the options of `python -m chatbot.simulator`."""

    help = "Run a relay to develop and demo against. It speaks the OpenAI dialect and needs no real key."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        command_line.add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's signature
        status = command_line.run(Namespace(**options))
        if status:
            sys.exit(status)
