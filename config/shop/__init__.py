"""The demo shop: a few pages over the assistant's own product table. It has no models."""
