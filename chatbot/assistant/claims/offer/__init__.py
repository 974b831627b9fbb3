"""What is said of offers: discounts, sales and their ends, and prices set against each other."""
