"""The rows, by subject."""

from chatbot.models.answers import CachedAnswer
from chatbot.models.bills import Bill, BillFile, BillLine, BillMatch
from chatbot.models.budgets import Budget, BudgetAlert, Reservation, Spending
from chatbot.models.conversations import Conversation, Message, Turn
from chatbot.models.keys import EndpointKey
from chatbot.models.knowledge import Instructions, ShopEntry
from chatbot.models.prices import ExchangeRate, Price
from chatbot.models.products import Product
from chatbot.models.rollups import ClosedMonth, Costs, DayTotal, LatencyBucket, UsageBucket, UsageDay
from chatbot.models.routes import Endpoint, Route
from chatbot.models.search import ProductVector, Synonym
from chatbot.models.sources import SourceStatus
from chatbot.models.subscriptions import ReportSubscription
from chatbot.models.usage import Attempt, Correction, Uncounted

__all__ = [
    "Attempt",
    "Bill",
    "BillFile",
    "BillLine",
    "BillMatch",
    "Budget",
    "BudgetAlert",
    "CachedAnswer",
    "ClosedMonth",
    "Conversation",
    "Correction",
    "Costs",
    "DayTotal",
    "Endpoint",
    "EndpointKey",
    "ExchangeRate",
    "Instructions",
    "LatencyBucket",
    "Message",
    "Price",
    "Product",
    "ProductVector",
    "ReportSubscription",
    "Reservation",
    "Route",
    "ShopEntry",
    "SourceStatus",
    "Spending",
    "Synonym",
    "Turn",
    "Uncounted",
    "UsageBucket",
    "UsageDay",
]
