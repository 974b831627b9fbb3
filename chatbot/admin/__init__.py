"""The staff's pages: conversations, turns, products, routes, prices, budgets, the ledger, and the Costs page.

Who may see what is Django's own permissions: `chatbot.view_conversation`, `chatbot.view_costs` and so on.
"""

from chatbot.admin.conversations import ConversationAdmin, TurnAdmin
from chatbot.admin.costs import CostsAdmin
from chatbot.admin.ledger import AttemptAdmin
from chatbot.admin.money import BudgetAdmin, PriceAdmin
from chatbot.admin.products import ProductAdmin
from chatbot.admin.routes import EndpointAdmin, RouteAdmin

__all__ = [
    "AttemptAdmin",
    "BudgetAdmin",
    "ConversationAdmin",
    "CostsAdmin",
    "EndpointAdmin",
    "PriceAdmin",
    "ProductAdmin",
    "RouteAdmin",
    "TurnAdmin",
]
