"""Who gets which mail: staff who asked for it, still may see the figures, and have an address."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation

from chatbot.models import ReportSubscription

Kind = ReportSubscription.Kind
PERMISSIONS = {Kind.ALERTS: "chatbot.view_budget"}
"""What a reader must be allowed to see; reports ask for `chatbot.view_costs`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A subscription with the address and the language of its mails."""

    subscription: ReportSubscription
    address: str
    language: str


def of_kinds(*kinds: Kind) -> Iterator[Reader]:
    """Readers of these kinds of mail, in the order in which they subscribed.

    A subscription stays when its owner leaves the staff or loses the permission; it is silent until that is mended.
    """
    for subscription in ReportSubscription.objects.filter(kind__in=kinds).select_related("user").order_by("pk"):
        if (reader := of(subscription)) is not None:
            yield reader


def of(subscription: ReportSubscription) -> Reader | None:
    """The reader behind a subscription; None for one who may not read it, or has no address."""
    user = subscription.user
    address = address_of(user)
    permission = PERMISSIONS.get(Kind(subscription.kind), "chatbot.view_costs")
    if not (address and user.is_active and getattr(user, "is_staff", False) and user.has_perm(permission)):
        return None
    language = subscription.language
    known = language and translation.check_for_language(language)
    return Reader(subscription=subscription, address=address, language=language if known else settings.LANGUAGE_CODE)


def address_of(user: Any) -> str:  # Any: the site's own user model
    """A user's e-mail address; empty without one."""
    return str(getattr(user, user.get_email_field_name(), "") or "")
