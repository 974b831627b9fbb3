"""Mails to staff: reports of costs, and alerts of budgets, each in the reader's language and the shop's time zone."""
