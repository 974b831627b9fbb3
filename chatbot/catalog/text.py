"""Analysis of product text and of questions: what a word is, in English, Korean and both at once.

The same analysis feeds every search engine. Product text becomes a list of tokens (`tokens`); the words of a question
become a `Query`, whose words know in what other spellings the catalogue may hold them.

- English words are stems; accents and case fall away.
- Hangul (Chinese characters and kana too) becomes single characters and pairs, spaces removed: Korean is spaced as
  people please, and pairs find "무선이어폰" in "무선 이어폰" without a dictionary.
- "MX-500" is indexed in parts and joined; "mx500", "mx 500" and "mx-500" find each other from the question's side, as
  do "3.5mm" and "3.5 mm", "flashlight" and "flash light".
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

CJK = "\u1100-\u11ff\u3041-\u30ff\u3131-\u318e\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
TOKEN_CHARACTERS = 64
QUERY_WORDS = 24
"""Words of a question that are searched for; a pasted page would otherwise become one enormous query."""

_CJK_RUN = rf"[{CJK}]+(?:\s+[{CJK}]+)*"
_CHUNK = rf"[^\W_{CJK}]+(?:[-'’.][^\W_{CJK}]+)*"
_SCAN = re.compile(rf"({_CJK_RUN})|({_CHUNK})")
_SCAN_ASCII = re.compile(r"[a-z0-9]+(?:[-'.][a-z0-9]+)*")
_PART = re.compile(r"[^\W_]*\d\.\d+(?:\.\d+)*[^\W_]*|[^\W_]+")
_LETTERS_OR_NUMBER = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_COMBINING = re.compile("[\u0300-\u036f]+")

_FUNCTION_WORDS = (
    "a an and are as at be by do for from has have i in is it its me my of on or our that the their this to we which "
    "with you your"
)
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
_PARTICLES = (
    "을 를 이 가 은 는 에 의 와 과 도 만 로 랑 용 형 에서 에게 한테 으로 이랑 하고 부터 까지 처럼 보다 이나 라도 "
    "이라도 에는 에도 로는 으로는 이요 은요 는요 도요 요 들 들이 들은 들을"
)
PARTICLES = tuple(sorted(_PARTICLES.split(), key=len, reverse=True))
"""Endings that a Korean noun may carry. A noun may also end like that by itself ("고양이"), so their characters are
never cut off: they only stop being required."""

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a question. Each part is fulfilled by any of its phrases; a phrase is tokens in a row.

    An English word has one part with its spellings, a Korean word one part for each pair of characters. `guesses` are
    further spellings (where a compound may be cut), worth a look only where the catalogue knows all their tokens.
    """

    parts: tuple[tuple[Phrase, ...], ...]
    guesses: tuple[Phrase, ...] = ()
    written: str = ""
    """The word as it was asked for, folded and without a Korean noun's particle."""
    certainty: float = 1.0
    """How sure it is that this is meant; less for a spelling that was put right."""


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for. `extras` are tokens that speak for a product but need not be there."""

    words: tuple[Word, ...]
    extras: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words)


def tokens(text: str) -> list[str]:
    """The tokens of product text, in order."""
    found: list[str] = []
    if text.isascii():
        for chunk in _SCAN_ASCII.findall(_THOUSANDS.sub("", text.lower())):
            found += _chunk_tokens(chunk)
        return found
    for run, chunk in _SCAN.findall(fold(text)):
        if run:
            found += _grams("".join(run.split()))
        else:
            found += _chunk_tokens(chunk)
    return found


def query(text: str) -> Query:
    """The words of a question. Function words and words beyond QUERY_WORDS do not count."""
    words: list[Word] = []
    extras: list[str] = []
    functions: list[str] = []
    scanned = list(_SCAN.findall(fold(text)))
    chunks: list[str] = []
    for run, chunk in scanned:
        if run:
            words += _english(chunks)
            chunks = []
            korean, more = _korean(run.split())
            words += korean
            extras += more
        elif chunk in FUNCTION_WORDS:
            functions.append(chunk)
        else:
            chunks.append(chunk)
    words += _english(chunks)
    if not words:  # "it" is a film, "The The" a band: better than nothing
        words = _english(functions)
    return Query(tuple(dict.fromkeys(words[:QUERY_WORDS])), tuple(dict.fromkeys(extras[: 2 * QUERY_WORDS])))


def phrase(text: str) -> Phrase:
    """The tokens that stand in a row wherever a product's text says `text`; empty for text without words."""
    found: list[str] = []
    for run, chunk in _SCAN.findall(fold(text)):
        if run:
            joined = "".join(run.split())
            found += [joined[start : start + 2] for start in range(len(joined) - 1)] or [joined]
        else:
            parts = _parts(chunk)
            found += [_token(part) for part in parts]
    return tuple(found)


def korean_word(noun: str) -> Word:
    """A folded Korean noun as a word of a question."""
    pairs = [noun[start : start + 2] for start in range(len(noun) - 1)] or [noun]
    return Word(tuple(((pair,),) for pair in dict.fromkeys(pairs)), written=noun)


def noun_of(spaced: str) -> str:
    """A folded Korean word without the particle that it may carry."""
    return _noun(spaced)


def fold(text: str) -> str:
    """Compatibility forms, case, accents and digit grouping folded away."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFC", _COMBINING.sub("", unicodedata.normalize("NFD", folded)))
    return _THOUSANDS.sub("", folded)


@lru_cache(maxsize=40_000)
def _chunk_tokens(chunk: str) -> tuple[str, ...]:
    parts = _parts(chunk)
    if len(parts) == 1:
        return (_token(parts[0]),)
    return (*(_token(part) for part in parts), _token("".join(parts)))


def _parts(chunk: str) -> list[str]:
    return _PART.findall(chunk.replace("’", "'").removesuffix("'s"))


@lru_cache(maxsize=40_000)
def _token(part: str) -> str:
    part = part[:TOKEN_CHARACTERS]
    return _stem(part) if part.isascii() and part.isalpha() else part


_stemmer = snowballstemmer.stemmer("english")
_stemmer_guard = threading.Lock()


def _stem(word: str) -> str:
    with _stemmer_guard:  # the stemmer keeps the word that it works on in itself
        return str(_stemmer.stemWord(word))


def _grams(run: str) -> Iterator[str]:
    yield from run
    for start in range(len(run) - 1):
        yield run[start : start + 2]


def _english(chunks: list[str]) -> list[Word]:
    """Words with their spellings: as written, cut where letters meet digits, joined to a neighbour."""
    spellings: list[list[Phrase]] = []
    raw = []
    for chunk in chunks:
        parts = _parts(chunk)
        joined = "".join(parts)
        phrases: list[Phrase] = [(_token(joined),)]
        if len(parts) > 1:
            phrases.append(tuple(_token(part) for part in parts))
        pieces = _LETTERS_OR_NUMBER.findall(joined)
        if 1 < len(pieces) <= 3:
            phrases.append(tuple(_token(piece) for piece in pieces))
        spellings.append(phrases)
        raw.append(joined)
    for left in range(len(raw) - 1):
        pair: Phrase = (_token(raw[left] + raw[left + 1]),)
        spellings[left].append(pair)
        spellings[left + 1].append(pair)
    return [
        Word((tuple(dict.fromkeys(phrases)),), _cuts(joined), joined)
        for phrases, joined in zip(spellings, raw, strict=True)
    ]


def _cuts(word: str) -> tuple[Phrase, ...]:
    if not (word.isascii() and word.isalpha() and 6 <= len(word) <= 24):
        return ()
    return tuple((_token(word[:at]), _token(word[at:])) for at in range(3, len(word) - 2))


def _korean(run: list[str]) -> tuple[list[Word], list[str]]:
    """A word for each spaced word, whose pairs inside the noun are required; all else of the run speaks as an extra."""
    words = []
    required: set[str] = set()
    for spaced in run:
        word = korean_word(_noun(spaced))
        required.update(token for part in word.parts for phrase in part for token in phrase)
        words.append(word)
    extras = [gram for gram in _grams("".join(run)) if gram not in required]
    return words, extras


def _noun(spaced: str) -> str:
    for particle in PARTICLES:
        if spaced.endswith(particle) and len(spaced) - len(particle) >= 2:
            return spaced.removesuffix(particle)
    return spaced
