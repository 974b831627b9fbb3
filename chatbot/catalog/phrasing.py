"""Patterns of a shopper's words, written as tables: one way of saying it a line, short words of one sort together.

>>> any_of(r"any\\s+brand", r"아무\\s*브랜드").search("Any brand will do")[0]
'Any brand'
"""

import re


def any_of(*ways: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    """A pattern of ways to say one thing; the first that fits wins."""
    return re.compile("|".join(ways), flags)


def one_of(*ways: str) -> str:
    """The same as a part of a longer way."""
    return f"(?:{'|'.join(ways)})"
