"""Amounts of money: what they are by the words around them, and whether they are right."""
