"""What there is: stock, how many products, and what the shop sells."""
