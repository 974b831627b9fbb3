"""What is changed in a sentence that claims what nobody bears out."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["price", "discount", "stock", "terms", "link", "product"]


@dataclass(frozen=True, slots=True)
class Fix:
    """What has to stand from `start` to `end`: the text of a card's `fact`, nothing but a hint, or nothing at all.

    A fact is that of candidate number `product` (from 0); `percent` is its discount, `is_regular` asks for its price
    before the sale. `is_whole`: the sentence goes with what it claims, and one stands there that says what holds of the
    product, or where to look.
    """

    start: int
    end: int
    kind: Kind
    product: int | None = None
    percent: Decimal | None = None
    is_regular: bool = False
    is_whole: bool = False
