"""Amounts from which on something holds, or up to which, and others that are set against them: orders, distances."""

import re
from typing import Final

from chatbot.assistant.claims.money.amounts import Amount, amounts

_OVER_AFTER: Final = re.compile(
    r"\*{0,2}\s?(?:어치\s?)?(?:이상|초과|[을를이도]?\s?(?:넘(?!지(?!만))|채우)|부터|만\s?넘|or more|or over"
    r"|or above|and up"
    r"|and over|and above|minimum|upwards)"
)
_OVER_BEFORE: Final = re.compile(
    r"(?:over|above|more than|at least|minimum(?: of)?|exceed(?:s|ing)?|from|spend(?:ing)?|reach(?:es)?"
    r"|start(?:ing|s)? at|threshold (?:of|is)|past|beyond|기준(?:인|은|이|금액[은인]?)?|조건(?:인|은|이)?)\s\*{0,2}$"
)
_UNDER_AFTER: Final = re.compile(
    r"\*{0,2}\s?(?:이하|미만|아래|[이가도]?\s?(?:채\s)?안\s?(?:되|돼|됩|넘)|[을를이]\s?넘지\s?않|에\s?못\s?미치"
    r"|보다\s(?:적|작)|or less|or under|or below)"
)
_UNDER_BEFORE: Final = re.compile(r"(?:under|below|less than|up to|at most)\s\*{0,2}$")
# Said of the product in question, and not only in general: 5만원도 넘어요, because it's above $50.
_MET_AFTER: Final = re.compile(
    r"\*{0,2}[을를이도은]?\s?(?:(?:훌쩍|조금|살짝|이미|충분히|거뜬히)\s)?(?:넘(?:어요|어서|었|습니다|으니|으므로|고"
    r"|기\s?때문"
    r"|는\s(?:제품|상품|가격|금액))|(?:초과|이하|미만)(?:해|하니|하므로|합니다|이?라서?|이므로|이니|이에요|입니다"
    r"|이거든요)"
    r"|이상(?:이라|이어서|이니|이므로|이에요|입니다))"
)
_MET_BEFORE: Final = re.compile(
    r"\b(?:it|they|this|that|these|those|which|both|you(?=(?:'re|'d)?\s(?:are|would|be|already|well)\b|'re\b))"
    r"(?:'s|'re|'d|\s(?:is|are|be|would))*\s(?:\w+\s){0,3}?(?:over|above|more than"
    r"|at least|exceeds?|past|beyond|under|below|less than)\s\*{0,2}$"
)
_DISTANCE_AFTER: Final = re.compile(
    r"\*{0,2}\s?(?:[을를이가만]\s?)?(?:정도\s|더\s|조금\s|약간\s)*(?:넘|웃돌|웃도|모자|부족|초과|남|못|더\s?(?:담"
    r"|채우))"
    r"|\*{0,2}\s(?:short|shy|more|over|above|past|away|under|below|to go)\b"
)
_DISTANCE_BEFORE: Final = re.compile(r"\b(?:by|another|just|only)\s(?:about\s|some\s)?\*{0,2}$")
_BEYOND_THE_MARK: Final = re.compile(r"(?:기준선?|조건|문턱)(?:을|를|보다|에서|에)\s(?:약\s|무려\s)?\*{0,2}$")
_SUPPOSED_AFTER: Final = re.compile(
    r"\*{0,2}\s?(?:어치|밖에\s?안|뿐이?라면|이?라면|이?시면|이면|짜리(?:라면|면)|정도\s?(?:담|사|주문|구매)"
    r"|만\s?(?:담|사|주문|구매)"
    r"|[을를]\s?(?:담|주문|구매|사|결제)[가-힣]*면|\s(?:order|basket|purchase|cart|total|spend)\b)"
)
_SUPPOSED_BEFORE: Final = re.compile(
    r"\b(?:orders?|basket|purchase|total|cart)\s(?:of|is|at|comes to|was|worth|totall?ing)\s(?:only\s|just\s"
    r"|exactly\s)*\*{0,2}$"
    r"|\b(?:spend|spent|spending|order)\s(?:only\s|just\s|exactly\s)*\*{0,2}$"
)


def is_condition(text: str, amount: Amount) -> bool:
    """Whether `amount` of `text` is one from which on something holds."""
    return bool(_OVER_AFTER.match(text, amount.end) or _OVER_BEFORE.search(text, 0, amount.start))


def is_met(text: str, amount: Amount) -> bool:
    """Whether `amount` of `text` is said to be reached, or not to be, by what the text speaks of."""
    return bool(_MET_AFTER.match(text, amount.end) or _MET_BEFORE.search(text, 0, amount.start))


def is_limit(text: str, amount: Amount) -> bool:
    """Whether `amount` of `text` is one up to which something holds."""
    return bool(_UNDER_AFTER.match(text, amount.end) or _UNDER_BEFORE.search(text, 0, amount.start))


def condition(said: str) -> Amount | None:
    """The amount from which on it holds."""
    return next((amount for amount in amounts(said) if is_condition(said, amount)), None)


def is_supposed(text: str, amount: Amount) -> bool:
    """Whether `amount` of `text` is what somebody may order for."""
    return bool(_SUPPOSED_AFTER.match(text, amount.end) or _SUPPOSED_BEFORE.search(text, 0, amount.start)) and not (
        is_condition(text, amount) or is_limit(text, amount)
    )


def is_beyond_the_mark(text: str, amount: Amount) -> bool:
    """Whether `amount` of `text` is by how much the condition is said to be passed: 기준을 9,000원 넘어요."""
    return _BEYOND_THE_MARK.search(text, 0, amount.start) is not None


def is_distance(text: str, amount: Amount) -> bool:
    """Whether `amount` of `text` is by how much something reaches the condition, or does not."""
    return bool(_DISTANCE_AFTER.match(text, amount.end) or _DISTANCE_BEFORE.search(text, 0, amount.start))
