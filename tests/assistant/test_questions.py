"""What is only asked claims nothing; what is answered, offered or taken for granted does."""

import pytest

from tests.assistant.test_claims import ground, text_of


@pytest.mark.parametrize(
    "said",
    [
        "Is the Summer Speaker in stock? I'm afraid not.",
        "Is the Dawn on sale?\nNot at the moment.",
        "Is anything sold out? Just the Summer Speaker.",
        "Which ones are in stock?\nThe Dawn and the Dusk.",
        "Is the Dawn in stock? Yes, and so is the Dusk.",
        "여름 스피커는 재고가 있나요? 아쉽게도 없어요.",
        "Q. 새벽 이어폰은 재고가 있나요?\nA. 네, 있습니다.",
    ],
)
def test_a_question_and_its_right_answer_are_read(said: str) -> None:
    assert _shown(said) == {said}


@pytest.mark.parametrize(
    ("said", "lie"),
    [
        ("Is the Summer Speaker in stock? Yes!", "Yes"),
        ("Is the Summer Speaker in stock?\nYes!", "Yes"),
        ("Is the Dawn in stock? No.", "No."),
        ("Is anything sold out? No.", "No."),
        ("Which ones are in stock?\nThe Dawn and the Summer Speaker.", "Speaker."),
        ("Did you know the Summer Speaker is in stock?", "in stock"),
        ("Q. 여름 스피커는 재고가 있나요?\nA. 네, 있습니다.", "있습니다"),
        ("여름 스피커도 재고가 있죠?", "재고가 있"),
        ("여름 스피커도 재고가 있으니 지금 주문하시겠어요?", "재고가 있"),
    ],
)
def test_a_wrong_answer_is_not_read_nor_what_is_taken_for_granted(said: str, lie: str) -> None:
    assert all(lie not in shown for shown in _shown(said))


def _shown(said: str) -> set[str]:
    language = "en" if said.isascii() else "ko"
    return {text_of(ground(language, pieces)[0]) for pieces in (list(said), [said])}
