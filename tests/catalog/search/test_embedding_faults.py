"""What `/embeddings` can do wrong: words alone answer, the log says it once and never the key, and nothing is lost."""

import json
import logging
import traceback
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import override_settings

from chatbot import tasks
from chatbot.catalog.search import hybrid, in_memory, vectors
from chatbot.errors import BadGatewayBody, RelayError, RelayOverloaded, RelayRateLimited, RelayUnauthorized
from chatbot.models import Product, ProductVector
from tests.catalog.conftest import product, stock
from tests.catalog.search.conftest import Relay, found

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def rows(*embeddings: object, index: Callable[[int], int] = lambda at: at) -> bytes:
    data = [{"index": index(at), "embedding": each} for at, each in enumerate(embeddings)]
    return json.dumps({"data": data}).encode()


ONE = [1.0, 0.0, 0.0, 0.1]
STATUSES = {401: RelayUnauthorized, 403: RelayUnauthorized, 429: RelayRateLimited, 500: RelayOverloaded}
BODIES = {
    "a web page": b"<html>toy-key</html>",
    "nothing": b"",
    "no list": b'{"data": {}}',
    "no vector": rows(),
    "a vector too many": rows(ONE, ONE, ONE, ONE),
    "an empty vector": rows([], [], []),
    "words": rows(["a"], ["b"], ["c"]),
    "no number": rows([None], [None], [None]),
    "NaN": rows([float("nan"), 1.0], ONE[:2], ONE[:2]),
    "infinity": rows([float("inf"), 1.0], ONE[:2], ONE[:2]),
    "beyond what a float holds": rows(ONE[:2], ONE[:2], ONE[:2]).replace(b"1.0", b"1e999"),
    "other lengths": rows(ONE, ONE[:2], ONE),
    "the same place twice": rows(ONE, ONE, ONE, index=lambda at: at // 2),
}


def only(body: bytes, *, count: int) -> bytes:
    """Of a body for three texts, what answers so many."""
    try:
        data = json.loads(body)["data"]
    except ValueError:
        return body
    return json.dumps({"data": data[:count]}).encode() if isinstance(data, list) and len(data) == 3 else body


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("status", STATUSES)
def test_a_status_leaves_the_words_and_is_said_once(
    relay: Relay, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    relay.status, relay.body = status, b'{"error": {"message": "bad key toy-key"}}'
    assert found("desk lamp") == ["lamp"]
    assert found("steel kettle") == ["kettle"]
    assert found("music to listen to") == []
    (said,) = [text for name, level, text in caplog.record_tuples if name == hybrid.__name__ and level > logging.INFO]
    assert said == (f"The search does without meaning: endpoint 'default', model 'toy-embeddings': status {status}")
    relay.status, relay.body = 200, None
    assert found("music to listen to please")[0] == "buds"
    relay.status = status
    assert found("reading in a bright room") == []
    assert caplog.text.count("The search does without meaning") == 2
    assert "toy-key" not in caplog.text


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("body", sorted(BODIES.keys() - {"other lengths", "the same place twice"}))
def test_a_body_that_holds_no_vectors_leaves_the_words(
    relay: Relay, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    relay.body = only(BODIES[body], count=1)
    assert found("desk lamp") == ["lamp"]
    assert caplog.text.count("the body holds no vectors") == 1
    assert "toy-key" not in caplog.text


@pytest.mark.parametrize("body", BODIES)
def test_a_fill_that_gets_no_vectors_says_so_and_keeps_what_there_is(relay: Relay, body: str) -> None:
    stock(product("old", "Desk lamp"))
    vectors.fill()
    kept = ProductVector.objects.values_list().get()
    stock(product("old", "Desk lamp"), *(product(str(n), f"Kettle {n}") for n in range(3)))
    relay.body = BODIES[body]
    with pytest.raises(BadGatewayBody) as caught:
        tasks.fill_vectors()
    assert str(caught.value) == "endpoint 'default', model 'toy-embeddings': the body holds no vectors"
    assert "toy-key" not in "".join(traceback.format_exception(caught.value))
    assert ProductVector.objects.values_list().get() == kept
    relay.body = None
    assert vectors.fill() == 3


@pytest.mark.parametrize("status", STATUSES)
def test_a_fill_that_is_refused_in_the_middle_has_kept_its_batches(relay: Relay, status: int) -> None:
    stock(*(product(f"{n:03}", f"Desk lamp {n}") for n in range(2 * vectors.BATCH + 10)))
    answer = relay.answer

    def answer_twice(asked: dict[str, object]) -> bytes:
        body = answer(asked)
        relay.status = 200 if len(relay.texts) <= 2 * vectors.BATCH else status
        return body

    relay.answer = answer_twice  # type: ignore[method-assign]
    with pytest.raises(STATUSES[status]) as caught:
        tasks.fill_vectors()
    assert str(caught.value) == f"endpoint 'default', model 'toy-embeddings': status {status}"
    assert "toy-key" not in "".join(traceback.format_exception(caught.value))
    assert ProductVector.objects.count() == 2 * vectors.BATCH
    relay.answer, relay.status = answer, 200  # type: ignore[method-assign]
    relay.texts.clear()
    assert vectors.fill() == 10
    assert len(relay.texts) == 10


def test_vectors_whose_order_is_not_said_are_taken_in_the_order_of_the_texts(relay: Relay) -> None:
    stock(*(product(str(n), f"Kettle {n}") for n in range(3)))
    relay.body = rows([1.0, 0.0], [0.0, 1.0], [1.0, 1.0], index=lambda _: 0)
    assert vectors.fill() == 3
    (second,) = ProductVector.objects.filter(product__sku="1")
    assert in_memory.numpy().frombuffer(second.values, "<f4").tolist() == [0.0, 1.0]


def test_a_batch_of_another_length_ends_the_fill_and_keeps_the_batches_before(relay: Relay) -> None:
    stock(*(product(f"{n:03}", f"Desk lamp {n}") for n in range(vectors.BATCH + 2)))
    answer = relay.answer
    relay.answer = lambda asked: answer(asked) if not relay.texts else rows(ONE[:3], ONE[:3])  # type: ignore[method-assign]
    with pytest.raises(RelayError, match="vectors of 4 numbers, then of 3"):
        vectors.fill()
    assert ProductVector.objects.count() == vectors.BATCH


@pytest.mark.usefixtures("shop")
def test_a_model_that_changes_its_length_is_said_and_mended_by_the_task(
    relay: Relay, caplog: pytest.LogCaptureFixture
) -> None:
    answer = relay.answer

    def longer(asked: dict[str, object]) -> bytes:
        data = json.loads(answer(asked))["data"]
        return json.dumps({"data": [{**each, "embedding": [*each["embedding"], 0.2]} for each in data]}).encode()

    relay.answer = longer  # type: ignore[method-assign]
    assert found("desk lamp") == ["lamp"]
    assert found("music to listen to") == []
    assert caplog.messages == [
        "The search does without meaning: a question's vector has 5 numbers, the products' have 4"
    ]
    stock(
        product("buds", "Wireless earbuds"),
        product("lamp", "Desk lamp"),
        product("kettle", "Steel kettle"),
        product("cup", "Tea cup"),
    )
    vectors.fill()
    vectors.fill()
    assert {len(row.values) for row in ProductVector.objects.all()} == {20}
    assert ProductVector.objects.count() == Product.objects.offered().count() == 4
    assert found("music to listen to")[0] == "buds"


@pytest.mark.usefixtures("shop")
def test_an_endpoint_that_is_not_there_leaves_the_words(caplog: pytest.LogCaptureFixture) -> None:
    with override_settings(CHATBOT={**settings.CHATBOT, "EMBEDDING_ENDPOINT": "gone"}):
        assert found("desk lamp") == ["lamp"]
        assert found("music to listen to") == []
    assert caplog.text.count("CHATBOT['EMBEDDING_ENDPOINT'] names 'gone', which ENDPOINTS lacks.") == 1
