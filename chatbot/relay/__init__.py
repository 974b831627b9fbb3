"""Reach a model over HTTP. httpx only, no Django: it runs in a script, a worker and a test without a database.

`HttpRelay` makes one attempt. Everything else is a wrapper that takes a `Relay` and is one, so a stack is built by
nesting, innermost first, and reads from the outside in:

    route = Breaking(Retrying(Limited(HttpRelay(endpoint), limiter_of(endpoint)), paced=True), Breaker())
    relay = Failover([(route, "gpt-4.1"), (another_route, "gemini-2.5-flash")])

`Retrying` is the only wrapper that repeats a request before its first word; one that stands further out (a circuit,
another model, a race of two) sees the events of every attempt pass and gets the error of the last one. A wrapper closes
what it wraps, so whoever holds the outermost generator closes the connection by closing that generator:

    async with aclosing(relay.stream(request)) as events:
        async for event in events:
            ...
"""
