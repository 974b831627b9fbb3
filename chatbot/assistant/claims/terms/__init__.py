"""What is promised: delivery and its cost, returns, opening hours, gifts."""
