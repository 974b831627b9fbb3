"""Answers in English."""

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Final

from chatbot.simulator.phrases import Phrases
from chatbot.simulator.questions import SmallTalk

_HANGUL: Final = re.compile(r"[가-힣]")


class _English:
    small_talk: Mapping[SmallTalk, Sequence[str]] = {
        "greeting": (
            "Hello! What are you looking for today? Tell me what it is for, or your budget, and I will help.",
            "Hi, good to see you! Tell me what you have in mind and I will look through the shop for you.",
        ),
        "thanks": (
            "You are welcome! Ask me any time if you would like to compare something else.",
            "Glad to help! Is there anything else that I can find for you?",
        ),
        "goodbye": ("Thank you for stopping by. Have a lovely day!", "Goodbye, and come back soon!"),
    }
    instead: str = "Shall I look for something like it that you can have right away?"
    _closings: Sequence[str] = (
        "Does that come close? Tell me your budget or what matters most, and I will narrow it down.",
        "What will you use it for most? With that I can choose more closely.",
        "Just ask if you would like to know more, or see something different.",
    )
    _closings_of_several: Sequence[str] = ("Would you like me to compare them, or look for something different?",)
    _wishes: Mapping[str, str] = {"color": "the colour", "size": "the size", "brand": "the brand", "price": "the price"}
    _orders: Mapping[str, str] = {"cheapest": "lowest price", "dearest": "highest price", "newest": "newest"}

    def closing(self, count: int, random: Random) -> str:
        return random.choice((*self._closings, *(self._closings_of_several if count > 1 else ())))

    def opening(self, topic: str, page: str, count: int, random: Random) -> str:
        if page:
            return f"Happy to help with what you are looking at, “{page}”. Here is what I would consider."
        if not topic:
            return "Happy to help! Here is what I would choose."
        these, fit = ("These", "things in our shop fit") if count > 1 else ("This", "thing in our shop fits")
        return random.choice(
            (
                f"Looking for “{topic}”? Here is what I would choose from our shop.",
                f"Happy to help with “{topic}”. {these} should suit you well.",
                f"“{topic}”: good question. {'A few' if count > 1 else 'One'} {fit} nicely.",
            )
        )

    def relation(self, kind: str, about: str, count: int) -> str:
        match kind:
            case "like":
                return f"Sure! Here is what we have that is like the **{about}**."
            case "with":
                return f"Here is what goes well with the **{about}**."
            case "cheaper":
                return "Of course. Here is what costs less than what you have seen."
            case "dearer":
                return "Of course. Here is a step up from what you have seen."
        return "Sure, here is something other than what you have seen."

    def missing(self, thing: str, count: int, *, among_wishes: bool) -> str:
        fitting = " that fits your other wishes" if among_wishes else ""
        return f"I am sorry, we have no “{thing}”{fitting}. {'These come' if count > 1 else 'This comes'} closest."

    def relaxed(self, wishes: Sequence[str], count: int) -> str:
        names = " and ".join(self._wishes.get(wish, f"the {wish}") for wish in wishes)
        return f"I am sorry, nothing fits all of your wishes. Leaving {names} aside, this comes closest."

    def on_sale(self, count: int) -> str:
        return "These cost less than usual right now." if count > 1 else "This one costs less than usual right now."

    def ordered(self, topic: str, order: str) -> str:
        return f"Here you are, {self._orders.get(order, order)} first."

    def about(self, title: str) -> str:
        return f"Here is what I know about {title}."

    def only_later(self, title: str, stock: str, price: str) -> str:
        return f"We do carry {title} at {price}, but I am sorry to say that right now it is {stock}."

    def none_related(self, kind: str, about: str) -> str:
        seen = f"the **{about}**" if about else "what you have seen"
        what = {"cheaper": f"that costs less than {seen}", "dearer": f"above {seen}"}.get(
            kind, f"like {seen} in that way"
        )
        return f"I am sorry, we have nothing {what} at the moment. Shall I look for something else?"

    def lead(self, place: int, title: str, count: int) -> str:
        if place == 0:
            return f"My first pick is {title}." if count > 1 else f"I would go for {title}."
        return (
            f"{title} is well worth a look, too."
            if place == 1
            else f"For something a little different there is {title}."
        )

    def reason(self, reason: str, title: str) -> str:
        if _HANGUL.search(reason):
            return f"The shop describes it in Korean: “{reason}”."
        sentence = reason[0].upper() + reason[1:]
        return sentence if sentence.endswith("…") else f"{sentence}."

    def price(self, price: str) -> str:
        return f"It costs {price}."

    def stock(self, stock: str) -> str:
        return f"Please note its stock state: {stock}."

    def nothing(self, topic: str, random: Random) -> str:
        about = f"that really fits “{topic}”" if topic else "that really fits"
        sorry = random.choice(
            (f"I am sorry, our shop has nothing {about} at the moment.", f"Sorry, I found nothing in our shop {about}.")
        )
        return f"{sorry} Could you tell me more about what it is for, or what you would like to spend?"

    def terms(self, said: str, random: Random) -> str:
        start = random.choice(("Good question!", "Sure."))
        return f"{start} {said}\n\nIs there anything else that you would like to know?"

    def unknown_terms(self, contact: str) -> str:
        where = f"our [contact page]({contact})" if contact.startswith(("/", "http")) else "our staff"
        return f"I am sorry, I have no information on that. Please ask {where}; there they can tell you for certain."

    def without_shop(self, topic: str) -> str:
        about = f"You asked about “{topic}”. " if topic else ""
        return (
            f"{about}I am a relay for development and know only the products that stand in the prompt. "
            "Send me a list of products and I will gladly recommend from it."
        )


PHRASES: Final[Phrases] = _English()
