"""The site around the app: its apps, addresses, static files and zone."""

from django.apps import apps
from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

Messages = list[CheckMessage]


@register
def check_apps(**_: object) -> Messages:
    """W002: the apps that the doors stand on."""
    missing = [name for name in ("rest_framework", "channels") if not apps.is_installed(name)]
    return [
        Caution(
            f"{name!r} is not in INSTALLED_APPS.",
            hint=f'INSTALLED_APPS += ["{name}"]',
            id="chatbot.W002",
        )
        for name in missing
    ]


@register
def check_urls(**_: object) -> Messages:
    """W007: the addresses, without which a page that holds the widget is an error."""
    if not getattr(django_settings, "ROOT_URLCONF", None):
        return []
    try:
        reverse("chatbot:index")
    except NoReverseMatch:
        return [
            Caution(
                "'chatbot.urls' is not included: a page with {% chatbot_widget %} cannot be shown.",
                hint='urlpatterns += [path("chat/", include("chatbot.urls"))]',
                id="chatbot.W007",
            )
        ]
    return []


@register
def check_static(**_: object) -> Messages:
    """W008: a storage that keeps files under their hashed names only, and leaves the imports of modules as they are."""
    if not getattr(django_settings, "WHITENOISE_KEEP_ONLY_HASHED_FILES", False):
        return []
    try:
        # The class alone: making one needs settings that a site may have in production only.
        storage = import_string(django_settings.STORAGES["staticfiles"]["BACKEND"])
    except (KeyError, ImportError):
        return []  # Django says so, as soon as a file is asked for
    if not hasattr(storage, "keep_only_hashed_files") or storage.support_js_module_import_aggregation:
        return []
    return [
        Caution(
            "WHITENOISE_KEEP_ONLY_HASHED_FILES removes the files that the widget's modules import: it will not appear.",
            hint="Leave it off, or give the storage `support_js_module_import_aggregation = True`.",
            id="chatbot.W008",
        )
    ]


@register
def check_zone(**_: object) -> Messages:
    """E005: moments without a zone, of which no day of the shop's zone can be cut."""
    if django_settings.USE_TZ:
        return []
    return [
        Error(
            "USE_TZ is off: costs are cut into days of the shop's time zone, so moments must say theirs.",
            hint="USE_TZ = True (TIME_ZONE may stay as it is)",
            id="chatbot.E005",
        )
    ]
