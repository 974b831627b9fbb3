"""A large ledger against its rollups, read directly: `python -m tests.bench._money_books` prints JSON."""

import json
from decimal import Decimal

import django
from django.db import connection


def main() -> None:
    """How far sums of the rollups are from those of the rolled up rows, and how many rows are left."""
    from django.db.models import Count, Sum

    from chatbot.models import Attempt, UsageBucket

    sums = {f"sum_{name}": Sum(name) for name in ("input_tokens", "output_tokens", "cost_usd")}
    rolled_up = Attempt.objects.filter(settled_at__isnull=False, uncounted__isnull=True)
    ledger = list(rolled_up.aggregate(attempts=Count("pk"), **sums).values())
    rollup = list(UsageBucket.objects.aggregate(sum_attempts=Sum("attempts"), **sums).values())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")  # as the server's own would have by then
            cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        else:
            cursor.execute("SELECT page_count * page_size / 1000000 || ' MB' FROM pragma_page_count, pragma_page_size")
        [size] = cursor.fetchone()
    said = {
        "off": sum(abs(Decimal(a or 0) - Decimal(b or 0)) for a, b in zip(ledger, rollup, strict=True)),
        "left": Attempt.objects.not_rolled_up().count(),
        "said": f"{ledger[0]} rows, {ledger[3]} USD, in {UsageBucket.objects.count()} buckets",
        "size": size,
    }
    print(json.dumps(said, default=str))


if __name__ == "__main__":
    django.setup()
    main()
