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
    def instead(self) -> str:
        """Offers to look for something else than what is sold out."""

    def closing(self, count: int, random: Random) -> str:
        """A question that ends an answer with `count` products."""

    def opening(self, topic: str, page: str, count: int, random: Random) -> str:
        """A warm beginning that takes up the shopper's words; `page` is what is looked at, if that is meant."""

    def relation(self, kind: str, about: str, count: int) -> str:
        """A beginning for products that are `like`, `with`, `cheaper`, `dearer` or `other` than what was seen."""

    def missing(self, thing: str, count: int, *, among_wishes: bool) -> str:
        """A beginning that says that there is no `thing`, or none that fits the other wishes; these are nearest."""

    def relaxed(self, wishes: Sequence[str], count: int) -> str:
        """A beginning that says which wishes (`color`, `price` ...) no product fulfils together with the others."""

    def on_sale(self, count: int) -> str:
        """A beginning for products that cost less than usual."""

    def ordered(self, topic: str, order: str) -> str:
        """A beginning for products that stand `cheapest`, `dearest` or `newest` first."""

    def lead(self, place: int, title: str, count: int) -> str:
        """A sentence that names a product of `count`; `place` counts from 0."""

    def only_later(self, title: str, stock: str, price: str) -> str:
        """A beginning for the one product that is meant and cannot be bought now."""

    def none_related(self, kind: str, about: str) -> str:
        """A whole answer when nothing is `like`, `cheaper`, `dearer` or `other` than what was seen before."""

    def about(self, title: str) -> str:
        """A beginning for all that is known of one product."""

    def reason(self, reason: str, title: str) -> str:
        """A sentence around a piece of the product's description."""

    def price(self, price: str) -> str:
        """A sentence that says the price."""

    def stock(self, stock: str) -> str:
        """A sentence that says the stock state of something that cannot be bought now."""

    def nothing(self, topic: str, random: Random) -> str:
        """A whole answer when the shop has nothing suitable."""

    def terms(self, said: str, random: Random) -> str:
        """A whole answer out of what the shop says; `said` are its own sentences, with their citation."""

    def unknown_terms(self, contact: str) -> str:
        """A whole answer to a question about terms that the shop says nothing about; `contact` may be empty."""

    def without_shop(self, topic: str) -> str:
        """A whole answer to a prompt that is not a shop's."""
