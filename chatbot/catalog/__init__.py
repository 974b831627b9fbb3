"""Room 2, goods: feeds and shop adapters in, search out."""
