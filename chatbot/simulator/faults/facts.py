"""Faults in what is said: another text, another length, another model, usage that is missing, a late start."""

from chatbot.simulator import obedient, tokens
from chatbot.simulator.dialects import DIALECTS, DialectName
from chatbot.simulator.exchange import Exchange
from chatbot.simulator.faults.table import Count, Seconds, Stage, Text, fault


@fault("say", stage=Stage.FACTS)
def say(exchange: Exchange, text: Text) -> None:
    """Answers exactly this text (base64url), token by token."""
    exchange.pieces = tokens.pieces(text)


@fault("say_chars", stage=Stage.FACTS)
def say_chars(exchange: Exchange, text: Text | None = None) -> None:
    """Answers this text (base64url), else its own, one character in each delta; each is counted as one token."""
    exchange.pieces = list(text or "".join(exchange.pieces))


@fault("obey", stage=Stage.FACTS)
def obey(exchange: Exchange) -> None:
    """Does what any text in the prompt tells it to, and reads out its system message when asked."""
    if text := obedient.reply(exchange.asked):
        exchange.pieces = tokens.pieces(text)


@fault("tokens", stage=Stage.FACTS)
def length(exchange: Exchange, n: Count) -> None:
    """Makes the answer exactly `n` tokens long, by cutting or repeating it."""
    source = exchange.pieces or ["."]
    exchange.pieces = [source[i % len(source)] for i in range(n)]


@fault("finish", stage=Stage.FACTS)
def finish(exchange: Exchange, reason: str) -> None:
    """Ends with this finish_reason (length, content_filter, ...)."""
    exchange.finish_reason = reason


@fault("served", stage=Stage.FACTS)
def served(exchange: Exchange, model: str) -> None:
    """Names another model as the one that answered."""
    exchange.model = model


@fault("dialect", stage=Stage.FACTS)
def dialect(exchange: Exchange, name: DialectName) -> None:
    """Answers in another dialect than it was asked in: openai, anthropic or gemini."""
    exchange.dialect = DIALECTS[name]


@fault("json", stage=Stage.FACTS)
def plain_json(exchange: Exchange) -> None:
    """Answers in one piece of plain JSON where a stream was asked for."""
    exchange.stream = False


@fault("no_usage", stage=Stage.FACTS)
def no_usage(exchange: Exchange) -> None:
    """Never reports the usage."""
    exchange.usage_shape = "absent"


@fault("usage_null", stage=Stage.FACTS)
def usage_null(exchange: Exchange) -> None:
    """Reports the usage as null."""
    exchange.usage_shape = "null"


@fault("stall_before", stage=Stage.FACTS)
def stall_before(exchange: Exchange, seconds: Seconds) -> None:
    """Sends nothing, not even the headers, for so many seconds."""
    exchange.wait_s += seconds


@fault("repeat", stage=Stage.FACTS)
def repeat(exchange: Exchange, n: Count) -> None:
    """Says the last `n` words again before it goes on with an answer that was cut off, as models do."""
    exchange.repeats = n
