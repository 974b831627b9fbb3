"""What an answer says that the shop sells: how many products, of which kinds, of which brands."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.fixes import Fix
from chatbot.assistant.claims.goods.names import level, places
from chatbot.assistant.claims.goods.vocabulary import COMMON, KINDS, KOREAN_KINDS, KOREAN_QUALITY
from chatbot.assistant.claims.line import Line
from chatbot.assistant.claims.money.numbers import ENGLISH_SMALL, NATIVE, NATIVE_NUMBER, small

_WORN: Final = frozenset(
    ["headphones", "headphone", "headset", "headsets", "earphones", "earphone", "earbuds", "earbud", "buds"]
)
"""Kinds of goods that people call by each other's names."""
_PARTS: Final = frozenset({"charger", "cable", "microphone", "충전기", "마이크"})
"""Kinds that come with others, and need not be sold alone."""
_SELLS: Final = re.compile(
    r"\b(?:sells?|carr(?:y|ies)|stocks?|offers?|ha(?:ve|s)|makes?|shop|store|range|line-?up|catalogue|in total)\b"
    r"|판매|취급|다루|다룹|보유|준비|저희|매장|쇼핑몰|숍|샵|있[어습고으는답]|나와|출시|만[들드]|들여|갖추|갖춰"
)
_NOT: Final = re.compile(r"없|않|안\s|못|아니|아닙|\bnot?\b|n't\b|\bnever\b|\bneither\b|\bnone\b")
_ORDERED: Final = re.compile(r"[를을]?\s?(?:다\s|모두\s|함께\s|같이\s)?(?:주문|구매|구입|사[시면]|담[으아])")
_ORDERING: Final = re.compile(r"\b(?:order|buy|tak|gett|get|purchas)(?:ing|e)?\s$")
"""So many are bought, and not sold."""
_EXACTLY: Final = re.compile(
    r"\bin total\b|\baltogether\b|\bonly\b|\bjust\b|\bexactly\b|\ball in all\b|총\s|모두\s|전부\s|뿐|밖에"
)
_NUMBER: Final = rf"(?:(?<![\w.,$€£-])\d{{1,4}}|{ENGLISH_SMALL}|\bhalf a dozen|\ba dozen|\bdozens of|\bhundreds of)"
_VAGUE: Final = {"half a dozen": 6, "a dozen": 12, "dozens of": 24, "hundreds of": 200}
_KOREAN_NUMBER: Final = rf"(?:(?<![\d.,])\d{{1,4}}|{NATIVE_NUMBER})"
_KIND: Final = "|".join(KINDS.split())
_KOREAN_KIND: Final = "|".join(KOREAN_KINDS)
_GOODS: Final = rf"brands?|products?|items?|models?|(?:{_KIND})"
_KOREAN_GOODS: Final = rf"브랜드|상품|제품|모델|(?:{_KOREAN_KIND})"
_COUNT: Final = re.compile(
    rf"(?P<n>{_NUMBER})\s(?:(?!of\b)\w+[\s-]){{0,2}}?(?:(?:pairs?|kinds?|types?|sorts?|models?|sets?)\sof\s(?:\w+\s)?)?"
    rf"(?P<what>{_GOODS})\b(?:\s?(?:and|or|/|&)\s?(?P<also>{_KIND})\b)?"
    rf"|(?P<n2>{_KOREAN_NUMBER})\s?여?\s?(?:가지|종류|종|개|곳"
    rf"|군데)(?:나\s되)?[의는]?\s(?:[가-힣]+한\s)?(?P<what2>{_KOREAN_GOODS})"
    rf"|(?P<what3>브랜드)[^.!?]{{0,48}}?(?P<n3>{_KOREAN_NUMBER})\s?(?:가지|종류|종|곳|군데|개)"
    rf"|(?P<what4>{_KOREAN_GOODS})[은는이가을를도만]?\s(?:(?:모두|총|지금|현재|딱|전부|저희|매장에|무려)\s)*"
    rf"(?P<n4>{_KOREAN_NUMBER})\s?여?\s?(?:가지|종류|종|개(?!월|입|당))"
)
_ALSO: Final = re.compile(
    rf"(?P<kind>{_KOREAN_KIND})(?:류)?(?:도|까지|역시|뿐)\s[^.!?]{{0,16}}?(?:있|나와|나옵|판매|취급|출시|준비"
    rf"|다루|다룹|만나|만[들드]|팔)"
    rf"|(?P<kind2>{_KOREAN_KIND})[은는이가을를]\s(?:\S+\s)?(?:판매|취급|출시|다루)"
    r"|\b(?:sells?|carr(?:y|ies)|stocks?|offers?|makes?|ha(?:s|ve)|there(?:'s| is| are))\s(?:[a-z'-]+\s){0,4}?"
    rf"(?P<kind3>{_KIND})\b(?!\s(?:jack|port|stand|case|app|cable))"
    rf"|\b(?P<kind4>{_KIND})\s(?:that|which)?\s?(?:we|they)\s(?:also\s)?(?:sell|carry|have|stock|offer)\b"
)
_BRAND: Final = re.compile(r"브랜드|\bbrands?\b")
_OF_A_BRAND: Final = re.compile(
    r"(?:의|에서|에는|에도|엔)?\s?브랜드|에서[는도]|에[는도]|의\s|\s(?:also\s|even\s)?(?:makes?|has|offers?"
    r"|sells?|does)\b|'s\s"
)
_NO_NAME_WORDS: Final = """
여러 유명 국내 해외 자체 특정 개별 타사 선호 오디오 음향 가전 전문 동일 모두 전부 각각 외에
"""
_NO_NAMES: Final = frozenset(_NO_NAME_WORDS.split())
"""What stands before "브랜드" and names none."""
_CALLED: Final = re.compile(r"(?P<name>[a-z]+|(?<![가-힣])[가-힣]{2,})\s(?:브랜드|brands?\b)$")
_NEXT: Final = re.compile(
    r"(?:,|과|와|이랑|랑|하고|\sand|,\sand|,?\s그리고)\s(?:the\s|그리고\s|and\s)?(?P<other>[\w가-힣]+)"
)
_PARTICLE: Final = re.compile(r"(?:까지|이렇게|에서|이랑|랑|하고|[도은는이가을를의와과])$")


@dataclass(frozen=True, slots=True)
class Sold:
    """A claim from `start` to `end` of what the shop sells."""

    start: int
    end: int


def check_assortment(line: Line, evidence: Evidence, begin: int) -> Iterator[tuple[Sold, Fix | None]]:
    """Every such claim of the line from `begin` on, and what has to stand in its place."""
    text = line.text
    for found in _COUNT.finditer(text, begin):
        claim = Sold(found.start(), found.end())
        if claim.end > line.at and _is_said(claim, line, evidence) and not _may_be(found, line, evidence):
            yield claim, Fix(claim.start, claim.end, "stock", is_whole=True)
    for found in _ALSO.finditer(text, begin):
        kind = next(filter(None, (found["kind"], found["kind2"], found["kind3"], found["kind4"])))
        claim = Sold(found.start(), found.end())
        if claim.end <= line.at or not _is_said(claim, line, evidence):
            continue
        start, _ = line.bounds(claim)
        if _is_foreign(kind, evidence) or not _is_of_brand(kind, text[start : found.end()], evidence):
            yield claim, Fix(claim.start, claim.end, "product", is_whole=True)
    for place in _unknown_brands(line, evidence, begin):
        yield place, Fix(place.start, place.end, "product", is_whole=True)


def _is_said(claim: Sold, line: Line, evidence: Evidence) -> bool:
    """Whether a sentence says so of the shop, and does not ask or deny it, nor do the shop's entries say it."""
    start, stop = line.bounds(claim)
    sentence = line.text[start:stop]
    if _ORDERED.match(line.text, claim.end) or _ORDERING.search(line.text, start, claim.start):
        return False
    if not _SELLS.search(sentence) or _NOT.search(line.text, claim.start, min(stop, claim.end + 24)):
        return False
    if line.text[stop : stop + 1] == "?" or sentence.rstrip("*\"'” ").endswith("?"):
        return False
    return not _NOT.search(line.text, max(start, claim.start - 16), claim.start) and (
        line.text[claim.start : claim.end] not in evidence.public
    )


def _may_be(found: re.Match[str], line: Line, evidence: Evidence) -> bool:
    """Whether there may be so many."""
    said = next(filter(None, (found[name] for name in ("n", "n2", "n3", "n4"))))
    what = next(filter(None, (found[name] for name in ("what", "what2", "what3", "what4"))))
    number = _VAGUE.get(said, NATIVE[said] if said in NATIVE else small(said))
    if number is None:
        return True
    if what.startswith("brand") or what == "브랜드":
        most = len({card.brand for card in evidence.cards if card.brand})
    elif what in KINDS.split() or what in KOREAN_KINDS:
        if not _of(what, evidence) and evidence.knows([what], as_name=False):
            return True
        most = len({*_of(what, evidence), *(_of(found["also"], evidence) if found["also"] else ())})
    else:
        most = len(evidence.cards)
        start, stop = line.bounds(Sold(found.start(), found.end()))
        is_sold = re.search(
            r"\b(?:we|shop|store)\s(?:\w+\s)?(?:sells?|carr(?:y|ies)|stocks?)\b|판매하|취급하|다루",
            line.text[start:stop],
        )
        if is_sold and _EXACTLY.search(line.text, start, stop):
            return number == most
    return number <= most


def _of(kind: str, evidence: Evidence) -> Collection[int]:
    """The candidates that are called so."""
    if kind not in _WORN or evidence.names.of_kind(kind):
        return evidence.names.of_kind(kind)
    return {number for each in _WORN for number in evidence.names.of_kind(each)}


def _is_foreign(kind: str, evidence: Evidence) -> bool:
    """Whether no candidate is of this kind, and nothing else that the shop says speaks of it."""
    return kind not in _PARTS and not _of(kind, evidence) and not evidence.knows([kind], as_name=False)


def _is_of_brand(kind: str, said: str, evidence: Evidence) -> bool:
    """Whether the brand of which `said` speaks has goods of this kind; true where it speaks of none."""
    if not (owners := _of(kind, evidence)):
        return True
    brands = {level(card.brand) for card in evidence.cards if card.brand}
    named = {
        brand
        for brand in brands
        for place in places(said, brand)
        if _OF_A_BRAND.match(said, place + len(brand)) and not evidence.names.mentions(said[place:])
    }
    return not named or any(level(evidence.cards[number].brand) in named for number in owners)


def _unknown_brands(line: Line, evidence: Evidence, begin: int) -> Iterator[Sold]:
    """Names that stand in a row with the shop's brands, and are none."""
    brands = [level(card.brand) for card in evidence.cards if card.brand]
    for about in _BRAND.finditer(line.text, begin):
        start, stop = line.bounds(Sold(about.start(), about.end()))
        if stop <= line.at or not _SELLS.search(line.text, start, stop):
            continue
        listed = [(place, place + len(brand)) for brand in brands for place in places(line.text[:stop], brand)]
        called = _CALLED.search(line.text, start, about.end())
        if called and _is_unknown(called["name"], line.written[called.start("name") :], brands, evidence):
            yield Sold(start, stop)
            return
        for _, end in sorted(one for one in listed if one[0] >= start):
            other = _NEXT.match(line.text, end)
            if other is None or len(listed) < 2:
                continue
            if _is_unknown(_PARTICLE.sub("", other["other"]), line.written[other.start("other") :], brands, evidence):
                yield Sold(start, stop)
                return


def _is_unknown(name: str, written: str, brands: Collection[str], evidence: Evidence) -> bool:
    """Whether a word is a name, and none of a brand of the shop's."""
    if name in brands or name in COMMON or evidence.knows([name], as_name=False):
        return False
    if name.isascii():
        return written[:1].isupper()
    return KOREAN_QUALITY.fullmatch(name) is None and name not in _NO_NAMES
