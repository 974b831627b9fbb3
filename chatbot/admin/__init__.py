"""The staff's pages: conversations, turns, products, routes, prices, budgets, the ledger, the Costs page
and the catalogue's health.

Who may see what is Django's own permissions: `chatbot.view_conversation`, `chatbot.view_costs` and so on.
"""

from chatbot.admin.bills import BillAdmin
from chatbot.admin.budgets import BudgetAdmin, BudgetAlertAdmin
from chatbot.admin.catalogue import CatalogueAdmin
from chatbot.admin.closing import ClosedMonthAdmin
from chatbot.admin.conversations import ConversationAdmin, TurnAdmin
from chatbot.admin.corrections import CorrectionAdmin
from chatbot.admin.costs import CostsAdmin
from chatbot.admin.knowledge import InstructionsAdmin, ShopEntryAdmin
from chatbot.admin.ledger import AttemptAdmin
from chatbot.admin.money import PriceAdmin
from chatbot.admin.products import ProductAdmin
from chatbot.admin.routes import EndpointAdmin, RouteAdmin
from chatbot.admin.subscriptions import ReportSubscriptionAdmin
from chatbot.admin.synonyms import SynonymAdmin

__all__ = [
    "AttemptAdmin",
    "BillAdmin",
    "BudgetAdmin",
    "BudgetAlertAdmin",
    "CatalogueAdmin",
    "ClosedMonthAdmin",
    "ConversationAdmin",
    "CorrectionAdmin",
    "CostsAdmin",
    "EndpointAdmin",
    "InstructionsAdmin",
    "PriceAdmin",
    "ProductAdmin",
    "ReportSubscriptionAdmin",
    "RouteAdmin",
    "ShopEntryAdmin",
    "SynonymAdmin",
    "TurnAdmin",
]
