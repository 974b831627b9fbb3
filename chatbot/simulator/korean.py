"""Answers in Korean: polite, in the 해요 style of a shop's assistant."""

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Final

from chatbot.simulator import particles
from chatbot.simulator.phrases import Phrases
from chatbot.simulator.questions import SmallTalk, words

_SENTENCE: Final = re.compile(r"[다요죠까]$")
_HANGUL: Final = re.compile(r"[가-힣]")


class _Korean:
    small_talk: Mapping[SmallTalk, Sequence[str]] = {
        "greeting": (
            "안녕하세요! 어떤 상품을 찾고 계세요? 용도나 예산을 알려 주시면 함께 골라 드릴게요.",
            "안녕하세요, 반갑습니다! 찾으시는 상품을 편하게 말씀해 주세요.",
        ),
        "thanks": (
            "도움이 되었다니 기뻐요! 더 궁금한 점이 있으면 언제든 말씀해 주세요.",
            "별말씀을요! 다른 상품도 필요하시면 편하게 물어봐 주세요.",
        ),
        "goodbye": ("찾아 주셔서 감사합니다. 좋은 하루 보내세요!", "감사합니다. 다음에 또 들러 주세요!"),
    }
    instead: str = "원하시면 지금 구매하실 수 있는 비슷한 상품을 찾아 드릴게요."
    _closings: Sequence[str] = (
        "마음에 드시나요? 예산이나 용도를 알려 주시면 더 좁혀 드릴게요.",
        "어떤 점을 가장 중요하게 보시나요? 말씀해 주시면 더 꼭 맞게 골라 드릴게요.",
        "더 궁금한 점이 있으시면 편하게 물어봐 주세요.",
    )
    _closings_of_several: Sequence[str] = (
        "이 중에 마음에 드는 상품이 있으세요? 예산이나 용도를 알려 주시면 더 좁혀 드릴게요.",
        "이 상품들의 차이가 궁금하시거나 다른 조건이 있으시면 말씀해 주시겠어요?",
    )
    _wishes: Mapping[str, str] = {
        "color": "색상",
        "brand": "브랜드",
        "size": "사이즈",
        "price": "가격",
        "category": "종류",
    }
    _orders: Mapping[str, str] = {"cheapest": "가격이 낮은", "dearest": "가격이 높은", "newest": "새로 들어온"}

    def closing(self, count: int, random: Random) -> str:
        return random.choice((*self._closings, *(self._closings_of_several if count > 1 else ())))

    def opening(self, topic: str, page: str, count: int, random: Random) -> str:
        if page:
            return f"지금 보고 계신 ‘{page}’ 말씀이시군요. 함께 살펴보면 좋은 상품을 골라 봤어요."
        if not topic:
            return "말씀해 주셔서 감사합니다. 이런 상품은 어떠세요?"
        object_ = particles.object_(topic)
        return random.choice(
            (
                f"‘{topic}’{object_} 찾고 계시는군요! 저희 매장 상품 중에서 골라 봤어요.",
                f"네, ‘{topic}’ 찾아봤어요. 이런 상품이 잘 맞을 것 같아요.",
                f"‘{topic}’{particles.direction(topic)} 찾아보니 추천드리고 싶은 상품이 있어요.",
            )
        )

    def relation(self, kind: str, about: str, count: int) -> str:
        match kind:
            case "like":
                return f"네, 보셨던 **{about}**{particles.with_(about)} 비슷한 상품을 찾아봤어요."
            case "with":
                return f"보셨던 **{about}**{particles.with_(about)} 함께 쓰기 좋은 상품을 골라 봤어요."
            case "cheaper":
                return "네, 앞서 보신 상품보다 더 저렴한 상품을 찾아봤어요."
            case "dearer":
                return "네, 앞서 보신 상품보다 한 단계 위의 상품을 찾아봤어요."
        return "네, 앞서 보여 드린 것 말고 다른 상품을 골라 봤어요."

    def missing(self, thing: str, count: int, *, among_wishes: bool) -> str:
        has = "다른 조건까지 맞는" if among_wishes else "저희 매장에"
        nearest = "이런 상품들이" if count > 1 else "이 상품이"
        return f"아쉽게도 {has} ‘{thing}’{particles.topic(thing)} 없어요. {nearest} 가장 가까워요."

    def relaxed(self, wishes: Sequence[str], count: int) -> str:
        names = ", ".join(self._wishes.get(wish, wish) for wish in wishes)
        return f"아쉽게도 말씀하신 조건을 모두 갖춘 상품은 없어서, {names} 조건을 빼고 가장 가까운 상품을 찾아봤어요."

    def on_sale(self, count: int) -> str:
        return "지금 평소보다 저렴한 상품을 골라 봤어요."

    def ordered(self, topic: str, order: str) -> str:
        return f"네, {self._orders.get(order, '말씀하신')} 순서로 골라 봤어요."

    def about(self, title: str) -> str:
        return f"{title}{particles.object_(title)} 자세히 알려 드릴게요."

    def only_later(self, title: str, stock: str, price: str) -> str:
        has = f"찾으시는 상품으로 {title}{particles.subject(title)} 있는데"
        return f"{has}, 아쉽게도 지금은 {stock} 상태예요. 가격은 {price}입니다."

    def none_related(self, kind: str, about: str) -> str:
        seen = f"앞서 보신 **{about}**" if about else "앞서 보신 상품"
        what = {"cheaper": f"{seen}보다 저렴한", "dearer": f"{seen}보다 한 단계 위의"}.get(
            kind, f"{seen}처럼 말씀하신 조건에 맞는"
        )
        return f"아쉽게도 {what} 상품은 지금 없어요. 다른 종류나 조건으로 찾아볼까요?"

    def lead(self, place: int, title: str, count: int) -> str:
        if place == 0:
            return f"{'먼저 ' if count > 1 else ''}{title}{particles.object_(title)} 추천드려요."
        return f"{title}도 잘 맞을 거예요." if place == 1 else f"조금 다른 선택으로 {title}도 있어요."

    def reason(self, reason: str, title: str) -> str:
        if not _HANGUL.search(reason):
            return f"상품 설명에는 “{reason}”라고 되어 있어요."
        if _SENTENCE.search(reason) or reason.endswith("…"):
            return reason if reason.endswith("…") else f"{reason}."
        # A description in key words: what repeats the title says what it is, other words say what it has.
        if words(reason.split()[-1]) & words(title):
            return f"{reason}{particles.copula(reason)}."
        return f"{reason}{particles.subject(reason)} 돋보이는 상품이에요."

    def price(self, price: str) -> str:
        return f"가격은 {price}입니다."

    def stock(self, stock: str) -> str:
        return f"다만 지금은 {stock} 상태예요."

    def nothing(self, topic: str, random: Random) -> str:
        about = f"‘{topic}’에 꼭 맞는 상품은" if topic else "말씀하신 조건에 꼭 맞는 상품은"
        sorry = random.choice((f"아쉽게도 {about} 지금 저희 매장에 없어요.", f"죄송하지만 {about} 찾지 못했어요."))
        return f"{sorry} 용도나 예산, 원하시는 특징을 조금 더 알려 주시겠어요? 다시 찾아볼게요."

    def terms(self, said: str, random: Random) -> str:
        start = random.choice(("네, 안내해 드릴게요.", "네, 말씀드릴게요."))
        return f"{start} {said}\n\n더 궁금한 점이 있으시면 편하게 물어봐 주세요."

    def unknown_terms(self, contact: str) -> str:
        where = f"[문의 페이지]({contact})로" if contact.startswith(("/", "http")) else "고객 문의로"
        return f"죄송하지만 그 부분은 제가 확인할 수 있는 안내가 없어요. {where} 여쭤봐 주시면 정확히 알려 드릴 거예요."

    def without_shop(self, topic: str) -> str:
        about = f"‘{topic}’에 대해 물어보셨네요. " if topic else ""
        return (
            f"{about}저는 개발용 릴레이라서 프롬프트에 담긴 상품만 알고 있어요. "
            "상품 목록을 함께 보내 주시면 그 안에서 골라 드릴게요."
        )


PHRASES: Final[Phrases] = _Korean()
