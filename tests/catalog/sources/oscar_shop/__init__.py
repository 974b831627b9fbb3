"""A django-oscar shop with the assistant beside it."""
