"""Which encoding a text file has: UTF-8 or UTF-16, with or without a byte-order mark, and a clear word on any other."""

import codecs

from chatbot.catalog.sources.rows import FeedError

_OTHERS = {"cp949": "CP949 (EUC-KR)", "cp1252": "Windows-1252 or Latin-1"}


def encoding_of(sample: bytes) -> str:
    """A codec name for the file that begins with `sample`, which may end within a character.

    A file of which single lines are not UTF-8 still is a UTF-8 file. Raises FeedError.
    """
    if sample.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FeedError("The file is UTF-32. Save it as UTF-8.")
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = sample.partition(b"\n")[0][:400]
    if b"\0" in head or (b"\0" in sample and not _is_utf8(head)):
        # Column names are ASCII in most feeds, so every other byte is zero.
        zeros = (head[0::2].count(0), head[1::2].count(0))
        if max(zeros) > len(head) // 8 and min(zeros) == 0:
            return "utf-16-be" if zeros[0] else "utf-16-le"
        raise FeedError("The file is not text. A feed is CSV, TSV or XML, as it is or gzipped.")
    lines = sample.split(b"\n")
    filled = [line for line in lines if not line.isascii()]
    wrong = [line for line in filled if not _is_utf8(line)]
    if wrong and (not _is_utf8(lines[0]) or len(wrong) * 2 > len(filled)):
        raise FeedError(f"The file is not UTF-8; it looks like {_likely(wrong)}. Save it as UTF-8.")
    return "utf-8"


def _is_utf8(line: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(line)
    except UnicodeDecodeError:
        return False
    return True


def _likely(lines: list[bytes]) -> str:
    for codec, name in _OTHERS.items():
        try:
            b"\n".join(lines).decode(codec)
        except UnicodeDecodeError:
            continue
        return name
    return "another encoding"
