"""Words that staff declare to be one: "노트북, 랩탑, laptop". A question with one of them finds products with any."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from chatbot.catalog.text import FUNCTION_WORDS, Phrase, Query, Word, fold, noun_of, phrase, query
from chatbot.models import Synonym
from chatbot.remembered import remembered

_LONGEST: Final = 4
"""Words of a question that are taken together for one term."""

Terms = Mapping[Phrase, tuple[Phrase, ...]]


@remembered(Synonym)
def _terms() -> Terms:
    """Each term, in tokens, to all the terms that mean the same; the term itself comes first."""
    same: dict[Phrase, dict[Phrase, None]] = defaultdict(dict)
    for synonym in Synonym.objects.filter(enabled=True).order_by("pk"):
        terms = [found for term in synonym.terms_in_order() if (found := phrase(term))]
        # One way: a "tumbler" is a cup, but who asks for cups wants no tumblers only.
        asked = terms[:1] if synonym.one_way else terms
        for term in asked:
            same[term].update(dict.fromkeys((term, *terms)))
    return {term: tuple(others) for term, others in same.items()}


def expanded(text: str) -> Query:
    """The question as a query, in which each term may be fulfilled by what staff say means the same."""
    same = _terms()
    if not same:
        return query(text)
    spaced = text.split()
    rest: list[str] = []
    words: list[Word] = []
    at = 0
    while at < len(spaced):
        for length in range(min(_LONGEST, len(spaced) - at), 0, -1):
            written = " ".join(spaced[at : at + length])
            if found := same.get(phrase(written)) or same.get(phrase(noun_of(fold(written)))):
                words.append(Word((found,), written=fold(written)))
                at += length
                break
        else:
            rest.append(spaced[at])
            at += 1
    if words:  # "in" of "a balance bike in green" is a word to look for only where there is no other
        rest = [word for word in rest if fold(word) not in FUNCTION_WORDS]
    others = query(" ".join(rest)) if rest else Query(())
    if not words:
        return others
    return Query((*words, *others.words), others.extras)
