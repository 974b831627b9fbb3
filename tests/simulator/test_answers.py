"""What the simulated model says: products of its prompt with reasons, by citation, in the question's language."""

import re
from random import Random

import pytest

from chatbot.simulator import answers, prompt

RULES = "You help. Products stand between <products> and </products>, one a line:\nkey | title | brand\n\n"
SHOP = """<page>{page}</page>

<products>
p1 | 하루 무선 이어폰 | 소리담 | 음향 | ₩99,000 | sold out | 매일 쓰는 이어폰입니다. 생활 방수라 운동에 알맞습니다.
p2 | Drift Wireless Earbuds | Noctave | Audio | ₩189,000 | in stock | Made for narrow ears. Sealed for running in rain.
p3 | 바람 골전도 이어폰 | 달음 | 음향 | ₩119,000 | in stock | 귀를 막지 않는 이어폰. 최대 30시간 재생
p4 | 물결 스피커 | 소리담 | 음향 | ₩79,000 | in stock | 물에 뜨는 스피커입니다. 무게는 4.6kg입니다. (코랄)
</products>"""


def reply(question: str, *, seed: int = 1, shop: str = SHOP, page: str = "") -> str:
    messages = (("system", RULES + shop.format(page=page)), ("user", question))
    return answers.answer(messages, Random(seed))


def cards(text: str) -> list[str]:
    return re.findall(r"\[\[(p\d+)\]\]", text)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("question", ["운동할 때 쓸 이어폰 추천해 주세요", "earbuds for running"])
def test_two_or_three_products_are_recommended_each_with_title_price_and_card(question: str, seed: int) -> None:
    text = reply(question, seed=seed)
    paragraphs = text.split("\n\n")
    recommended = paragraphs[1:-1]
    assert len(recommended) in (2, 3)
    for paragraph in recommended:
        (ref,) = cards(paragraph)
        assert paragraph.endswith(f"[[{ref}]]")
        assert f"[[{ref}.price]]" in paragraph
        assert "**" in paragraph


def test_what_can_be_bought_now_comes_first_and_of_that_what_is_told_in_the_shopper_s_language() -> None:
    assert cards(reply("이어폰 추천")) == ["p3", "p2"]
    assert cards(reply("wireless earbuds"))[0] == "p2"
    assert "p1" not in cards(reply("이어폰 추천"))


def test_what_is_compared_with_is_not_among_the_answers() -> None:
    page = "The shopper is looking at p3, 바람 골전도 이어폰. {}"
    cheaper = "The shopper wants something cheaper than 바람 골전도 이어폰, shown before."
    beside = "The products below may go with 바람 골전도 이어폰, which the shopper has seen."
    assert "p3" not in cards(reply("더 저렴한 이어폰 있나요?", page=page.format(cheaper)))
    assert "p3" not in cards(reply("What goes well with it?", page=page.format(beside)))
    alone = SHOP.replace("p1 |", "x |").replace("p2 |", "x |").replace("p4 |", "x |")
    alone = "\n".join(line for line in alone.splitlines() if not line.startswith("x |"))
    assert cards(reply("What goes well with it?", shop=alone, page=page.format(beside))) == []


def test_what_is_on_sale_or_new_is_shown_whatever_it_is() -> None:
    on_sale = "The products below are on sale: each costs less than usual now."
    assert reply("오늘 할인하는 상품이 있나요?", page=on_sale).startswith("지금 평소보다 저렴한 상품을 골라 봤어요.")
    assert len(cards(reply("What is on sale today?", page=on_sale))) >= 2
    newest = "The products stand in order, the newest first."
    assert len(cards(reply("새로 나온 상품이 있나요?", page=newest))) >= 2


def test_something_sold_out_says_its_stock_by_citation() -> None:
    only = "<products>\np1 | 하루 이어폰 | 소리담 | 음향 | ₩1 | 품절 | 좋은 이어폰입니다.\n</products>"
    assert "[[p1.stock]]" in reply("이어폰", shop=only)
    assert "[[p1.stock]]" not in reply("이어폰", shop=only.replace("품절", "재고 있음"))


def test_no_amount_is_ever_written_by_the_answer() -> None:
    for seed in range(8):
        assert "₩" not in reply("이어폰 추천", seed=seed)


def test_the_answer_is_in_the_language_of_the_question() -> None:
    korean = reply("이어폰 추천해 주세요", seed=3)
    assert korean.splitlines()[0].count("이어폰")
    english = reply("wireless earbuds", seed=3)
    assert "wireless earbuds" in english.splitlines()[0]
    assert not re.search(r"[가-힣]", english.splitlines()[0])


def test_the_reason_is_the_sentence_that_the_question_is_about() -> None:
    assert "Sealed for running in rain." in reply("earbuds for running in the rain")
    assert "Made for narrow ears." in reply("earbuds for narrow ears")


def test_a_description_in_key_words_becomes_a_sentence() -> None:
    assert "귀를 막지 않는 이어폰이에요." in reply("귀를 막지 않는 이어폰")


def test_decimals_do_not_end_a_sentence_and_details_in_parentheses_are_no_reason() -> None:
    only = "<products>\np4 | 스피커 | a | b | 1 | in stock | 무게는 4.6kg인 스피커입니다. (코랄)\n</products>"
    text = reply("스피커", shop=only)
    assert "무게는 4.6kg인 스피커입니다." in text
    assert "코랄" not in text


def test_a_question_about_this_page_starts_with_its_product() -> None:
    text = reply("이거 방수 되나요?", page="하루 무선 이어폰")
    assert "하루 무선 이어폰" in text.splitlines()[0]
    assert cards(text)[0] == "p1"


NONE_SUCH = (
    "The search found no “{thing}” in the shop{fits}; the products below are only the nearest. Say so in the first "
    "sentence, and do not present them as that, unless one is just that by another name."
)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("question", "thing", "fits", "said"),
    [
        ("Sony earbuds", "Sony earbuds", "", "we have no “Sony earbuds”."),
        ("Sony earbuds in red", "Sony earbuds", " that fits the other wishes", "“Sony earbuds” that fits your other"),
        ("소니 이어폰 있어요?", "소니 이어폰", "", "저희 매장에 ‘소니 이어폰’은 없어요."),
        (
            "빨간 소니 헤드셋",
            "소니 헤드셋",
            " that fits the other wishes",
            "다른 조건까지 맞는 ‘소니 헤드셋’은 없어요.",
        ),
    ],
)
def test_what_the_shop_does_not_have_is_said_first(question: str, thing: str, fits: str, said: str, seed: int) -> None:
    text = reply(question, seed=seed, page=NONE_SUCH.format(thing=thing, fits=fits))
    opening, *rest = text.split("\n\n")
    assert said in opening
    assert cards("\n\n".join(rest))
    assert "골라 봤어요" not in opening
    assert "suit you" not in opening


def test_of_what_is_only_nearest_nothing_is_offered_as_what_was_meant_and_sold_out() -> None:
    only = "<page>{page}</page>\n<products>\np1 | Haru earbuds | b | c | 1 | sold out | Small earbuds.\n</products>"
    text = reply("Sony earbuds", shop=only, page=NONE_SUCH.format(thing="Sony earbuds", fits=""))
    assert text.startswith("I am sorry, we have no “Sony earbuds”. This comes closest.")
    assert "[[p1.stock]]" in text


def test_the_page_that_is_looked_at_is_told_beside_what_is_missing() -> None:
    page = f"The shopper is looking at p1, 하루 무선 이어폰. {NONE_SUCH.format(thing='Sony earbuds', fits='')}"
    read = prompt.read((("system", SHOP.format(page=page)), ("user", "x")))
    assert (read.page, read.missing, read.among_wishes) == ("하루 무선 이어폰", "Sony earbuds", False)


def test_the_best_match_comes_first_also_where_its_title_is_in_another_language() -> None:
    """The shop knows that the Ember is a lantern; who only reads the titles does not."""
    shop = (
        "<products>\np1 | Ember Lantern | b | c | 1 | in stock | A lantern.\n"
        "p2 | 캠핑 의자 | b | c | 1 | in stock | 의자입니다.\n"
        "p3 | 캠핑 텐트 | b | c | 1 | in stock | 텐트입니다.\n</products>"
    )
    assert cards(reply("캠핑용 랜턴", shop=shop))[:2] == ["p1", "p2"]


@pytest.mark.parametrize("question", ["예초기 있나요?", "do you have a lawn mower?"])
def test_an_empty_shop_says_so_and_asks_back(question: str) -> None:
    text = reply(question, shop="<products>\n</products>")
    assert cards(text) == []
    assert "?" in text
    assert "예초기" in text or "lawn mower" in text


def test_small_talk_recommends_nothing() -> None:
    for question in ("안녕하세요", "thank you!"):
        assert "[[" not in reply(question)


def test_a_prompt_without_a_shop_gets_a_short_answer() -> None:
    text = answers.answer((("user", "Say hi"),), Random(1))
    assert "Say hi" in text
    assert len(text) < 300


def test_the_seed_chooses_the_words() -> None:
    assert reply("earbuds", seed=5) == reply("earbuds", seed=5)
    assert len({reply("earbuds", seed=seed) for seed in range(20)}) > 3


def test_rules_that_mention_the_block_are_not_the_block() -> None:
    assert prompt.read((("system", RULES), ("user", "x"))).products is None


def test_lines_that_are_no_products_are_passed_over() -> None:
    block = "<products>\n\np1 | only a title\nnonsense\n | no key\n</products>"
    products = prompt.read((("system", block), ("user", "x"))).products
    assert products is not None
    assert [(product.ref, product.title, product.in_stock) for product in products] == [("p1", "only a title", True)]
