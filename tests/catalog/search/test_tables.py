"""The migration that makes the search tables."""

import pytest
from django.apps import apps
from django.db import connection

from chatbot.catalog.search import configured
from chatbot.migrations import _search_tables as tables
from tests.catalog.conftest import product, stock


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_the_search_tables_go_and_come_back() -> None:
    stock(product("1", "Desk lamp"))
    with connection.schema_editor() as editor:
        tables.drop(apps, editor)
    assert "chatbot_search" not in connection.introspection.table_names()
    with connection.schema_editor() as editor:
        tables.create(apps, editor)
    assert configured().search("lamp") == []
    assert configured().rebuild() == 1
    assert [hit.sku for hit in configured().search("lamp")] == ["1"]
    configured().remove([hit.product_id for hit in configured().search("lamp")])
