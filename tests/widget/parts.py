"""What a bot says, as the parts of an answer that the doors send."""

from collections.abc import Callable
from typing import Any, Final

HOLD: Final = "hold"
Part = dict[str, Any]  # Any: JSON
Script = Callable[[str], list[Part | str]]


def said(text: str, block: str = "t1", size: int = 3) -> list[Part | str]:
    """A block of text in pieces of `size` characters."""
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    deltas: list[Part | str] = [{"type": "text-delta", "id": block, "delta": piece} for piece in pieces]
    return [{"type": "text-start", "id": block}, *deltas, {"type": "text-end", "id": block}]


def card(sku: str, title: str, price: str, *, sale: str = "", **more: str) -> Part:
    """A product card as a part."""
    data = {
        "sku": sku,
        "title": title,
        "currency": "KRW",
        "price": "0",
        "sale_price": None,
        "price_text": price,
        "sale_price_text": sale,
        "availability": "in_stock",
        "availability_text": "In stock",
        "link": f"/p/{sku}/",
        "image_link": f"/pictures/{sku}.svg",
        "brand": "",
        **more,
    }
    return {"type": "data-product", "id": sku, "data": data}


ANSWER = "Two fit: **Dawn** and *Wave*.\n\n- one\n- two"


def with_cards(question: str) -> list[object]:
    """An answer with two cards between two texts."""
    dawn = card("E-2", "Dawn earphones", "₩89,000", sale="₩79,000", brand="Dawn")
    wave = card("E-9", "Wave Air", "₩49,000", availability="out_of_stock", availability_text="Sold out")
    return [*said(ANSWER), dawn, wave, *said("Both are light.", "t2"), finish()]


def finish(ending: str = "complete", code: str = "") -> Part:
    """The last part of an answer that was kept."""
    return {"type": "finish", "finishReason": "stop", "messageMetadata": {"ending": ending, "code": code}}


def failed(code: str, sentence: str, *, retryable: bool = True, retry_after_s: float | None = None) -> Part:
    """The last part of a turn without an answer; also how a door refuses."""
    error = {"type": "error", "errorText": sentence, "code": code}
    return {**error, "retryable": retryable, "retry_after_s": retry_after_s}
