"""Who reads mails about money, when, and of what."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Permission, User

from chatbot.models import Attempt, ReportSubscription
from tests.accounting import rows

SEOUL = ZoneInfo("Asia/Seoul")
KIND = ReportSubscription.Kind
MORNING = datetime(2026, 3, 15, 7, 0, tzinfo=SEOUL)
"""A Sunday. The last whole day is March 14th, the last week that of March 2nd, the last month February."""


def at(day: int, hour: int = 12, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SEOUL)


def staff(name: str = "dana", *, permissions=("view_costs", "view_budget"), **fields) -> User:
    user = User.objects.create_user(name, f"{name}@shop.example", is_staff=True, **fields)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="chatbot", codename__in=permissions))
    return user


def subscribe(user: User, kind: str = KIND.DAILY, **fields) -> ReportSubscription:
    return ReportSubscription.objects.create(user=user, kind=kind, **fields)


def ledger(*attempts: Attempt) -> None:
    Attempt.objects.bulk_create(attempts)


def exact_march_14th() -> None:
    ledger(
        rows.settled(at(14), "1.234567890123"),
        rows.settled(at(14, 23), "0.000000000001", model="beta", source="estimated"),
        rows.settled(at(14, 9), None, model="beta", outcome="failed", number=2),
        rows.settled(at(13), "0.617283945062"),
    )
