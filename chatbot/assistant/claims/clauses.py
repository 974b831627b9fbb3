"""Where in a sentence one statement is over and the next begins."""

import re
from typing import Final

from chatbot.assistant.claims.line import Claim, Line

_BETWEEN: Final = re.compile(
    r"[;:]\s|\s[—–-]\s|,?\s(?:but|while|whereas|although|though|because|since|yet)\s|,\s(?:and|so|or|as|which)\s"
    r"|(?<=[가-힣])(?:(?<!말)고(?!\s[있계])|며|지만|는데|은데|인데|니까|으니|라서|어서|아서|해서|면)(?=[,\s])"
)
"""A comma alone, or an "and", may stand between names."""
_ENDING: Final = 3
"""Characters of a Korean claim that may go on with the next statement: 할인하지만."""


def statement(line: Line, claim: Claim) -> tuple[int, int]:
    """Where the statement begins and ends in which a claim stands."""
    start, stop = line.bounds(claim)
    begin = max((found.end() for found in _BETWEEN.finditer(line.text, start, claim.start)), default=start)
    behind = _BETWEEN.search(line.text, max(claim.start, claim.end - _ENDING), stop)
    return begin, behind.start() if behind else stop
