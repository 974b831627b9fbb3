"""The column of numbers: what goes in comes out, in whatever way it is read."""

import struct

import pytest
from django.core import serializers
from django.db import connection

from chatbot.models import ProductVector

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NUMBERS = (0.1, -1.0, 0.0, 1e-30, 3.4028234663852886e38)
PACKED = struct.pack("<5f", *NUMBERS)


def test_what_is_put_in_comes_out_bit_by_bit() -> None:
    ProductVector.objects.create(product_id=1, model="m", values=PACKED)
    ProductVector.objects.create(product_id=2, model="m", values=b"")
    rows = ProductVector.objects.order_by("pk")
    assert [row.values for row in rows] == [PACKED, b""]
    assert list(rows.values_list("values", flat=True).iterator()) == [PACKED, b""]


def test_it_goes_through_a_file_of_django() -> None:
    ProductVector.objects.create(product_id=1, model="m", values=PACKED)
    dumped = serializers.serialize("json", ProductVector.objects.all())
    ProductVector.objects.all().delete()
    for each in serializers.deserialize("json", dumped):
        each.save()
    assert bytes(ProductVector.objects.get().values) == PACKED


def test_postgresql_can_calculate_with_it() -> None:
    if connection.vendor != "postgresql":
        return
    ProductVector.objects.create(product_id=1, model="m", values=PACKED)
    with connection.cursor() as cursor:
        cursor.execute('SELECT "values"[2], cardinality("values") FROM chatbot_productvector')
        assert cursor.fetchone() == (-1.0, 5)
