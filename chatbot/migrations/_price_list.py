"""What a shop starts with: one relay, four models, and the relay's price list."""

from datetime import UTC, datetime
from decimal import Decimal

NOTE = "Price list of the reference relay: one price for input, cached input and output."
VALID_FROM = datetime(2025, 1, 1, tzinfo=UTC)
MODELS = (  # in the order in which they are tried: model, label, good for, US dollars per 1,000,000 tokens
    ("gemini-2.5-flash", "Gemini 2.5 Flash", "quick answers, volume", "2.50"),
    ("gpt-4.1", "GPT-4.1", "high-quality analysis", "8.00"),
    ("claude-sonnet-4.5", "Claude Sonnet 4.5", "long context, writing", "15.00"),
    ("deepseek-v3.2", "DeepSeek V3.2", "low cost, mostly English", "0.42"),
)


def add(apps, schema_editor):
    alias = schema_editor.connection.alias
    Endpoint, Route, Price = (apps.get_model("chatbot", name) for name in ("Endpoint", "Route", "Price"))
    endpoint, _ = Endpoint.objects.using(alias).get_or_create(name="default")
    for position, (model, label, good_for, per_million_usd) in enumerate(MODELS, 1):
        price = Decimal(per_million_usd)
        Route.objects.using(alias).get_or_create(
            endpoint=endpoint,
            model=model,
            defaults={"label": label, "good_for": good_for, "position": position * 10},
        )
        Price.objects.using(alias).get_or_create(
            model=model,
            valid_from=VALID_FROM,
            defaults={
                "input_per_million_usd": price,
                "cached_input_per_million_usd": price,
                "output_per_million_usd": price,
                "note": NOTE,
            },
        )


def remove(apps, schema_editor):
    """Take away what no figure rests on; a price that was used stays, and is found again by `add`."""
    alias = schema_editor.connection.alias
    Attempt, Endpoint, Price, Route, UsageBucket = (
        apps.get_model("chatbot", name) for name in ("Attempt", "Endpoint", "Price", "Route", "UsageBucket")
    )
    used = set(Attempt.objects.using(alias).exclude(price=None).values_list("price_id", flat=True).distinct())
    used.update(UsageBucket.objects.using(alias).exclude(price=None).values_list("price_id", flat=True).distinct())
    Price.objects.using(alias).filter(note=NOTE, valid_from=VALID_FROM).exclude(pk__in=used).delete()
    models = [model for model, *_ in MODELS]
    Route.objects.using(alias).filter(endpoint__name="default", model__in=models).delete()
    Endpoint.objects.using(alias).filter(name="default", routes=None).delete()
