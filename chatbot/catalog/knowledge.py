"""Which of the shop's own entries (delivery, returns, opening hours) a question is about. Asks no model.

The words of a question are looked for in the entries by the same analysis as in products; beside them a question may
name a topic in words that the entry does not use ("when does it arrive?").
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from chatbot.catalog.text import Word, fold, query, tokens
from chatbot.catalog.wording import unwrapped

TOPIC_SCORE: Final = 2.0
"""What a named topic counts, in words of the question."""
ENOUGH: Final = 0.6
"""Share of a question's words that an entry must hold where no topic is named."""
IN_TITLE: Final = 0.5
"""What a word counts more in a title."""

_TOPICS: Final = {
    topic: re.compile(pattern)
    for topic, pattern in (
        (
            "delivery",
            r"배송|배달|택배|도착|발송|출고|언제\s?(?:쯤\s?)?(?:와|오나|올까|받)|\bdeliver\w*|\bshipping\b|\bship(?:s|ped)?\b"
            r"|\barriv\w+|\bpostage\b|\bcourier\b",
        ),
        (
            "returns",
            r"반품|환불|교환|\breturn(?:s|ed|ing)?\b|\brefund\w*|\bexchang\w+|\bsend (?:it|them) back|money back",
        ),
        (
            "hours",
            r"영업|운영\s?시간|상담|고객\s?센터|연락처|전화번호|몇\s?시|휴무|문\s?(?:여|열|닫)|\bopen(?:ing)?\b|\bhours\b"
            r"|\bclosed?\b|\bcontact\b|\bcustomer (?:service|support)\b|\bphone number\b",
        ),
        (
            "payment",
            r"결제|할부|무이자|계좌\s?이체|무통장|현금\s?영수증|세금\s?계산서|\bpay(?:ment|ments|ing)?\b"
            r"|\bcredit cards?\b|\binvoice\b|\binstal?lments?\b|\bpaypal\b",
        ),
        ("warranty", r"보증|무상\s?수리|a/s|에이에스|수리|고장|\bwarrant\w+|\bguarantee\w*|\brepairs?\b|\bbroken?\b"),
    )
}
# What a question about terms says beside its topic.
_BESIDE: Final = re.compile(
    r"(?:얼마|언제|며칠|걸[리려릴]|되[나는면었어요]|돼요|될까|가능|비용|요금|기간|시간|정책|규정|무료|공짜|오늘|내일|어떻게|받[을아나는으]"
    r"|하려[면고]|하고|하면|신청|할\s?수|이거|이건|이게|그거|그건|상품|제품|주문|구매|지금|당일|조건|금액|서비스|센터|고객|번호"
    r"|전화|평일|주말|경우|단순|변심|바로|빨리|정도|궁금)[가-힣]{0,4}"
    r"|[이그저]|산|[은는이가을를도요로에만의]|까지|이내|이상|후에?|안에|하나[요]?|한?가요|나요|인가요|할까요|해요|해|하죠|비[는가]?|료"
    r"|료?[는가]|와요|오나요|올까요|몇|일|되|할|한|했는데"
    r"|a|an|the|i|it|its|is|are|am|my|me|you|your|to|of|on|in|at|by|for|from|and|or|if|be|do|does|don't|can|could|will"
    r"|would|may|get|got|have|has|how|what|when|where|who|which|why|long|much|many|take|takes|soon|fast|late|day|days|week"
    r"|weeks|hour|time|times|month|months|cost|costs|charge|charges|fee|fees|free|price|policy|policies|rule|rules|order"
    r"|orders|ordered|item|items|product|products|something|thing|things|this|that|they|them|there|shop|store|back|up"
    r"|until|within|after|before|today|tomorrow|now|weekend|weekends|sunday|saturday|monday|like|want|need|not|no|with"
    r"|about|please|tell|know|offer|accept|possible|work|way|\d+"
)
_WORD: Final = re.compile(r"[^\W_]+(?:['’/][^\W_]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of the shop, as staff wrote it."""

    pk: int
    topic: str
    language: str
    title: str
    text: str
    link: str = ""


def topics_of(text: str) -> tuple[str, ...]:
    """The topics that a question names, in words of `ShopEntry.Topic`."""
    folded = fold(text)
    return tuple(topic for topic, pattern in _TOPICS.items() if pattern.search(folded))


def is_only_about_terms(text: str) -> bool:
    """Whether a question names a topic of the shop's terms and no goods: "how long does delivery take?"."""
    folded = fold(text)
    left = folded
    for pattern in _TOPICS.values():
        left = pattern.sub(" ", left)
    if left == folded:
        return False
    # What a particle leaves of a word that was taken away ("배송은") is one of those beside.
    return all(_BESIDE.fullmatch(word) for word in _WORD.findall(unwrapped(left)))


@dataclass(frozen=True)
class Shelf:
    """The entries of a shop, ready to be searched. Shared by threads; it does not change."""

    entries: Sequence[Entry] = ()
    _texts: Sequence[frozenset[str]] = field(init=False, repr=False, default=())
    _titles: Sequence[frozenset[str]] = field(init=False, repr=False, default=())

    def __post_init__(self) -> None:
        titles = tuple(frozenset(tokens(entry.title)) for entry in self.entries)
        texts = tuple(title | frozenset(tokens(entry.text)) for title, entry in zip(titles, self.entries, strict=True))
        object.__setattr__(self, "_titles", titles)
        object.__setattr__(self, "_texts", texts)

    @cached_property
    def terms(self) -> str:
        """All that the entries say, which is all that an answer may promise."""
        return "\n".join(f"{entry.title}\n{entry.text}" for entry in self.entries)

    @cached_property
    def links(self) -> tuple[str, ...]:
        """The addresses that the entries name."""
        return tuple(entry.link for entry in self.entries if entry.link)

    def find(self, text: str, *, language: str, limit: int) -> list[Entry]:
        """At most `limit` entries that `text` asks about, the best first.

        Of a topic that has entries in `language`, or for every language, those of others are left out.
        """
        if not self.entries:
            return []
        topics = topics_of(text)
        words = query(unwrapped(text)).words
        weighed = [(word, self._weight(word)) for word in words]
        scored = []
        for place, entry in enumerate(self.entries):
            share = self._share(weighed, place)
            if entry.topic in topics or share >= ENOUGH:
                scored.append((share * len(words) + TOPIC_SCORE * (entry.topic in topics), entry))
        spoken = {entry.topic for _, entry in scored if entry.language in ("", language)}
        scored = [
            (score, entry) for score, entry in scored if entry.language in ("", language) or entry.topic not in spoken
        ]
        scored.sort(key=lambda found: (-found[0], found[1].pk))
        return [entry for _, entry in scored[:limit]]

    @cached_property
    def _known(self) -> Counter[str]:
        return Counter(token for text in self._texts for token in text)

    def _share(self, weighed: Sequence[tuple[Word, float]], place: int) -> float:
        """How much of the question stands in an entry, from 0 on; rare words count more."""
        text, title = self._texts[place], self._titles[place]
        found = 0.0
        for word, weight in weighed:
            if all(any(text.issuperset(phrase) for phrase in phrases) for phrases in word.parts):
                in_title = any(token in title for phrases in word.parts for token in phrases[0])
                found += weight * (1 + IN_TITLE * in_title)
        return found / sum(weight for _, weight in weighed) if found else 0.0

    def _weight(self, word: Word) -> float:
        """More for what few entries say. A word that no entry says counts as the rarest."""
        seen = min((self._known[token] for phrases in word.parts for token in phrases[0]), default=0)
        return 1 + math.log(1 + len(self.entries) / (1 + seen))
