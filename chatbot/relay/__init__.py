"""Reach a model over HTTP. httpx only, no Django: it runs in a script, a worker and a test without a database.

`HttpRelay` makes one attempt. Everything else is a wrapper that takes a `Relay` and is one, so a stack is built by
nesting, innermost first, and reads from the outside in:

    relay = Retrying(Limited(HttpRelay(endpoint), limiter_of(endpoint)), paced=True)

`Retrying` is the only wrapper that repeats a request at the same endpoint; one that stands further out (another model,
a cache) sees the events of every attempt pass and gets the error of the last one. A wrapper closes what it wraps, so
whoever holds the outermost generator closes the connection by closing that generator:

    async with aclosing(relay.stream(request)) as events:
        async for event in events:
            ...
"""
