"""Surrogate pairs torn apart: an emoji may come as the escape `\\ud83d` in one chunk and `\\ude00` in the next.

A half is held back until the next text shows its other half; one that stays alone becomes U+FFFD, so that the text can
always be encoded.
"""

REPLACEMENT = "\ufffd"


def joined(text: str) -> str:
    """`text` with its surrogate pairs made whole, and every half that stands alone replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


class SurrogateJoiner:
    """Does so for a text that comes in pieces."""

    __slots__ = ("_half",)

    def __init__(self) -> None:
        self._half = ""

    def feed(self, text: str) -> str:
        """As much of the text so far as can be given, not given before. `text` is not empty."""
        if self._half:
            text = self._half + text
            self._half = ""
        if "\ud800" <= text[-1] <= "\udbff":
            self._half = text[-1]
            text = text[:-1]
        return text if text.isascii() else joined(text)

    def close(self) -> str:
        """What stands for a half whose other half never came."""
        half, self._half = self._half, ""
        return REPLACEMENT if half else ""
