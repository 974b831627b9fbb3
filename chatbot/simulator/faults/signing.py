"""Faults in signatures and keys. Without a signing secret the simulator signs nothing, and most of these do nothing."""

from chatbot.simulator import signing as signatures
from chatbot.simulator.exchange import Exchange
from chatbot.simulator.faults.table import Place, Seconds, Stage, fault


@fault("sign_wrong", stage=Stage.FACTS)
def sign_wrong(exchange: Exchange) -> None:
    """Signs the answer with another secret."""
    exchange.signature = "wrong"


@fault("sign_missing", stage=Stage.FACTS)
def sign_missing(exchange: Exchange) -> None:
    """Leaves the answer's signature out."""
    exchange.signature = "missing"


@fault("sign_replayed", stage=Stage.FACTS)
def sign_replayed(exchange: Exchange) -> None:
    """Sends the last signed answer of the kind, stream or plain, once more in place of this one."""
    exchange.signature = "replayed"


@fault("sign_old", stage=Stage.FACTS)
def sign_old(exchange: Exchange, seconds: Seconds) -> None:
    """Signs the answer with the time so many seconds ago."""
    exchange.signed_ago_s = seconds


@fault("tampered", stage=Stage.SIGNED)
def tampered(exchange: Exchange, k: Place = None) -> None:
    """Changes the words of the k-th token after the answer was signed."""
    signatures.tampered(exchange, k)


@fault("expired", stage=Stage.INSTEAD)
def expired(exchange: Exchange) -> None:
    """Answers 401, as to a token that ran out."""
    exchange.instead = exchange.refuse(
        401, "The token has expired.", kind="invalid_request_error", code="token_expired"
    )
