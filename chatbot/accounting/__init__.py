"""Room 3, money. All amounts pass here: the price book, the ledger, budgets, rollups and reports."""
