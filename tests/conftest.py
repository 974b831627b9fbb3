"""What every test may lean on: the simulator as upstream, and a small shop."""

from collections.abc import AsyncIterator, Iterator
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from chatbot.accounting import calibration
from chatbot.catalog.search import configured
from chatbot.database import close_pool
from chatbot.models import Endpoint, Price, Product, Route
from chatbot.relay.pool import close_clients
from chatbot.simulator.testing import RunningSimulator, run_in_thread
from tests import settings as project
from tests.assistant.turns import drained

pytest_plugins = ["tests.skipping"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip everything, with the reason, where PostgreSQL is asked for and not there; leave out what needs pgvector."""
    if project.TEST_DATABASE != "pgvector":
        others = [item for item in items if item.get_closest_marker("pgvector")]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]
    if project.POSTGRESQL_MISSING:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=project.POSTGRESQL_MISSING))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The tests' database, with the extension where it is asked for."""
    if project.TEST_DATABASE == "pgvector" and not project.POSTGRESQL_MISSING:
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION vector")


@pytest.fixture(scope="session")
def simulator_thread() -> Iterator[RunningSimulator]:
    """One simulator for the whole run."""
    with run_in_thread() as running:
        yield running


@pytest.fixture
def simulator(simulator_thread: RunningSimulator) -> Iterator[RunningSimulator]:
    """The simulator, forgetful of earlier tests, as the endpoint `default` of the CHATBOT setting."""
    simulator_thread.reset()
    endpoint = {"URL": simulator_thread.url, "KEY": simulator_thread.key}
    with override_settings(CHATBOT={**project.CHATBOT, "ENDPOINTS": {"default": endpoint}}):
        yield simulator_thread
    simulator_thread.reset()


@pytest.fixture(autouse=True)
def _clean_process() -> Iterator[None]:
    """No counter, no estimator's ratio and no database thread goes from one test to the next."""
    cache.clear()
    calibration.forget()
    yield
    close_pool()


@pytest.fixture
async def ended_turns() -> AsyncIterator[None]:
    """Turns that still run when the test is over run to their end, and leave no connection to a relay."""
    yield
    await drained()
    await close_clients()


@pytest.fixture
def routes(transactional_db: None) -> list[Route]:
    """Two routes with prices. Made here because a transactional test wipes what migrations put in."""
    endpoint, _ = Endpoint.objects.get_or_create(name="default")
    Route.objects.all().delete()
    Price.objects.all().delete()
    rows = []
    for position, (model, usd) in enumerate([("gemini-2.5-flash", "2.50"), ("gpt-4.1", "8.00")]):
        rows.append(Route.objects.create(endpoint=endpoint, model=model, position=position))
        Price.objects.create(
            model=model,
            valid_from="2025-01-01T00:00:00Z",
            input_per_million_usd=Decimal(usd),
            cached_input_per_million_usd=Decimal(usd),
            output_per_million_usd=Decimal(usd),
        )
    return rows


@pytest.fixture
def goods(transactional_db: None) -> list[Product]:
    """Four products, searchable: two earphones (one on sale), a sold-out one, and a kettle."""
    rows = [
        Product(
            sku="E-1", title="새벽 무선 이어폰", brand="새벽", product_type="디지털 > 이어폰", price=Decimal(59000)
        ),
        Product(
            sku="E-2", title="Dawn wireless earphones", brand="Dawn", price=Decimal(89000), sale_price=Decimal(79000)
        ),
        Product(sku="E-3", title="여름 무선 이어폰", price=Decimal(39000), availability="out_of_stock"),
        Product(sku="K-1", title="전기 주전자 1.7L", description="빠르게 끓는 주전자", price=Decimal(35000)),
    ]
    for row in rows:
        row.currency, row.content_hash, row.link = "KRW", row.sku, f"/p/{row.sku}/"
    Product.objects.bulk_create(rows)
    configured().rebuild()
    return rows
