"""A shop's own models, as a source of products."""
