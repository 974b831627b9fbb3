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
    closings: Sequence[str] = (
        "Does one of these come close? Tell me your budget or what matters most, and I will narrow it down.",
        "What will you use it for most? With that I can choose more closely.",
        "Would you like me to compare them, or look for something different?",
    )

    def opening(self, topic: str, page: str, random: Random) -> str:
        if page:
            return f"Happy to help with what you are looking at, “{page}”. Here is what I would consider."
        if not topic:
            return "Happy to help! Here is what I would choose."
        return random.choice(
            (
                f"Looking for “{topic}”? Here is what I would choose from our shop.",
                f"Happy to help with “{topic}”. These should suit you well.",
                f"“{topic}”: good question. A few things in our shop fit nicely.",
            )
        )

    def lead(self, place: int, title: str) -> str:
        if place == 0:
            return f"My first pick is {title}."
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

    def without_shop(self, topic: str) -> str:
        about = f"You asked about “{topic}”. " if topic else ""
        return (
            f"{about}I am a relay for development and know only the products that stand in the prompt. "
            "Send me a list of products and I will gladly recommend from it."
        )


PHRASES: Final[Phrases] = _English()
