"""Charges as rows of the FinOps Open Cost and Usage Specification (FOCUS) 1.2, which finance tools read.

A row is the input, cached input or output tokens of one day, endpoint, model, source of tokens and price version. The
price book knows what the shop pays and nothing of list prices or discounts, so the four costs of a row are equal, and
unit price times quantity is exactly the cost. Attempts of unknown cost have no rows: FOCUS has no word for "unknown",
and 0 would be a lie; `Sums.unpriced` counts them.

Columns are those of the specification's Cost and Usage dataset (https://focus.finops.org/focus-specification/v1-2/)
that can apply; the others (commitment discounts, capacity reservations, regions, sub-accounts) may be left out by its
own rules. Names that begin with `x_` are ours, as it wants them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from chatbot import conf
from chatbot.accounting.csv_export import Cell
from chatbot.accounting.periods import Month, day_start
from chatbot.accounting.prices import MILLION
from chatbot.accounting.sums import Sums
from chatbot.models import Price

VERSION: Final = "1.2"
CURRENCY: Final = "USD"
COLUMNS: Final = (
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingAccountType",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "ServiceSubcategory",
    "SkuId",
    "SkuMeter",
    "SkuPriceId",
    "x_AdjustedMonth",
    "x_TokenSource",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """The figures of a day's attempts that share endpoint, model, source, price version and adjusted month."""

    day: date
    endpoint: str
    model: str
    source: str
    price: int | None
    adjusts: str
    sums: Sums


def rows(charges: Iterable[Charge], prices: Mapping[int, Price], zone: tzinfo) -> Iterator[Sequence[Cell]]:
    """The headings, then the rows of each charge: its tokens by meter, then what corrections added."""
    yield COLUMNS
    for charge in charges:
        common = _common(charge, zone)
        for more in _usage(charge, prices.get(charge.price) if charge.price else None):
            yield [{**common, **more}.get(name) for name in COLUMNS]
        if charge.sums.corrected_usd:
            yield [{**common, **_correction(charge)}.get(name) for name in COLUMNS]


def _common(charge: Charge, zone: tzinfo) -> dict[str, Cell]:
    billed = Month.of(charge.day)
    start, end = charge.day, charge.day + timedelta(days=1)
    if charge.adjusts:  # when within the closed month it was, the sums no longer say
        month = Month.of(date.fromisoformat(f"{charge.adjusts}-01"))
        start, end = month.first, month.end
    provider = _provider(charge.endpoint)
    return {
        "BillingAccountId": charge.endpoint,
        "BillingAccountName": charge.endpoint,
        "BillingAccountType": "Endpoint",
        "BillingCurrency": CURRENCY,
        "BillingPeriodStart": _moment(day_start(billed.first, zone)),
        "BillingPeriodEnd": _moment(day_start(billed.end, zone)),
        "ChargeClass": "Correction" if charge.adjusts else None,
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodStart": _moment(day_start(start, zone)),
        "ChargePeriodEnd": _moment(day_start(end, zone)),
        "InvoiceIssuerName": provider,
        "ProviderName": provider,
        "PublisherName": provider,
        "ResourceId": f"{charge.endpoint}/{charge.model}",
        "ResourceName": charge.model,
        "ResourceType": "Model",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": "Chat completions",
        "ServiceSubcategory": "Generative AI",
        "x_AdjustedMonth": charge.adjusts or None,
        "x_TokenSource": charge.source,
    }


def _usage(charge: Charge, price: Price | None) -> Iterator[dict[str, Cell]]:
    """One row for each meter that counted something. Without a price nothing is known of the cost."""
    if price is None:
        return
    sums = charge.sums
    meters = (
        ("input", "Input tokens", sums.input_tokens - sums.cached_input_tokens, price.input_per_million_usd),
        ("cached-input", "Cached input tokens", sums.cached_input_tokens, price.cached_input_per_million_usd),
        ("output", "Output tokens", sums.output_tokens, price.output_per_million_usd),
    )
    for meter, name, tokens, per_million in meters:
        if tokens:
            cost = tokens * Decimal(per_million) / MILLION
            yield {
                **_costs(cost),
                "ChargeCategory": "Usage",
                "ChargeDescription": f"{name} of {charge.model}",
                "ConsumedQuantity": tokens,
                "ConsumedUnit": "Tokens",
                "ContractedUnitPrice": Decimal(per_million),
                "ListUnitPrice": Decimal(per_million),
                "PricingCategory": "Standard",
                "PricingQuantity": Decimal(tokens) / MILLION,
                "PricingUnit": "1000000 Tokens",
                "SkuId": f"{charge.model}/{meter}",
                "SkuMeter": name,
                "SkuPriceId": f"{price.pk}/{meter}",
            }


def _correction(charge: Charge) -> dict[str, Cell]:
    """What corrected prices added to costs that had been booked, or took from them."""
    return {
        **_costs(charge.sums.corrected_usd),
        "ChargeCategory": "Adjustment",
        "ChargeDescription": f"Corrected prices of {charge.model}",
    }


def _costs(cost: Decimal) -> dict[str, Cell]:
    return dict.fromkeys(("BilledCost", "ContractedCost", "EffectiveCost", "ListCost"), cost)


def _provider(endpoint: str) -> str:
    """The relay's host, as its bills come from there; the endpoint's name where the settings have it no more."""
    configured = conf.current().endpoints.get(endpoint)
    return (urlsplit(configured.url).hostname if configured else "") or endpoint


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
