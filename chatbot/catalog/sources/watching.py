"""Models that are sources, kept in step by signals: a change is in the catalogue as soon as it is committed.

A signal only notes a key. When its transaction commits, the noted products are read anew, PAGE at a time, so 1,000
saves of one transaction are two batches, and a save that is rolled back does nothing. What goes wrong there is logged,
and the source is due for a full run: the shop's own save never fails for it.

`bulk_create`, `bulk_update`, `QuerySet.update` and raw SQL send no signals. Code that uses them may say what it did, in
the same transaction, by `changed("shop", keys)`; otherwise the nightly run finds it.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from django.apps import apps
from django.conf import settings as django_settings
from django.core.signals import setting_changed
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import ManyToManyField, Model
from django.db.models.signals import m2m_changed, post_save, pre_delete

from chatbot.catalog.sources.configured import source_named, sources
from chatbot.catalog.sources.model import PAGE, ModelSource
from chatbot.catalog.sources.values import Getter, value_of
from chatbot.catalog.sync import one_writer, refresh
from chatbot.errors import ConfigurationError
from chatbot.models import SourceStatus

FOLLOWED = 5_000
"""Products that one transaction may change and still be followed; with more, the source is due for a full run."""

_log = logging.getLogger("chatbot.catalog")
_UID = "chatbot.source"


class _Noted:
    """What one transaction changed of one source."""

    def __init__(self) -> None:
        self.keys: set[Any] = set()
        self.gone: dict[Any, str] = {}
        """Ids by the keys of deleted objects, which only they could say. It is those of `keys` that count."""
        self.too_many = False

    def add(self, keys: Iterable[Any]) -> None:
        for key in keys:
            if len(self.keys) >= FOLLOWED:
                self.too_many = True
                return
            self.keys.add(key)


_noted: WeakKeyDictionary[BaseDatabaseWrapper, dict[str, _Noted]] = WeakKeyDictionary()
"""By connection, and so by thread. Notes of a transaction that is rolled back stay and are read with the next one's."""
_connected: list[tuple[Any, Any, str]] = []


def connect() -> None:
    """Follow the models that the CHATBOT setting names; those of an earlier setting no more."""
    while _connected:
        signal, sender, uid = _connected.pop()
        signal.disconnect(sender=sender, dispatch_uid=uid)
    declared = getattr(django_settings, "CHATBOT", {})
    if isinstance(declared, Mapping) and not declared.get("SOURCES"):
        return
    try:
        found = sources()
    except ConfigurationError as err:
        # The system checks say so too, but a server that is started by itself runs none.
        _log.error("No model is followed as a source of products: %s", err)
        return
    for source in found.values():
        if isinstance(source, ModelSource):
            _follow(source)


def changed(source: str, keys: Iterable[Any], *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Say that the objects of these keys were changed, added or deleted without a signal. Taken in after the commit.

    The id of a deleted object is known to nobody any more: its product goes with the next full run. Raises
    ConfigurationError when there is no such source, or when it is no model's.
    """
    found = source_named(source)
    if not isinstance(found, ModelSource):
        raise ConfigurationError(f"CHATBOT['SOURCES'][{source!r}] is a feed; only a model's objects can change alone.")
    _note(found, using, keys)


def _follow(source: ModelSource) -> None:
    for sender in _family(source.model):
        _connect(post_save, sender, partial(_saved, source), source)
        _connect(pre_delete, sender, partial(_deleted, source), source)
    for model, way in source.watched().items():
        for sender in _family(model):
            for signal in (post_save, pre_delete):
                _connect(signal, sender, partial(_related, source, way), source)
    for through, field in source.joined().items():
        _connect(m2m_changed, through, partial(_joined, source, field), source)


def _family(model: type[Model]) -> list[type[Model]]:
    """The model, its proxies and heirs: each sends signals in its own name."""
    concrete = model._meta.concrete_model or model
    return [each for each in apps.get_models(include_auto_created=True) if issubclass(each, concrete)]


def _connect(signal: Any, sender: Any, receiver: Any, source: ModelSource) -> None:  # Any: Django's signals
    uid = f"{_UID}.{source.name}.{len(_connected)}"
    signal.connect(receiver, sender=sender, weak=False, dispatch_uid=uid)
    _connected.append((signal, sender, uid))


def _saved(source: ModelSource, *, instance: Model, using: str, **_: object) -> None:
    _note(source, using, [instance.pk])


def _deleted(source: ModelSource, *, instance: Model, using: str, **_: object) -> None:
    try:
        gone = {instance.pk: source.sku(instance)}
    except Exception:  # noqa: BLE001 - the shop's own code, in the shop's own save
        _log.exception("The id of a deleted product of %r cannot be read.", source.name)
        gone = {}
    _note(source, using, [instance.pk], gone)


def _related(source: ModelSource, way: Getter, *, instance: Model, using: str, **_: object) -> None:
    try:
        found = value_of(instance, way)
    except Exception:  # noqa: BLE001 - the shop's own code, in the shop's own save
        _log.exception("What a change of %s means for %r cannot be read.", type(instance).__name__, source.name)
        return
    if isinstance(found, Model):
        _note(source, using, [found.pk])
    elif found is not None:
        _note(source, using, found)  # type: ignore[arg-type]  # a callable's keys


def _joined(
    source: ModelSource,
    field: "ManyToManyField[Any, Any]",
    *,
    instance: Model,
    action: str,
    reverse: bool,
    pk_set: set[Any] | None,
    using: str,
    **_: object,
) -> None:
    if not reverse:
        _note(source, using, [instance.pk])
    elif pk_set is not None:
        _note(source, using, pk_set)
    elif action == "pre_clear":
        joined = source.model._base_manager.filter(**{field.name: instance.pk})
        _note(source, using, joined.values_list("pk", flat=True))


def _note(source: ModelSource, using: str, keys: Iterable[Any], gone: Mapping[Any, str] | None = None) -> None:
    noted = _noted.setdefault(connections[using], {}).setdefault(source.name, _Noted())
    noted.add(keys)
    noted.gone.update({key: sku for key, sku in (gone or {}).items() if key in noted.keys})
    # Each signal its own: the one that a savepoint drops must not take the others' with it.
    transaction.on_commit(partial(_flush, source, using), using=using, robust=True)


def _flush(source: ModelSource, using: str) -> None:
    noted = _noted.get(connections[using], {}).pop(source.name, None)
    if noted is None:
        return  # the first of the transaction's signals took them all
    if noted.too_many:
        _log.warning("More than %d products of %r changed at once: a full run is due.", FOLLOWED, source.name)
    try:
        follow(source, noted.keys, noted.gone)
    except Exception:  # noqa: BLE001 - the shop's own code, or a database that is busy, after the shop's own commit
        _log.exception("Changes of %r could not be taken in: a full run is due.", source.name)
        noted.too_many = True
    if noted.too_many and not SourceStatus.objects.filter(source=source.name).update(is_due=True):
        SourceStatus.objects.get_or_create(source=source.name, defaults={"is_due": True})


def follow(source: ModelSource, keys: Iterable[Any], gone: Mapping[Any, str]) -> None:
    """Bring the products of these keys to what the shop says now; those that it sells no more are taken away.

    `gone` are the ids of deleted objects by key: one that is there after all, its deletion rolled back, stays.
    """
    waiting = set(keys)
    waiting |= source.keys_beside(waiting)
    for batch in _batches(waiting):
        with one_writer(source.name):
            rows = source.rows_of(batch)
            missing = [key for key in batch if key not in rows]
            lost = {*source.skus_of(missing), *(gone[key] for key in missing if key in gone)}
            report = refresh(rows.values(), lost, source=source.name)
        for rejection in report.rejections:
            _log.warning("%s: %s %s: %s", source.name, rejection.sku, rejection.column, rejection.reason)


def _batches(keys: Iterable[Any]) -> Iterator[list[Any]]:
    waiting = list(keys)
    for start in range(0, len(waiting), PAGE):
        yield waiting[start : start + PAGE]


def _reconnect(*, setting: str, **_: object) -> None:
    if setting == "CHATBOT":
        connect()


setting_changed.connect(_reconnect, dispatch_uid="chatbot.sources.watching")
