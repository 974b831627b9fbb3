"""The file of an evaluation, and how an answer is held against it."""

import json
from decimal import Decimal
from typing import Any

import pytest

from chatbot.assistant.evaluation import Case, Faulty, read, refuse_unknown_products
from chatbot.assistant.evaluation.judging import Observed, differences
from chatbot.catalog.asked import Question
from chatbot.models import Product

QUESTION = Question(
    words="running shoes",
    price_min=Decimal(20),
    price_max=Decimal("99.50"),
    currency="USD",
    brands=("Nike",),
    colors=("black", "white"),
    sizes=("270",),
    category="Shoes > Running",
    without=("Adidas",),
    sort="cheapest",
    gift=True,
    recipient="mother",
    reference="like",
    about=("A-1",),
    asks="size",
)
OBSERVED = Observed(
    question=QUESTION,
    found=("A-1", "B-2", "C-3"),
    entries=("Delivery",),
    shown=("B-2",),
    text="The **Dawn 2** costs 59,000원, and it is in stock. Café!",
    status="complete",
)


def case(**expected: Any) -> Case:
    [numbered] = read(json.dumps({"question": "?", **expected}).encode())
    return numbered.case


def checks(observed: Observed = OBSERVED, *, with_model: bool = True, **expected: Any) -> list[str]:
    """The names of the expectations that are not met."""
    return [each.check for each in differences(case(**expected), observed, with_model=with_model)]


@pytest.mark.parametrize(
    ("field", "right", "wrong"),
    [
        ("words", "Running  SHOES", "hiking shoes"),
        ("min", 20, None),
        ("max", 99.5, 100),
        ("currency", "USD", "KRW"),
        ("brands", ["nike"], ["Nike", "Puma"]),
        ("colors", ["white", "black"], ["black"]),
        ("sizes", ["270"], []),
        ("category", "Shoes > Running", "Shoes"),
        ("without", ["Adidas"], ["Puma"]),
        ("sort", "cheapest", ""),
        ("gift", True, False),
        ("recipient", "mother", "father"),
        ("reference", "like", "same"),
        ("about", ["A-1"], ["B-2"]),
        ("asks", "size", "color"),
    ],
)
def test_each_field_that_is_named_must_be_understood_so(field: str, right: object, wrong: object) -> None:
    assert checks(understood={field: right}) == []
    assert checks(understood={field: wrong}) == [f"understood.{field}"]


def test_an_empty_field_must_be_empty_and_a_missing_one_may_be_anything() -> None:
    nothing = Observed(status="complete")
    empty = {"words": "", "min": None, "brands": [], "gift": False}
    assert checks(nothing, understood=empty) == []
    assert checks(understood=empty) == [f"understood.{field}" for field in empty]
    assert checks(understood={}) == []


@pytest.mark.parametrize(
    ("key", "right", "wrong"),
    [
        ("finds", ["A-1", ["X-9", "C-3"]], ["X-9"]),
        ("finds", ["A-1"], [["X-9", "Y-9"]]),
        ("finds_not", ["X-9"], ["X-9", "A-1"]),
        ("entries", ["Delivery"], ["Returns"]),
        ("shows", [["A-1", "B-2"]], ["A-1"]),
        ("shows_not", ["A-1"], ["B-2"]),
        ("says", ["dawn 2 costs"], ["dusk"]),
        ("says", ["59,000원", "59000원", "cafe"], ["9,000원"]),
        ("says", [["sold out", "in stock"]], [["sold out", "gone"]]),
        ("says_not", ["9,000원", "59", "sold out"], ["IN STOCK"]),
    ],
)
def test_what_must_and_must_not_be_there(key: str, right: list[Any], wrong: list[Any]) -> None:
    assert checks(**{key: right}) == []
    assert checks(**{key: wrong}) == [key]


def test_a_number_is_a_whole_number() -> None:
    said = Observed(status="complete", text="2.5 kg, 13 of 20 and 1,500")
    assert checks(said, says_not=["2", "5 kg", "3 of 2", "500", "1"]) == []
    assert checks(said, says=["2.5", "13 of 20", "1,500"]) == []


def test_only_a_models_whole_answer_is_one() -> None:
    [difference] = differences(case(), Observed(status="catalogue", code="no_key"), with_model=True)
    assert str(difference) == "answer: expected complete, found catalogue (no_key)"


def test_without_a_model_what_must_be_shown_must_be_found_and_words_are_not_looked_at() -> None:
    searched = Observed(question=QUESTION, found=("A-1",), status="catalogue")
    assert checks(searched, with_model=False, shows=["A-1"], shows_not=["A-1"], says=["x"]) == []
    assert checks(searched, with_model=False, shows=["B-2"], finds_not=["A-1"]) == ["finds_not", "shows"]


def test_a_difference_tells_both_sides() -> None:
    told = [
        str(each)
        for each in differences(
            case(understood={"max": 100, "sort": "newest", "gift": False}, shows=[["A-1", "C-3"]]),
            OBSERVED,
            with_model=True,
        )
    ]
    assert told == [
        "understood.max: expected 100, found 99.5",
        "understood.sort: expected newest, found cheapest",
        "understood.gift: expected no, found yes",
        "shows: expected A-1 or C-3, found B-2",
    ]


def test_lines_keep_their_numbers_past_comments_and_empty_ones() -> None:
    content = '\ufeff# shoes\r\n\r\n{"question": "신발\u2028?"}\r\n  # and then\n{"continues": true, "question": "b"}\n'
    assert [(each.line, each.case.question) for each in read(content.encode())] == [(3, "신발\u2028?"), (5, "b")]


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        ("", ["The file holds no question."]),
        ("# nothing but this\n\n", ["The file holds no question."]),
        ('{"question": "a"}\nnot JSON', ["line 2: This is not JSON."]),
        ('{"question": "a"', ["line 1: This is not JSON."]),
        ('["a"]', ["line 1: Expected `object`, got `array`."]),
        ("{}", ["line 1: Object missing required field `question`."]),
        ('{"question": " "}', ["line 1: The question is empty."]),
        ('{"question": "a", "show": []}', ["line 1: Object contains unknown field `show`. Did you mean `shows`?"]),
        ('{"question": "a", "zzz": []}', ["line 1: Object contains unknown field `zzz`. Known are: question, note"]),
        (
            '{"question": "a", "understood": {"color": []}}',
            ["line 1: Object contains unknown field `color` - at `$.understood`. Did you mean `colors`?"],
        ),
        (
            '{"question": "a", "understood": {"max": "cheap"}}',
            ["line 1: Invalid decimal string - at `$.understood.max`"],
        ),
        ('{"question": "a", "understood": {"sort": "best"}}', ["line 1: Invalid enum value 'best' - at"]),
        ('{"question": "a", "says": [""]}', ["line 1: There is an empty text in `says`."]),
        ('{"question": "a", "shows": [[]]}', ["line 1: There is an empty text in `shows`."]),
        ('{"question": "a", "continues": true}', ["line 1: Nothing comes before"]),
        ('{"question": "a", "x": 1}\n{"question": 2}', ["line 1: Object", "line 2: Expected `str`, got `int`"]),
    ],
)
def test_what_is_wrong_is_told_line_by_line(content: str, faults: list[str]) -> None:
    with pytest.raises(Faulty) as wrong:
        read(content.encode())

    told = [str(fault) for fault in wrong.value.faults]
    assert len(told) == len(faults)
    assert all(line.startswith(fault) for line, fault in zip(told, faults, strict=True)), told


def test_a_file_in_another_encoding_names_the_line() -> None:
    with pytest.raises(Faulty, match="line 2: This is not UTF-8"):
        read('{"question": "a"}\n{"question": "신발"}'.encode("cp949"))


@pytest.mark.django_db
@pytest.mark.database
def test_a_product_that_never_was_is_a_slip_of_the_pen_and_one_that_is_gone_is_not() -> None:
    Product.objects.create(sku="GONE", title="Old", currency="KRW", removed_at="2026-01-01T00:00:00Z")
    lines = (
        '{"question": "a", "shows_not": ["GONE"]}\n{"question": "b", "shows_not": ["GNOE"], "finds": [["GONE", "X"]]}'
    )
    refuse_unknown_products(read(lines.partition("\n")[0].encode()))
    with pytest.raises(Faulty) as wrong:
        refuse_unknown_products(read(lines.encode()))

    assert [str(fault) for fault in wrong.value.faults] == [
        "line 2: The catalogue has no product 'X'.",
        "line 2: The catalogue has no product 'GNOE'.",
    ]
