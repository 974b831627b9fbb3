"""What a question asks for and no product is: found among the words that name the thing, and only there."""

from decimal import Decimal

import pytest
from django.test import override_settings
from django.utils import timezone

from chatbot.catalog.candidates import Candidates, candidates
from chatbot.catalog.missing import missing
from chatbot.catalog.question import Context, Shown, understand
from chatbot.models import Synonym
from tests.catalog.conftest import product, stock


@pytest.mark.parametrize(
    ("words", "lacked", "said"),
    [
        ("light backpack", ["backpack"], "backpack"),
        ("Sony headphones", ["sony"], "Sony headphones"),
        ("razer gaming headset", ["razer"], "razer gaming headset"),
        ("trail running poles", ["poles"], "trail running poles"),
        ("samsung galaxy s21 case", ["s21"], "samsung galaxy s21 case"),
        ("iphone 13 case", ["13"], "iphone 13 case"),
        ("noise-cancelling earplugs for flights", ["earplugs", "flights"], "noise-cancelling earplugs"),
        ("a tent and a backpack", ["backpack"], "backpack"),
        ("tent, camping stove", ["stove"], "stove"),
        ("leather bedding", ["bedding"], "leather bedding"),
        ("캠핑용 랜턴", ["랜턴"], "랜턴"),
        ("등산용 배낭을", ["배낭"], "배낭"),
        ("소니 노이즈캔슬링 헤드폰", ["소니"], "소니 노이즈캔슬링 헤드폰"),
        ("아이폰 13 케이스", ["13"], "아이폰 13 케이스"),
        ("비 올 때 신는 장화", ["신는", "장화"], "장화"),
        ("선크림이랑 모자", ["모자"], "모자"),
    ],
)
def test_the_name_of_the_thing_is_told_as_the_shopper_wrote_it(words: str, lacked: list[str], said: str) -> None:
    assert missing(words, lacked) == said


@pytest.mark.parametrize(
    ("words", "lacked"),
    [
        ("light backpack", []),
        ("light backpack", ["light"]),  # what describes
        ("adjustable desk lamp", ["adjustable"]),
        ("cozy lamp for my bedroom", ["cozy", "bedroom"]),  # where it is for
        ("portable monitor for business trips", ["business", "trips"]),
        ("noise cancelling headphones for flights", ["flights"]),
        ("monitor with speakers", ["speakers"]),
        ("monitor 27 inch", ["27", "inch"]),  # an amount
        ("2 person tent", ["2", "person"]),
        ("external drive 2tb", ["2tb"]),
        ("something good please", ["something", "good", "please"]),  # what the analysis of questions left
        ("추천 좋은 이어폰", ["추천", "좋은"]),
        ("비행기에서 노이즈캔슬링 헤드폰", ["비행기"]),
        ("손목이 아픈데 버티컬 마우스", ["손목", "아픈데"]),
        ("아기 옷 빨기 세탁기", ["빨기"]),
        ("국 끓일 냄비", ["국", "끓일"]),
        ("추리소설 읽고", ["읽고"]),
        ("러닝화 270", ["270"]),
        ("초등학생 책가방", ["초등학생"]),
        ("wonder whether this long story about old Peter names any thing", ["peter"]),
    ],
)
def test_what_describes_or_surrounds_it_is_not_worth_a_sentence(words: str, lacked: list[str]) -> None:
    assert missing(words, lacked) == ""


def found(text: str, context: Context | None = None) -> Candidates:
    return candidates(understand(text, context=context), limit=8, now=timezone.now())


@pytest.fixture
def shop(db: None) -> None:
    stock(
        product("tent", "캠핑 텐트", price=Decimal(90)),
        product("chair", "캠핑 의자", price=Decimal(40)),
        product("lamp", "Light reading lamp", price=Decimal(30)),
        product("phones", "Studio headphones", brand="Noctave", price=Decimal(120)),
        product("knapsack", "Canvas knapsack", price=Decimal(70)),
        product("stove", "Gas stove", description="Boils water on a camping trip.", price=Decimal(55)),
    )


@pytest.mark.database
@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("text", "said", "first"),
    [
        ("Do you have a light backpack?", "backpack", "lamp"),
        ("캠핑용 랜턴 추천해 주세요", "랜턴", "tent"),
        ("sony headphones", "sony headphones", "phones"),
        ("studio headphones", "", "phones"),
        ("studio hedphones", "", "phones"),  # put right letter by letter
        ("comfortable headphones", "", "phones"),
        ("a head phones", "", "phones"),  # a compound cut
        ("텐트", "", "tent"),
    ],
)
def test_candidates_say_what_none_of_them_is(text: str, said: str, first: str) -> None:
    chosen = found(text)
    assert (chosen[0].sku, chosen.missing) == (first, said)


@pytest.mark.database
@pytest.mark.usefixtures("shop")
def test_the_thing_itself_goes_before_what_is_only_like_it() -> None:
    """The lantern holds two words of three, the blanket one: but a blanket is what was asked for."""
    stock(
        product("lantern", "Ember lantern", product_type="Camping", description="A warm light.", price=Decimal(49)),
        product("throw", "Knee blanket", price=Decimal(32)),
    )
    chosen = found("I need a warm blanket for camping")
    assert [each.sku for each in chosen][:2] == ["throw", "lantern"]
    assert chosen.missing == ""
    assert list(chosen.scores) == sorted(chosen.scores, reverse=True)
    assert found("a warm lantern for camping")[0].sku == "lantern"


@pytest.mark.database
@pytest.mark.usefixtures("shop")
def test_what_staff_call_the_same_is_not_missing() -> None:
    Synonym.objects.create(terms="knapsack, backpack, 배낭")
    assert [(found(text)[0].sku, found(text).missing) for text in ("light backpack", "가벼운 배낭")] == [
        ("knapsack", ""),
        ("knapsack", ""),
    ]


@pytest.mark.database
@pytest.mark.usefixtures("shop")
def test_it_is_missing_among_what_fits_the_wishes() -> None:
    assert found("gas lantern under $60").missing == "gas lantern"
    assert found("gas lantern under $60").relaxed == ()


@pytest.mark.database
@pytest.mark.usefixtures("shop")
def test_of_what_was_shown_before_nothing_is_missing() -> None:
    seen = Shown(sku="phones", title="Studio headphones", price=Decimal(120), currency="USD")
    context = Context(last=understand("sony headphones"), shown=(seen,))
    with override_settings(CHATBOT={"CURRENCY": "USD"}):
        chosen = found("anything cheaper?", context)
    assert chosen.missing == ""
