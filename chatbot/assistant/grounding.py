"""The model's words against the shop's catalogue, while they stream.

The model never decides a price, a stock state or which product exists. It cites (see `citations`), and cards stand
after the line that cites them, or that names a product without citing it. What it says in words of its own is believed
where the shop bears it out (see `claims`): a sentence that may claim something about money, a discount, stock, terms or
names of goods is waited for and judged as a whole; all others pass as they come. A wrong fact is replaced by the
right one; where there is none, the sentence goes, with what was shown of it before the claim began. Every change is an
intervention.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from chatbot.assistant.blocks import Blocks
from chatbot.assistant.citations import Citations
from chatbot.assistant.claims.answers import is_label
from chatbot.assistant.claims.checking import check
from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.fixes import Fix
from chatbot.assistant.claims.goods.names import BRACKETED, BRACKETED_SO_FAR, CITED, level, visible
from chatbot.assistant.claims.goods.naming import NEAR, Naming
from chatbot.assistant.claims.sentences import is_row
from chatbot.assistant.claims.terms.promises import is_asked
from chatbot.assistant.claims.watching import (
    LONGEST,
    ends_later,
    glance,
    goes_on,
    has_begun,
    is_in_word,
    may_begin,
    sentence_end,
    word_end,
)
from chatbot.assistant.corrections import Corrections
from chatbot.assistant.recital import Recital
from chatbot.assistant.spoken import Spoken
from chatbot.assistant.surroundings import Surroundings
from chatbot.catalog.knowledge import Entry
from chatbot.events import ProductCard, TextAdded, TurnEvent

SHORT: Final = 48
"""Characters of held words that are looked at again in one search."""


class Grounding:
    """Words in, events out. `cards[0]` is what `p1` cites; facts in sentences are written in `language`.

    `entries[0]` is what `k1` cites. `said` are the shopper's own words, `terms` what all entries say, `catalogue` the
    candidates' descriptions, `links` the addresses that may be written, `titles` those of products shown before in
    this talk, `rules` the system text, which is not for shoppers.
    """

    def __init__(
        self,
        *,
        cards: Sequence[ProductCard],
        language: str,
        entries: Sequence[Entry] = (),
        said: str = "",
        terms: str = "",
        catalogue: str = "",
        links: Sequence[str] = (),
        titles: Sequence[str] = (),
        rules: str = "",
    ) -> None:
        self.interventions: list[dict[str, str]] = []
        allowed = [*links, *(card.link for card in cards if card.link)]
        self._entries = entries
        self._evidence = Evidence(cards, said, terms, catalogue, allowed, titles)
        self._naming = Naming(self._evidence)
        self._goods = self._naming.korean_kind
        self._blocks = Blocks()
        self._citations = Citations(cards, entries, language, self._blocks, self.interventions)
        self._corrections = Corrections(cards, language, self.interventions)
        self._held = ""
        self._awaits_end = False
        """Whether what is held is a sentence that nothing but its end lets go on."""
        self._spoken = Spoken(self._citations, self._evidence.names)
        self._recital = Recital(rules, self._spoken, self._evidence)
        self._is_careful = False
        """Whether the next word has to be read whatever it is: it may go on with a name."""
        self._is_astray = False
        """Whether the line speaks of a product that does not exist."""
        self._around = Surroundings(self._evidence.names)
        self._may_answer = False
        """Whether a question stands near before, or over the line."""

    @property
    def has_changed_words(self) -> bool:
        """Whether anything of the model's words was not shown as it was written."""
        return any(each["kind"] != "card_added" for each in self.interventions)

    def passes(self, said: TextAdded) -> bool:
        """Whether these further words are shown as they are: then `feed` would give an event that is equal to them.

        They are taken for said then, and must not be fed as well.
        """
        blocks = self._blocks
        if self._held or blocks.due or said.block != blocks.open or self._is_careful:
            return False
        text = said.text
        return glance(text, self._spoken.line) == "plain" and not self._may_name(text) and self._goes_on(text)

    def feed(self, text: str) -> list[TurnEvent]:
        """The events that these further words of the model allow to be shown."""
        text = visible(text)
        if self._awaits_end and len(self._held) + len(text) < LONGEST and ends_later(text):
            self._held += text
            return []
        text = self._held + text
        blocks = self._blocks
        if len(text) < SHORT and not blocks.due and blocks.open and not self._is_careful:
            match glance(text, self._spoken.line):
                case "plain" if not self._may_name(text) and self._goes_on(text):
                    self._held = ""
                    return [TextAdded(text=text, block=blocks.open)]
                case "open":  # the next word shows what this is, mostly nothing
                    self._held = text
                    return []
        return self._read(text, is_final=False)

    def let_go(self) -> list[TurnEvent]:
        """What was held back, as nothing comes after it any more."""
        return self._read(self._held, is_final=True)

    def close(self) -> list[TurnEvent]:
        """The rest: what was held back, the cards that are due, the end of the block."""
        events = self.let_go()
        self._end_line()
        return events + self._blocks.end()

    def withdraw(self, reason: str) -> list[TurnEvent]:
        """Take back all words so far; what is fed next begins a new block. Cards stay: they are the shop's own."""
        self._held = ""
        self._spoken.begin()
        self._is_careful = self._is_astray = False
        self._awaits_end = False
        self._may_answer = False
        self._around.forget()
        self._citations.forget()
        self.interventions.append({"kind": "withdrawn", "text": reason})
        return self._blocks.withdraw(reason)

    def catalogue_answer(self, sentence: str, cards: Sequence[ProductCard]) -> list[TurnEvent]:
        """The shop's own answer: a block of its words, and those of `cards` that do not stand in the answer yet."""
        return self._blocks.say(sentence) + self._blocks.end_with(cards)

    def entry_answer(self, number: int) -> list[TurnEvent]:
        """The shop's own answer: what entry `number` (from 0) says, as staff wrote it."""
        text = visible(self._entries[number].text).strip()
        return self._blocks.say(f"{text} {self._citations.source(number)}".rstrip()) + self._blocks.end()

    def _goes_on(self, text: str) -> bool:
        """Take `text`, in which nothing begins, for said, unless it goes on with a recital of the rules."""
        if self._recital.may_go_on(text):
            return False
        self._spoken.line += text
        self._blocks.said.append(text)
        return True

    def _is_waiting(self) -> bool:
        """Whether all that comes next is judged: it goes on about what does not exist, answers, or is about stock."""
        return self._is_astray or self._around.is_of_stock or self._around.asked != "" or self._is_asked()

    def _is_asked(self) -> bool:
        """Whether a question about terms stands right before, so that even a yes claims something."""
        if not self._may_answer:
            return False
        line = self._spoken.line
        self._may_answer = "?" in line[-NEAR:] or (len(line) < SHORT and "?" in self._around.over.heading)
        return self._may_answer and is_asked(level(line), self._around.over)

    def _may_name(self, text: str) -> bool:
        """Whether a kind of goods may end in `text`."""
        return self._goods is not None and not text.isascii() and self._goods.search(text) is not None

    def _read(self, text: str, *, is_final: bool) -> list[TurnEvent]:
        """Say what is decided of `text`, and hold the rest."""
        passage = _Passage(text, level(text), is_final)
        events: list[TurnEvent] = []
        said: list[str] = []
        at = 0
        self._awaits_end = False
        while at < len(text):
            mark = self._next_mark(passage, at)
            self._spoken.line += text[at:mark]
            said.append(text[at:mark])
            at = mark
            if at == len(text):
                break
            if text[at] == "\n":
                is_in_table = is_row(self._spoken.line)
                self._end_line()
                if self._blocks.due and not is_in_table:  # cards stand after their line, or behind its table
                    events += self._blocks.say("".join(said)) + self._blocks.end()
                    said = []
                else:
                    said.append("\n")
                at += 1
                continue
            decided = self._bracket(passage, at) if text[at] == "[" else self._claim(passage, at)
            if decided is None:
                if said == [" "] and text[at] != "[":  # one frame for a space and its word
                    self._spoken.line, at = self._spoken.line[:-1], at - 1
                    said = []
                break
            at, shown, unsaid = decided
            if unsaid:
                words = "".join(said)
                events += self._blocks.take_back(unsaid - len(words))
                said = [words[: max(0, len(words) - unsaid)]]
            said.append(shown)
        self._held = text[at:]
        self._may_answer = self._may_answer or "?" in text
        line = self._spoken.line
        may_name = self._naming.may_go_on(line) or (line != "" and self._naming.is_in_head(line))
        self._is_careful = may_name or self._is_waiting()
        return events + self._blocks.say("".join(said))

    def _next_mark(self, passage: "_Passage", at: int) -> int:
        """Where the next thing to decide begins: an opening bracket, the end of the line, a claim, a recital."""
        text, plain, is_final = passage.text, passage.plain, passage.is_final
        self._may_answer = self._may_answer or "?" in text
        if self._is_waiting():
            mark = at
        elif at == 0 and goes_on(self._spoken.line, plain):
            mark = 0
        else:
            mark = may_begin(plain, word_end(plain) if at == 0 and is_in_word(self._spoken.line) else at)
        while (over := self._naming.over(self._spoken.line, plain, mark, is_final=is_final)) is not None:
            mark = may_begin(plain, over)
        begins_item = not self._spoken.line and self._naming.is_in_head(plain[at : at + 1])
        if self._is_careful or begins_item or text != plain or self._may_name(text):
            mark = min(mark, self._naming.begins(self._spoken.line, text, at, is_final=is_final))
        for sign in "[\n":
            place = passage.text.find(sign, at, mark)
            mark = mark if place < 0 else place
        return at + self._recital.begins(plain[at:mark])

    def _bracket(self, passage: "_Passage", mark: int) -> "_Decided | None":
        """Where that is over which the bracket at `mark` opens, and what is shown of it; None while it is open."""
        whole = BRACKETED.match(passage.text, mark)
        if whole is None and not passage.is_final and BRACKETED_SO_FAR.fullmatch(passage.text, mark):
            return None
        said = whole[0] if whole else "["
        return _Decided(mark + len(said), self._spoken.say(said))

    def _claim(self, passage: "_Passage", mark: int) -> "_Decided | None":
        """Where the sentence is over that goes on at `mark`, and what is shown of it; None while that is open.

        It may be that only the sentence behind it names the product that it is about; the two are judged as one then.
        """
        text, plain, is_final = passage.text, passage.plain, passage.is_final
        begin, end = mark, sentence_end(plain, mark, is_final=is_final)
        while end is not None:
            sentence = text[mark:end]
            if self._recital.is_in(plain[mark:end]):
                self._withhold(sentence)
                return _Decided(end, "")
            if self._is_astray and self._goes_astray(plain[mark:end]):
                self.interventions.append({"kind": "product", "text": sentence, "shown": ""})
                return _Decided(end, "")
            is_over = plain[end : end + 1] == "\n" or (is_final and end == len(text))
            line, columns = self._spoken.line, self._around.columns or ()
            fixes = check(
                self._evidence,
                self._naming,
                line,
                sentence,
                self._around.heads.over(line + sentence),
                columns,
                self._around.over,
                is_over=is_over,
                asked=self._around.asked,
            )
            if fixes is not None:
                self._around.asked = self._around.asked if is_label(plain[mark:end]) else ""
                return _Decided(end, *self._corrected(sentence, fixes))
            further = sentence_end(plain, end, is_final=is_final) if end < len(text) else None
            begin, end = end, further if further != end else None
        is_name = self._naming.over(self._spoken.line, plain, mark, is_final=True) is not None
        self._awaits_end = ends_later(plain[begin:]) and has_begun(plain, mark) and not is_name
        return None

    def _corrected(self, sentence: str, fixes: Sequence[Fix]) -> tuple[str, int]:
        """What is shown of a sentence, and how much of what was shown before it is taken back."""
        if not fixes:
            return self._spoken.say(sentence), 0
        taken, unsaid = self._spoken.unsay(max(0, -fixes[0].start))
        words = f"{taken}{sentence}"
        shifted = [replace(fix, start=fix.start + len(taken), end=fix.end + len(taken)) for fix in fixes]
        self._around.written = f"{self._spoken.line}{words}"
        corrected = self._corrections.carried_out(words, shifted, self._spoken.line)
        for fix in shifted:
            if fix.kind == "product":
                self._is_astray = True
            elif fix.is_whole:
                self._remember(words[fix.start : fix.end])
                for cited in CITED.findall(words[fix.start : fix.end]):
                    self._citations.carried_out(cited)
        return self._spoken.say(corrected), unsaid

    def _goes_astray(self, sentence: str) -> bool:
        """Whether a sentence (see `names.level`) goes on about the product that does not exist."""
        self._is_astray = not (self._evidence.names.mentions(sentence) or "?" in sentence) and bool(sentence.strip())
        return self._is_astray

    def _remember(self, text: str) -> Sequence[int]:
        """Words were said or taken back: the products in them get their cards, and what follows may speak of them.

        The numbers of these products.
        """
        mentions = self._evidence.names.mentions(level(text))
        for mention in mentions:
            card = self._evidence.cards[mention.product]
            if mention.is_prose and self._blocks.ask_for(card):
                self.interventions.append({"kind": "card_added", "text": card.title, "shown": card.sku})
        if mentions:
            self._around.heads.last = mentions[-1].product
        return [mention.product for mention in mentions]

    def _withhold(self, sentence: str) -> None:
        """Show nothing of a sentence that recites the rules; its line begins anew."""
        self.interventions.append({"kind": "rules", "text": sentence, "shown": ""})
        self._recital.line_ends(unsaid=sentence)

    def _end_line(self) -> None:
        """The line is over: the products that it names get their cards."""
        line = self._spoken.line
        named = self._remember(line) if line else ()
        self._around.line_ends(line, named)
        self._may_answer = "?" in self._around.over.heading
        self._recital.line_ends()
        self._is_astray = False


class _Passage(NamedTuple):
    """Words that are read, those held back among them; `plain` is level (see `names.level`)."""

    text: str
    plain: str
    is_final: bool
    """Whether nothing comes after them."""


class _Decided(NamedTuple):
    """Where that is over which was decided of, what is shown of it, and how much of what was shown goes."""

    end: int
    shown: str
    unsaid: int = 0
