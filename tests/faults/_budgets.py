"""The processes of row S12 that live inside the project: `python -m tests.faults._budgets COMMAND ...`.

`prepare LIMIT SCOPE` makes the shop and its budget and prints the most that one question costs; LIMIT counts in such
questions. `ask TURNS VISITOR` waits for a line on stdin, asks all at once and prints what was decided and what shoppers
saw; VISITOR empty is one for each question. `books` prints what the database holds; `recover` first ends what the dead
left. The judge of each decision adds the reservations up by itself, under the lock that the decision was made under.
"""

import asyncio
import json
import logging
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import django

QUESTION = "무선 이어폰 추천해 주세요"
MODEL = "gemini-2.5-flash"
LONG = timedelta(minutes=5)


def prepare(limit: str, scope: str) -> None:
    """One route, two products, one budget."""
    from chatbot.assistant.affording import Affording, current
    from chatbot.assistant.brief import look_up
    from chatbot.catalog.search import configured
    from chatbot.models import Budget, Endpoint, Product, Route

    Route.objects.all().delete()
    endpoint, _ = Endpoint.objects.get_or_create(name="default")
    Route.objects.create(endpoint=endpoint, model=MODEL)
    for sku, title in [("E-1", "새벽 무선 이어폰"), ("E-2", "여름 무선 이어폰")]:
        Product.objects.create(sku=sku, title=title, price=59_000, currency="KRW", content_hash=sku, link="/")
    configured().rebuild()
    budget = Budget.objects.create(limit_usd=0, scope=scope)
    brief = look_up(QUESTION, conversation=None, page={}, language="ko", now=django.utils.timezone.now())
    afforded = current()
    assert isinstance(afforded, Affording)
    most_usd = afforded.most_usd(MODEL, brief.prompt.messages)
    budget.limit_usd = most_usd * Decimal(limit)
    budget.save()
    print(json.dumps({"most_usd": str(most_usd), "limit_usd": str(budget.limit_usd)}))


class Judge:
    """Stands where budgets choose, and looks whether each choice was right."""

    def __init__(self) -> None:
        from chatbot.accounting import budgets

        self.decided: Counter[str] = Counter()
        self._choose = budgets.choose
        budgets.choose = self.choose

    def choose(self, rows: Sequence[Any], offers: Sequence[Any], *, races: bool) -> Any:
        """As `grants.choose`, counted."""
        from django.db.models import Sum
        from django.db.models.functions import Coalesce

        from chatbot.models import Reservation

        granted, refusing = self._choose(rows, offers, races=races)
        most_usd = max(offer.most_usd for offer in offers)
        has_room = True
        for row in rows:
            own = Reservation.objects.filter(budget=row.budget, period_start=row.period_start, subject=row.subject)
            taken = own.aggregate(taken=Sum(Coalesce("settled_usd", "reserved_usd")))["taken"] or 0
            has_room = has_room and taken + most_usd <= row.budget.limit_usd
        self.decided["granted" if granted else "refused"] += 1
        self.decided["wrongly granted"] += granted is not None and not has_room
        self.decided["wrongly refused"] += granted is None and has_room
        return granted, refusing


def ask(turns: str, visitor: str) -> None:
    """All questions at once."""
    from chatbot.database import close_pool

    logging.getLogger("chatbot").setLevel(logging.ERROR)
    judge = Judge()
    print("ready", flush=True)
    sys.stdin.readline()
    seen = asyncio.run(_ask(int(turns), visitor))
    close_pool()
    print(json.dumps({"decided": judge.decided, "seen": seen}))


async def _ask(turns: int, visitor: str) -> Counter[str]:
    from chatbot.assistant import turn
    from chatbot.relay.pool import close_clients
    from chatbot.visitors import Visitor

    async def one() -> str:
        who = Visitor(key=visitor or uuid4().hex)
        question = turn.Ask(text=QUESTION, client_message_id=str(uuid4()), page={}, language="ko")
        return (await turn.answer(who, question)).ending or "failed"

    seen = Counter(await asyncio.gather(*(one() for _ in range(turns))))
    await close_clients()
    return seen


def books() -> None:
    """What is spent, reserved, and left behind."""
    from django.db.models import Sum

    from chatbot.accounting.spendings import differences
    from chatbot.models import Attempt, Budget, BudgetAlert, Reservation, Spending

    spent = [row.spent_usd for row in Spending.objects.all()]
    found = {
        "limit_usd": str(Budget.objects.get().limit_usd),
        "spent_usd": str(sum(spent)),
        "over_usd": str(max([row - Budget.objects.get().limit_usd for row in spent] + [Decimal(0)])),
        "reserved_usd": str(sum(row.reserved_usd for row in Spending.objects.all())),
        "ledger_usd": str(Attempt.objects.aggregate(cost=Sum("cost_usd"))["cost"] or 0),
        "input_tokens": Attempt.objects.aggregate(tokens=Sum("input_tokens"))["tokens"] or 0,
        "output_tokens": Attempt.objects.aggregate(tokens=Sum("output_tokens"))["tokens"] or 0,
        "rows": len(spent),
        "attempts": Attempt.objects.count(),
        "failed": Attempt.objects.filter(outcome__in=Attempt.FAILURES).count(),
        "held": Reservation.objects.filter(settled_usd__isnull=True).count(),
        "open": Attempt.objects.open().count(),
        "differences": len(differences()),
        "alerts": BudgetAlert.objects.count(),
    }
    print(json.dumps(found))


def recover() -> None:
    """Do what the schedule does, some minutes later; twice, as tasks come twice."""
    from django.utils import timezone

    from chatbot.accounting import budgets, ledger
    from chatbot.assistant import turn

    for _ in range(2):
        later = timezone.now() + LONG
        turn.recover(later)
        ledger.settle_abandoned(later)
        budgets.expire(later)
    books()


if __name__ == "__main__":
    django.setup()
    {"prepare": prepare, "ask": ask, "books": books, "recover": recover}[sys.argv[1]](*sys.argv[2:])
