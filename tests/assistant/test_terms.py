"""Terms: times by their value, what delivery costs by what is ordered, what a heading or a question makes of a line."""

import re

import pytest

from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.goods.names import level
from chatbot.assistant.claims.overhead import NOTHING, below
from chatbot.assistant.claims.terms.gifts import gifts
from chatbot.assistant.claims.terms.promises import promises
from chatbot.assistant.claims.terms.spans import days
from chatbot.assistant.claims.terms.unmarked import unmarked
from tests.assistant.test_claims import ground, text_of


def _is_read(said: str) -> bool:
    language = "ko" if re.search("[가-힣]", said) else "en"
    shown = {text_of(ground(language, pieces)[0]) for pieces in ([said], list(said))}
    assert len(shown) == 1, shown
    return shown.pop() == re.sub(r"\[\[p\d\]\]", "", said)


@pytest.mark.parametrize(("value", "number"), [("14d", 14), ("24h", 1), ("25h", 2), ("1m", 30), ("some d", None)])
def test_a_time_comes_to_days(value: str, number: int | None) -> None:
    assert days(value) == number


@pytest.mark.parametrize(
    ("said", "is_true"),
    [
        ("Order on Monday and it arrives on Wednesday or Thursday.", True),
        ("Order on Friday and it arrives on Monday.", True),
        ("Order on Monday and it arrives on Tuesday.", False),
        ("Order on Monday and it arrives on Friday.", False),
        ("금요일에 결제하시면 일요일이나 월요일에 도착해요.", True),
        ("금요일에 결제하시면 토요일에 도착해요.", False),
    ],
)
def test_from_the_day_of_an_order_to_that_of_arrival_it_is_as_long_as_delivery_takes(said: str, is_true: bool) -> None:
    assert _is_read(said) is is_true


@pytest.mark.parametrize(
    ("said", "is_true"),
    [
        ("It won't get there tomorrow.", True),
        ("It won't get there in three days.", False),
        ("내일 받으시기는 어려워요.", True),
        ("내일은 받아 보실 수 있어요.", False),
        ("After a month we can't take it back, returns are for 14 days.", True),
        ("After a week you can't return it.", False),
        ("You can return it even after 14 days.", False),
        ("받으신 지 15일째부터는 반품이 안 돼요.", True),
        ("14일이 지나도 반품하실 수 있어요.", False),
        ("You can return it within two weeks.", True),
        ("You can return it within three weeks.", False),
        ("If you need it by tomorrow, two to three days won't do.", True),
        ("If you need it by tomorrow, order now: delivery is quick.", False),
    ],
)
def test_what_follows_from_a_time_is_as_true_as_the_time(said: str, is_true: bool) -> None:
    assert _is_read(said) is is_true


@pytest.mark.parametrize(
    ("said", "is_true"),
    [
        ("The Dawn qualifies for free delivery. [[p1]]", True),
        ("The Dawn does not reach the free-delivery mark. [[p1]]", False),
        ("The Summer Speaker does not reach the free-delivery mark. [[p3]]", True),
        ("The Summer Speaker ships free. [[p3]]", False),
        ("A $45 order does not ship free.", True),
        ("A $45 order ships free.", False),
        ("You'd pay $3 for shipping on the Dusk. [[p2]]", False),
        ("Neither of the two costs anything to ship, so there is no delivery fee. [[p1]] [[p2]]", True),
        ("이어폰은 무료 배송 기준을 9,000원 넘어요 [[p1]].", True),
        ("이어폰은 무료 배송 기준에 모자라요 [[p1]].", False),
        ("4만원어치면 배송비 3,000원이 붙어요.", True),
        ("6만원어치여도 배송비 3,000원이 붙어요.", False),
        ("5만원 이상이면 배송비가 없어요.", True),
        ("7만원 이상이면 배송비가 없어요.", False),
        ("5만원 이상이면 배송비가 붙어요.", False),
        ("- Dawn Wireless Earphones [[p1]]: $59.00\n- Shipping: $0.00", True),
        ("- Dawn Wireless Earphones [[p1]]: $59.00\n- Shipping: $3.00", False),
        ("- 배송비: 3,000원\n- 5만원 이상이면 무료", True),
        ("| | Dawn [[p1]] | Summer Speaker [[p3]] |\n|---|---|---|\n| Shipping | free | $3 |", True),
        ("| | Dawn [[p1]] | Summer Speaker [[p3]] |\n|---|---|---|\n| Shipping | $3 | $3 |", False),
        ("| Item | Shipping |\n|---|---|\n| Dawn [[p1]] | free |\n| Summer Speaker [[p3]] | $3 |", True),
        ("| Item | Shipping |\n|---|---|\n| Summer Speaker [[p3]] | free |", False),
    ],
)
def test_what_delivery_costs_is_reckoned_from_what_is_ordered(said: str, is_true: bool) -> None:
    assert _is_read(said) is is_true


@pytest.mark.parametrize(
    ("said", "is_true"),
    [
        ("Delivery:\n- Time: 2-3 days", True),
        ("Delivery:\n- Time: 2-3 weeks", False),
        ("## 배송\n- 소요 기간: 2~3일", True),
        ("## 배송\n- 소요 기간: 4~5일", False),
        ("## 반품\n- 기간: 14일", True),
        ("## 반품\n- 기간: 30일", False),
        ("How long does delivery take?\nJust one day.", False),
        ("How long does delivery take?\nTwo or three days.", True),
        ("Delivery is quick.\n- Battery: 30 hours", True),
        ("| Topic | Rule |\n|---|---|\n| Returns | 14 days |", True),
        ("| Topic | Rule |\n|---|---|\n| Returns | 30 days |", False),
    ],
)
def test_a_heading_a_label_and_a_question_say_what_the_words_below_are_about(said: str, is_true: bool) -> None:
    assert _is_read(said) is is_true


@pytest.mark.parametrize(
    ("said", "is_true"),
    [
        ("Are returns free?", True),
        ("Are returns free? Yes.", False),
        ("Does the Dawn ship free? Yes. [[p1]]", True),
        ("Does the Dawn ship free? No. [[p1]]", False),
        ("Does the Summer Speaker ship free? No. [[p3]]", True),
        ("새벽 배송도 되나요? 아니요.", True),
        ("새벽 배송도 되나요? 네.", False),
        ("쿠폰이 있나요?\n네, 있어요.", False),
    ],
)
def test_a_question_promises_nothing_and_its_answer_does(said: str, is_true: bool) -> None:
    assert _is_read(said) is is_true


@pytest.mark.parametrize(
    ("said", "is_true"),
    [
        ("I'm not aware of any coupon codes.", True),
        ("No gifts are mentioned.", True),
        ("The coupon has no limit.", False),
        ("사은품에 대해서는 안내된 내용이 없어요.", True),
        ("사은품은 부담 없이 받으세요.", False),
        ("적립 행사는 진행하지 않아요.", True),
        ("I'm not sure about the colour, but every order ships free.", False),
    ],
)
def test_to_say_that_something_is_not_promised_promises_nothing(said: str, is_true: bool) -> None:
    assert _is_read(said) is is_true


@pytest.mark.parametrize(
    ("said", "is_one"),
    [
        ("모든 분께 기프티콘을 드립니다.", True),
        ("파우치를 하나씩 챙겨 드려요.", True),
        ("두 제품의 차이를 표로 정리해 드릴게요.", False),
        ("도움을 드릴게요.", False),
        ("헤드폰은 귀를 폭 감싸서 편안함을 드려요.", False),
        ("we'll include a spare cable with it.", True),
        ("we'll include a short summary below.", False),
        ("a carrying case is thrown in.", True),
        ("you can count on us.", False),
        ("they ship at no extra cost.", False),
        ("it comes with three ear tips and a case.", False),
    ],
)
def test_what_the_shop_hands_over_on_top_is_a_gift(said: str, is_one: bool) -> None:
    assert bool(list(gifts(said))) is is_one


@pytest.mark.parametrize(
    ("said", "is_true"),
    [
        ("If you write at 7 pm, you'd have to wait until we open.", True),
        ("If you write at 11 am, you'd have to wait until the next day, as we open later.", False),
        ("If you call us at 7 pm, someone answers.", False),
        ("We open at 10 am and close at 6 pm.", True),
        ("We open at 6 pm.", False),
        ("오후 7시라면 상담이 끝났어요.", True),
        ("오전 11시라면 상담이 끝났어요.", False),
    ],
)
def test_whether_somebody_is_there_at_some_hour_follows_from_the_hours(said: str, is_true: bool) -> None:
    assert _is_read(said) is is_true


@pytest.mark.parametrize(
    ("terms", "thresholds", "fees", "is_always_free"),
    [
        ("전 상품 무료 배송입니다.", set(), set(), True),
        ("배송비는 2,500원입니다. 3만원 이상이면 배송비가 없습니다.", {30000}, {2500}, False),
        ("Standard delivery (3-5 days) is $4.99; free over $75.", {75}, {4.99}, False),
        ("We ship everything free of charge.", set(), set(), True),
        ("반품은 7일 이내에 가능합니다.", set(), set(), False),
    ],
)
def test_what_the_shop_asks_for_delivery_stands_in_its_entries(
    terms: str, thresholds: set[int], fees: set[float], is_always_free: bool
) -> None:
    evidence = Evidence((), terms=terms)
    assert {int(each) for each in evidence.thresholds} == thresholds
    assert {float(each) for each in evidence.fees} == fees
    assert evidence.is_always_delivered_free is is_always_free


def test_where_nothing_is_said_of_delivery_nothing_is_claimed_of_it() -> None:
    for said in ("Delivery is free.", "Shipping is extra.", "Delivery takes two days."):
        assert [each.atom for each in promises(level(said))], said
        assert not any(Evidence(()).keeps(each) for each in promises(level(said)) if each.atom[1] == "2d")


def test_marks_are_no_words_and_places_stay() -> None:
    bare = unmarked("sent [[p1]] **back** in *two* days")
    assert bare.text == "sent back in two days"
    start = bare.text.index("two")
    assert (bare.start(start), bare.end(start + 3)) == (25, 28)


def test_a_heading_stands_over_its_list_and_no_further() -> None:
    over = NOTHING
    for line, heading in (
        ("## delivery", "## delivery"),
        ("", "## delivery"),
        ("- time: 2-3 days", "## delivery"),
        ("✅ cost: $3", "## delivery"),
        ("the dawn is light, and a fine thing for everybody who runs a lot.", ""),
    ):
        over = below(line, over, ())
        assert over.heading == heading
