"""The order of results: BM25F over the fields of the few hundred products that an engine found.

An engine narrows the catalogue down with what its database does fast; the order is made here, so that every database
gives the same one. A product also has to cover enough of what was asked: one that shares only a common word with the
question is noise, and "we have nothing suitable" is the better answer.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chatbot.catalog.search.base import Hit
from chatbot.catalog.search.document import WEIGHTS, Fields
from chatbot.catalog.text import Phrase, Query, Word

SATURATION = 1.2
"""k1 of BM25: how soon a further mention stops counting."""
LENGTH_SHARE = 0.75
"""b of BM25: how much a long field dilutes its words."""
COVERAGE = 0.5
"""Share of the question, rare words counting more, that the best product has to hold; else nothing suits."""
KINSHIP = 0.25
"""Share that each further product has to hold: an ordinary fridge behind the one for kimchi."""
SOLD_OUT = 0.9
"""What is left of the score of a product that cannot be bought now: last among near equals, not last of all."""


@dataclass(frozen=True, slots=True)
class Found:
    """A product that an engine found."""

    product_id: int
    sku: str
    buyable: bool
    fields: Fields


def ranked(query: Query, found: Sequence[Found], frequencies: Mapping[str, int], documents: int) -> list[Hit]:
    """Hits, best first, without those that cover too little. `frequencies`: products that hold a token."""
    if not found:
        return []
    lengths = [1.0 + sum(item.fields[at].count(" ") for item in found) / len(found) for at in range(len(WEIGHTS))]
    padded = [[f" {text} " for text in item.fields] for item in found]
    dilutions = [
        [
            weight / (1 - LENGTH_SHARE + LENGTH_SHARE * (text.count(" ") - 1) / length)
            for text, weight, length in zip(texts, WEIGHTS, lengths, strict=True)
        ]
        for texts in padded
    ]
    scores = [0.0] * len(found)
    covered = [0.0] * len(found)
    whole = 0.0
    counted: dict[tuple[Phrase, ...], list[float]] = {}

    def weigh(phrases: tuple[Phrase, ...], rarity: float) -> list[float]:
        if phrases in counted:  # "usb usb hub" asks for usb once
            return counted[phrases]
        needles = [f" {' '.join(phrase)} " for phrase in phrases]
        gains = []
        for row, texts in enumerate(padded):
            said = 0.0
            for text, share in zip(texts, dilutions[row], strict=True):
                for needle in needles:
                    if needle in text:
                        said += share * text.count(needle)
            gains.append(said)
            scores[row] += rarity * said / (SATURATION + said)
        counted[phrases] = gains
        return gains

    for word in query.words:
        importance = _importance(word, frequencies, documents)
        whole += importance
        for phrases in word.parts:
            for row, said in enumerate(weigh(phrases, _rarity(phrases, frequencies, documents))):
                if said:
                    covered[row] += importance / len(word.parts)
    for extra in query.extras:
        phrases = ((extra,),)
        weigh(phrases, _rarity(phrases, frequencies, documents))

    if max(covered) < COVERAGE * whole:
        return []
    # The share scales the score (Lucene's old "coord"): holding all words beats repeating one of them.
    hits = [
        Hit(item.product_id, item.sku, score * share * (1.0 if item.buyable else SOLD_OUT))
        for item, score, share in zip(found, scores, (held / whole for held in covered), strict=True)
        if share >= KINSHIP
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.product_id))


def telling(query: Query, frequencies: Mapping[str, int], documents: int) -> Query:
    """The query without its commonest words, as many as together do not make a product kin.

    Nothing is lost: a product that holds only those would be dropped, after thousands like it had been ranked.
    """
    weights = {word: _importance(word, frequencies, documents) for word in query.words}
    spare = KINSHIP * sum(weights.values())
    common = set()
    for word in sorted(weights, key=lambda word: weights[word]):
        spare -= weights[word]
        if spare <= 0:
            break
        common.add(word)
    return Query(tuple(word for word in query.words if word not in common))


def _importance(word: Word, frequencies: Mapping[str, int], documents: int) -> float:
    return sum(_rarity(phrases, frequencies, documents) for phrases in word.parts) / len(word.parts)


def _rarity(phrases: tuple[Phrase, ...], frequencies: Mapping[str, int], documents: int) -> float:
    """The inverse document frequency of the word as written; of its commonest other spelling where that is unknown."""
    holding = [min(frequencies.get(token, 0) for token in phrase) for phrase in phrases]
    known = min(holding[0] or max(holding), documents)
    return math.log(1 + (documents - known + 0.5) / (known + 0.5))
