r"""Ask a frozen set of questions and hold the answers against what is expected of them.

manage.py chatbot_evaluate questions.jsonl
manage.py chatbot_evaluate questions.jsonl --route new-model --json

The file is JSON Lines: one object a line, in UTF-8. Empty lines and lines that begin with # are passed over.

    {"question": "running shoes under 100,000 won, not black", "understood": {"max": 100000, "currency": "KRW"},
     "shows": [["RUN-402", "RUN-405"]], "shows_not": ["RUN-401-NV-270"]}
    {"continues": true, "question": "How long does delivery take?", "entries": ["Delivery"], "says": ["2-3 days"]}

(each on one line). Only `question` must be given:

    question     what the shopper writes
    continues    true: in the talk of the line before
    language     of the shop's page, such as "ko"
    page         what the page says of itself, such as {"sku": "RUN-402"}; also category, cart, path
    understood   words, min, max, currency, brands, colors, sizes, category, without, sort, gift, recipient, reference,
                 about, asks; what is left away may be anything, "" or [] or null must be empty
    finds        skus that the search must hand to the model       finds_not    and must not
    entries      titles of the shop's entries that it must hand to the model
    shows        skus that must be among the answer's cards        shows_not    and must not
    says         words that the answer must hold                   says_not     and must not
    note         for people

A list within finds, entries, shows or says means that one of its members is enough. Every answer must be a model's
whole one. With --no-model nothing is asked and nothing costs: only understanding and search are looked at, and what is
to be shown must be found.

The questions are booked like any others, under the page `chatbot_evaluate`, and nothing comes from the cache of
answers. The talks are deleted at the end, unless --keep says otherwise.

The exit status is 0 when all is as expected, 1 when something differs, 2 when the file is wrong.
"""

import asyncio
import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from django.conf import settings as django_settings
from django.core.management.base import BaseCommand, CommandError

from chatbot.assistant.evaluation import (
    Evaluation,
    Faulty,
    Numbered,
    Outcome,
    Summary,
    read,
    refuse_unknown_products,
    routes_named,
)
from chatbot.database import close_pool
from chatbot.models import Route

STOPPED: Final = 130
"""Exit status after Ctrl-C, as shells have it."""
_LONGEST: Final = 200
"""Characters of an answer in the report."""


class Command(BaseCommand):
    """Evaluate the assistant by a file of questions."""

    help = "Ask a file of questions, compare the answers with what the file expects, and report."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", help="JSON Lines: a question and what is expected of its answer.")
        models = parser.add_mutually_exclusive_group()
        models.add_argument("--no-model", action="store_true", help="Only understanding and search; costs nothing.")
        models.add_argument(
            "--route", default="", metavar="MODEL", help="Ask this model alone, also where its route is not enabled."
        )
        parser.add_argument("--language", default=django_settings.LANGUAGE_CODE, help="Of lines that name none.")
        parser.add_argument("--json", action="store_true", help="One JSON object in place of the report.")
        parser.add_argument("--keep", action="store_true", help="Leave the talks to be read in the admin.")

    def handle(self, **options: Any) -> None:  # Any: Django's own signature
        """Ask, report, and exit by what differs."""
        cases = self._cases(Path(options["file"]))
        routes: list[Route] | None = [] if options["no_model"] else None
        if options["route"] and not (routes := routes_named(options["route"])):
            raise CommandError(f"There is no route to {options['route']!r}: add one in the admin.", returncode=2)
        evaluation = Evaluation(cases, language=options["language"], routes=routes)
        try:
            outcomes = asyncio.run(self._asked(evaluation, as_json=options["json"]))
            summary = evaluation.summary()
        except KeyboardInterrupt:
            sys.exit(STOPPED)
        finally:
            close_pool()
            if not options["keep"]:
                evaluation.forget()
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(outcomes, summary), ensure_ascii=False, indent=1))
        else:
            self._sum_up(summary, with_model=not options["no_model"])
        if summary.ok < summary.questions:
            sys.exit(1)

    def _cases(self, path: Path) -> list[Numbered]:
        try:
            cases = read(path.read_bytes())
            refuse_unknown_products(cases)
        except OSError as err:
            raise CommandError(f"{path} cannot be read: {err.strerror}.", returncode=2) from err
        except Faulty as err:
            for fault in err.faults:
                self.stderr.write(_printable(f"{path}, {fault}"))
            raise CommandError("Nothing was asked: the file is to be put right first.", returncode=2) from err
        return cases

    async def _asked(self, evaluation: Evaluation, *, as_json: bool) -> list[Outcome]:
        told = []
        async with aclosing(evaluation.outcomes()) as outcomes:
            async for outcome in outcomes:
                told.append(outcome)
                if not as_json:
                    self._tell(outcome)
        return told

    def _tell(self, outcome: Outcome) -> None:
        ok = self.style.SUCCESS("ok     ") if outcome.is_ok else self.style.ERROR("DIFFERS")
        more = "+ " if outcome.case.continues else ""
        self.stdout.write(f"{outcome.line:>4} {ok} {more}{_printable(outcome.case.question)}")
        for difference in outcome.differences:
            found = difference.found if len(difference.found) <= _LONGEST else f"{difference.found[:_LONGEST]}…"
            self.stdout.write(_printable(f"       {difference.check}: expected {difference.expected}, found {found}"))
        for change in outcome.interventions:
            shown = f" became {change['shown']!r}" if change.get("shown") else ""
            self.stdout.write(
                _printable(f"       changed by the grounding, {change['kind']}: {change['text']!r}{shown}")
            )
        self.stdout.flush()

    def _sum_up(self, summary: Summary, *, with_model: bool) -> None:
        differ = summary.questions - summary.ok
        self.stdout.write(f"\nQuestions: {summary.questions}, ok: {summary.ok}, with differences: {differ}.")
        if not with_model:
            self.stdout.write("No model was asked.")
            return
        wait = "not measured" if summary.first_word_p50_ms is None else f"{summary.first_word_p50_ms} ms (median)"
        unmeasured = f", not measured: {summary.unmeasured}" if summary.unmeasured else ""
        self.stdout.write(f"First word: {wait}.")
        self.stdout.write(f"Cost: {summary.cost_usd:f} dollars. Attempts: {summary.attempts}{unmeasured}.")
        self.stdout.write(f"Changed by the grounding: {_counted(summary.interventions) or 'nothing'}.")


def _counted(kinds: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))


def _as_json(outcomes: list[Outcome], summary: Summary) -> dict[str, Any]:  # Any: JSON
    return {
        "cases": [
            {
                "line": outcome.line,
                "question": outcome.case.question,
                "ok": outcome.is_ok,
                "differences": [asdict(difference) for difference in outcome.differences],
                "status": outcome.observed.status,
                "code": outcome.observed.code,
                "answer": outcome.observed.text,
                "shown": list(outcome.observed.shown),
                "found": list(outcome.observed.found),
                "entries": list(outcome.observed.entries),
                "first_word_ms": outcome.first_word_ms,
                "interventions": list(outcome.interventions),
            }
            for outcome in outcomes
        ],
        "summary": {**asdict(summary), "cost_usd": f"{summary.cost_usd:f}"},
    }


def _printable(text: str) -> str:
    """Text of the file and of the model without what would steer the terminal."""
    return "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in text)
