"""The model's words against the catalogue, however they are cut."""

import dataclasses
from decimal import Decimal

import pytest

from chatbot.assistant.grounding import Grounding
from chatbot.catalog.knowledge import Entry
from chatbot.events import ProductCard, ProductShown, TextAdded, TextFinished, TextStarted, TurnEvent
from chatbot.wire import fold

CARDS = [
    ProductCard(
        sku=sku,
        title=title,
        currency="KRW",
        price=Decimal(259000),
        sale_price=sale,
        price_text="259,000원",
        sale_price_text="199,000원" if sale else "",
        availability="in_stock",
        availability_text="구매 가능",
        link=f"/p/{sku}/",
        image_link="",
    )
    for sku, title, sale in [("A-1", "새벽 이어폰", None), ("B[2]", "Dawn [Pro]", Decimal(199000))]
]


def ground(pieces: list[str]) -> tuple[list[TurnEvent], Grounding]:
    grounding = Grounding(cards=CARDS, language="ko")
    events = [event for piece in pieces for event in grounding.feed(piece)]
    return events + grounding.close(), grounding


def shape(events: list[TurnEvent]) -> list[str]:
    """The answer as a list of blocks and cards."""
    return [part.get("text", part.get("id", "")) for part in fold(events).parts]


ANSWERS = {
    "plain words": ("안녕하세요! Hello.", ["안녕하세요! Hello."]),
    "a card after its line": (
        "첫째는 [[p1.title]], [[p1.price]] [[p1]]\n둘째는 [[p2.price]] [[p2]]",
        ["첫째는 새벽 이어폰, 259,000원 ", "A-1", "둘째는 199,000원 ", "B[2]"],
    ),
    "a card in the middle of its line": ("The [[p2]] is [[p2.stock]].\n\nBye", ["The  is 구매 가능.", "B[2]", "Bye"]),
    "cards of a table behind it": (
        "| |\n|---|\n| [[p1.title]] [[p1]] |\n| [[p2]] |\n\nBye",
        ["| |\n|---|\n| 새벽 이어폰  |\n|  |\n", "A-1", "B[2]", "Bye"],
    ),
    "one product cited twice": ("[[p1]] and [[p1]]\nagain [[p1]]", [" and ", "A-1", "again "]),
    "an unknown product": ("Take [[p9]] or [[p0.price]].", ["Take  or ."]),
    "brackets that are no citation": ("a [b] [[c]] [[d e]] [", ["a [b] [[c]] [[d e]] ["]),
    "a citation that never closes": ("see [[p1", ["see [[p1"]),
    "a long open bracket": ("[[" + "x" * 80, ["[[" + "x" * 80]),
    "an open bracket and a line end": ("[[p1\n]] x", ["[[p1\n]] x"]),
    "only a card": ("[[p1]]", ["A-1"]),
    "spaces and capitals": ("[[ P1 . Price ]]", ["259,000원"]),
    "nested brackets": ("[[[p1]]]", ["[]", "A-1"]),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_citations_become_cards_and_facts(name: str) -> None:
    answer, expected = ANSWERS[name]
    assert shape(ground([answer])[0]) == expected


@pytest.mark.parametrize("name", ANSWERS)
def test_however_the_words_are_cut_the_answer_is_the_same(name: str) -> None:
    answer, expected = ANSWERS[name]
    assert shape(ground(list(answer))[0]) == expected
    for cut in range(len(answer)):
        assert shape(ground([answer[:cut], answer[cut:]])[0]) == expected


@pytest.mark.parametrize("answer", ["Take the [[p1]] and", "Take the [[p1]]\nAnd the [[p2]] is"])
def test_a_card_that_was_withdrawn_before_it_was_seen_is_shown_when_the_next_answer_cites_it(answer: str) -> None:
    grounding = Grounding(cards=CARDS, language="ko")
    events = [*grounding.feed(answer), *grounding.withdraw("integrity_failed")]
    events += [*grounding.feed("[[p1]] or [[p2]]."), *grounding.close()]
    shown = [event.card.sku for event in events if isinstance(event, ProductShown)]
    assert sorted(shown) == ["A-1", "B[2]"]


def test_a_card_that_is_due_is_shown_with_those_of_the_shops_own_answer() -> None:
    grounding = Grounding(cards=CARDS, language="ko")
    events = [*grounding.feed("Take the [[p2]] and"), *grounding.catalogue_answer("둘 다 있어요.", CARDS)]
    assert [event.card.sku for event in events if isinstance(event, ProductShown)] == ["B[2]", "A-1"]


def test_an_entry_is_cited_by_its_title_once() -> None:
    entries = [
        Entry(pk=3, topic="delivery", language="ko", title="배송 [안내]", text="2~3일 걸려요."),
        Entry(pk=5, topic="returns", language="ko", title="반품", text="14일 이내에요.", link="/returns(1)/"),
    ]
    answer = "배송은 2~3일 걸려요 [[k1]], 반품은 14일 이내 [[ K2 ]]. [[k1]]그래요 [[k3]][[k2.text]]"
    for size in (1, 4, len(answer)):
        grounding = Grounding(cards=CARDS, language="ko", entries=entries, terms="배송은 2~3일. 반품은 14일 이내.")
        events = [event for at in range(0, len(answer), size) for event in grounding.feed(answer[at : at + size])]
        said = fold(events + grounding.close()).text
        assert said == "배송은 2~3일 걸려요 (배송 안내), 반품은 14일 이내 ([반품](/returns%281%29/)). 그래요 "
        assert [each["kind"] for each in grounding.interventions] == ["citation_dropped"]


def test_dropped_citations_are_counted() -> None:
    _, grounding = ground(["[[p3]] [[p1]] [[p12.price]]"])
    assert [intervention["text"] for intervention in grounding.interventions] == ["[[p3]]", "[[p12.price]]"]


def test_words_without_brackets_are_shown_at_once() -> None:
    grounding = Grounding(cards=CARDS, language="ko")
    assert grounding.feed("안") == [TextStarted(block="t1"), TextAdded(text="안", block="t1")]
    assert grounding.feed("녕") == [TextAdded(text="녕", block="t1")]
    assert grounding.close() == [TextFinished(block="t1")]


def test_a_card_comes_when_its_line_is_over_and_not_before() -> None:
    grounding = Grounding(cards=CARDS, language="ko")
    assert not any(isinstance(event, ProductShown) for event in grounding.feed("good [[p1]] indeed"))
    assert ProductShown(card=CARDS[0]) in grounding.feed("\n")


def test_a_product_without_a_price_says_where_to_look() -> None:
    bare = dataclasses.replace(CARDS[0], price=None, price_text="")
    grounding = Grounding(cards=[bare], language="en")
    events = grounding.feed("It costs [[p1.price]].") + grounding.close()
    assert fold(events).text == "It costs see the product page."
