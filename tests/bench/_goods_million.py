"""A generated catalogue on PostgreSQL: `python -m tests.bench._goods_million N` fills, measures, prints JSON.

Words are as unevenly common as in a real shop: kinds of goods, brands and traits are drawn with a long tail. The rows
are copied in as the sync would write them (tokens by our own analysis), because a sync of a million would take an hour.
"""

import json
import random
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from itertools import product as pairs

import django

SEED = 20261124
CHANGED = 10_000
_MADE = (
    "phone laptop camera garden kitchen travel running cycling fishing gaming office bath baby dog car music "
    "yoga hiking desk wall"
)
_THINGS = (
    "case bag stand lamp chair table cable charger holder cover mat brush bottle rack clock speaker headphones "
    "mouse keyboard jacket shoes gloves tent knife pan kettle mirror shelf basket towel"
)
_TRAITS = (
    "wireless portable black white blue red steel wooden foldable waterproof rechargeable compact large small "
    "premium light heavy smart digital classic soft silent mini slim"
)
_KOREAN = "무선 휴대용 접이식 방수 대용량 소형 스마트 고급 가벼운 튼튼한 충전식 조용한"
_KOREAN_THINGS = (
    "이어폰 스피커 청소기 주전자 텐트 의자 조명 가방 운동화 키보드 "
    "마우스 모니터 냄비 칼 수건 거울 시계 담요 충전기 거치대"
)
QUERIES = [
    "wireless headphones", "black laptop bag", "phone case", "running shoes", "foldable chair", "desk lamp",
    "waterproof camera bag", "silent mouse", "steel kettle", "gaming keyboard", "small garden table",
    "yoga mat", "baby bottle", "premium leather wallet", "wirless headphones", "hedphones",
    "large dog bed under $50", "cheapest kitchen knife", "red cycling jacket", "charger",
    "travel bag not black", "a gift for my mother", "music stand", "office chair with wheels", "submarine",
    "무선 이어폰", "접이식 의자", "방수 텐트 추천해줘", "휴대용 스피커 5만원 이하", "조용한 무선 키보드",
    "스마트 조명", "대용량 가방", "소형 냄비", "무선이어퐁", "brand120 wireless mouse", "brand7 headphones",
    "MX-1204 charger", "slim phone stand", "classic wall clock", "compact travel kettle",
]  # fmt: skip


def main() -> None:
    """Fill, measure, print."""
    django.setup()
    count = int(sys.argv[1])
    print(json.dumps({"fill_s": _filled(count), "sync_s": _synced(count), **_searched()}))


def _rows(count: int) -> Iterator[dict[str, str]]:
    draw = random.Random(SEED)
    kinds = [" ".join(words) for words in pairs(_MADE.split(), _THINGS.split())]
    korean = [" ".join(words) for words in pairs(_KOREAN.split(), _KOREAN_THINGS.split())]
    draw.shuffle(kinds)
    tail = [1 / (rank + 10) for rank in range(len(kinds))]
    brands = [f"Brand{number}" for number in range(1, 3001)]
    brand_tail = [1 / (rank + 5) for rank in range(len(brands))]
    traits = _TRAITS.split()
    for start in range(0, count, 10_000):
        size = min(10_000, count - start)
        chosen = draw.choices(kinds, tail, k=size)
        made = draw.choices(brands, brand_tail, k=size)
        for at in range(size):
            number = start + at + 1
            kind, brand, (one, two) = chosen[at], made[at], draw.sample(traits, 2)
            title = f"{brand} {one} {two} {kind} MX-{number % 9000}"
            if number % 4 == 0:
                title = f"{draw.choice(korean)} {brand} {number % 9000}"
            yield {
                "sku": f"G-{number}",
                "title": title,
                "brand": brand,
                "product_type": f"Shop > {kind.split()[0].title()} > {kind.title()}",
                "description": f"This {two} {kind} by {brand} is {draw.choice(traits)} and {draw.choice(traits)}, "
                f"made for {draw.choice(_MADE.split())} and {draw.choice(_MADE.split())}. It comes with a "
                f"{draw.choice(_THINGS.split())} and weighs {draw.randint(50, 5000)} g. {draw.choice(korean)}",
                "color": draw.choice(("Black", "White", "Blue", "Red", "", "")),
                "price": str(draw.randint(500, 90_000) / 100),
                "item_group_id": f"V-{number // 3}" if number % 10 < 3 else "",
            }


def _filled(count: int) -> float:
    """Seconds; also the indexes and the statistics."""
    from django.db import connection
    from django.utils import timezone

    from chatbot.catalog.search import spelling
    from chatbot.catalog.search.document import fields_of
    from chatbot.catalog.search.postgresql import vector_of
    from chatbot.models import Product

    began = time.perf_counter()
    now = timezone.now().isoformat()
    columns = [
        "id", "sku", "source", "title", "description", "link", "image_link", "availability", "currency", "price",
        "brand", "gtin", "mpn", "product_type", "item_group_id", "color", "size", "material", "attributes",
        "content_hash", "created_at", "updated_at",
    ]  # fmt: skip
    with connection.cursor() as cursor:
        for name in ("document", "heading"):
            cursor.execute(f"DROP INDEX chatbot_search_{name}")
        with cursor.copy(f"COPY chatbot_product ({', '.join(columns)}) FROM STDIN") as copy:
            for pk, row in enumerate(_rows(count), 1):
                fixed = {"id": pk, "source": "made", "currency": "USD", "availability": "in_stock", "attributes": "{}"}
                values = {**fixed, **row, "created_at": now, "updated_at": now}
                copy.write_row([values.get(name, "") for name in columns])
        cursor.execute("SELECT setval(pg_get_serial_sequence('chatbot_product', 'id'), %s)", [count])
        names = ["title", "kind", "model", "brand", "description", "attributes"]
        with cursor.copy(f"COPY chatbot_search (product_id, {', '.join(names)}, document, heading) FROM STDIN") as copy:
            for pk, row in enumerate(_rows(count), 1):
                fields = fields_of(Product(attributes={}, **{**row, "price": Decimal(row["price"])}))
                copy.write_row([pk, *fields, vector_of(fields), vector_of(fields[:2])])
        for name in ("document", "heading"):
            cursor.execute(
                f"CREATE INDEX chatbot_search_{name} ON chatbot_search USING gin ({name}) WITH (fastupdate = off)"
            )
        cursor.execute("ANALYZE chatbot_search")
        cursor.execute("ANALYZE chatbot_product")
    spelling.learn(connection, Product.objects.filter(pk__lte=20_000))
    return time.perf_counter() - began


def _synced(count: int) -> float:
    """Seconds for CHANGED products of all, with other titles and prices, by the real sync."""
    from chatbot.catalog.sources.product_row import ProductRow
    from chatbot.catalog.sync import sync

    step = count // CHANGED
    rows = []
    for number, row in enumerate(_rows(count), 1):
        if number % step == 0:
            row = {**row, "title": f"{row['title']} new", "price": Decimal(row["price"]) + 1}
            rows.append(ProductRow(line=number, currency="USD", **row))
    began = time.perf_counter()
    report = sync(rows, source="made")
    assert (report.changed, report.rejected) == (len(rows), 0), report
    return time.perf_counter() - began


def _searched() -> dict[str, object]:
    """Milliseconds of each query, whole: understood, searched, products fetched. The first round only warms up."""
    from django.utils import timezone

    from chatbot.catalog.candidates import candidates
    from chatbot.catalog.question import understand
    from chatbot.catalog.search import configured

    times: dict[str, list[float]] = {query: [] for query in QUERIES}
    search: list[float] = []
    found: dict[str, int] = {}
    for turn in range(6):
        for query in QUERIES:
            began = time.perf_counter()
            asked = understand(query)
            products = candidates(asked, limit=8, now=timezone.now())
            ended = time.perf_counter()
            configured().search(asked.words, limit=10)
            if turn:
                times[query].append((ended - began) * 1000)
                search.append((time.perf_counter() - ended) * 1000)
            found[query] = len(products)
    return {
        "whole_ms": sorted(each for all_ in times.values() for each in all_),
        "search_ms": sorted(search),
        "slowest": sorted(((round(min(all_), 1), query, found[query]) for query, all_ in times.items()), reverse=True)[
            :12
        ],
    }


if __name__ == "__main__":
    main()
