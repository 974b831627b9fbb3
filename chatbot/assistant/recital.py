"""Whether an answer recites the rules that the model was given, which are not for shoppers, while it streams."""

from chatbot.assistant.claims.evidence import Evidence
from chatbot.assistant.claims.goods.names import level
from chatbot.assistant.claims.secrets import RECITED, SUSPECT, secret
from chatbot.assistant.spoken import Spoken


class Recital:
    """What is known of a recital of `rules` in the line that is `spoken`, and in the lines before it."""

    def __init__(self, rules: str, spoken: Spoken, evidence: Evidence) -> None:
        self._rules = secret(rules) if rules else None
        self._spoken = spoken
        self._evidence = evidence
        self._unread = 0
        """Characters that passed since it was last looked whether they recite."""
        self._before = ""
        """The end of the lines before, for a recital that goes over several."""

    def may_go_on(self, text: str) -> bool:
        """Whether further words of the line, in which no claim begins, may belong to a recital."""
        if rules := self._rules:
            self._unread += len(text)
            if self._unread >= rules.step:
                if rules.begins(level(self._spoken.line[-SUSPECT:]), level(text)) < len(text):
                    return True
                self._unread = 0
        return False

    def begins(self, text: str) -> int:
        """Where in further words (see `names.level`) a recital may begin; their length when nowhere."""
        return self._rules.begins(level(self._tail()), text) if self._rules else len(text)

    def is_in(self, sentence: str) -> bool:
        """Whether a sentence (see `names.level`), behind what was said, recites the rules."""
        rules = self._rules
        return rules is not None and rules.is_recited(level(self._tail()), sentence, self._evidence.public)

    def line_ends(self, unsaid: str = "\n") -> None:
        """The line that is spoken is over, with what nobody saw of it: it begins anew."""
        self._before = f"{self._tail()}{unsaid}"[-RECITED:]
        self._spoken.begin()

    def _tail(self) -> str:
        """The end of what was said, as far as a recital can go on from it."""
        return f"{self._before}{self._spoken.line[-RECITED:]}"[-RECITED:]
