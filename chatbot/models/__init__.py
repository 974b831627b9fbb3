"""The rows, by subject."""

from chatbot.models.conversations import Conversation, Message, Turn
from chatbot.models.keys import EndpointKey
from chatbot.models.products import Product
from chatbot.models.routes import Endpoint, Route
from chatbot.models.usage import Attempt, Budget, Costs, Price, Reservation, UsageBucket

__all__ = [
    "Attempt",
    "Budget",
    "Conversation",
    "Costs",
    "Endpoint",
    "EndpointKey",
    "Message",
    "Price",
    "Product",
    "Reservation",
    "Route",
    "Turn",
    "UsageBucket",
]
