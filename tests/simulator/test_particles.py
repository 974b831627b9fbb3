"""Korean particles after any word."""

import pytest

from chatbot.simulator import particles


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("이어폰", "을"),
        ("키보드", "를"),
        ("**이어폰**", "을"),
        ("텐트 (대형)", "을"),
        ("하루 2", "를"),
        ("하루 3", "을"),
        ("드립 0", "을"),
        ("Phone", "을"),
        ("Keyboard", "를"),
        ("Wireless Earbuds", "를"),
        ("Monitor", "를"),
        ("Notebook", "을"),
        ("Bottle", "을"),
        ("Kettle 500ml", "를"),
        ("원두 200g", "을"),
        ("USB", "를"),
        ("HDML", "을"),
        ("", "를"),
        ("!!", "를"),
    ],
)
def test_the_object_particle_follows_the_last_sound(word: str, expected: str) -> None:
    assert particles.object_(word) == expected


def test_every_pair_has_both_forms() -> None:
    assert [particles.topic("폰"), particles.topic("차")] == ["은", "는"]
    assert [particles.subject("폰"), particles.subject("차")] == ["이", "가"]
    assert [particles.copula("폰"), particles.copula("차")] == ["이에요", "예요"]


def test_a_final_l_takes_the_short_form_of_direction() -> None:
    assert [particles.direction(word) for word in ("차", "펜", "연필", "7")] == ["로", "으로", "로", "로"]
