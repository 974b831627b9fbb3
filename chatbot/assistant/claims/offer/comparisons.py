"""Claims that set prices of products against each other, or against what the shopper wants to spend."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from chatbot.assistant.claims.money.amounts import amounts

Kind = Literal["rising", "falling", "cheaper", "dearer", "middle", "times", "same", "outside", "inside"]

_BY: Final = (
    r"(?:(?:about|around|roughly|just|some|only|exactly|a|full)\s)*(?:[$€£₩¥]?[\d.,]+(?:\s(?:won|dollars?|euros?))?\s)?"
)
_CHEAPER: Final = (
    r"\b(?:low(?:est|er) price|cheaper|less expensive|less costly|(?:more|most) (?:affordable|economical"
    r"|(?:budget|wallet)[\s-]friendly)|low(?:er|est)[\s-](?:priced|cost)|easi(?:er|est) on (?:the|your"
    rf") (?:wallet|budget|pocket|purse)|(?:costs?|pay(?:s|ing)?|sets? you back)\s{_BY}less|(?:costs?|pay) the"
    r" least|cheapest|as (?:cheap|affordable|inexpensive) as|least (?:expensive|costly)|wins? (?:out )?on price"
    r"|sav(?:e|es|ing) (?:you )?(?:some )?money)\b"
    r"|(?:가격|값)[이은도]?\s?(?:가장|제일|더|훨씬|조금)\s낮[가-힣]*"
    r"|(?:(?:가장|제일|더)\s)?낮은\s?(?:가격|값)(?!대)|최저가(?!\s?보)[가-힣]*|저렴(?!이)[가-힣]*"
    r"|(?:부담\s?(?:이\s?)?(?:없|적|덜한)[은는]?|알뜰한|착한)\s?(?:가격|값)[가-힣]*"
    r"|가격\s?부담[이은도]\s?(?:\S+\s)?(?:적|덜|없)[가-힣]*"
    r"|(?:가격|값)[이도은]?\s?덜\s?(?:나가|나갑)[가-힣]*|돈[이도은]?\s?덜\s?(?:드|들|듭)[가-힣]*"
    r"|(?<![가-힣])(?:값)?(?:싸(?![우매늘구인이움맸])[가-힣]*|싼|쌉니다|쌀|쌌[가-힣]*)(?![가-힣]*\s?(?:커피|밥))"
)
_DEARER: Final = (
    r"\b(?:more expensive|pricier|dearer|dearest|(?:more|most) costly|as (?:expensive|pricey|costly|dear) as"
    r"|higher[\s-]priced"
    rf"|(?:costs?|pay(?:s|ing)?|sets? you back)\s{_BY}more|(?:costs?|pay) the most"
    r"|most expensive|priciest|costlier|costliest|highest[\s-]priced|(?:the )?steep(?:er|est) price"
    r"|high(?:est|er) price)\b"
    r"|(?:가격|값)[이은도]?\s?(?:가장|제일|더|훨씬|조금)\s높[가-힣]*|(?:(?:가장|제일|더)\s)?높은\s?(?:가격|값)(?!대)"
    r"|돈[이도은]?\s?더\s?(?:드|들|듭)[가-힣]*|최고가(?=[인이예의])[가-힣]*|비싸[가-힣]*|비싼|비쌉니다|비쌌[가-힣]*"
)
# Low and high of a price, where the sentence speaks of one and of nothing else that is so.
_LOW: Final = r"\b(?:lower|lowest)\b|\bprice(?: tag)? is (?:\w+ )?smaller\b|\bsmaller price\b|(?<![가-힣])낮[가-힣]+"
_HIGH: Final = (
    r"\b(?:higher|highest)\b|\bprice(?: tag)? is (?:\w+ )?(?:bigger|larger)\b|\b(?:bigger|larger) price\b"
    r"|(?<![가-힣])높[가-힣]+"
)
_OBJECT: Final = r"(?=\s(?:the\s|our\s|both\s)?\*{0,2}[a-z])"
_OVER_AN_OBJECT: Final = (
    r"\bundercut(?:s|ting)?"
    rf"|\b(?P<beats>beats?|undersells?){_OBJECT}(?=[^.!?]*\b(?:on|in) price)"
    rf"|\b(?:sits?|lies?|ranks?|comes? in|is|are)\s(?:well\s|just\s|slightly\s)?(?:below|under|beneath){_OBJECT}"
)
_UNDER_AN_OBJECT: Final = (
    rf"\b(?:sits?|lies?|ranks?|comes? in|is|are)\s(?:well\s|just\s|slightly\s)?(?:above|over){_OBJECT}"
)
_TIMES: Final = (
    r"(?P<number>twice|double|triple|(?:two|three|four|2|3|4) times|half)\s(?:as (?:much|expensive)|the (?:price"
    r"|cost) of|what)"
    r"|(?:costs?|price[ds]?)[^.!?]{0,40}?(?P<number2>twice|double|triple)\b|(?P<korean>두|세|네|2|3"
    r"|4)\s?배(?=[^.!?]*(?:가격|값|비싸|비싼|돈))"
    r"|(?:가격|값)[^.!?]{0,24}?(?P<korean2>두|세|네|2|3|4)\s?배"
    r"|(?<=의\s)(?<!정가의\s)(?<!가격의\s)(?<!값의\s)(?:약\s|거의\s|딱\s)?(?P<korean3>절반)"
)
_SAME: Final = (
    r"(?:cost|costs|priced?) (?:exactly |just |(?:about |nearly |almost |roughly ))?(?:the same|equally|alike"
    r"|identically)|(?:the )?(?:exact )?same price"
    r"|equally priced|identical(?:ly)? price"
    r"|(?:가격|값)[이은도]?\s?(?:서로\s|똑|거의\s)?(?:같|동일)[가-힣]*|(?:같은|동일한)\s?(?:가격|값)"
)
_OUTSIDE: Final = (
    r"(?:outside|out of|over|above|beyond|exceeds?|exceeding|more than|bust|blow)\s(?:of\s)?(?:your"
    r"|the)\s(?:\S+\s)?budget"
    r"|예산(?:을|보다|은|에서)?\s?(?:조금\s|살짝\s|훌쩍\s|약간\s)?(?:벗어|초과|넘|오버|웃도)[가-힣]*|예산\s?밖"
)
_INSIDE: Final = (
    r"(?:within|inside|in|under|below|fits?|fit into|fits? (?:\w+ ){0,2}(?:into|in|within)?)\s(?:your"
    r"|the)\s(?:\S+\s)?budget"
    r"|예산\s?(?:안|내|이내|범위)(?:에서|에)?|예산에\s?(?:\S+\s)?(?:맞|들어|딱)[가-힣]*"
)
_LEAST: Final = r"(?:the\s)?(?:cheapest|least expensive|lowest(?:[\s-]priced?)?)"
_GREATEST: Final = r"(?:the\s)?(?:dearest|priciest|most expensive|highest(?:[\s-]priced?)?)"
_ORDER: Final = r"순(?:서)?(?:으로|대로)"
_RISING: Final = (
    rf"{_ORDER}\s?(?:점점\s|갈수록\s)?(?:비싸[지져집진]|(?:가격|값)이\s(?:\S+\s)?(?:올라|높아))[가-힣]*"
    rf"|{_ORDER}\s?(?:더\s)?(?:저렴(?!해[지져집])|싸(?![지져집진])|싼|쌉)[가-힣]*"
    r"|(?:저렴한|싼|낮은|적은)\s?(?:가격\s?)?순(?:서)?(?:으로|은|대로)?"
    rf"|\b(?:from\s)?{_LEAST}(?: one)? to {_GREATEST}|\bcheapest first\b|\blow(?:est)? to high(?:est)?\b"
)
_FALLING: Final = (
    rf"{_ORDER}\s?(?:점점\s|갈수록\s)?(?:(?:저렴해|싸)[지져집진]|(?:가격|값)이\s(?:\S+\s)?(?:내려|낮아))[가-힣]*"
    rf"|{_ORDER}\s?(?:더\s?)?(?:비싸|비싼|비쌉)[가-힣]*|(?:비싼|높은)\s?(?:가격\s?)?순(?:서)?(?:으로|은|대로)?"
    rf"|\b(?:from\s)?{_GREATEST}(?: one)? to {_LEAST}|\b(?:dearest|priciest|most expensive) first\b"
    r"|\bhigh(?:est)? to low(?:est)?\b"
)
_MIDDLE: Final = r"(?:가운데|중간)(?=이[에고라]|예|입니다|쯤|정도|에\s?(?:있|위치|속|해당))|\bin the middle\b"
_CLAIM: Final = re.compile(
    rf"(?P<rising>{_RISING})|(?P<falling>{_FALLING})|"
    rf"(?P<times>{_TIMES})|(?P<same>{_SAME})|(?P<outside>{_OUTSIDE})|(?P<inside>{_INSIDE})|(?P<middle>{_MIDDLE})"
    rf"|(?P<cheaper>{_CHEAPER})|(?P<dearer>{_DEARER})|(?P<over>{_OVER_AN_OBJECT})|(?P<under>{_UNDER_AN_OBJECT})"
    rf"|(?P<low>{_LOW})|(?P<high>{_HIGH})"
)
_OF_PRICE: Final = re.compile(r"price[\s-]?wise|\b(?:on|in|by) price|price range|가격|값")
_OF_A_PRICE: Final = re.compile(r"\bprices?\b|가격|(?<![가-힣])값")
_OF_SOMETHING_ELSE: Final = re.compile(
    r"noise|volume|latency|sound|bass|frequenc|quality|comfort|rating|pitch|\bnotes?\b|소음|볼륨|지연|음질|음역|음량"
    r"|만족|완성|품질|저음|고음"
    r"|가성비|몰입|해상"
)
_BY_AMOUNT: Final = re.compile(r"\sthan\s(?:[a-z]+\s){0,2}")
_LESS_BEFORE: Final = re.compile(r"(?<![가-힣])덜\s?$")
_TURNED: Final[dict[Kind, Kind]] = {"cheaper": "dearer", "dearer": "cheaper"}
_TIMES_OF: Final = {
    "twice": "2", "double": "2", "triple": "3", "half": "0.5", "절반": "0.5", "두": "2", "세": "3", "네": "4",
    "two": "2", "three": "3", "four": "4", "2": "2", "3": "3", "4": "4",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """A claim from `start` to `end`. `times`: how many times as dear. `has_object`: with the product behind it."""

    start: int
    end: int
    kind: Kind
    times: Decimal = Decimal(1)
    has_object: bool = False


def comparisons(text: str, at: int = 0) -> Iterator[Comparison]:
    """Every comparison of prices in `text`, which is level (see `names.level`), from `at` on."""
    for match in _CLAIM.finditer(text, at):
        if match["middle"] and not _OF_PRICE.search(text):
            continue
        if match["low"] or match["high"]:
            if (
                _OF_A_PRICE.search(text)
                and not _OF_SOMETHING_ELSE.search(text)
                and not _is_with_an_amount(text, match.end())
            ):
                yield Comparison(match.start(), match.end(), "cheaper" if match["low"] else "dearer")
            continue
        if match["over"] or match["under"]:
            if match["over"] in ("undercut", "undercuts", "undercutting") or match["beats"] or _OF_PRICE.search(text):
                yield Comparison(match.start(), match.end(), "cheaper" if match["over"] else "dearer", has_object=True)
            continue
        if _is_with_an_amount(text, match.end()):
            continue
        said = match["number"] or match["number2"] or match["korean"] or match["korean2"] or match["korean3"]
        times = Decimal(_TIMES_OF[said.split()[0]]) if said else Decimal(1)
        kind: Kind = next(name for name in _KINDS if match[name])
        if _LESS_BEFORE.search(text, 0, match.start()):
            kind = _TURNED.get(kind, kind)
        yield Comparison(match.start(), match.end(), kind, times)


_KINDS: Final[tuple[Kind, ...]] = (
    "rising", "falling", "times", "same", "outside", "inside", "middle", "cheaper", "dearer"
)  # fmt: skip


def _is_with_an_amount(text: str, place: int) -> bool:
    """Whether it goes on with an amount, and so bounds a price: cheaper than $60."""
    than = _BY_AMOUNT.match(text, place)
    return than is not None and any(than.start() < one.start <= than.end() for one in amounts(text))
