"""Reach a model over HTTP. httpx only, no Django: it runs in a script, a worker and a test without a database."""
