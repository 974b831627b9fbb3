"""What is said of products that were shown before."""

from dataclasses import replace

import pytest

from chatbot.catalog.courtesy import is_courtesy
from chatbot.catalog.places import LAST, MIDDLE
from chatbot.catalog.question import Context, Question, understand
from chatbot.catalog.references import read_reference
from tests.catalog.questions import KNOWN, SHOWN, VIEWED, asked


@pytest.mark.parametrize(
    ("text", "kind", "places"),
    [
        ("the middle one", "same", (MIDDLE,)),
        ("the one in the middle", "same", (MIDDLE,)),
        ("가운데 거", "same", (MIDDLE,)),
        ("위에 거", "same", (1,)),
        ("맨 밑에 거", "same", (LAST,)),
        ("#2", "same", (2,)),
        ("number two", "same", (2,)),
        ("compare 1 and 3", "same", (1, 3)),
        ("first vs second", "same", (1, 2)),
        ("두번째보다 비싼 거", "dearer", (2,)),
        ("두 번째 거보다 더 싼 걸로", "cheaper", (2,)),
        ("두번째 같은 거", "like", (2,)),
        ("그 첫 번째 거랑 어울리는 거", "with", (1,)),
        ("a first aid kit", "", ()),
        ("a keyboard that is quiet", "", ()),
        ("newest first", "", ()),
        ("중간 사이즈", "", ()),
    ],
)
def test_places_among_what_was_shown(text: str, kind: str, places: tuple[int, ...]) -> None:
    reference = read_reference(text)
    assert (reference.kind, reference.places) == (kind, places)


@pytest.mark.parametrize(
    ("language", "text", "about"),
    [
        ("en", "how much is the black one?", ("E1",)),
        ("en", "is the Logitech waterproof?", ("E2",)),
        ("en", "compare the Sony one and the Apple one", ("E1", "E3")),
        ("en", "which is cheaper, the first or the second?", ("E2",)),
        ("ko", "소니 거 얼마예요?", ("K1",)),
        ("ko", "소니거 무선이야?", ("K1",)),
        ("ko", "검은 거 얼마야", ("K1",)),
        ("ko", "소니랑 애플 비교해줘", ("K1", "K3")),
        ("ko", "뭐가 제일 비싸요?", ("K3",)),
        ("ko", "첫번째랑 두번째 중에 뭐가 더 싸?", ("K2",)),
    ],
)
def test_a_product_is_meant_by_its_name_or_its_price(language: str, text: str, about: tuple[str, ...]) -> None:
    question = asked("shown", language, text)
    assert question.about == about
    assert question.brands == question.colors == ()


@pytest.mark.parametrize(
    ("text", "brand"), [("소니 거만", "소니"), ("애플 거는요?", "애플"), ("소니 걸로 보여줘", "소니")]
)
def test_a_name_that_narrows_points_at_nothing(text: str, brand: str) -> None:
    question = asked("shown", "ko", text)
    assert (question.words, question.brands, question.about) == ("무선 헤드폰", (brand,), ())


def test_a_product_of_that_name_that_was_not_shown_is_asked_for() -> None:
    question = asked("shown", "en", "the black keyboard")
    assert (question.reference, question.colors, question.words) == ("", ("black",), "the keyboard")


@pytest.mark.parametrize(
    "text",
    ["thanks!", "ok thank you so much!", "네 감사합니다", "great, thanks", "알겠습니다", "됐어요 고마워요", "hello"],
)
def test_politeness_asks_for_nothing_wherever_it_is_said(text: str) -> None:
    last = understand("wireless headphones", known=KNOWN)
    for context in (None, Context(viewed=VIEWED["en"]), Context(last=last, shown=SHOWN["en"])):
        assert understand(text, context=context, known=KNOWN) == Question()


@pytest.mark.parametrize("text", ["네", "yes please", "hello kitty", "thank you cards", "좋은 이어폰", "감사 카드"])
def test_what_may_ask_for_something_is_not_mere_politeness(text: str) -> None:
    assert not is_courtesy(text)


def test_the_page_is_meant_where_nothing_else_can_be() -> None:
    context = Context(viewed=VIEWED["ko"])
    for text, words in (("얼마예요?", ""), ("재고 있어요?", ""), ("방수 되나요?", "방수"), ("가벼워요?", "가벼운")):
        question = understand(text, context=context, known=KNOWN)
        assert (question.reference, question.about, question.words) == ("same", ("W1",), words)
    assert understand("키보드 재고 있어요?", context=context, known=KNOWN).reference == ""
    assert understand("키보드 추천해요", context=context, known=KNOWN).reference == ""


@pytest.mark.parametrize("around", ["hi, {}", "hey {}", "so {}", "ok, {} please", "{}, thanks", "{}..."])
def test_what_opens_and_closes_a_message_changes_nothing(around: str) -> None:
    for text in ("which is the most expensive?", "or Adidas", "ones with a microphone", "under $80", "tent for two"):
        assert asked("shown", "en", around.format(text.rstrip("?"))) == asked("shown", "en", text.rstrip("?"))


@pytest.mark.parametrize("around", ["안녕하세요 {}", "음 {}", "{} 감사합니다", "{} ㅎㅎ", "{}~", "{}.."])
def test_what_opens_and_closes_a_korean_message_changes_nothing(around: str) -> None:
    for text in ("흰색은요", "소니 말고요", "5만원~10만원", "이 중에 제일 싼 거", "검정나이키운동화270", "더 없어"):
        assert asked("shown", "ko", around.format(text)) == asked("shown", "ko", text)


def test_a_range_is_one_wish_and_a_bound_takes_its_place() -> None:
    last = understand("monitor around $100", known=KNOWN)
    question = understand("under $150", context=Context(last=last), known=KNOWN)
    assert (question.price_min, question.price_max) == (None, 150)
    last = replace(last, price_min=None)
    question = understand("over $50", context=Context(last=last), known=KNOWN)
    assert (question.price_min, question.price_max) == (50, 120)
