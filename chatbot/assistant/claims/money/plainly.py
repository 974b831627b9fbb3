"""Whether an amount is plainly said to be what a product costs: nothing but filling words stands between the two.

Only such an amount is put right where it stands. In any other sentence the right price in its place may say what is
just as wrong: "$59.00 are left of your budget".
"""

import re
from typing import Final

from chatbot.assistant.claims.goods.names import CITATION
from chatbot.assistant.claims.line import Line
from chatbot.assistant.claims.money.amounts import Amount
from chatbot.assistant.claims.money.derived import is_of_pieces
from chatbot.assistant.claims.money.roles import is_called_left, is_called_more
from chatbot.assistant.claims.offer.offers import is_saved
from chatbot.assistant.claims.sentences import is_row

_LATIN_FILLING: Final = """
is are was were be will would can could may has have had it its it's the a an of on in at for to from with you you'd
you'll we this that one your our my also too cost costs costing price prices priced tag sell sells selling sold go
goes going come comes run runs retail retails retailing list listed offer offered available yours get buy grab order
pay paying find found set now just only currently today still simply exactly mere current regular regularly normally
original originally usually usual sale discounted reduced down special full new final around about roughly
approximately nearly almost first pick recommend here's here me great
"""
_KOREAN_FILLING: Final = """
은 는 이 가 의 도 을 를 에 로 으로 만 요 및 와 과 인데 이고 이며 가격 가격은 가격이 가격도 판매가 판매가는
할인가 할인가는 할인가로 세일가 세일가는 세일가로 정가 정가는 정가가 정가로 원래 현재 지금 오늘 이제 요즘 단돈 겨우
단 불과 무려 약 대략 특가 특가로 할인해서 할인해 세일해서 세일해 할인 세일 할인된 세일된 할인받아 값은 값이 값
상품 제품 금액 금액은 판매 가격대 가격대는 고작 딱 추천 먼저 중 중이라 중인데
"""
_FILLING: Final = frozenset((*_LATIN_FILLING.split(), *_KOREAN_FILLING.split()))
_IS_NO_PRICE_BEFORE: Final = re.compile(
    r"\b(?:comes? to|sum|total|difference|gap)(?:\sis|\sof|:)?\s\*{0,2}$|(?:차이|합계|총액)[는은가이]?\s$"
)
_IS_NO_PRICE_AFTER: Final = re.compile(
    r"\*{0,2}\s?(?:limit|budget|ceiling|cap\b|threshold|mark\b|bills?\b|note\b|예산|한도|상한|의?\s?(?:차이|차액|격차)"
    r"|[을를]\s(?:내|쓰|가지|들고|더[하해]|보태|얹)|difference|gap\b|apart|extra\b|change\b|away\b|left\b)"
)
_WORD: Final = re.compile(r"[a-z']+|[가-힣]+|[^\sa-z가-힣]+")
_SIGNS: Final = re.compile(r"[\s\W_]*[$₩€£]?")
_PRICE_OF_A_ROW: Final = re.compile(
    r"가격|정가|판매|할인가|세일가|특가|금액|값|내실|price|cost|\bpay\b|regular|sale|now|was|rrp|list"
)
_NO_PRICE_OF_A_ROW: Final = re.compile(
    r"할인액|할인\s?금액|차액|배송|택배|saving|you save|discount|shipping|delivery|postage|fee"
)


def is_plain(amount: Amount, line: Line) -> bool:
    """Whether `amount` is said to be what the product beside it costs, and nothing else."""
    after = line.text[amount.end : amount.end + 24]
    start, stop = line.bounds(amount)
    before = line.text[start : amount.start]
    if (
        is_of_pieces(before)
        or _IS_NO_PRICE_BEFORE.search(before)
        or _IS_NO_PRICE_AFTER.match(after)
        or is_saved("", after)
        or is_called_more(before, after)
        or is_called_left(before, after)
    ):
        return False
    if is_row(line.text):
        return True
    behind = next((one for one in line.mentions if amount.end <= one.start < stop), None)
    if behind and behind.is_prose and line.describes(amount, behind):
        return True
    named = max((one.end for one in line.mentions if one.end <= amount.start), default=start)
    return is_filling(line.text[max(start, named) : amount.start])


def is_filling(between: str) -> bool:
    """Whether nothing but filling words and citations stand between a name and what is said of it."""
    words = _WORD.findall(CITATION.sub(" ", between))
    return all(word in _FILLING or _SIGNS.fullmatch(word) for word in words)


def is_price_of_a_row(label: str) -> bool:
    """Whether a row of a table that begins with `label` says what products cost."""
    return _NO_PRICE_OF_A_ROW.search(label) is None or _PRICE_OF_A_ROW.fullmatch(label.strip(" *|")) is not None
