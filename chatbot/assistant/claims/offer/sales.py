"""Claims that something is on sale, or is not, however that is denied; and that more comes off than the sale."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_OTHER: Final = "증정 ", "적립 ", "리뷰 ", "후기 ", "사은 ", "사은품 ", "체험 ", "+1 "
"""What an event is that takes nothing off a price."""
_NOUN: Final = (
    rf"(?:할인|세일|특가|기획전|{''.join(f'(?<!{re.escape(other)})' for other in _OTHER)}(?:행사|프로모션|이벤트))"
)
# What may stand between a sale and what denies it, or says it; another noun with a particle may not.
_BETWEEN: Final = (
    r"(?:(?:에|으로)?\s?(?:들어가|들어간|들어|포함되|해당하|해당되|해당)|적용(?:된|되는|되고|되어|되|이)?|진행(?:된"
    r"|되는|되고|하고|하는|하|되)?"
    r"|대상|품목|상품|제품|행사|이벤트|판매|혜택|가격|기간|현재|지금|따로|아직|전혀|하나도|아무것도|별도로|더\s?이상"
    r"|특별히|당장은|중|인|것|건|게|거"
    r"|되고|하고|받고|있|되|하|받|해당|붙|지|고|어|이|가|은|는|도|을|를|의|에서|에)\s?"
)
_NO: Final = r"(?:않|없|빠[져졌진지]|제외|아니|아닙|아닌|안\s?(?:되|돼|됩|됐|하|해|합|들어|붙|받|걸)|못)"
_OPEN_BEHIND: Final = r"(?:여부|인지|는지|을지|나요|까요|으면|다면|라면|을\s?(?:때|경우)|어도|더라도|는\s?경우)"
_KOREAN: Final = re.compile(
    rf"(?P<more>(?:추가|중복|별도|또\s?다른|더\s?이상의?)\s)?(?P<noun>{_NOUN})"
    rf"(?:(?P<denied>\s?(?:{_BETWEEN}){{0,7}}?\s?{_NO}|\s?(?:중인|하는|되는"
    rf"|된)\s(?:[가-힣]+\s)?[가-힣]+[은는이가도]\s(?:현재\s|지금\s|아직\s"
    rf"|하나도\s)?없)(?P<open>[가-힣]*{_OPEN_BEHIND})?[가-힣]*"
    r"|(?P<price>가(?:격)?(?=[에로은는이 ]|$))"
    r"|(?P<asked>[가-힣]{0,3}\s?(?:여부|전(?!\s?(?:상|제|품))|인지|쿠폰|코드|소식|정보|알림|문의|언제|얼마|상품[을도]"
    r"|제품[을도]|원하|찾으|기다리|하면"
    r"|되면|받으려|할\s?때|될\s?때))"
    r"|(?P<elsewhere>[은는이가](?=\s(?!언제|얼마)[^.!?,]{2,30}?(?:에|에만|에도|에는)\s"
    r"(?P<what>(?:들어|적용|진행|붙|있|없|해당)[가-힣]*(?:\s?(?:있|않|안|없)[가-힣]*)?)))"
    r"|(?P<said>\s?(?:행사|이벤트|판매|가격|상품|제품|품목|대상|혜택)?(?:이|을|를|도|에|가|은|으로)?\s?(?:현재\s"
    r"|지금\s|이미\s|자동으로\s|추가로\s)*"
    r"(?:중|하는|하시는|적용|받[아은을으고]|들어[가갔간]|진행|된|됐|돼|됩|되고|되어|되며|되었|되는|해\s?드|하고|합니다"
    r"|해서"
    r"|이에요|예요|입니다|이라|라서?\b|붙[은어]|있[어습으고]|가능"
    r"|덕분|기간|만나|판매|드려|드립|제공)[가-힣]*(?:\s있[가-힣]*)?))"
)
_NOT: Final = re.compile("[않없안]")
_SPECIAL: Final = re.compile(
    r"(?:(?:오늘|지금)\s?만\s|한정\s?|타임\s?|초\s?)(?:특가|세일|할인)[가-힣]*|특가로"
    r"|(?:가격이\s)(?:내렸|내려갔|떨어졌|인하)"
)
_FULL_PRICE: Final = re.compile(
    r"정가\s?그대로|정가(?:로|에)만?\s?(?:판매|드[리려립]|모시|나와|구매하[셔시])[가-힣]*(?!\s?(?:되던|하던))"
    r"|할인\s?없이"
    r"|정가\s?판매\s?중|전부\s정가|모두\s정가|정가를\s다\s(?:내|주|지불)"
    r"|\b(?:at|for) (?:the )?full price|\bfull[\s-]price\b(?=[^.]*\bnot?\b)"
    r"|\b(?:sells?|sold|selling|priced|available|offered|goes|is|are) (?:\w+ )?(?:at|for) (?:its|their|the) (?:regular"
    r"|normal|usual"
    r"|list|full|original) price\b"
)
_STATE: Final = (
    r"on sale|on offer|on special|on promotion|discounted|reduced|marked down|in the sale"
    r"|(?:a )?part of (?:the|our|any|a) (?:\w+ )?(?:sale|promotion)"
)
_BE: Final = r"(?:is|are|was|were|it's|they're|'s|'re|isn't|aren't|be|been|being|now|currently|today|still|also)"
_ENGLISH: Final = re.compile(
    r"(?P<more>\b(?:an? |any |some |no )?(?:extra|additional|further|another|second) (?:\w+ )?"
    r"(?:discount|reduction|markdown|saving)s?\b)"
    rf"|(?:{_BE})\s(?:(?!(?:{_BE}|but|and|though|while)\b)\w+\s){{0,4}}?(?P<state>{_STATE})\b"
    r"|\bon sale (?:for|at|from)\b"
    r"|\bprices?\b[^.!?]{0,50}?\b(?:has|have) (?:just |recently |now )?(?:dropped|fallen|come down|gone down"
    r"|been (?:cut|lowered|slashed))"
    r"|(?:there is|there's|there are|there isn't|there aren't|we have|we offer|comes? with|has|have|enjoy|gets?"
    r"|carr(?:y|ies)|offers?)"
    r" (?:currently |now |no |any )*(?:a |an )?(?:(?!extra|additional|further|another)\w+ ){0,2}?(?:discounts?|sales?"
    r"|price cut|promotions?|markdown)\b"
    r"|\bno (?:\w+ ){0,2}?(?:sales?|discounts?|price cuts?|reductions?|promotions?|markdowns?)\b(?! (?:needed|codes?))"
    r"|\bwithout(?: an?| any)? (?!(?:the|its|this|that) )(?:\w+ )?(?:sale|discount|price cut|reduction)s?\b"
    r"|(?:in|on|part of) (?:the|our|a) (?:\w+\s)?(?:sale|clearance|promotion)\b|special (?:offer|price|deal)"
    r"|\b(?:an?|some) (?:\w+ )?(?:discount|markdown|price cut)(?= (?:on|for)\b)|\bat (?:a|the) (?:\w+ )?discount\b"
    r"|flash sale|clearance|bargain price"
    r"|(?:has|have) (?:just |also )?(?:been|come|gone) (?:\w+ )?(?:discounted|reduced|marked down|down in price)"
    r"|(?:thanks to|during) (?:the|our|its|their) (?:\w+ )?sale"
)
_DENIED_BEFORE: Final = re.compile(
    r"(?:\b(?:not|never|hardly|without)|n't)\s(?!only|just)(?:\w+\s){0,2}$"
    r"|\b(?:no|nothing|none|neither|nor)\s(?:(?!but\b|and\b|though\b|yet\b)[^\s,;:—]+\s){0,6}$"
)
_LOOSE: Final = re.compile(
    r"\b(?:discount(?:ed|s)?|markdowns?|price cuts?|(?<!for )sale|reduced price)\b"
    r"(?! (?:codes?|items?|products?|goods|vouchers?|is not something|or not))"
)
_INVERTED: Final = re.compile(r"^\w+ (?:the|our|its?|this|that|these|those|they)\b")
_DENIED_WITHIN: Final = re.compile(r"\b(?:not|no|never|longer|without)\b|n't\b")
_OPEN_BEFORE: Final = re.compile(r"\b(?:whether|if|in case|when|once|until|unless)\s(?:\S+\s){0,4}$")
_SUPPOSED_BEFORE: Final = re.compile(
    r"\b(?:not for|weren't for|but for|without|before|prior to|until) (?:(?:the|its|their|this|that|any) )?(?:\w+ )?$"
)
"""What supposes that there were no sale: were it not for the discount."""
_UNABLE: Final = re.compile(
    r"\b(?:unable|cannot|can't|not able|couldn't|won't|don't|doesn't|do not|does not|isn't|aren't|there's no|no|not"
    r"|without|nothing)\b"
)


@dataclass(frozen=True, slots=True)
class Sale:
    """A claim from `start` to `end` that there is a sale, or, where it `is_denied`, none.

    `is_more`: besides one. `is_loose`: it is only spoken of, and not said of what.
    """

    start: int
    end: int
    is_denied: bool
    is_more: bool = False
    is_loose: bool = False


def sales(text: str, at: int = 0) -> Iterator[Sale]:
    """Every such claim in `text`, which is level (see `names.level`), from `at` on."""
    said = list(_said(text, at))
    yield from said
    for match in _LOOSE.finditer(text, at):
        start, end = match.span()
        is_open = _OPEN_BEFORE.search(text, 0, start) or _SUPPOSED_BEFORE.search(text, 0, start)
        if is_open or any(one.start < end and start < one.end for one in said):
            continue
        yield Sale(start, end, _DENIED_BEFORE.search(text, 0, start) is not None, is_loose=True)


def _said(text: str, at: int) -> Iterator[Sale]:
    """Those that are said of something."""
    for match in _FULL_PRICE.finditer(text, at):
        if not _OPEN_BEFORE.search(text, 0, match.start()):
            yield Sale(match.start(), match.end(), _DENIED_BEFORE.search(text, 0, match.start()) is None)
    for match in _KOREAN.finditer(text, at):
        if not match["asked"] and not match["open"]:
            is_denied = bool(match["denied"] or _NOT.search(match["what"] or ""))
            yield Sale(match.start("noun"), match.end(), is_denied, match["more"] is not None)
    for match in _SPECIAL.finditer(text, at):
        yield Sale(match.start(), match.end(), is_denied=False)
    for match in _ENGLISH.finditer(text, at):
        start = match.start()
        if _OPEN_BEFORE.search(text, 0, start):
            continue
        if match["more"]:
            sentence = text[max(text.rfind(end, 0, start) for end in ".!?") + 1 : start]
            yield Sale(start, match.end(), _UNABLE.search(f"{sentence}{match[0]}") is not None, is_more=True)
            continue
        is_denied = bool(_DENIED_WITHIN.search(match[0]) or _DENIED_BEFORE.search(text, 0, start))
        if match["state"] and _INVERTED.search(match[0]):  # what it is said of stands in between
            start = match.start("state")
        yield Sale(start, match.end(), is_denied)
