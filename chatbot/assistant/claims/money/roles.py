"""What an amount is by the words around it: a fee, a condition, a sum, a difference, what is left of a budget."""

import re
from typing import Final

_FEE: Final = re.compile(
    r"배송비|배송료|택배비|반품비|무료\s?배송|무배|shipping|delivery|postage|return fee|\bships?\b|\bdelivered?\b"
)
_IS_FEE_BEFORE: Final = re.compile(
    r"(?:배송비|배송료|택배비|반품비)[는은가도로만]?\s?(?:전국\s|모두\s|단돈\s|기본\s|별도로\s|추가로\s|각각\s)*$"
    r"|(?:shipping|delivery|postage)\s(?:fees?\s|charges?\s|costs?\s)?(?:is|costs?|of|for|are|comes to|at"
    r"|:)?\s?(?:only\s|just\s|a flat\s)*$"
    r"|(?:fees?|charges?)\s(?:of|is|:)\s(?:only\s|just\s)?$|(?:ship|deliver)(?:s|ped|ed)?\s(?:it\s|them\s)?for\s$"
)
_IS_FEE_AFTER: Final = re.compile(
    r"^\s?(?:의\s?|짜리\s?)?(?:배송비|배송료|택배비|반품비)|^\s(?:shipping|delivery|postage)\b|^\s(?:fee|charge)\b"
    r"|^\s(?:for"
    r"|to) (?:ship|deliver)"
)
_IS_CONDITION_BEFORE: Final = re.compile(
    r"(?:over|above|more than|at least|minimum(?: of)?|exceed(?:s|ing)?|spend(?:ing)?|orders? of|purchases? of"
    r"|reach(?:es)?"
    r"|threshold(?: of| is)?|from|기준(?:인|은|이|금액[은인]?)?|최소(?:\s?금액[은인]?)?)\s\*{0,2}$"
)
_IS_CONDITION_AFTER: Final = re.compile(
    r"^\*{0,2}\s?(?:이상|초과|[을를이도]?\s?(?:넘|채우)|부터|만\s?넘|어치|or more|or over|or above|and up|and over"
    r"|and above|minimum"
    r"|threshold)"
)
_IS_MARK_BEFORE: Final = re.compile(
    r"기준(?:인|은|이|금액[은이]?)?\s\*{0,2}$|\b(?:threshold|minimum|mark|free (?:delivery|shipping)),?"
    r"(?:\s(?:is|of|starts|begins|kicks in|applies|which|at|from|only|set))+\s\*{0,2}$"
)
_IS_PRICE_BEFORE: Final = re.compile(
    r"(?<!배송 )(?<!배송)(?:할인가|세일가|판매가|가격)[은는이가]\s?(?:현재\s|지금\s|이제\s)?\*{0,2}$"
    r"|\b(?:the|its|their)\s(?:sale |current |discounted |reduced )?price is\s(?:now\s|only\s|just\s)?\*{0,2}$"
)
_WISHED_AFTER: Final = re.compile(
    r"\*{0,2}\s?(?:대|이하|이상|미만|정도|쯤|안팎)?(?:의|에서|로)?\s?(?:(?:제품|상품|모델|것|가격대)[을를]?\s?|[을를]\s)?"
    r"(?:(?:원하|찾으|생각하|필요하|고르|보)(?:시면|신다면|면)|이?시?라면|이?시면|이면),?\s\*{0,2}$"
    r"|\*{0,2},\s(?:then\s)?(?:the\s|our\s|take the\s|choose the\s|go for the\s)?\*{0,2}$"
)
_WISHED_BEFORE: Final = re.compile(
    r"\bif you(?:'re|'d)?\s(?:are\s)?(?:want|need|prefer|like|look)[^,.;:!?$]{0,40}$"
    r"|\bif (?:around|about|up to|under|over)\s$|\bif your budget is[^,.;:!?$]{0,20}$"
)
FROM: Final = re.compile(r"^\s?(?:부터|에서 시작)|^\s?[~–-]")
FROM_BEFORE: Final = re.compile(r"(?:from|starting at|start at|starts at|between|[~–-])\s?$")
SUMS: Final = re.compile(
    r"합쳐|합계|합해|합하|모두\s?합|총액|총\s?(?:금액|가격|[\d₩])|(?<![가-힣])총\b|다\s?해서|다\s?사시|담(?:으시)?면"
    r"|(?:둘\s?다|모두|전부|다)\s(?:사[시면도셔려]|구매|구입|주문|담[으아])|\bcomes? to (?=[^a-z]|a total|about"
    r"|around|just|only"
    r"|exactly|roughly|less|more)|\b(?:buy|tak|gett|order|get|take"
    r"|afford)(?:ing)? both\b"
    r"|함께\s?(?:사|구매|주문)"
    r"|같이\s?(?:사|구매|주문)"
    r"|\btotal|together|altogether|both for|in all\b|combined|for (?:both|the pair|the two)|\bsum\b"
    r"|(?:두|세|네|2|3|4)\s?(?:개|대|세트)[를을면에는은이가]?\s|\b(?:two|three|2|3) (?:pairs?|of them|units|pieces"
    r"|for)\b"
)
_DIFFERENCE: Final = re.compile(
    r"차이|차액|difference|differ\b|differ by|\bapart\b|extra for"
    r"|\badd(?:ing)? [$₩€£]?\S*\s(?:to|for)\b|(?:을|를)?\s?(?:더하|보태)"
)
_DIFFERS_AFTER: Final = re.compile(
    r"^\*{0,2}\s?(?:을|를|이나|정도|쯤|만큼|가량)?\s?(?:더|덜)?\s?(?:비싸|비싼|비쌉|저렴|싸|싼|쌉|높|낮)"
    r"|^\*{0,2}\s(?:more|less|cheaper|pricier"
    r"|dearer)\b(?!\sor)"
)
_DIFFERS_BEFORE: Final = re.compile(
    r"(?:cheaper|more expensive|pricier|dearer|more|less|undercuts?|beats?)\b[^.!?]{0,44}\bby\s(?:about\s|some\s)?$"
)
SPENT: Final = re.compile(r"(?:with|for|have|got)\s(?:your\s|about\s|around\s)?$")
SPENT_AFTER: Final = re.compile(r"^\s?(?:으로[는도]?|이?면|정도면|이라면|이시면)\s")
SUPPOSED: Final = re.compile(
    r"예산[이은을]?\s(?:약\s|한\s)?$|(?:budget|limit|maximum) (?:is|of|was|around|about)\s(?:about\s|around\s"
    r"|up to\s)?$"
)
SUPPOSED_AFTER: Final = re.compile(
    r"^\s?(?:정도\s?|까지\s?)?(?:예산|이?시?라?면\s?[^.]*예산|to spend\b|budget\b|in your pocket)"
)
_TO_SPEND_AFTER: Final = re.compile(
    r"^\s?(?:이하|미만|대|까지)?(?:로|으로)?\s?(?:낮추|올리|줄이|늘리|찾으|원하|보신|잡으)"
    r"|^\s?(?:limit|ceiling|cap\b|or less)"
)
_LEFT_AFTER: Final = re.compile(
    r"^\*{0,2}\s?(?:이나|이|가|은|을|를|도)?\s?(?:정도|쯤|가량)?[이가은을를]?\s?(?:더\s|그대로\s)?(?:남|여유|여윳돈"
    r"|부족|모자라"
    r"|적[게어고은지]|덜\s?(?:쓰|들|내))"
    r"|^\*{0,2}\s(?:is\s|still\s|more\s)*(?:left|remain|to spare|spare\b|unspent|in change|under your|below your"
    r"|short\b|(?:over|above|beyond) your\s(?:\S+\s)?(?:budget|limit)|for (?:extras|accessories|something else"
    r"|other things)"
    r"|(?:of|from|out of) (?:your|the|that) [^,;!?]{0,24}?(?:left|remain|unspent|to spare|over\b))"
)
_LEFT_BEFORE: Final = re.compile(
    r"(?:\bleav(?:es?|ing)|\bkeeps?|left with)\s(?:you\s)?(?:with\s)?(?:about\s|around\s|exactly\s|another\s"
    r"|still\s)*"
    r"\*{0,2}$"
)
OF_A_BUDGET: Final = re.compile(r"\b(?:your|of|from)\s(?:the\s)?\*{0,2}$")
OF_A_BUDGET_AFTER: Final = re.compile(r"^\*{0,2}\s?(?:예산\s?)?(?:중|에서|가운데|보다)(?:에서|에|은)?\s")
"""Around what the shopper wants to spend, where something is left of it."""
LEFT: Final = re.compile(r"남[아았은는을으습]|여유|\bleft\b|\bleav(?:es?|ing)\b|remain|to spare|unspent")
TIMES: Final = re.compile(
    r"(?:두|세|네|다섯|2|3|4|5)\s?(?:개|대|세트|켤레|벌)|\b(?:two|three|four|five|2|3|4|5) (?:pairs?|of (?:them"
    r"|these|the|those|our)|units"
    r"|pieces|at the (?:sale|regular|current|usual) price)|\b(?:a|the) pair of [a-z]+\d*s\b"
)
GROUP: Final = re.compile(
    r"모두|전부|둘\s?다|두\s?(?:제품|상품|모델|가지|개)|세\s?(?:제품|상품|모델|가지)|(?<!\S)다\s|\bboth\b|\ball\b"
    r"|\beach\b|\bevery|\beither\b"
    r"|\bneither\b"
    r"|\bthe two\b|\bthese two\b|\bnone\b"
)
RANGE: Final = re.compile(r"가격대|가격은[^.!?]*사이|\bprices?\b[^.!?]*\b(?:range|between|from)\b|price range")
WISHED: Final = re.compile(
    r"말씀하신|찾으시|원하시|예산|생각하시|요청하신|조건|budget|you (?:said|asked|mentioned|want|need|are looking)"
    r"|looking for|your (?:\S+\s)?(?:limit|price|range)|\blimit\b|ceiling|상한"
)


def is_mark(before: str) -> bool:
    """Whether an amount is called that from which on something holds, as delivery free of charge."""
    return _IS_MARK_BEFORE.search(before) is not None


def is_to_spend(before: str, after: str) -> bool:
    """Whether an amount is what somebody wants to spend, or may want to."""
    return bool(SUPPOSED.search(before) or SUPPOSED_AFTER.match(after) or _TO_SPEND_AFTER.match(after))


def is_of_delivery(text: str) -> bool:
    """Whether words (see `names.level`) are about what delivery or a return costs."""
    return _FEE.search(text) is not None


def is_fee(before: str, after: str) -> bool | None:
    """Whether an amount is a fee, or, if not, a condition; None when neither is said."""
    if _IS_CONDITION_BEFORE.search(before) or _IS_CONDITION_AFTER.match(after):
        return False
    return True if _IS_FEE_BEFORE.search(before) or _IS_FEE_AFTER.match(after) else None


def is_price(before: str) -> bool:
    """Whether an amount is called the price of what is spoken of."""
    return _IS_PRICE_BEFORE.search(before) is not None


def is_wished_of(before: str, between: str) -> bool:
    """Whether an amount is what someone may wish for to whom the name behind it is named: 5만 원대를 원하시면 새벽."""
    if not _WISHED_AFTER.match(between):
        return False
    return not between.isascii() or _WISHED_BEFORE.search(before) is not None


def is_called_left(before: str, after: str) -> bool:
    """Whether an amount is said to be what is left of a budget."""
    return bool(_LEFT_AFTER.match(after) or _LEFT_BEFORE.search(before))


def is_called_more(before: str, after: str) -> bool:
    """Whether an amount is said to be by how much something costs more or less."""
    return bool(_DIFFERS_AFTER.match(after) or _DIFFERS_BEFORE.search(before))


def is_difference(before: str, after: str) -> bool:
    """Whether an amount is said to be what one thing costs more than another."""
    return bool(_DIFFERENCE.search(before + after) or _DIFFERS_AFTER.match(after) or _DIFFERS_BEFORE.search(before))
