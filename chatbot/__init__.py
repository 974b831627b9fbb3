"""django-shopkeeper: a product-recommendation chatbot for e-commerce sites. Importing this package does nothing."""

__version__ = "0.1.0"
