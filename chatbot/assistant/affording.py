"""What a turn may cost at most, for the budgets that it falls under."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from django.utils import timezone

from chatbot import conf
from chatbot.accounting import budgets
from chatbot.accounting.prices import price_at
from chatbot.models import Budget, Endpoint, Price, Route
from chatbot.relay.base import ChatMessage
from chatbot.remembered import remembered

AHEAD: Final = timedelta(minutes=10)
"""A price that holds so soon counts already: the turn's later attempts may leave after it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affording:
    """The budgets that hold, and what the models of the routes cost. A model without a price counts as free."""

    budgets: Sequence[Budget]
    prices: Mapping[str, Sequence[Price]]

    @property
    def may_refuse(self) -> bool:
        """Whether a budget does more than warn."""
        return any(budget.action != Budget.Action.WARN for budget in self.budgets)

    def most_usd(self, model: str, messages: Iterable[ChatMessage]) -> Decimal:
        """US dollars that one attempt with this prompt costs at most."""
        input_tokens, output_tokens = budgets.most_tokens(messages), conf.current().answer_tokens
        known = self.prices.get(model, ())
        return max((budgets.upper_bound_usd(input_tokens, output_tokens, price) for price in known), default=Decimal(0))


@remembered(Budget, Price, Route, Endpoint)
def current() -> Affording | None:
    """What holds now; None without a budget."""
    enabled = budgets.enabled()
    if not enabled:
        return None
    now = timezone.now()
    models = {route.model for route in Route.objects.usable()}
    return Affording(
        budgets=enabled,
        prices={
            model: [price for price in (price_at(model, now), price_at(model, now + AHEAD)) if price]
            for model in models
        },
    )
