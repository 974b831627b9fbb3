"""What a language must be able to say for an answer."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Protocol

from chatbot.simulator.questions import SmallTalk


class Phrases(Protocol):
    """Sentences of one language. Titles come in bold; references to prices and stock are filled in by the shop."""

    @property
    def small_talk(self) -> Mapping[SmallTalk, Sequence[str]]:
        """Replies to small talk."""

    @property
    def closings(self) -> Sequence[str]:
        """Questions that end an answer."""

    def opening(self, topic: str, page: str, random: Random) -> str:
        """A warm beginning that takes up the shopper's words; `page` is what is looked at, if that is meant."""

    def lead(self, place: int, title: str) -> str:
        """A sentence that names a product; `place` counts from 0."""

    def reason(self, reason: str, title: str) -> str:
        """A sentence around a piece of the product's description."""

    def price(self, price: str) -> str:
        """A sentence that says the price."""

    def stock(self, stock: str) -> str:
        """A sentence that says the stock state of something that cannot be bought now."""

    def nothing(self, topic: str, random: Random) -> str:
        """A whole answer when the shop has nothing suitable."""

    def without_shop(self, topic: str) -> str:
        """A whole answer to a prompt that is not a shop's."""
