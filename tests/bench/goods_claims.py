"""What a model claims in words of its own: lies that are read, truths that are changed, and what looking costs.

The answers stand in `tests.assistant.adversarial`, each with what must not be read in it as plain strings. They were
written by hand and from lists of spellings, not by the code that judges them.
"""

import os
import re
from collections.abc import Iterator, Sequence
from time import process_time

from tests.bench.figures import Figure, benchmark

WORDS = 20_000
PARAGRAPH = 100
"""Words after which a line ends."""


@benchmark("goods", "claims")
def measure() -> Iterator[Figure]:
    """Every answer character by character, word by word and whole."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from tests.assistant.adversarial import lies, truths

    told, read = list(lies()), 0
    for lie in told:
        for pieces in _cuts(lie.answer):
            read += any(forbidden in shown for shown in _shown(lie.language, pieces) for forbidden in lie.forbidden)
    note = "by character, by word and whole; a lie counts when it was to be seen at any moment"
    yield Figure(
        area="goods", name="claims_lies", value=len(told), unit="answers", goal=">= 300", note="both languages"
    )
    yield Figure(area="goods", name="claims_wrong_shown", value=read, unit="", goal="== 0", n=3 * len(told), note=note)
    said, changed = list(truths()), 0
    for truth in said:
        expected = truth.shown or re.sub(r"\[\[p\d\]\]", "", truth.answer)
        changed += sum(_shown(truth.language, pieces)[-1] != expected for pieces in _cuts(truth.answer))
    note = f"{len(said)} answers with prices, discounts, stock and terms that are right"
    yield Figure(
        area="goods", name="claims_right_changed", value=changed, unit="", goal="== 0", n=3 * len(said), note=note
    )
    yield from _cost()


def _cuts(answer: str) -> tuple[Sequence[str], ...]:
    return list(answer), re.findall(r"\s*\S+|\s+$", answer), [answer]


def _shown(language: str, pieces: Sequence[str]) -> list[str]:
    """All that a shopper's screen says, after each event and at the end, block by block."""
    from chatbot.assistant.grounding import Grounding
    from chatbot.events import TextAdded, TextCorrected, TextStarted
    from tests.assistant.adversarial import CARDS, SAID, TERMS

    grounding = Grounding(cards=CARDS[language], language=language, said=SAID[language], terms=TERMS[language])
    blocks: dict[str, str] = {}
    seen = [""]
    for events in (*(grounding.feed(piece) for piece in pieces), grounding.close()):
        for event in events:
            match event:
                case TextStarted():
                    blocks[event.block] = ""
                case TextAdded():
                    blocks[event.block] += event.text
                case TextCorrected():
                    blocks[event.block] = event.text
                case _:
                    continue
            seen.append("\n".join(text for text in blocks.values() if text))
    return seen


def _cost() -> Iterator[Figure]:
    """CPU for a word of an answer that claims nothing, as it comes from a model."""
    from chatbot.assistant.grounding import Grounding
    from chatbot.assistant.prompt import RULES
    from chatbot.events import TextAdded
    from tests.assistant.adversarial import CARDS

    plain = {
        "ko": " 가볍고 편안해서 오래 착용해도 귀가 아프지 않고 통화 음질도 또렷하게 들려요.",
        "en": " They are light and comfortable to wear, and calls sound clear even outside on a windy day.",
    }
    for language, sentence in plain.items():
        words = re.findall(r"\s?\S+", sentence)
        pieces = [TextAdded(text=word, block="t1") for word in (words * (WORDS // len(words)))]
        grounding = Grounding(cards=CARDS[language], language=language, rules=RULES)
        grounding.feed("!")
        at_once = 0
        began_s = process_time()
        for number, piece in enumerate(pieces):
            if number % PARAGRAPH == 0:
                grounding.feed("\n")
            if grounding.passes(piece):
                at_once += 1
            else:
                grounding.feed(piece.text)
        spent_s = process_time() - began_s
        note = f"words without a claim; {100 * at_once / len(pieces):.0f} % pass at once, the others wait for one word"
        yield Figure(
            area="goods",
            name=f"claims_cpu_{language}",
            value=1e6 * spent_s / len(pieces),
            unit="us/word",
            n=len(pieces),
            note=note,
        )
