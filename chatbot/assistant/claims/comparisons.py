"""Claims that set prices of products against each other, or against what the shopper wants to spend."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

Kind = Literal["rising", "falling", "cheaper", "dearer", "times", "same", "outside", "inside"]

_CHEAPER: Final = (
    r"\b(?:low(?:est|er) price|cheaper|less expensive|less costly|more affordable|lower[\s-]priced|costs? less"
    r"|pay(?:ing)? less|costs? the least"
    r"|cheapest|most affordable"
    r"|least expensive"
    r"|lowest[\s-]priced)\b|(?:가격|값)[이은도]?\s?(?:가장|제일|더|훨씬|조금)\s낮[가-힣]*"
    r"|(?:(?:가장|제일|더)\s)?낮은\s?(?:가격|값)(?!대)|최저가(?!\s?보)[가-힣]*|저렴(?!이)[가-힣]*"
    r"|(?<![가-힣])(?:싸(?:요|고|며|서|니|지만|지는?|다|답|면)|싼|쌉니다"
    r"|쌀)(?![가-힣]*\s?(?:커피|밥))"
)
_DEARER: Final = (
    r"\b(?:more expensive|pricier|dearer|higher[\s-]priced|costs? more|costs? the most|pay(?:ing)? more"
    r"|most expensive|priciest"
    r"|costlier"
    r"|highest[\s-]priced|high(?:est|er) price)\b"
    r"|(?:가격|값)[이은도]?\s?(?:가장|제일|더|훨씬|조금)\s높[가-힣]*|(?:(?:가장|제일|더)\s)높은\s?(?:가격|값)(?!대)"
    r"|비싸[가-힣]*"
    r"|비싼|비쌉니다"
)
_TIMES: Final = (
    r"(?P<number>twice|double|triple|(?:two|three|four|2|3|4) times|half)\s(?:as (?:much|expensive)|the (?:price"
    r"|cost) of|what)"
    r"|(?:costs?|price[ds]?)[^.!?]{0,40}?(?P<number2>twice|double|triple)\b|(?P<korean>두|세|네|2|3"
    r"|4)\s?배(?=[^.!?]*(?:가격|값|비싸|비싼|돈))"
    r"|(?:가격|값)[^.!?]{0,24}?(?P<korean2>두|세|네|2|3|4)\s?배"
    r"|(?<=의\s)(?:약\s|거의\s|딱\s)?(?P<korean3>절반)"
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
_RISING: Final = r"순(?:서)?으로\s?(?:더\s)?(?:저렴|싸|싼|쌉)[가-힣]*|(?:저렴한|싼|낮은)\s?순(?:서)?(?:으로|은|대로)?"
_FALLING: Final = r"순(?:서)?으로\s?(?:더\s)?(?:비싸|비싼|비쌉)[가-힣]*|(?:비싼|높은)\s?순(?:서)?(?:으로|은|대로)?"
_CLAIM: Final = re.compile(
    rf"(?P<rising>{_RISING})|(?P<falling>{_FALLING})|"
    rf"(?P<times>{_TIMES})|(?P<same>{_SAME})|(?P<outside>{_OUTSIDE})|(?P<inside>{_INSIDE})|(?P<cheaper>{_CHEAPER})"
    rf"|(?P<dearer>{_DEARER})"
)
_TIMES_OF: Final = {
    "twice": "2", "double": "2", "triple": "3", "half": "0.5", "절반": "0.5", "두": "2", "세": "3", "네": "4",
    "two": "2", "three": "3", "four": "4", "2": "2", "3": "3", "4": "4",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """A claim from `start` to `end`. `times`: how many times as dear."""

    start: int
    end: int
    kind: Kind
    times: Decimal = Decimal(1)


def comparisons(text: str, at: int = 0) -> Iterator[Comparison]:
    """Every comparison of prices in `text`, which is level (see `names.level`), from `at` on."""
    for match in _CLAIM.finditer(text, at):
        said = match["number"] or match["number2"] or match["korean"] or match["korean2"] or match["korean3"]
        times = Decimal(_TIMES_OF[said.split()[0]]) if said else Decimal(1)
        kind: Kind = next(
            name
            for name in ("rising", "falling", "times", "same", "outside", "inside", "cheaper", "dearer")
            if match[name]
        )
        yield Comparison(match.start(), match.end(), kind, times)
