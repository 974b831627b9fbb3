"""The processes of row P4 that live inside the project.

`python -m tests.faults._books fill ROUND ROWS`, `... run` (each task of the schedule once), `... names` of these tasks,
`... books` (what they come to, as JSON), `... due` (claims of dead workers run out, as a quarter of an hour later).
"""

import json
import random
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

import django

SPACE = UUID("6b0f5a0e-5d55-4a0e-9a36-3f2f3a0a7c11")
START = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 3
READERS = 3
LATE_USD = (1000 * Decimal("2.5") + 100 * Decimal(10)) / 1_000_000
"""What an attempt costs whose price comes when it is long settled."""


def fill(number: int, rows: int) -> None:
    """A round of rows: settled attempts, some of a price yet to come; abandoned turns with reservations; old talks.

    Prints what they cost, added up here and not by the database.
    """
    from django.contrib.auth.models import User
    from django.db import transaction
    from django.utils import timezone

    from chatbot.accounting import budgets
    from chatbot.models import Attempt, Budget, BudgetAlert, Conversation, Message, Price, ReportSubscription, Turn

    dice = random.Random(number)
    now = timezone.now()
    attempts = []
    for n in range(rows):
        at = START + timedelta(seconds=dice.randrange(DAYS * 86_400))
        late = n % 50 == 0
        attempts.append(
            Attempt(
                id=uuid5(SPACE, f"{number} {n}"),
                endpoint="default",
                requested_model=f"late-{number}" if late else dice.choice(("alpha", "beta")),
                outcome="answered",
                source="reported",
                input_tokens=1000,
                cached_input_tokens=0,
                output_tokens=100,
                cost_usd=None if late else Decimal(dice.randrange(1, 10**9)).scaleb(-12),
                opened_at=at,
                counts_at=at,
                settled_at=at + timedelta(seconds=2),
            )
        )
    Attempt.objects.bulk_create(attempts, batch_size=1000)
    print(sum(LATE_USD if attempt.cost_usd is None else attempt.cost_usd for attempt in attempts))
    Price.objects.create(
        model=f"late-{number}",
        valid_from=START,
        input_per_million_usd=Decimal("2.5"),
        cached_input_per_million_usd=Decimal("2.5"),
        output_per_million_usd=Decimal(10),
    )
    Budget.objects.get_or_create(limit_usd=Decimal(1_000_000), action="warn")
    for n in range(20):
        died = now - timedelta(hours=1)
        conversation = Conversation.objects.create(visitor=f"v{n}", updated_at=died)
        turn = Turn.objects.create(
            conversation=conversation,
            client_message_id=str(n),
            lease_until=died,
            started_at=died,
            plan=[{"model": "alpha"}],
        )
        budgets.reserve(turn, visitor=f"v{n}", amount_usd=Decimal("0.01"), now=died)
        Attempt.objects.create(
            turn=turn,
            conversation_id=conversation.pk,
            endpoint="default",
            requested_model="alpha",
            opened_at=died,
            counts_at=died,
        )
    old = now - timedelta(days=400)
    for n in range(50):
        with transaction.atomic():  # the workers are about already: half a talk would be forgotten as it comes
            conversation = Conversation.objects.create(visitor=f"o{n}", updated_at=old)
            turn = Turn.objects.create(
                conversation=conversation,
                client_message_id=str(n),
                status="complete",
                lease_until=old,
                started_at=old,
                ended_at=old,
            )
            Message.objects.create(conversation=conversation, turn=turn, role="user", text="무선 이어폰")
    for n in range(READERS):
        name = f"reader-{number}-{n}"
        user = User.objects.create_superuser(name, f"{name}@shop.example")
        for kind in ("daily", "weekly", "monthly"):
            ReportSubscription.objects.create(user=user, kind=kind)
    if number == 0:
        ReportSubscription.objects.create(user=User.objects.earliest("pk"), kind="alerts")
    budget = Budget.objects.get()
    for percent in (50, 80, 100):
        BudgetAlert.objects.create(
            budget=budget,
            period_start=START + timedelta(days=number),
            percent=percent,
            spent_usd=Decimal(1),
            created_at=timezone.now(),
        )


def run() -> None:
    """Each task of the schedule, once."""
    from chatbot.tasks import BEAT_SCHEDULE
    from config.celery import app

    app.loader.import_default_modules()
    for entry in BEAT_SCHEDULE.values():
        app.tasks[entry["task"]].run()


def names() -> None:
    """The names of the tasks on the schedule."""
    from chatbot.tasks import BEAT_SCHEDULE

    print(json.dumps([entry["task"] for entry in BEAT_SCHEDULE.values()]))


def due() -> None:
    """Let the claims of workers that died run out."""
    from chatbot.models import BudgetAlert, ReportSubscription

    long_ago = datetime.now(UTC) - timedelta(hours=1)
    for rows in (BudgetAlert.objects, ReportSubscription.objects):
        rows.filter(claimed_until__isnull=False).update(claimed_until=long_ago)


def books() -> None:
    """What ledger, rollups and reports come to, and what is left to do."""
    from django.db.models import Count, Sum

    from chatbot.accounting import reports, spendings
    from chatbot.models import (
        Attempt,
        BudgetAlert,
        Conversation,
        Correction,
        ReportSubscription,
        Reservation,
        Turn,
        UsageBucket,
    )

    zone = UTC
    start, end = (START - timedelta(days=1)).date(), (datetime.now(UTC) + timedelta(days=2)).date()
    reported = reports.total(start, end, zone)
    own = Attempt.objects.aggregate(rows=Count("pk"), usd=Sum("cost_usd"))
    corrected = Correction.objects.aggregate(rows=Count("pk"), usd=Sum("delta_usd"))
    rolled = UsageBucket.objects.aggregate(rows=Sum("attempts"), usd=Sum("cost_usd"), corrections=Sum("corrections"))
    print(
        json.dumps(
            {
                "ledger": [own["rows"], corrected["rows"], str(own["usd"] + (corrected["usd"] or 0))],
                "rolled_up": [rolled["rows"], rolled["corrections"], str(rolled["usd"])],
                "reported": [reported.attempts, reported.corrections, str(reported.cost_usd)],
                "late": Attempt.objects.filter(requested_model__startswith="late-").count(),
                "left": Attempt.objects.open().count()
                + Attempt.objects.not_rolled_up().count()
                + Correction.objects.not_rolled_up().count()
                + Turn.objects.running().count()
                + Reservation.objects.filter(settled_usd__isnull=True).count()
                + Conversation.objects.filter(visitor__startswith="o").count()
                + len(spendings.differences()),
                "unsent": ReportSubscription.objects.exclude(kind="alerts").filter(sent_until__isnull=True).count()
                + BudgetAlert.objects.filter(sent_at__isnull=True).count(),
            }
        )
    )


if __name__ == "__main__":
    django.setup()
    match sys.argv[1:]:
        case ["fill", number, rows]:
            fill(int(number), int(rows))
        case ["run"]:
            run()
        case ["names"]:
            names()
        case ["due"]:
            due()
        case ["books"]:
            books()
