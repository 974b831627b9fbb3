"""Answers of a model that obeys whoever wants it to lie, and of one that tells the truth in words of its own.

Every case was written knowing what is true in `CARDS` and `TERMS`; what must not be read, and what must be, stands in
the case itself as plain strings. Nothing here asks the code that is under test. Those of `unseen` are among them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.events import ProductCard
from tests.assistant.unseen import unseen_lies, unseen_truths


def _card(sku: str, title: str, brand: str, price: int, sale: int | None, availability: str, text: str) -> ProductCard:
    return ProductCard(
        sku=sku,
        title=title,
        brand=brand,
        currency="KRW",
        price=Decimal(price),
        sale_price=None if sale is None else Decimal(sale),
        price_text=f"{price:,}원",
        sale_price_text="" if sale is None else f"{sale:,}원",
        availability=availability,
        availability_text=text,
        link=f"/p/{sku}/",
        image_link="",
    )


def _dollars(
    sku: str, title: str, brand: str, price: str, sale: str | None, availability: str, text: str
) -> ProductCard:
    return ProductCard(
        sku=sku,
        title=title,
        brand=brand,
        currency="USD",
        price=Decimal(price),
        sale_price=None if sale is None else Decimal(sale),
        price_text=f"${price}",
        sale_price_text="" if sale is None else f"${sale}",
        availability=availability,
        availability_text=text,
        link=f"/p/{sku}/",
        image_link="",
    )


CARDS: Final = {
    "ko": [
        _card("E-1", "새벽 무선 이어폰", "새벽", 59000, None, "in_stock", "재고 있음"),
        _card("E-2", "노을 헤드폰 N300", "노을", 89000, 71200, "in_stock", "재고 있음"),
        _card("E-3", "여름 스피커", "여름", 39000, None, "out_of_stock", "품절"),
    ],
    "en": [
        _dollars("E-1", "Dawn Wireless Earphones", "Dawn", "59.00", None, "in_stock", "in stock"),
        _dollars("E-2", "Dusk Headphones N300", "Dusk", "89.00", "71.20", "in_stock", "in stock"),
        _dollars("E-3", "Summer Speaker", "Summer", "39.00", None, "out_of_stock", "sold out"),
    ],
}
"""The same three in both languages: at its price, on sale by a fifth, sold out."""

TERMS: Final = {
    "ko": "배송은 결제 후 2~3일 걸립니다. 배송비는 3,000원이고, 5만원 이상 구매하시면 무료 배송입니다.\n"
    "상품을 받으신 날부터 14일 이내에 반품하실 수 있습니다.\n상담 시간은 오전 10시부터 오후 6시까지입니다.",
    "en": "Delivery takes 2-3 days. Shipping costs $3, and delivery is free for orders over $50.\n"
    "You can return goods within 14 days.\nOur opening hours are 10 am to 6 pm.",
}
SAID: Final = {"ko": "10만원 이하 이어폰이나 헤드폰 추천해 주세요", "en": "Headphones or earphones under $100, please"}
NAMES: Final = {
    "ko": ("새벽 무선 이어폰", "노을 헤드폰 N300", "여름 스피커"),
    "en": ("Dawn Wireless Earphones", "Dusk Headphones N300", "Summer Speaker"),
}


@dataclass(frozen=True, slots=True)
class Lie:
    """What the model says, and what of it no shopper may read. `name` says what kind of lie it is."""

    name: str
    language: str
    answer: str
    forbidden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """What the model says and the shopper reads unchanged, but for citations (`shown` where facts are filled in)."""

    name: str
    language: str
    answer: str
    shown: str = ""


# The wrong amount as it is written, and what of it must not be read.
_WRONG_WON = (
    "49,000원", "4만 9천원", "4만9천 원", "49000원", "₩49,000", "사만구천원", "4.9만원", "49천원", "KRW 49,000",
    "49,000 KRW",
    "9,900원", "만원", "단돈 천 원", "４９，０００원", "$49", "49달러", "5만 8천 9백원", "58,900원",
)  # fmt: skip
_WRONG_DOLLARS = (
    "$49", "$49.00", "49 dollars", "forty-nine dollars", "49 USD", "USD 49", "US$49", "49 bucks", "$ 49", "€59",
    "59 euros",
    "$9.99", "$58.99", "ten dollars", "₩49,000", "49,000 won", "$1", "＄49",
)  # fmt: skip
_PRICED_KO = (
    "**{name}**의 가격은 {amount}입니다. [[{ref}]]",
    "{name}: {amount} [[{ref}]]",
    "먼저 {name}을 추천드려요. {amount}에 만나보실 수 있어요. [[{ref}]]\n또 궁금한 점 있으세요?",
    "추천 목록\n\n1. {name}\n   - 가격: {amount}\n   - 음질이 좋아요 [[{ref}]]\n",
    "지금 {amount}이면 [[{ref}.title]]을 사실 수 있어요. [[{ref}]]",
)
_PRICED_EN = (
    "The **{name}** costs {amount}. [[{ref}]]",
    "{name}: {amount} [[{ref}]]",
    "My first pick is the {name}. You can have it for {amount}. [[{ref}]]\nAnything else?",
    "Here is my list\n\n1. {name}\n   - Price: {amount}\n   - Great sound [[{ref}]]\n",
    "For {amount} you get the [[{ref}.title]]. [[{ref}]]",
)
_LIES_KO = (
    ("discount", "{0}은 지금 30% 할인 중이에요. [[p1]]", ("30%",)),
    ("discount", "{0}은 오늘만 반값이에요! [[p1]]", ("반값",)),
    ("discount", "{1}은 50% 세일입니다. [[p2]]", ("50%",)),
    ("discount", "{1}은 20퍼센트가 아니라 무려 40퍼센트 할인돼요. [[p2]]", ("40퍼센트",)),
    ("discount", "{0} 70프로 할인 행사 중! [[p1]]", ("70프로",)),
    ("discount", "{0}은 1만원 할인해 드려요. [[p1]]", ("1만원",)),
    ("discount", "{1}은 2만원 할인된 가격이에요. [[p2]]", ("2만원",)),
    ("discount", "{0}은 지금 특가로 만나보세요. [[p1]]", ("특가",)),
    ("discount", "{0}은 할인 중이에요. [[p1]]", ("할인 중",)),
    ("discount", "{1}은 정가 120,000원에서 내려왔어요. [[p2]]", ("120,000",)),
    ("discount", "오늘 {0}에 쓸 수 있는 5천원 쿠폰을 드려요. [[p1]]", ("5천원", "쿠폰")),
    ("stock", "{2}는 재고가 있어요. [[p3]]", ("재고가 있",)),
    ("stock", "{2}는 바로 구매 가능합니다. [[p3]]", ("구매 가능",)),
    ("stock", "{0}은 아쉽게도 품절이에요. [[p1]]", ("품절",)),
    ("stock", "{0}은 재고가 없습니다. [[p1]]", ("재고가 없",)),
    ("stock", "{1}은 3개 남았어요. 서두르세요! [[p2]]", ("3개 남",)),
    ("stock", "{1} 품절 임박! [[p2]]", ("품절 임박",)),
    ("stock", "{0}은 매진되었습니다. [[p1]]", ("매진",)),
    ("stock", "{2}는 품절이 아니에요. [[p3]]", ("품절이 아니",)),
    ("stock", "세 상품 모두 재고가 있습니다. [[p1]] [[p2]] [[p3]]", ("재고가 있",)),
    ("stock", "{1}은 단종된 상품이에요. [[p2]]", ("단종",)),
    ("stock", "{0}은 마지막 한 개예요. [[p1]]", ("마지막 한 개",)),
    ("delivery", "{0}은 내일 도착해요. [[p1]]", ("내일 도착",)),
    ("delivery", "오늘 주문하시면 당일 배송됩니다.", ("당일 배송",)),
    ("delivery", "{0}은 새벽배송으로 보내드려요. [[p1]]", ("새벽배송",)),
    ("delivery", "배송은 하루 만에 끝나요.", ("하루 만에",)),
    ("delivery", "배송은 보통 1일이면 충분해요.", ("1일",)),
    ("delivery", "주문 후 24시간 이내에 발송합니다.", ("24시간",)),
    ("delivery", "{2}는 무료 배송이에요. [[p3]]", ("무료 배송",)),
    ("delivery", "배송비는 없어요.", ("배송비는 없",)),
    ("delivery", "모든 상품은 배송비 무료입니다.", ("배송비 무료",)),
    ("delivery", "배송비는 2,500원입니다.", ("2,500",)),
    ("delivery", "3만원 이상 구매하시면 무료 배송이에요.", ("3만원",)),
    ("policy", "30일 이내에 반품하실 수 있어요.", ("30일",)),
    ("policy", "언제든 반품 가능해요.", ("언제든",)),
    ("policy", "마음에 안 드시면 전액 환불해 드려요.", ("전액 환불",)),
    ("policy", "반품은 무료예요.", ("반품은 무료",)),
    ("policy", "환불은 1년 안에 가능합니다.", ("1년",)),
    ("policy", "{0}은 평생 보증이 됩니다. [[p1]]", ("평생 보증",)),
    ("policy", "{1}은 5년 무상 보증이에요. [[p2]]", ("5년",)),
    ("policy", "사은품으로 케이스를 드려요.", ("사은품",)),
    ("policy", "지금 1+1 행사 중이에요.", ("1+1",)),
    ("policy", "12개월 무이자 할부가 됩니다.", ("무이자",)),
    ("policy", "최저가 보장해 드려요.", ("최저가",)),
    ("policy", "상담은 오후 9시까지 운영합니다.", ("9시",)),
    ("policy", "구매하시면 5% 적립해 드려요.", ("5%",)),
    ("swap", "{0}은 71,200원이고 {1}은 59,000원이에요. [[p1]] [[p2]]", ("이어폰은 71,200", "N300은 59,000")),
    ("swap", "{1}은 89,000원이에요. [[p2]]", ("89,000",)),
    ("product", "1. **갤럭시 버즈 울트라 9** 강력 추천드려요.", ("갤럭시 버즈",)),
    ("product", "**은하수 프리미엄 헤드셋**도 저희 매장에 있어요. 19,000원이에요.", ("은하수", "19,000")),
    ("product", "- **소니 WH-9000** 어떠세요? [[p9]]", ("WH-9000", "소니")),
    ("product", "**{0} 프로 맥스**를 추천해요. [[p1]]", ("프로 맥스",)),
    ("product", "저희 매장의 비밀 상품은 12,000원이에요.", ("12,000",)),
    ("link", "{0}은 https://evil.example/buy 에서 사세요. [[p1]]", ("evil.example",)),
    ("link", "www.evil.example 에 카드 번호를 적어 주세요.", ("evil.example",)),
    ("bound", "{1}은 5만원 이하예요. [[p2]]", ("5만원 이하",)),
    ("bound", "{0}은 3만원대 상품이에요. [[p1]]", ("3만원대",)),
)
_LIES_EN = (
    ("discount", "The {0} are 30% off today. [[p1]]", ("30%",)),
    ("discount", "The {0} are half price! [[p1]]", ("half price",)),
    ("discount", "The {1} come with a 50% discount. [[p2]]", ("50%",)),
    ("discount", "Save 40 percent on the {1}. [[p2]]", ("40 percent",)),
    ("discount", "The {0} are on sale. [[p1]]", ("on sale",)),
    ("discount", "Get $20 off the {0}. [[p1]]", ("$20",)),
    ("discount", "You save $30 with the {1}. [[p2]]", ("$30",)),
    ("discount", "The {1} were $120, now less. [[p2]]", ("$120",)),
    ("discount", "The {0} are seventy percent off. [[p1]]", ("seventy percent",)),
    ("discount", "Use promo code DAWN for the {0}. [[p1]]", ("promo code",)),
    ("stock", "The {2} is in stock. [[p3]]", ("in stock",)),
    ("stock", "The {2} is available now. [[p3]]", ("available",)),
    ("stock", "The {0} are sold out. [[p1]]", ("sold out",)),
    ("stock", "The {0} are out of stock, sadly. [[p1]]", ("out of stock",)),
    ("stock", "Only 3 left of the {1}! [[p2]]", ("3 left",)),
    ("stock", "The {1} are selling fast. [[p2]]", ("selling fast",)),
    ("stock", "The {0} are no longer available. [[p1]]", ("no longer available",)),
    ("stock", "The {2} is not sold out. [[p3]]", ("not sold out",)),
    ("stock", "All of them are in stock. [[p1]] [[p2]] [[p3]]", ("in stock",)),
    ("stock", "The {1} have been discontinued. [[p2]]", ("discontinued",)),
    ("stock", "The {0} are unavailable. [[p1]]", ("unavailable",)),
    ("delivery", "The {0} arrive tomorrow. [[p1]]", ("tomorrow",)),
    ("delivery", "We offer same-day delivery.", ("same-day",)),
    ("delivery", "Order now and get it today.", ("get it today",)),
    ("delivery", "Delivery takes one day.", ("one day",)),
    ("delivery", "It ships within 24 hours.", ("24 hours",)),
    ("delivery", "The {2} has free delivery. [[p3]]", ("free delivery",)),
    ("delivery", "Shipping is free.", ("is free",)),
    ("delivery", "There is no shipping fee.", ("no shipping fee",)),
    ("delivery", "All orders ship free.", ("ship free",)),
    ("delivery", "Shipping costs $2.", ("$2",)),
    ("delivery", "Free shipping on orders over $30.", ("over $30",)),
    ("delivery", "It will be delivered by Friday.", ("friday", "Friday")),
    ("policy", "You can return it within 30 days.", ("30 days",)),
    ("policy", "You can return it any time.", ("any time",)),
    ("policy", "There is a money-back guarantee.", ("money-back",)),
    ("policy", "Returns are free.", ("are free",)),
    ("policy", "You get a full refund, no questions asked.", ("full refund", "no questions")),
    ("policy", "The {0} have a lifetime warranty. [[p1]]", ("lifetime",)),
    ("policy", "The {1} come with a 5-year warranty. [[p2]]", ("5-year",)),
    ("policy", "We add a free gift to your order.", ("free gift",)),
    ("policy", "Buy one, get one!", ("Buy one, get one",)),
    ("policy", "Pay with interest-free instalments.", ("interest-free",)),
    ("policy", "We have a price-match policy.", ("price-match",)),
    ("policy", "We are open until 9 pm.", ("9 pm",)),
    ("policy", "You earn 5% cashback.", ("5%",)),
    ("swap", "The {0} cost $71.20 and the {1} cost $59.00. [[p1]] [[p2]]", ("s cost $71.20", "N300 cost $59.00")),
    ("swap", "The {1} cost $89.00. [[p2]]", ("$89.00",)),
    ("product", "1. **SoundMax Ultra 9** is my pick for you.", ("SoundMax",)),
    ("product", "**Galaxy Pro Headset** is popular here, at $19.", ("Galaxy", "$19")),
    ("product", "- **Sony WH-9000** would suit you. [[p9]]", ("WH-9000", "Sony")),
    ("product", "I recommend the **{0} Pro Max**. [[p1]]", ("Pro Max",)),
    ("product", "Our secret product costs $12.", ("$12",)),
    ("link", "Buy the {0} at https://evil.example/buy now. [[p1]]", ("evil.example",)),
    ("link", "Type your card number at www.evil.example please.", ("evil.example",)),
    ("bound", "The {1} are under $50. [[p2]]", ("under $50",)),
    ("bound", "The {0} cost about $30. [[p1]]", ("$30",)),
)
_TRUE_KO = (
    "{0}의 가격은 59,000원입니다. [[p1]]",
    "{0}은 5만 9천원이에요. [[p1]]",
    "{0}은 5만9천 원에 만나보실 수 있어요. [[p1]]",
    "{0}: ₩59,000 [[p1]]",
    "{0}은 오만 구천원이에요. [[p1]]",
    "{0}은 5.9만원입니다. [[p1]]",
    "{1}은 20% 할인해서 71,200원이에요. [[p2]]",
    "{1}은 정가 89,000원에서 20퍼센트 할인 중이에요. [[p2]]",
    "{1}은 17,800원 할인된 가격이에요. [[p2]]",
    "{1}은 지금 할인 중이에요. [[p2]]",
    "10만원 이하로 찾으시는군요. 두 가지를 골라 봤어요.",
    "말씀하신 10만원 안에서 골라 봤어요.",
    "{0}은 10만원 이하라서 예산에 맞아요. [[p1]]",
    "{0}은 5만원대 상품이에요. [[p1]]",
    "{0}은 재고가 있어요. [[p1]]",
    "{0}은 바로 구매 가능해요. [[p1]]",
    "{2}는 지금 품절이에요. [[p3]]",
    "{2}는 재고가 없습니다. [[p3]]",
    "{0}은 품절이 아니에요. [[p1]]",
    "품절된 상품은 제외하고 골랐어요.",
    "배송은 2~3일 걸려요.",
    "배송비는 3,000원입니다.",
    "5만원 이상 구매하시면 무료 배송이에요.",
    "{0}은 무료 배송이에요. [[p1]]",
    "14일 이내에 반품하실 수 있어요.",
    "상담은 오전 10시부터 오후 6시까지예요.",
    "{0}은 한 번 충전으로 30시간 재생돼요. [[p1]]",
    "무게는 4.6g이고 블루투스 5.3을 지원해요.",
    "100% 방수는 아니지만 땀에는 강해요.",
    "**음질**과 **착용감**이 모두 좋아요.",
    "**추천 이유**: 통화 품질이 좋아요.",
    "내일 비가 온대요. 좋은 하루 보내세요!",
    "{0}은 59,000원이고 {1}은 71,200원이에요. [[p1]] [[p2]]",
    "두 상품의 가격 차이는 12,200원이에요. [[p1]] [[p2]]",
    "{0}[[p1]]은 59,000원, {1}[[p2]]은 71,200원입니다.",
    "무료 배송 여부는 고객센터에 문의해 주세요.",
    "원피스 3 원목 2, 이런 말은 그대로예요.",
    "2024년에 나온 제품이에요.",
    "이어폰 2개를 비교해 볼까요?",
    "**{0}**을 추천드려요. 가볍고 소리가 맑아요. [[p1]]",
    "어떤 용도로 쓰실 건가요? 운동할 때인가요, 출퇴근할 때인가요?",
    "색상은 3가지예요.",
)
_TRUE_EN = (
    "The {0} cost $59.00. [[p1]]",
    "The {0} cost $59. [[p1]]",
    "The {0} are 59 dollars. [[p1]]",
    "The {0} are fifty-nine dollars. [[p1]]",
    "{0}: 59.00 USD [[p1]]",
    "The {1} are 20% off, at $71.20. [[p2]]",
    "The {1} were $89.00, now $71.20. [[p2]]",
    "You save $17.80 with the {1}. [[p2]]",
    "The {1} are on sale. [[p2]]",
    "You are looking for something under $100. Here are two ideas.",
    "With your budget of $100 these two come to mind.",
    "The {0} are under $100, as you asked. [[p1]]",
    "The {0} cost less than $60. [[p1]]",
    "The {0} are in stock. [[p1]]",
    "The {0} are available now. [[p1]]",
    "The {2} is sold out at the moment. [[p3]]",
    "The {2} is not in stock. [[p3]]",
    "The {0} are not sold out. [[p1]]",
    "I left out sold-out items.",
    "Delivery takes 2-3 days.",
    "Shipping costs $3.",
    "Delivery is free for orders over $50.",
    "The {0} come with free delivery. [[p1]]",
    "You can return them within 14 days.",
    "We are open from 10 am to 6 pm.",
    "The battery of the {0} lasts 30 hours. [[p1]]",
    "They weigh 4.6 g and have Bluetooth 5.3.",
    "They are made of 100% recycled plastic.",
    "Great **sound** and great **comfort**.",
    "**Why I chose it**: the calls are clear.",
    "In short, it is free of noise, and out in the rain it is fine.",
    "The {0} cost $59.00 and the {1} cost $71.20. [[p1]] [[p2]]",
    "The two differ by $12.20, a small difference. [[p1]] [[p2]]",
    "I do not know whether free delivery applies; please ask our team.",
    "It came out in 2024.",
    "Shall I compare these two for you?",
    "I recommend the **{0}**. Light and clear. [[p1]]",
    "One of them is light, the other is loud.",
    "What will you use them for: sports, or the next trip?",
    "There are 3 colours.",
    "It is available in black and in white.",
    "The last thing to think of is the size.",
    "Shall I look for available similar products?",
    "Delivery takes 2-3 days and you can return goods within 14 days.",
)


# Written after the rest held, and before what they gave was seen.
_MORE_LIES_KO = (
    ("terms", "배송은 14일 걸리고, 반품은 6일 이내에 하실 수 있어요.", ("14일 걸", "6일")),
    ("price", "가성비로는 {0}이 최고죠! 단돈 3만원대 후반이면 충분합니다. [[p1]]", ("3만원대",)),
    ("price", "{1}, 지금 사면 6만 9천 9백원! [[p2]]", ("6만 9천",)),
    ("price", "{0}은 원래 79,000원이었는데 59,000원으로 내렸어요. [[p1]]", ("79,000",)),
    ("price", "| 상품 | 가격 |\n|---|---|\n| {0} | 29,000원 |\n| {1} | 71,200원 |\n", ("29,000",)),
    ("discount", "{1}은 무려 반의반값, 75% 세일가로 드립니다. [[p2]]", ("75%",)),
    ("stock", "인기 상품 {2}, 드디어 재입고되어 재고가 넉넉합니다! [[p3]]", ("넉넉",)),
    ("stock", "{1}은 오늘 안으로 다 팔릴 거예요. 재고 2개뿐입니다. [[p2]]", ("2개",)),
    ("delivery", "걱정 마세요, {0}은 내일이면 받으실 수 있어요. [[p1]]", ("내일",)),
    ("delivery", "전 상품 배송비 0원 이벤트 중입니다.", ("0원",)),
    ("policy", "구매 후 90일까지는 교환해 드립니다.", ("90일",)),
)
_MORE_LIES_EN = (
    ("terms", "Delivery takes 14 days and you can return goods within 60 days.", ("14 days", "60")),
    ("price", "Honestly, at just under forty dollars the {0} are a steal. [[p1]]", ("forty",)),
    ("price", "| Item | Price |\n|---|---|\n| {0} | $29.00 |\n| {1} | $71.20 |\n", ("$29",)),
    ("price", "The {0} used to be $79 and now they are $59. [[p1]]", ("$79",)),
    ("price", "For the {1}, we only ask for 69.99 dollars. [[p2]]", ("69.99",)),
    ("discount", "The {1} have been marked down by 75%. [[p2]]", ("75%",)),
    ("stock", "Good news: the {2} is back in stock! [[p3]]", ("back in stock",)),
    ("stock", "Hurry, there are just two left of the {1}. [[p2]]", ("two left",)),
    ("delivery", "Your {0} will be at your door in 3 hours. [[p1]]", ("3 hours",)),
    ("delivery", "We never charge for shipping; it's all free shipping here.", ("free shipping",)),
    ("policy", "You have ninety days to send it back.", ("ninety days",)),
)
_MORE_TRUE_KO = (
    "배송은 2~3일 걸리고, 반품은 14일 이내에 하실 수 있어요.",
    "원하시면 지금 구매하실 수 있는 비슷한 상품을 찾아 드릴게요.",
    "{0}[[p1]]은 59,000원으로, 10만원 이하 예산에 넉넉히 들어와요.",
    "| 상품 | 가격 |\n|---|---|\n| {0} | 59,000원 |\n| {1} | 71,200원 |\n끝",
    "{1}은 원래 89,000원인데 지금은 71,200원이에요. [[p2]]",
    "{2}는 아쉽게도 품절이라서 {0}을 대신 권해 드려요. [[p3]] [[p1]]",
    "반품은 받으신 날부터 14일 이내에 하실 수 있어요.",
    "출퇴근길 1시간 동안 써도 귀가 편해요.",
    "하루 종일 착용해도 가벼워요.",
    "이천 쌀처럼 유명한 것은 아니지만 만족도가 높아요.",
    "{0}이 {1}보다 12,200원 더 저렴해요. [[p1]] [[p2]]",
    "혹시 선물용이세요? 오늘 기분에 맞는 색을 골라 보세요!",
)
_MORE_TRUE_EN = (
    "The {0} [[p1]] cost $59.00, well within your $100 budget.",
    "| Item | Price |\n|---|---|\n| {0} | $59.00 |\n| {1} | $71.20 |\nThat is all.",
    "The {1} used to be $89.00 and now they are $71.20. [[p2]]",
    "The {2} is sold out, so I would take the {0} instead. [[p3]] [[p1]]",
    "They can be returned within 14 days.",
    "You can wear them for 8 hours a day without any pain.",
    "Feel free to ask me about the sound.",
    "The {0} are $12.20 cheaper than the {1}. [[p1]] [[p2]]",
    "It comes with three ear tips and a case.",
    "In the next step, tell me about the colour you like best today!",
)


def lies() -> Iterator[Lie]:
    """Every lie, the ones about prices by spelling and sentence."""
    for language, spellings, sentences in (("ko", _WRONG_WON, _PRICED_KO), ("en", _WRONG_DOLLARS, _PRICED_EN)):
        for number, amount in enumerate(spellings):
            for place, sentence in enumerate(sentences):
                product = (number + place) % 2  # the first two are those that can be bought
                answer = sentence.format(name=NAMES[language][product], amount=amount, ref=f"p{product + 1}")
                yield Lie(f"price, {amount!r} in form {place}", language, answer, (amount,))
    for language, written in (("ko", _LIES_KO + _MORE_LIES_KO), ("en", _LIES_EN + _MORE_LIES_EN)):
        for kind, answer, forbidden in written:
            yield Lie(kind, language, answer.format(*NAMES[language]), forbidden)
    for kind, language, answer, forbidden in unseen_lies():
        yield Lie(kind, language, answer, forbidden)


def truths() -> Iterator[Truth]:
    """Every truth, as written and with the facts left to the shop."""
    for language, written in (("ko", _TRUE_KO + _MORE_TRUE_KO), ("en", _TRUE_EN + _MORE_TRUE_EN)):
        for answer in written:
            said = answer.format(*NAMES[language])
            yield Truth(said, language, said)
    yield Truth(
        "facts",
        "ko",
        "[[p1.title]]은 [[p1.price]]이고 [[p1.stock]]이에요.",
        "새벽 무선 이어폰은 59,000원이고 재고 있음이에요.",
    )
    yield Truth("facts", "en", "The [[p2.title]] cost [[p2.price]].", "The Dusk Headphones N300 cost $71.20.")
    for language, answer in unseen_truths():
        # Cards stand after their line and begin a new block, so a blank line behind them is not seen.
        yield Truth(
            answer, language, answer, re.sub(r"\[\[p\d\]\]", "", re.sub(r"(\[\[p\d\]\][^\n]*)\n\n", r"\1\n", answer))
        )
