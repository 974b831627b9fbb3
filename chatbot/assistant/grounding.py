"""The model's words against the shop's catalogue, while they stream.

The model never decides a price, a stock state or which product exists. It cites: `[[p1]]` asks for the card of the
first candidate, `[[p1.price]]`, `[[p1.stock]]` and `[[p1.title]]` for a fact in the middle of a sentence. Cards stand
after the line that cites them, or that names a product without citing it. `[[k1]]` cites an entry of the shop: its
title stands there once in an answer, as a link where the entry has one. A citation of anything that is not there is
dropped.

What it says in words of its own is believed where the shop bears it out (see `claims`): a sentence that may claim
something about money, a discount, stock or terms is waited for and judged as a whole; all others pass as they come.
Every change is an intervention.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Final, Literal

from chatbot.assistant.claims.checking import check
from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.fixes import Fix
from chatbot.assistant.claims.names import CITATION, level, visible
from chatbot.assistant.claims.secrets import RECITED, SUSPECT, Secret, secret
from chatbot.assistant.claims.watching import LONGEST, ends_later, has_begun, may_begin, sentence_end
from chatbot.assistant.sentences import not_in_shop, price_unknown, spoken, terms_unknown
from chatbot.catalog.knowledge import Entry
from chatbot.events import (
    ProductCard,
    ProductShown,
    TextAdded,
    TextCorrected,
    TextFinished,
    TextStarted,
    TurnEvent,
)

_ABOUT_A_PRODUCT: Final = re.compile(r"\[\[\s*[pk]\d", re.IGNORECASE)
_ENTRY: Final = re.compile(r"\[\[\s*k(\d{1,3})\s*(?:\.\s*\w+\s*)?\]\]", re.IGNORECASE)
_MARKUP: Final = re.compile(r"[\[\]()*_`<>]")
_BRACKETED: Final = re.compile(r"\[\[[^\[\]\n]{1,40}\]\]")
_BRACKETED_SO_FAR: Final = re.compile(r"\[(?:\[[^\[\]\n]{0,40}\]?)?")
"""Held back until it is clear what it is; longer than this it is text."""
_WORD_ENDS: Final = re.compile(r"[^a-z]")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
SHORT: Final = 48
"""Characters of held words that are looked at again in one search."""


@dataclass(slots=True)
class Grounding:
    """Words in, events out. `cards[0]` is what `p1` cites; facts in sentences are written in `language`.

    `entries[0]` is what `k1` cites. `said` are the shopper's own words, `terms` what all entries say, `catalogue` the
    candidates' descriptions, `links` the addresses that may be written, `titles` those of products shown before in
    this talk, `rules` the system text, which is not for shoppers.
    """

    cards: Sequence[ProductCard]
    language: str
    entries: Sequence[Entry] = ()
    said: str = ""
    terms: str = ""
    catalogue: str = ""
    links: Sequence[str] = ()
    titles: Sequence[str] = ()
    rules: str = ""
    interventions: list[dict[str, str]] = field(default_factory=list)
    _evidence: Evidence = field(init=False)
    _secret: Secret | None = field(init=False)
    _held: str = ""
    _awaits_end: bool = False
    """Whether what is held is a sentence that nothing but its end lets go on."""
    _unread: int = 0
    """Characters that passed since it was last looked whether they recite the rules."""
    _line: str = ""
    """The line so far, as the model wrote it and as it was corrected."""
    _before: str = ""
    """The end of the lines before, for a recital that goes over several."""
    _previous: int | None = None
    """The product that earlier lines spoke of last."""
    _block: int = 0
    _void: int = 0
    _open: str = ""
    """The block that words go to, empty when none is open."""
    _due: list[ProductCard] = field(default_factory=list)
    _shown: set[str] = field(default_factory=set)
    _named: set[int] = field(default_factory=set)
    """The entries that were cited already."""

    def __post_init__(self) -> None:
        links = [*self.links, *(card.link for card in self.cards if card.link)]
        self._evidence = Evidence(
            self.cards,
            said=self.said,
            terms=self.terms,
            catalogue=self.catalogue,
            links=links,
            titles=self.titles,
        )
        self._secret = secret(self.rules) if self.rules else None

    @property
    def has_changed_words(self) -> bool:
        """Whether anything of the model's words was not shown as it was written."""
        return any(each["kind"] != "card_added" for each in self.interventions)

    def passes(self, said: TextAdded) -> bool:
        """Whether these further words are shown as they are: then `feed` would give an event that is equal to them.

        They are taken for said then, and must not be fed as well.
        """
        if self._held or self._due or said.block != self._open:
            return False
        return self._looks(said.text) == "plain" and self._goes_on(said.text)

    def feed(self, text: str) -> list[TurnEvent]:
        """The events that these further words of the model allow to be shown."""
        text = visible(text)
        if self._awaits_end and len(self._held) + len(text) < LONGEST and ends_later(text):
            self._held += text
            return []
        text = self._held + text
        if len(text) < SHORT and not self._due and self._open:
            match self._looks(text):
                case "plain" if self._goes_on(text):
                    self._held = ""
                    return [TextAdded(text=text, block=self._open)]
                case "open":  # the next word shows what this is, mostly nothing
                    self._held = text
                    return []
        return self._read(text, final=False)

    def let_go(self) -> list[TurnEvent]:
        """What was held back, as nothing comes after it any more."""
        return self._read(self._held, final=True)

    def close(self) -> list[TurnEvent]:
        """The rest: what was held back, the cards that are due, the end of the block."""
        events = self.let_go()
        self._end_line()
        return events + self._end_block()

    def withdraw(self, reason: str) -> list[TurnEvent]:
        """Take back all words so far; what is fed next begins a new block. Cards stay: they are the shop's own."""
        self._held = self._line = ""
        self._awaits_end = False
        self._previous = None
        self._due.clear()
        self._named.clear()
        events = self._end_block()
        blocks = range(self._void + 1, self._block + 1)
        events += [TextCorrected(block=f"t{number}", text="", reason=reason) for number in blocks]
        self._void = self._block
        self.interventions.append({"kind": "withdrawn", "text": reason})
        return events

    def catalogue_answer(self, sentence: str, cards: Sequence[ProductCard]) -> list[TurnEvent]:
        """The shop's own answer: a block of its words, and those of `cards` that do not stand in the answer yet."""
        events = self._say(sentence)
        self._due = [card for card in cards if card.sku not in self._shown]
        return events + self._end_block()

    def _looks(self, text: str) -> Literal["plain", "open", "mark"]:
        """What these words are behind those of the line (see `_look`)."""
        look = _look(text, False)
        return look if look == "plain" or not _is_in_word(self._line) else _look(text, True)

    def _goes_on(self, text: str) -> bool:
        """Take `text`, in which nothing begins, for said, unless it goes on with a recital of the rules."""
        if self._secret:
            self._unread += len(text)
            if self._unread >= self._secret.step:
                if self._secret.begins(level(self._line[-SUSPECT:]), level(text)) < len(text):
                    return False
                self._unread = 0
        self._line += text
        return True

    def entry_answer(self, number: int) -> list[TurnEvent]:
        """The shop's own answer: what an entry says, as staff wrote it."""
        text = visible(self.entries[number].text).strip()
        return self._say(f"{text} {self._source(number)}".rstrip()) + self._end_block()

    def _read(self, text: str, *, final: bool) -> list[TurnEvent]:
        events: list[TurnEvent] = []
        said: list[str] = []
        self._held, self._awaits_end = "", False
        plain = level(text)
        at = 0
        while at < len(text):
            mark = self._next_mark(text, plain, at)
            lead = text[at:mark]
            said.append(lead)
            self._line += lead
            at = mark
            if mark == len(text):
                break
            if text[mark] == "\n":
                self._end_line()
                if self._due:  # cards stand after their line
                    events += self._say("".join(said)) + self._end_block()
                    said = []
                else:
                    said.append("\n")
                at += 1
            elif text[mark] == "[":
                if bracketed := _BRACKETED.match(text, mark):
                    said.append(self._cited(bracketed[0]))
                    self._line += bracketed[0]
                    at = bracketed.end()
                elif not final and _BRACKETED_SO_FAR.fullmatch(text, mark):
                    break
                else:
                    said.append("[")
                    self._line += "["
                    at += 1
            else:
                end = self._judged(text, plain, mark, said, final=final)
                if end is None:
                    if lead == " " and len(said) == 1:  # one frame for a space and its word
                        self._line, at = self._line[:-1], mark - 1
                        said.clear()
                    break
                at = end
        self._held = text[at:]
        return events + self._say("".join(said))

    def _next_mark(self, text: str, plain: str, at: int) -> int:
        """Where the next thing to decide begins: an opening bracket, the end of the line, a claim."""
        marks = [place for place in (text.find("[", at), text.find("\n", at)) if place >= 0]
        mark = min([*marks, len(text)])
        start = at
        if at == 0 and _is_in_word(self._line):
            start = _word_end(plain)
        mark = min(mark, may_begin(plain, start))
        if self._secret:
            mark = min(mark, at + self._secret.begins(level(self._tail()), plain[at:mark]))
        return mark

    def _judged(self, text: str, plain: str, mark: int, said: list[str], *, final: bool) -> int | None:
        """Add what may be said of the sentence that goes on at `mark`; gives its end, None while it is open."""
        begin, end = mark, sentence_end(plain, mark, is_final=final)
        while end is not None:
            is_over = plain[end : end + 1] == "\n" or (final and end == len(text))
            sentence = text[mark:end]
            if self._secret and self._secret.is_recited(level(self._tail()), plain[mark:end], self._evidence.public):
                self._intervene("rules", sentence, "")
                self._before = f"{self._tail()}{sentence}"[-RECITED:]
                self._line = ""
                return end
            fixes = check(self._evidence, self._line, sentence, self._previous, is_over=is_over)
            if fixes is not None:
                self._add(self._fixed(sentence, fixes), said)
                return end
            further = sentence_end(plain, end, is_final=final) if end < len(text) else None
            begin, end = end, further if further != end else None
        self._awaits_end = ends_later(plain[begin:]) and has_begun(plain, mark)
        return None

    def _fixed(self, sentence: str, fixes: Sequence[Fix]) -> str:
        pieces: list[str] = []
        at = 0
        for fix in fixes:
            claim = sentence[fix.start : fix.end]
            shown = self._right(fix, claim)
            if pieces and shown == pieces[-1] and not sentence[at : fix.start].strip():
                shown = ""  # one hint is enough
            self._intervene(fix.kind, claim, shown)
            pieces += [sentence[at : fix.start], shown]
            at = fix.end
        return "".join((*pieces, sentence[at:]))

    def _right(self, fix: Fix, claim: str) -> str:
        """What stands in place of a claim."""
        card = None if fix.product is None else self.cards[fix.product]
        with spoken(self.language):
            match fix.kind:
                case "price":
                    known = card and (card.price_text if fix.is_regular else card.sale_price_text or card.price_text)
                    return known or f"({price_unknown()})"
                case "discount":
                    return _with_percent(claim, fix.percent) if fix.percent is not None else f"({price_unknown()})"
                case "stock":
                    return card.availability_text if card else f"({price_unknown()})"
                case "terms":
                    return f"({terms_unknown()})"
                case "product":
                    return not_in_shop()
        return ""

    def _intervene(self, kind: str, text: str, shown: str) -> None:
        self.interventions.append({"kind": kind, "text": text, "shown": shown})

    def _add(self, sentence: str, said: list[str]) -> None:
        """Say a sentence that has been judged, its citations carried out."""
        at = 0
        for bracketed in _BRACKETED.finditer(sentence):
            said += [sentence[at : bracketed.start()], self._cited(bracketed[0])]
            at = bracketed.end()
        said.append(sentence[at:])
        self._line += sentence

    def _end_line(self) -> None:
        """The line is over: the products that it names get their cards."""
        mentions = self._evidence.names.mentions(level(self._line)) if self._line else []
        for mention in mentions:
            card = self.cards[mention.product]
            if mention.is_prose and card.sku not in self._shown:
                self._shown.add(card.sku)
                self._due.append(card)
                self._intervene("card_added", card.title, card.sku)
        if mentions:
            self._previous = mentions[-1].product
        self._before = f"{self._tail()}\n"[-RECITED:]
        self._line = ""

    def _tail(self) -> str:
        return f"{self._before}{self._line[-RECITED:]}"[-RECITED:]

    def _cited(self, citation: str) -> str:
        """The words that stand in place of `citation`."""
        match = CITATION.fullmatch(citation)
        if match is None:
            if (about := _ENTRY.fullmatch(citation)) and 1 <= int(about[1]) <= len(self.entries):
                return self._source(int(about[1]) - 1)
            return self._dropped(citation) if _ABOUT_A_PRODUCT.match(citation) else citation
        number = int(match[1])
        if not 1 <= number <= len(self.cards):
            return self._dropped(citation)
        cited = self.cards[number - 1]
        match (match[2] or "").lower():
            case "price":
                if text := cited.sale_price_text or cited.price_text:
                    return text
                with spoken(self.language):
                    return price_unknown()
            case "stock":
                return cited.availability_text
            case "title":
                return cited.title
        if cited.sku not in self._shown:
            self._shown.add(cited.sku)
            self._due.append(cited)
        return ""

    def _source(self, number: int) -> str:
        """Where the shop says so. Once is enough."""
        if number in self._named:
            return ""
        self._named.add(number)
        entry = self.entries[number]
        title = " ".join(_MARKUP.sub(" ", visible(entry.title)).split())
        link = entry.link.replace("(", "%28").replace(")", "%29")
        return f"([{title}]({link}))" if link else f"({title})"

    def _dropped(self, citation: str) -> str:
        self.interventions.append({"kind": "citation_dropped", "text": citation})
        return ""

    def _say(self, text: str) -> list[TurnEvent]:
        if not self._open:
            text = text.lstrip("\n")
        if not text:
            return []
        events: list[TurnEvent] = []
        if not self._open:
            self._block += 1
            self._open = f"t{self._block}"
            events.append(TextStarted(block=self._open))
        events.append(TextAdded(text=text, block=self._open))
        return events

    def _end_block(self) -> list[TurnEvent]:
        events: list[TurnEvent] = []
        if self._open:
            events.append(TextFinished(block=self._open))
            self._open = ""
        events += [ProductShown(card=due) for due in self._due]
        self._due.clear()
        return events


def _with_percent(claim: str, percent: Decimal) -> str:
    return _NUMBER.sub(str(percent.quantize(Decimal(1), ROUND_HALF_EVEN)), claim, count=1)


def _is_in_word(line: str) -> bool:
    """Whether the next words may go on with the line's last one, which was shown already: nothing begins in there."""
    return line[-1:].isascii() and line[-1:].isalpha()


def _word_end(plain: str) -> int:
    rest = _WORD_ENDS.search(plain)
    return rest.start() if rest else len(plain)


@lru_cache(maxsize=8192)
def _look(text: str, is_in_word: bool) -> Literal["plain", "open", "mark"]:
    """What a piece of an answer is: nothing to look at, or perhaps the beginning of a claim and nothing else, or more.

    Words come again and again, and looking is dear.
    """
    if "[" in text or not text.isprintable():
        return "mark"
    plain = level(text)
    mark = may_begin(plain, _word_end(plain) if is_in_word else 0)
    if mark == len(plain):
        return "plain"
    return "open" if text[:mark] in ("", " ") and not has_begun(plain, mark) else "mark"
