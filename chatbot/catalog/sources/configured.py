"""The sources that the setting CHATBOT["SOURCES"] declares."""

from collections.abc import Mapping
from typing import Any

from django.utils.module_loading import import_string

from chatbot import conf
from chatbot.catalog.sources.model import ModelSource
from chatbot.catalog.sources.remote import RemoteSource
from chatbot.errors import ConfigurationError

Source = ModelSource | RemoteSource


def sources() -> dict[str, Source]:
    """All of them, by name. Raises ConfigurationError, whose message names the key that is wrong."""
    return {name: _source(name, settings) for name, settings in conf.current().sources.items()}


def source_named(name: str) -> Source:
    """One of them. Raises ConfigurationError when there is no such source."""
    declared = conf.current().sources
    if name not in declared:
        known = ", ".join(sorted(declared)) or "none"
        raise ConfigurationError(f"CHATBOT['SOURCES'] has no source {name!r}; it has {known}.")
    return _source(name, declared[name])


def _source(name: str, settings: Mapping[str, Any]) -> Source:
    if "CLASS" in settings:
        path = settings["CLASS"]
        rest = {key: value for key, value in settings.items() if key != "CLASS"}
        try:
            made = import_string(path)(name, rest)
        except ImportError as err:
            raise ConfigurationError(
                f"CHATBOT['SOURCES'][{name!r}] names {path!r}, which cannot be imported: {err}"
            ) from err
        if not isinstance(made, ModelSource):
            raise ConfigurationError(f"CHATBOT['SOURCES'][{name!r}]: {path!r} is no ModelSource.")
        return made
    return RemoteSource(name, settings) if "URL" in settings else ModelSource(name, settings)
