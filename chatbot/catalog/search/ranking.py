"""The order of results: BM25F over the fields of the few hundred products that an engine found.

An engine narrows the catalogue down with what its database does fast; the order is made here, so that every database
gives the same one. A product also has to cover enough of what was asked: one that shares only a common word with the
question is noise, and "we have nothing suitable" is the better answer.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chatbot.catalog.search.document import WEIGHTS
from chatbot.catalog.text import Phrase, Query, Word

SATURATION = 1.2
"""k1 of BM25: how soon a further mention stops counting."""
LENGTH_SHARE = 0.75
"""b of BM25: how much a long field dilutes its words."""
COVERAGE = 0.5
"""Share of the question, rare words counting more, that the best product has to hold; else nothing suits."""
KINSHIP = 0.25
"""Share that each further product has to hold: an ordinary fridge behind the one for kimchi."""
FAINTEST = 0.33
"""Share that each further product has to speak of the question, by BM25F, of what the one that does so most speaks.
Next to a tent for two, a grinder that "grinds two cups" in its description says too little to come along."""
IN_PASSING = 0.25
"""How much of a question the best product has to speak of, 0 to 1, by BM25F; else nothing suits. One mention in a
description of common length comes to 0.45, one in a title to 0.9: a television whose data sheet lists YouTube is not
what who asks for YouTube wants."""
SOLD_OUT = 0.9
"""What is left of the score of a product that cannot be bought now."""


class Found(NamedTuple):
    """A product that an engine found: a row of its query as it comes."""

    product_id: int
    sku: str
    buyable: bool
    group: str
    """Variants of one product share it; empty for a product without variants."""
    fields: Sequence[str]
    """As in `Fields`."""


class Ranked(NamedTuple):
    """A product with its score, and the share of the question that it holds."""

    product_id: int
    sku: str
    score: float
    share: float
    buyable: bool
    group: str
    lacks: tuple[str, ...] = ()
    """As in `Hit`."""


class Rarities:
    """How much each word of a query says: inverse document frequencies.

    A word that the catalogue does not know at all weighs as much as its known neighbours do on average, not more:
    "sony headphones" still asks for headphones in a shop that has no Sony.
    """

    def __init__(self, query: Query, frequencies: Mapping[str, int], documents: int) -> None:
        """`frequencies`: how many products hold a token; of `documents` products in all."""
        self._frequencies = frequencies
        self._documents = documents
        known = [rarity for word in query.words for part in word.parts if (rarity := self._known(part)) is not None]
        self._unknown = sum(known) / len(known) if known else 1.0

    def of(self, part: tuple[Phrase, ...]) -> float:
        """The rarity of the spelling as written; of its commonest other spelling where that is unknown."""
        known = self._known(part)
        return self._unknown if known is None else known

    def of_word(self, word: Word) -> float:
        """The mean over the word's parts."""
        return sum(map(self.of, word.parts)) / len(word.parts)

    def _known(self, part: tuple[Phrase, ...]) -> float | None:
        holding = [min(self._frequencies.get(token, 0) for token in phrase) for phrase in part]
        count = min(holding[0] or max(holding), self._documents)
        return math.log(1 + (self._documents - count + 0.5) / (count + 0.5)) if count else None


def telling(query: Query, rarities: Rarities) -> Query:
    """The query without its commonest words, as many as together do not make a product kin.

    Nothing is lost: a product that holds only those would be dropped, after thousands like it had been ranked.
    """
    weights = {word: rarities.of_word(word) for word in query.words}
    spare = KINSHIP * sum(weights.values())
    common = set()
    for word in sorted(weights, key=lambda word: weights[word]):
        spare -= weights[word]
        if spare <= 0:
            break
        common.add(word)
    return Query(tuple(word for word in query.words if word not in common))


def ranked(query: Query, found: Sequence[Found], rarities: Rarities, *, best: float = COVERAGE) -> list[Ranked]:
    """Products, best first, without those that cover too little; none where not one covers `best` of the question."""
    if not found:
        return []
    pool = _Pool(found)
    scores = [0.0] * len(found)
    covered = [0.0] * len(found)
    gains: dict[tuple[Phrase, ...], list[float]] = {}
    weights = [rarities.of_word(word) for word in query.words]
    whole = sum(weights)
    for word, weight in zip(query.words, weights, strict=True):
        share = word.certainty * weight / whole / len(word.parts)
        for part in word.parts:
            if part not in gains:  # "usb usb hub" asks for usb once
                gains[part] = pool.saturated(part)
                _add(scores, gains[part], word.certainty * rarities.of(part))
            covered = [sum_ + share if gain else sum_ for sum_, gain in zip(covered, gains[part], strict=True)]
    for extra in query.extras:
        part = ((extra,),)
        if part not in gains:
            gains[part] = pool.saturated(part)
            _add(scores, gains[part], rarities.of(part))

    if max(covered) < best or (best >= COVERAGE and max(scores) < IN_PASSING * whole):
        return []
    faintest = FAINTEST * max(scores)
    # Where one product holds all of the question, nobody needs to know what the others lack.
    certain = sum(word.certainty * weight for word, weight in zip(query.words, weights, strict=True)) / whole
    asked = [] if max(covered) >= certain - _EQUAL else [(w.written, [gains[p] for p in w.parts]) for w in query.words]
    # The share scales the score (Lucene's old "coord"): holding all words beats repeating one of them.
    hits = [
        Ranked(
            item.product_id,
            item.sku,
            score * share * (1.0 if item.buyable else SOLD_OUT),
            share,
            item.buyable,
            item.group,
            _lacked(asked, row) if asked else (),
        )
        for row, (item, score, share) in enumerate(zip(found, scores, covered, strict=True))
        if share >= KINSHIP and score >= faintest
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.product_id))


def _lacked(asked: Sequence[tuple[str, list[list[float]]]], row: int) -> tuple[str, ...]:
    """The words of which the product holds less than half of the parts, by what each part gains each product."""
    return tuple(written for written, held in asked if 2 * sum(gains[row] > 0 for gains in held) < len(held))


def _add(scores: list[float], gains: Sequence[float], rarity: float) -> None:
    for row, gain in enumerate(gains):
        if gain:
            scores[row] += rarity * gain


def arranged(found: Sequence[Ranked]) -> list[Ranked]:
    """One product of each group, what is sold out behind all that can be bought and hold as much of the question.

    Who asks for one thing by its name hears that it is sold out, not of ten others that share a word with it. Scores
    fall along the list.
    """
    order = [item for item in found if item.buyable]
    for item in found:
        if not item.buyable:
            place = 1 + max(
                (
                    at
                    for at, other in enumerate(order)
                    if other.share >= item.share - _EQUAL or other.score > item.score
                ),
                default=-1,
            )
            order.insert(place, item)
    kept: list[Ranked] = []
    groups: set[str] = set()
    for item in order:
        if item.group and item.group in groups:
            continue
        groups.add(item.group)
        kept.append(item._replace(score=kept[-1].score) if kept and item.score > kept[-1].score else item)
    return kept


_EQUAL = 0.01


class _Pool:
    """Term frequencies in the products that were found. A field's length is held against the pool's mean.

    Lengths are in characters: as good a measure as words, and a string knows its own.
    """

    def __init__(self, found: Sequence[Found]) -> None:
        self._texts = [[f" {text} " if text else "" for text in item.fields] for item in found]
        means = [1 + sum(map(len, column)) / len(found) for column in zip(*self._texts, strict=True)]
        self._fields = [
            (at, weight, LENGTH_SHARE / mean) for at, (weight, mean) in enumerate(zip(WEIGHTS, means, strict=True))
        ]

    def saturated(self, part: tuple[Phrase, ...]) -> list[float]:
        """For each product, 0 to 1: how much it speaks of any of these phrases."""
        gains = [0.0] * len(self._texts)
        needles = [f" {' '.join(phrase)} " for phrase in part]
        for row, texts in enumerate(self._texts):
            said = 0.0
            for needle in needles:
                for at, weight, slope in self._fields:
                    text = texts[at]
                    if needle in text:
                        said += weight * text.count(needle) / (1 - LENGTH_SHARE + slope * len(text))
            if said:
                gains[row] = said / (SATURATION + said)
        return gains
