"""Eight hundred and fifty questions in English and Korean in `questions.tsv`, each with what is to be understood of it.

They were written before the code that reads them; the half `held` was looked at once, at the end. The parts `later` and
`third` were written and asked once that was done: 59 of 113, then 34 of 42 were understood as they should be, and the
rest led to further rules. The parts from `fourth` on were written by people who had not seen the code. Of the 140 of
`fourth` 122 were understood when they were first asked, and what the rest had in common led to further rules. Then 115
of 120 were understood in `fifth`, in `sixth` as many, and 112 of 120 in `seventh`: what the rules come to on questions
that nobody has looked at. What those eighteen asked for is in the rules by now; one was the author's own mistake ("5만"
is won).

`context` says what came before: `after:QUESTION`, `shown` (three products were answered to a question for wireless
headphones), `page` (the page shows a shoe). `expected` names every field that is not empty.
"""

import csv
from decimal import Decimal
from pathlib import Path

from chatbot.catalog.question import Context, Question, Shown, understand
from chatbot.catalog.text import query
from chatbot.catalog.vocabulary import vocabulary_of

QUESTIONS = Path(__file__).with_name("questions.tsv")

BRANDS = (
    "Sony",
    "Samsung",
    "Apple",
    "Nike",
    "Adidas",
    "Logitech",
    "소니",
    "삼성",
    "애플",
    "나이키",
    "아디다스",
    "로지텍",
)
ENGLISH_COLORS = ("Black", "White", "Red", "Blue", "Navy", "Green", "Pink", "Silver", "Gray")
KOREAN_COLORS = ("블랙", "화이트", "레드", "블루", "네이비", "그린", "핑크", "실버", "그레이")

KNOWN = vocabulary_of(
    brands=BRANDS,
    colors=(*ENGLISH_COLORS, *KOREAN_COLORS),
    sizes_=["27 inch", '32"', "13인치", "55인치", "270", "260", "240", "S", "M", "L", "XL", "2인용", "3 people"],
    categories=[
        "Electronics > Monitors",
        "디지털 > 모니터",
        "Shoes > Running shoes",
        "신발 > 운동화",
        "Bags > Backpacks",
    ],
)


def shown(sku: str, title: str, price: int, currency: str) -> Shown:
    return Shown(sku=sku, title=title, price=Decimal(price), currency=currency)


SHOWN = {
    "en": (
        shown("E1", "Sony WH-500 wireless headphones black", 120, "USD"),
        shown("E2", "Logitech Zone wireless headset", 80, "USD"),
        shown("E3", "Apple Buds wireless headphones", 150, "USD"),
    ),
    "ko": (
        shown("K1", "소니 WH-500 무선 헤드폰 블랙", 120_000, "KRW"),
        shown("K2", "로지텍 존 무선 헤드셋", 80_000, "KRW"),
        shown("K3", "애플 버즈 무선 헤드폰", 150_000, "KRW"),
    ),
}
BEFORE = {"en": "wireless headphones", "ko": "무선 헤드폰"}

VIEWED = {
    "en": shown("V1", "Nike Pegasus running shoes", 130, "USD"),
    "ko": shown("W1", "나이키 페가수스 러닝화", 139_000, "KRW"),
}


def asked(context: str, language: str, text: str) -> Question:
    """The question as it is understood where `context` came before."""
    if context == "shown":
        last = understand(BEFORE[language], known=KNOWN)
        return understand(text, context=Context(last=last, shown=SHOWN[language]), known=KNOWN)
    if context == "page":
        viewed = VIEWED[language]
        return understand(text, page=viewed.title, context=Context(viewed=viewed), known=KNOWN)
    if context:
        last = understand(context.removeprefix("after:"), known=KNOWN)
        return understand(text, context=Context(last=last), known=KNOWN)
    return understand(text, known=KNOWN)


def expected(written: str) -> Question:
    """The question that a line of the file describes."""
    values = dict(part.partition("=")[::2] for part in written.split("; ") if part)
    lists = {
        name: tuple(values[name].split(", "))
        for name in ("brands", "colors", "sizes", "without", "about")
        if name in values
    }
    return Question(
        words=values.get("words", ""),
        price_min=Decimal(values["min"]) if "min" in values else None,
        price_max=Decimal(values["max"]) if "max" in values else None,
        currency=values.get("currency", ""),
        sort=values.get("sort", ""),  # type: ignore[arg-type]
        gift="gift" in values,
        recipient=values.get("recipient", ""),
        reference=values.get("reference", ""),  # type: ignore[arg-type]
        asks=values.get("asks", ""),  # type: ignore[arg-type]
        **lists,  # type: ignore[arg-type]
    )


def differences(found: Question, wanted: Question) -> dict[str, tuple[object, object]]:
    """What differs, by field. Words are the same when they search for the same; lists are sets."""
    different: dict[str, tuple[object, object]] = {}
    if set(query(found.words).words) != set(query(wanted.words).words):
        different["words"] = (found.words, wanted.words)
    for name in Question.__dataclass_fields__:
        if name in ("words", "category"):
            continue
        mine, theirs = getattr(found, name), getattr(wanted, name)
        if (set(mine) != set(theirs)) if isinstance(mine, tuple) else (mine != theirs):
            different[name] = (mine, theirs)
    return different


def lines(half: str = "") -> list[dict[str, str]]:
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row for row in rows if not half or row["half"] == half]
