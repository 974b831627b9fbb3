"""Words in bold alone on their line: those that offer nothing are read, and names of what the shop lacks are not."""

import pytest

from tests.assistant.adversarial import CARDS
from tests.assistant.test_claims import ground, text_of

HEADINGS = [
    "**이런 분께 추천해요**",
    "**추천 이유**",
    "**이런 점이 좋아요**",
    "### **고르는 방법**",
    "**어떤 차이가 있을까요?**",
    "**이어폰을 고르는 기준**",
    "**1. 추천 이유**",
    "**💡 이런 분께 어울려요**",
    "**누가 쓰면 좋을까요?**",
    "**고를 때 참고하세요**",
    "**출퇴근을 자주 하시는 분**",
    "**Who are they for?**",
    "**Who Are They For?**",
    "**How to choose**",
    "**Why we like them**",
    "**Things to keep in mind**",
    "**Key differences**",
    "**How to choose headphones**",
    "**Checkout estimate**",
    "**Shipping Info**",
    "**Dawn vs. Dusk**",
    "**Q: And the Dusk N300?**",
    "**My pick: Dusk Headphones N300**",
    "**배송 안내**",
    "**예상 결제 금액**",
    "**Q. 배송비가 있나요?**",
    "**1순위: 노을 헤드폰 N300**",
]
NAMES = [
    "**달빛 이어폰**",
    "**달빛 사운드**",
    "**고운 소리**",
    "**달빛 사운드를 추천해요**",
    "**고운 소리를 추천해요**",
    "**달빛 버즈가 좋아요**",
    "**달빛 이어폰 추천 이유**",
    "**소니 이어폰은 어떨까요?**",
    "**Moonlight Earphones**",
    "**Moonlight Buds?**",
    "**Moonlight pro**",
    "**How Loud Buds**",
    "**Aurora Sound**",
    "**Aurora sound**",
    "**Aurora Buds: Dusk Headphones N300**",
    "**Q: Moonlight Buds?**",
]


def _reads_the_same(bold: str) -> bool:
    language = "en" if bold.isascii() else "ko"
    said = f"{bold}\n- {CARDS[language][0].title}"
    return all(text_of(ground(language, pieces)[0]) == said for pieces in (list(said), [said]))


@pytest.mark.parametrize("bold", HEADINGS)
def test_a_heading_is_no_product(bold: str) -> None:
    assert _reads_the_same(bold)


@pytest.mark.parametrize("bold", NAMES)
def test_a_name_that_the_shop_does_not_know_is_no_heading(bold: str) -> None:
    assert not _reads_the_same(bold)


@pytest.mark.parametrize(
    "item", ["3. 가을 넥밴드 이어폰 – 45,000원", "- Breeze soundbar: $65.00", "| Autumn Breeze | $45 |"]
)
def test_an_item_begins_with_no_name_that_the_shop_does_not_know(item: str) -> None:
    name = item.split(" ")[1]
    for pieces in (list(item), [item]):
        assert name not in text_of(ground("en" if item.isascii() else "ko", pieces)[0])


def test_what_an_item_s_head_names_is_what_the_lines_under_it_are_about() -> None:
    said = "1. **Dawn Wireless Earphones**\n   - Cheaper than the Dusk Headphones N300\n   - Costs {}\n   - {}"
    right = said.format("$59.00", "In stock, unlike the Summer Speaker")
    assert text_of(ground("en", [right])[0]) == right
    wrong = text_of(ground("en", [said.format("$71.20", "Sold out, like the Summer Speaker")])[0])
    assert "Costs $59.00" in wrong
    assert "Sold out" not in wrong
