"""Benchmarks: `make bench [AREA=main] [ONLY=name]`. Each prints its figure beside its goal; nothing here is a test."""
