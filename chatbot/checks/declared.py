"""The CHATBOT setting: whether it can be read, and whether what it names is there."""

from collections.abc import Iterable
from importlib.util import find_spec
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution
from django.utils.module_loading import import_string

from chatbot import conf
from chatbot.catalog.sources.configured import sources
from chatbot.catalog.sources.model import ModelSource
from chatbot.conf import Settings
from chatbot.endpoints import REFERENCE_KEY_ENV
from chatbot.errors import ConfigurationError
from chatbot.keyring import ImportedKey
from chatbot.meant import meant

Messages = list[CheckMessage]


@register
def check_settings(**_: object) -> Messages:
    """E001, W001, W006: the CHATBOT setting."""
    try:
        settings = conf.current()
    except ConfigurationError as err:
        return [Error(str(err), hint="Correct CHATBOT in the settings module.", id="chatbot.E001")]
    found: Messages = []
    for endpoint in settings.endpoints.values():
        where = f"CHATBOT['ENDPOINTS'][{endpoint.name!r}]"
        split = urlsplit(endpoint.url)
        if split.scheme == "http" and not _is_loopback(split.hostname or ""):
            found.append(
                Caution(
                    f"{where}['URL'] is plain http: whoever is on the way to {split.hostname} reads the key.",
                    hint="Use https://, or a relay on this machine.",
                    id="chatbot.W001",
                )
            )
    return found + [Caution(text, hint=hint, id="chatbot.W006") for text, hint in _keyless(settings)]


@register
def check_sources(**_: object) -> Messages:
    """E004: the sources that CHATBOT["SOURCES"] declares."""
    try:
        for source in sources().values():
            if isinstance(source, ModelSource):
                source.check()
    except ConfigurationError as err:
        if _is_readable():
            return [Error(str(err), hint="Correct CHATBOT['SOURCES'] in the settings module.", id="chatbot.E004")]
    return []


def _is_readable() -> bool:
    """Whether the CHATBOT setting can be read at all; E001 says where it cannot."""
    try:
        conf.current()
    except ConfigurationError:
        return False
    return True


@register
def check_paths(**_: object) -> Messages:
    """E007: the dotted paths, which are otherwise first followed when a shopper asks."""
    try:
        settings = conf.current()
    except ConfigurationError:
        return []  # E001 says so
    found = []
    for key in ("VISITOR_RESOLVER", "SEARCH"):
        try:
            conf.load(key)
        except ConfigurationError as err:
            found.append(str(err))
    for endpoint in settings.endpoints.values():
        if isinstance(endpoint.token, ImportedKey):
            try:
                import_string(endpoint.token.path)
            except ImportError as err:
                where = f"CHATBOT['ENDPOINTS'][{endpoint.name!r}]['KEY_CALLABLE']"
                found.append(f"{where} names {endpoint.token.path!r}, which cannot be imported: {err}")
    return [Error(text, hint="Correct the path, module and name.", id="chatbot.E007") for text in found]


@register
def check_vectors(**_: object) -> Messages:
    """W009: a model for vectors, and nobody who makes them or nothing to compare them with."""
    try:
        settings = conf.current()
    except ConfigurationError:
        return []  # E001 says so
    if not settings.embedding_model:
        return []
    found: Messages = []
    if settings.embedding_endpoint not in settings.endpoints:
        found.append(
            Caution(
                f"CHATBOT['EMBEDDING_ENDPOINT'] is {settings.embedding_endpoint!r}, which ENDPOINTS lacks: "
                "products are found by words alone.",
                hint=meant(settings.embedding_endpoint, settings.endpoints).strip(),
                id="chatbot.W009",
            )
        )
    if not find_spec("numpy"):
        found.append(
            Caution(
                "CHATBOT['EMBEDDING_MODEL'] is set, and numpy is not installed: products are found by words alone.",
                hint="pip install 'django-shopkeeper[vectors]'",
                id="chatbot.W009",
            )
        )
    return found


@register(deploy=True)
def check_keys(**_: object) -> Messages:
    """E002: a site that goes live without a key."""
    try:
        settings = conf.current()
    except ConfigurationError:
        return []  # E001 says so
    return [Error(text, hint=hint, id="chatbot.E002") for text, hint in _keyless(settings)]


def _keyless(settings: Settings) -> Iterable[tuple[str, str]]:
    for endpoint in settings.endpoints.values():
        if not endpoint.has_key:
            where = f"CHATBOT['ENDPOINTS'][{endpoint.name!r}]"
            yield (
                f"{where} has no key: no model can be asked, the catalogue alone answers.",
                _where_to_put_it(endpoint.name),
            )


def _where_to_put_it(endpoint: str) -> str:
    declared = getattr(django_settings, "CHATBOT", {}).get("ENDPOINTS", {}).get(endpoint, {})
    if variable := declared.get("KEY_ENV"):
        return f"export {variable}=... {_TRIAL}"
    if not declared:
        return f"export {REFERENCE_KEY_ENV}=... {_TRIAL}"
    return f'"KEY_ENV": "{REFERENCE_KEY_ENV}" in that dict, and export {REFERENCE_KEY_ENV}=... {_TRIAL}'


_TRIAL = "Without one, `manage.py chatbot_simulator` is a relay to try it with."


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
