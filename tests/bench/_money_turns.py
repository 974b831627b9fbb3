"""The processes of `money/turns` that live inside the project: prepare, ask, beat and books.

`python -m tests.bench._money_turns ask KEY`; `ask` and `beat` go on until they get SIGTERM, or are killed.
"""

import asyncio
import json
import logging
import random
import signal
import sys
import time
from contextlib import aclosing
from decimal import Decimal
from uuid import uuid4

import django

AT_ONCE = 20
STOPPED = 0.03
"""Share of the answers that their shoppers stop at the first word."""
QUESTIONS = (
    "무선 이어폰 추천해 주세요",
    "Which earphones last longest?",
    "더 싼 것도 있나요?",
    "전기 주전자 있어요? 색깔도 알려 주세요",
    "Is there a kettle under 40,000 won?",
)
PAGES = ("/", "/goods/E-1/", "/goods/K-1/", "/cart/")
ROUTES = (("first", "gemini-2.5-flash"), ("second", "gpt-4.1"))
BEAT_S = 2.0
FIELDS = (
    "upstream_id",
    "requested_model",
    "outcome",
    "error_code",
    "source",
    "input_tokens",
    "output_tokens",
    "cost_usd",
)


def prepare() -> None:
    """Two routes at two relays, four products, and a budget, so that every turn reserves and settles."""
    from chatbot.catalog.search import configured
    from chatbot.models import Budget, Endpoint, Product, Route

    Route.objects.all().delete()
    for position, (name, model) in enumerate(ROUTES):
        endpoint = Endpoint.objects.create(name=name)
        Route.objects.create(endpoint=endpoint, model=model, position=position)
    goods = [
        ("E-1", "새벽 무선 이어폰", 59_000),
        ("E-2", "Dawn wireless earphones", 79_000),
        ("K-1", "전기 주전자 1.7L", 35_000),
        ("K-2", "Glass kettle", 42_000),
    ]
    for sku, title, price in goods:
        Product.objects.create(sku=sku, title=title, price=Decimal(price), currency="KRW", content_hash=sku, link="/")
    configured().rebuild()
    Budget.objects.create(limit_usd=Decimal(1_000_000), action=Budget.Action.WARN)


def ask() -> None:
    """Be a web process: 20 shoppers, each with one conversation after the other, until SIGTERM; then end in order."""
    from chatbot.database import close_pool

    logging.getLogger("chatbot").setLevel(logging.ERROR)  # that attempts fail is what this is about
    asyncio.run(_ask())
    close_pool()


async def _ask() -> None:
    from chatbot.assistant import turn
    from chatbot.relay.pool import close_clients

    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)

    async def shopper(dice: random.Random) -> None:
        while not over.is_set():
            await _talk(dice, over)

    await asyncio.gather(*(shopper(random.Random(f"{sys.argv[2]} {number}")) for number in range(AT_ONCE)))
    while turn._tasks:
        await asyncio.gather(*turn._tasks)
    await close_clients()


async def _talk(dice: random.Random, over: asyncio.Event) -> None:
    from chatbot.assistant import turn
    from chatbot.events import TextAdded
    from chatbot.visitors import Visitor

    visitor, conversation = Visitor(key=uuid4().hex), None
    page = {"path": dice.choice(PAGES)}
    for _ in range(dice.randint(1, 4)):
        if over.is_set():
            return
        question = turn.Ask(
            text=dice.choice(QUESTIONS), client_message_id=str(uuid4()), conversation=conversation, page=page
        )
        started = await turn.start(visitor, question)
        conversation = started.conversation
        stops = dice.random() < STOPPED
        async with aclosing(turn.follow(visitor, started.turn)) as events:
            async for _, event in events:
                if stops and isinstance(event, TextAdded):
                    stops = False
                    await turn.stop(visitor, started.turn)


def beat() -> None:
    """Publish every task of the schedule each two seconds, and each of them twice under one id, until SIGTERM."""
    from chatbot.tasks import BEAT_SCHEDULE
    from config.celery import app

    over = False

    def end(*_: object) -> None:
        nonlocal over
        over = True

    signal.signal(signal.SIGTERM, end)
    published = 0
    while not over:
        for entry in BEAT_SCHEDULE.values():
            task_id = str(uuid4())
            for _ in range(2):
                app.send_task(entry["task"], args=entry.get("args"), kwargs=entry.get("kwargs"), task_id=task_id)
            published += 1
        time.sleep(BEAT_S)
    print(published)


def books() -> None:
    """Print, as JSON, the ledger's rows and sums, the same sums by the rollups and by a report, and what is spent."""
    from datetime import UTC, timedelta

    from django.db.models import Count, Sum
    from django.utils import timezone

    from chatbot.accounting import reports, spendings
    from chatbot.models import Attempt, Spending, Turn, UsageBucket

    sums = {f"sum_{name}": Sum(name) for name in ("input_tokens", "output_tokens", "cost_usd")}
    today = timezone.now().astimezone(UTC).date()
    report = reports.total(today - timedelta(days=1), today + timedelta(days=2), UTC)
    said = {
        "rows": list(Attempt.objects.values(*FIELDS)),
        "ledger": list(Attempt.objects.aggregate(attempts=Count("pk"), **sums).values()),
        "rollup": list(UsageBucket.objects.aggregate(sum_attempts=Sum("attempts"), **sums).values()),
        "report": [report.attempts, report.input_tokens, report.output_tokens, report.cost_usd],
        "spent": Spending.objects.aggregate(spent=Sum("spent_usd"), reserved=Sum("reserved_usd")),
        "spendings_wrong": len(spendings.differences()),
        "turns": dict(Turn.objects.order_by().values_list("status").annotate(Count("pk"))),
    }
    print(json.dumps(said, default=str))


if __name__ == "__main__":
    django.setup()
    {"prepare": prepare, "ask": ask, "beat": beat, "books": books}[sys.argv[1]]()
