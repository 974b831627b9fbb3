"""What says that delivery is free, or that it costs its fee: of a product, of an order, or in general.

Whether that is so is reckoned (see `delivered`); here is found what says so, in whatever words.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from chatbot.assistant.claims.terms.denials import is_denied
from chatbot.assistant.claims.terms.wordings import DELIVERY

_KOREAN_FEE: Final = r"(?:배송|택배|배달|운송)\s?(?:비용|요금|비|료)"
_OF_WHAT: Final = r"(?:\s(?:of|for|on)\s(?:[\w']+\s){0,3}?[\w']+(?=\s))?"
_FEE: Final = rf"\b(?:shipping|delivery|postage)(?:\s(?:fees?|charges?|costs?|price))?{_OF_WHAT}(?:\s\([^)]*\))?"
_FREE_DELIVERY: Final = r"(?:free|complimentary)[\s-](?:\w+\s)?(?:delivery|shipping|postage)"
_MARK: Final = r"(?:threshold|mark\b|minimum|cut-?off)"
_KOREAN_MARK: Final = r"(?:기준선?|조건|문턱|대상|혜택|최소\s?(?:주문\s?)?금액)"
_ABOUT_FEES: Final = re.compile(rf"{_KOREAN_FEE}|무료\s?(?:로\s)?(?:배송|배달)|무배|{_FEE}|\bships?\s(?:for\s)?free")
_COSTS: Final = re.compile(
    r"[\W\d]*(?:비용|요금|금액|가격|cost|fee|price|charge|rate|how much)|.{0,12}(?:기본|이상|미만|무료|free\b|under"
    r"|over|above)"
)
"""What says that words under a heading about delivery are about what that costs."""

# What is said of what delivery costs, so that nothing is to be paid for it.
_FREE: Final = re.compile(
    r"무료\s?(?:로\s)?(?:배송|배달|발송)|무료로\s?(?:보내|받)|(?<![가-힣])무배(?![가-힣]{2})"
    r"|(?:배송|택배)[는은가이도]?\s{0,2}(?:(?:모두|전부|전액|완전|항상|무조건|언제나|늘)\s)?(?:무료|공짜)"
    rf"|{_KOREAN_FEE}[가-힣]{{0,2}}\s?[:：]?\s?(?:(?!이고|이며|지만|는데)[^.!?,:]|,(?=\d)){{0,30}}?"
    r"(?:(?<![\d,.])0\s?원|₩\s?0(?![\d,.])|없(?!애)|면제|무료|공짜|걱정|빠[지집져진]"
    r"|(?:내|붙|들|들어가|받|물|나가|나오|발생하|부과되|추가되|청구되|더해지)지(?!만)|안\s?(?:내|붙|들|받|나|물|하)"
    r"|(?:저희|매장|본사|저희\s?쪽)(?:가|이|에서)\s?(?:\S+\s)?(?:대신\s)?(?:부담|내|냅|지불|책임))"
    r"|(?:저희|매장|판매자|본사)\s?부담"
    r"|(?:free|complimentary|gratis)\s(?:\w+\s)?(?:delivery|shipping|postage)|free-(?:delivery|shipping)"
    r"|(?:ship(?:s|ped|ping)?|deliver(?:ed|y|s)?|postage)\s(?:\w+\s){0,3}?(?:for\s|is\s)?free\b(?!\sof)"
    r"|\b(?:shipping|delivery|postage)\b[^.!?]{0,30}\b(?:nothing|zero|on us|included|complimentary|gratis"
    r"|on the house|waived)\b"
    r"|(?:ship|deliver|send|sent|postage)[^.!?,;]{0,30}?(?:at no (?:extra )?(?:cost|charge)|free of charge)"
    rf"|{_FEE}\s?(?:is|are|:|=|costs?|comes to)?\s?(?:just\s|only\s)?(?:[$₩]0(?:\.00)?(?![\d.,])"
    r"|free\b(?!\s(?:for|on|over|above|from))|none\b)"
    r"|\bnothing\s(?:extra\s|more\s)?for\s(?:shipping|delivery|postage)"
    # Nobody pays it, or the shop does.
    r"|\b(?:without|zero)\s(?:any\s)?(?:delivery|shipping)\s(?:fee|charge|cost)s?"
    r"|(?:\bno|\bneither|n't|\bnot|\bnever|\bnor)\s(?:(?!reach|qualif|meet|worry|only)[\w']+\s){0,6}?"
    r"(?:shipping|delivery|postage)\s(?:fees?|charges?|costs?)"
    r"|(?:never|not|n't|without|no need to) (?:have to )?pay(?:ing)? (?:\w+ ){0,3}?(?:for )?(?:\$\S+ )?"
    r"(?:shipping|delivery|postage)"
    rf"|{_FEE}[^.!?,;]{{0,16}}?\b(?:n't|not|no longer|never)\s(?:\w+\s)?(?:apply|added|charged|due|extra)"
    r"|n't\s(?:\w+\s)?(?:cost|add)\s(?:you\s)?(?:anything\s)?(?:extra\s)?to\s(?:ship|deliver)"
    r"|\bwe(?:'ll| will|'d)?\s(?:\w+\s)?(?:pay|cover|absorb|foot)\s(?:for\s)?(?:\w+\s){0,3}?"
    r"(?:shipping|delivery|postage)"
    r"|(?:cover|pay for) (?:the )?(?:shipping|delivery)(?!\syourself)"
    r"|\b(?:paid|covered) by (?:us|the (?:shop|store|seller))\b"
)
_FREE_FROM: Final = re.compile(
    r"(?:이상|초과|넘으면|넘기시면|부터)[가-힣]*\s(?:[가-힣]+\s)?(?:무료|공짜)(?!\s?(?:반품|교환|수리|체험))"
    r"|\bfree\s(?:on|for|over|above|from|if|once|when)\b"
)
"""In words about what delivery costs, that it is free on a condition."""
_SAYS_NO: Final = re.compile(
    r"없|않|안\s|[가-힣]지$|면제|걱정|부담|빠|(?<!\d)0|\bno\b|\bnot\b|n't|never|without|zero|nothing|neither|\bnor\b"
)
"""What says already that a fee is not there."""
_NAMED_ONLY: Final = re.compile(rf"까지|\s?(?:을\s|를\s)?{_KOREAN_MARK}|[\s-]{_MARK}")
"""Behind free delivery where it is not said to be there, but that something reaches it or not."""
_KOREAN_REACHES: Final = (
    r"(?:넘(?!지)|웃도|웃돌|채우(?!지)|채웁|채워|충족(?!하지|되지|시키지)|만족(?!하지|시키지)|통과|상회|도달(?!하지)"
    r"|해당(?:됩|돼|되(?!지)|하(?!지)|이에|입)|이에요|예요|입니다|됩니다|돼요|되세요|되십|이고|이라|포함(?:됩|돼"
    r"|되(?!지))|적용(?:됩|돼|되(?!지)))"
)
_KOREAN_FAILS: Final = (
    r"(?:못\s?(?:미치|미쳐|미칩|넘|채우|채워|받|되)|미치지\s?(?:못|않)|미달|모자[라란랍]|부족|안\s?[되돼됩된]"
    r"|넘지\s?(?:못|않)|채우지\s?(?:못|않)"
    r"|(?:해당|충족|만족|포함|적용)(?:하|되|시키)지\s?(?:는\s)?않|해당(?:이|은|사항이)?\s?(?:안|없|아니|아닙)|아니"
    r"|아닙|아닌|밑돌|밑돕|제외|못\s?미|빠[지져집진])"
)
_REACHES: Final = re.compile(
    rf"(?:무료\s?(?:로\s)?(?:배송|배달)|무배|{_KOREAN_MARK})(?:을|를|이|의)?\s?(?:{_KOREAN_MARK}\s?(?:금액"
    rf"|인\s?\S+?)?)?"
    rf"(?:까지|보다|에|에는|에서|을|를|은|도|이|선을)?\s?(?:(?!{_KOREAN_FAILS})[^.!?,]"
    rf"|,(?=\d)){{0,20}}?{_KOREAN_REACHES}"
)
_FAILS: Final = re.compile(
    rf"(?:무료\s?(?:로\s)?(?:배송|배달)|무배|{_KOREAN_MARK})(?:을|를|이|의)?\s?(?:{_KOREAN_MARK}\s?(?:금액"
    rf"|인\s?\S+?)?)?"
    rf"(?:까지|보다|에|에는|에서|을|를|은|도|이|선을)?\s?(?:(?!{_KOREAN_REACHES})[^.!?,]"
    rf"|,(?=\d)){{0,20}}?{_KOREAN_FAILS}"
    rf"|(?:falls?|falling|fell|comes?|just|a (?:little|bit)|slightly|\$[\d.]+)\s(?:\w+\s){{0,2}}?(?:short"
    rf"|shy)\b(?:\sof\s(?:the\s|our\s)?{_FREE_DELIVERY})?"
    rf"|\bmiss(?:es|ing)?\s(?:out\b|(?:the\s|our\s)?(?:{_FREE_DELIVERY}|{_MARK}))"
    rf"|\b(?:below|under)\s(?:the\s|our\s|that\s)(?:\$\d+\s)?(?:{_FREE_DELIVERY}\s)?{_MARK}"
    rf"|\bneeds?\s(?:(?:to\s(?:add|buy|spend|order)|another)\b|[$₩\d.,]+\smore|more\b)"
    rf"|\badd(?:ing)?\s(?:just\s|only\s|another\s)?[$₩\d.,]+\smore\b"
)
_ENGLISH_REACHES: Final = re.compile(
    r"\b(?:qualif(?:y|ies|ied)|eligible|entitled|reach(?:es|ed)?|meets?|clears?|cleared|pass(?:es|ed)?|exceeds?|hits?"
    r"|tops?|surpass(?:es)?|above|over|past|beyond|enough|gets?|receives?|comes? with"
    r"|includes?)\s(?:(?!your\b)[\w']+\s){0,3}?(?:\$\d+\s)?"
    rf"(?:{_FREE_DELIVERY}(?:\s{_MARK})?|{_MARK}(?:\s(?:for|of|to get)\s{_FREE_DELIVERY})?)|\benough (?:to get"
    rf"|for) (?:free|it)\b"
)
_NOT_BEFORE: Final = re.compile(
    r"(?:n't|\bnot|\bnever|\bno longer|\bcannot|\bhardly|\bneither[^.!?,]{0,30}|\bnor)\s(?:(?!only\b)[\w']+\s){0,4}?$"
)
_DUE: Final = re.compile(
    rf"{_KOREAN_FEE}[가-힣]{{0,2}}\s?(?:(?!없|않|안\s|무료|면제|이상|이하|미만|이고|이며)[^.!?]){{0,20}}?"
    r"(?:붙|별도|따로|추가|내(?:셔야|야|시[면게어]|게|고)|부담하[셔시]|들어(?:가|요|갑)|듭니다|드세요|발생|부과"
    r"|더[하해]|청구|나(?:옵|와|가)|포함)"
    r"|\b(?:pay|pays|paying|charged?|add(?:ing|ed)?|plus|cover|incur|owe)\s(?:(?:(?!free\b|no\b|nothing\b)[\w'-]+"
    r"|\$[\d.]+)\s){0,5}?(?:shipping|delivery|postage)\b"
    r"|\b(?:paid|covered) by (?:you|the (?:buyer|customer))\b|(?:고객(?:님)?|구매자)\s?부담"
    r"|\+\s?\$[\d.]+\s(?:\w+\s)?(?:shipping|delivery|postage)\b"
    r"|\bcharged\s(?:\w+\s){0,3}\$\d[\d.]*|\$\d[\d.]*\s(?:extra\s)?(?:for|in|of|to cover)\s(?:shipping|delivery"
    r"|postage)"
    rf"|{_FEE}\s(?:is\s|are\s|will be\s|would be\s|comes\s)?(?:extra|separate(?:ly)?|added|not included|on top"
    rf"|charged|applies|apply|payable|due)\b"
)
_COMMON_FEE: Final = re.compile(
    rf"{_KOREAN_FEE}[가-힣]{{0,2}}\s?[:：]?\s?(?:기본\s|전국\s|단돈\s)*₩?[1-9\d][\d,]*\s?(?:천\s?원|원)?"
    rf"|{_FEE}\s?(?:is|costs?|:|of|comes to|at)\s?(?:only\s|just\s|a flat\s|usually\s)*\$[1-9]"
    r"|\bships?\sfor\s\$\d|\$[1-9][\d.]*\s(?:shipping|delivery|postage|to ship)\b"
    r"|[1-9][\d,천만]*\s?원(?:의)?\s?(?:배송비|택배비)"
)
_NOT_AT_ALL: Final = re.compile(r"[가-힣]{0,3}지\s?(?:는\s)?(?:않|못)|\s?(?:없|안\s)|[가-힣]{0,2}\s없")


class Postage(NamedTuple):
    """From `start` to `end` is said that delivery is free, or that it costs something."""

    start: int
    end: int
    is_free: bool
    is_common: bool = False
    """Whether it says what the fee is, and not that it is due."""


def postages(said: str) -> Iterator[Postage]:
    """Every such claim in a sentence (see `unmarked`)."""
    found: list[Postage] = []
    is_of_free = _ABOUT_FEES.search(said) is not None
    for pattern, is_free in ((_FAILS, False), (_REACHES, True), (_ENGLISH_REACHES, True)):
        for match in pattern.finditer(said) if is_of_free else ():
            is_not = pattern is _ENGLISH_REACHES and _NOT_BEFORE.search(said, 0, match.start()) is not None
            found.append(Postage(match.start(), match.end(), is_free is not is_not))
    for match in _FREE.finditer(said):
        if not _NAMED_ONLY.match(said, match.end()) and not _is_in(match, found):
            is_not = not _SAYS_NO.search(match[0]) and is_denied(said, match.start(), match.end())
            found.append(Postage(match.start(), match.end(), not is_not))
    for match in _FREE_FROM.finditer(said) if is_of_free else ():
        if not _is_in(match, found):
            found.append(Postage(match.start(), match.end(), is_free=True))
    for pattern in (_DUE, _COMMON_FEE):
        for match in pattern.finditer(said):
            if _is_in(match, found):
                continue
            is_not = _NOT_AT_ALL.match(said, match.end()) is not None or (
                match[0].isascii() and _NOT_BEFORE.search(said, 0, match.start()) is not None
            )
            found.append(Postage(match.start(), match.end(), is_not, pattern is _COMMON_FEE))
    yield from found


def is_about_fees(text: str) -> bool:
    """Whether words are about what delivery costs."""
    return _ABOUT_FEES.search(text) is not None


_ELIGIBLE: Final = re.compile(r"해당|대상|적용")
_REACHED_FOR: Final = re.compile(r"무료\s?배송|무배")


def labelled(said: str, about: str) -> str:
    """What to read before words that do not say that they are about fees, where what stands over them does."""
    if is_about_fees(said) or not (is_about_fees(about) or (DELIVERY.search(about) and _COSTS.match(said))):
        return ""
    if _ELIGIBLE.search(said) and _REACHED_FOR.search(about):
        return "무료 배송: "
    return "배송비: " if re.search("[가-힣]", said) or not about.isascii() else "shipping: "


def _is_in(match: re.Match[str], found: list[Postage]) -> bool:
    return any(match.start() < one.end and one.start < match.end() for one in found)
