"""What stands over a line: the heading whose topic it is about, the head of its table, the products of its list."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from chatbot.assistant.claims.goods.names import CITATION
from chatbot.assistant.claims.sentences import is_item, is_row

_LONGEST: Final = 120
"""Characters of a line that may head others."""
_FEW_WORDS: Final = 8
_MARKED: Final = re.compile(r"\s*#{1,6}\s")
_BOLD: Final = re.compile(r"[\W\d]*\*\*[^*]+\*\*[^\w*]*$")
_LEADS_ON: Final = re.compile(r"[:：?？][\"'”’)*_\s]*$")
_SIGN: Final = re.compile(r"\s*[^\w\s#|\"'“‘(\[*_$₩€£]+\s")
"""A sign before an item of a list, and none of those that is_item knows: ✅, →, ·."""
_LABELLED: Final = re.compile(r"\s*[^\s:：?!.][^:：?!.\n]{0,24}[:：]\s*\S")


class Overhead(NamedTuple):
    """What stands over a line, in level words (see `names.level`)."""

    heading: str = ""
    head: str = ""
    """The first row of its table."""
    listed: Sequence[int] = ()
    """The numbers of the products that the heading and the items before name."""


NOTHING: Final = Overhead()


def below(line: str, over: Overhead, named: Sequence[int]) -> Overhead:
    """What stands over the line behind `line` (see `names.level`), which names these products."""
    if len(line) > _LONGEST and line[:1].isalpha():
        return NOTHING  # running words
    if not line.strip():
        return over if not over.head else over._replace(head="")
    if is_row(line):
        return over if over.head else over._replace(head=line)
    is_listed = is_item(line) or _SIGN.match(line) is not None or _LABELLED.match(line) is not None
    listed = [*(over.listed if is_listed else ()), *dict.fromkeys(named)]
    if _heads(line, is_listed=is_listed, names_one=bool(named)):
        return Overhead(line, "", listed)
    return Overhead(over.heading, "", listed) if is_listed else NOTHING


def _heads(line: str, *, is_listed: bool, names_one: bool) -> bool:
    """Whether a line says what those below it are about."""
    if len(line) > _LONGEST:
        return False
    bare = CITATION.sub("", line)
    if _MARKED.match(bare) or _BOLD.match(bare) or _LEADS_ON.search(bare):
        return True
    return not (is_listed or names_one or any(map(str.isdigit, bare))) and len(bare.split()) <= _FEW_WORDS
