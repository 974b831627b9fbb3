"""The staff's pages about money and talk, what each asks for, and how they are read."""

import html
import re

from django.test import Client

COSTS = "/admin/chatbot/costs/"
PAGES = {
    COSTS: "view_costs",
    f"{COSTS}live/": "view_costs",
    f"{COSTS}export/csv/": "view_costs",
    f"{COSTS}export/xlsx/": "view_costs",
    f"{COSTS}export/focus/": "view_costs",
    "/admin/chatbot/attempt/": "view_attempt",
    "/admin/chatbot/attempt/export/": "view_attempt",
    "/admin/chatbot/correction/": "view_correction",
    "/admin/chatbot/closedmonth/": "view_closedmonth",
    "/admin/chatbot/closedmonth/close/": "add_closedmonth",
    "/admin/chatbot/budget/": "view_budget",
    "/admin/chatbot/budget/add/": "add_budget",
    "/admin/chatbot/budgetalert/": "view_budgetalert",
    "/admin/chatbot/price/": "view_price",
    "/admin/chatbot/price/add/": "add_price",
    "/admin/chatbot/exchangerate/": "view_exchangerate",
    "/admin/chatbot/exchangerate/add/": "add_exchangerate",
    "/admin/chatbot/bill/": "view_bill",
    "/admin/chatbot/bill/add/": "add_bill",
    "/admin/chatbot/reportsubscription/": "view_reportsubscription",
    "/admin/chatbot/conversation/": "view_conversation",
    "/admin/chatbot/turn/": "view_turn",
    "/admin/chatbot/product/": "view_product",
    "/admin/chatbot/catalogue/": "view_product",
    "/admin/chatbot/synonym/": "view_synonym",
    "/admin/chatbot/shopentry/": "view_shopentry",
    "/admin/chatbot/instructions/": "view_instructions",
    "/admin/chatbot/route/": "view_route",
    "/admin/chatbot/endpoint/": "view_endpoint",
}
"""By their addresses: the one permission that opens each, and nothing else does."""
FORMULAS = (
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://evil.example")',
    " =1",
    "＝1",
)
"""Texts that a spreadsheet would compute."""


def costs_page(client: Client, query: str = "") -> str:
    """The Costs page as its HTML."""
    response = client.get(f"{COSTS}{query}")
    assert response.status_code == 200
    return response.content.decode()


def text_of(body: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def computes(cell: str) -> bool:
    """Whether a spreadsheet takes the text of a cell for a formula. A plain number is none."""
    text = cell.lstrip(" \u3000")
    try:
        float(cell)
    except ValueError:
        return text.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    return False
