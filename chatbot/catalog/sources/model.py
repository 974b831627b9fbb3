"""Any Django model as a source, by a declared mapping.

    CHATBOT = {"SOURCES": {"shop": {
        "MODEL": "shop.Good",
        "FIELDS": {"id": "code", "title": "name", "price": "price", "currency": "currency", "brand": "maker.name",
                   "product_type": "category.path", "link": "get_absolute_url", "image_link": "picture",
                   "availability": "stock.on_hand"},
        "ATTRIBUTES": {"weight": "weight_g"},
        "FILTER": {"is_public": True},
        "WATCH": {"shop.Delivery": "good"},
    }}}

| key | what |
|---|---|
| MODEL | the model, one object of which is one product |
| FIELDS | field to path ("maker.name"; methods are called) or callable of the object. `id` and `title` are a must; \
`currency`, `sale_starts_at` and `sale_ends_at` may be given besides the fields of a feed |
| ATTRIBUTES | further facts, name to path or callable |
| FILTER | which objects are on sale, as in `filter(**FILTER)`; the others are taken away |
| QUERYSET | dotted path of a callable that gives the queryset, where a filter cannot say it |
| WATCH | further models whose changes matter: model to the path from its object to the product, or to a callable that \
gives keys of products. Foreign keys, one-to-ones and many-to-manys that a path begins with need none |
| CURRENCY | ISO 4217, of prices that name none; otherwise CHATBOT["CURRENCY"] |
| PRICE_UNIT | "cents" where prices are whole cents |
| EVERY_S | seconds between full runs, 86400 when left away |

A save, a delete and a change of a relation are on the next card as soon as they are committed (`sources.watching`).
`bulk_create`, `bulk_update`, `QuerySet.update` and raw SQL send no signals: the full run, each night, finds what they
did, and so it does with the product of an id that an object no longer has.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.core.exceptions import FieldDoesNotExist, FieldError, ValidationError
from django.db import DatabaseError
from django.db.models import ForeignKey, ManyToManyField, Model, OneToOneRel, QuerySet
from django.utils import translation
from django.utils.module_loading import import_string

from chatbot.catalog.sources.declared import in_cents, known_key, path_through, seconds
from chatbot.catalog.sources.mapping import ALIASES, FIELDS, SALE_DATES, Mapper
from chatbot.catalog.sources.mapping import Mapping as Columns
from chatbot.catalog.sources.product_row import ProductRow, clean_line
from chatbot.catalog.sources.rows import RawRow, Rejection
from chatbot.catalog.sources.values import Getter, segments, text_of, value_of
from chatbot.errors import ConfigurationError
from chatbot.meant import meant

PAGE = 500
"""Objects that are read at a time: one batch of `sync`."""
NIGHTLY_S = 86_400
KEYS = frozenset({"MODEL", "FIELDS", "ATTRIBUTES", "FILTER", "QUERYSET", "WATCH", "CURRENCY", "PRICE_UNIT", "EVERY_S"})
_EXTRA = ("currency", "sale_starts_at", "sale_ends_at")
Watch = Getter
_Relation = Any  # ForeignKey, ManyToManyField or OneToOneRel: their stubs share no base with `related_model`


class ModelSource:
    """Products of one model. A subclass that knows its shop's models overrides `queryset` and `cells`."""

    def __init__(self, name: str, settings: Mapping[str, Any]) -> None:
        """Raises ConfigurationError."""
        self.name = name
        self.where = f"CHATBOT['SOURCES'][{name!r}]"
        self.every_s = seconds(f"{self.where}['EVERY_S']", settings.get("EVERY_S", NIGHTLY_S))
        self.fields: Mapping[str, Getter] = settings.get("FIELDS", {})
        self.attributes: Mapping[str, Getter] = settings.get("ATTRIBUTES", {})
        self._settings = settings
        self._check(settings)
        self.model = self._model_named(str(settings["MODEL"]))
        try:
            self._columns = Columns(
                currency=str(settings.get("CURRENCY", "")),
                hundredths=in_cents(f"{self.where}['PRICE_UNIT']", settings.get("PRICE_UNIT", "major")),
            )
        except ValueError as err:
            raise ConfigurationError(f"{self.where}: {err}.") from err
        self._related = self._relations()
        self._watch = self._watched_besides(settings.get("WATCH", {}))

    def check(self) -> None:
        """Whether FILTER and QUERYSET can be. Ours asks the database nothing here. Raises ConfigurationError."""
        path, filters = self._settings.get("QUERYSET"), self._settings.get("FILTER", {})
        if path:
            try:
                import_string(path)
            except ImportError as err:
                raise ConfigurationError(f"{self.where}['QUERYSET'] cannot be imported: {err}") from err
            return  # FILTER may name what that queryset adds
        try:
            self.model._default_manager.filter(**filters)
        except DatabaseError:
            return  # a manager that asks at once, before the tables are there
        except (FieldError, ValidationError, TypeError, ValueError) as err:
            said = " ".join(err.messages) if isinstance(err, ValidationError) else str(err)
            raise ConfigurationError(
                f"{self.where}['FILTER'] cannot be asked of {self.model.__name__}: {said}"
            ) from err

    def queryset(self) -> "QuerySet[Any]":
        """The objects that are on sale."""
        path = self._settings.get("QUERYSET")
        objects: QuerySet[Any] = import_string(path)() if path else self.model._default_manager.all()
        objects = objects.filter(**self._settings.get("FILTER", {}))
        single = [field.name for field in self._related if isinstance(field, (ForeignKey, OneToOneRel))]
        several = [field.name for field in self._related if isinstance(field, ManyToManyField)]
        return objects.select_related(*single).prefetch_related(*several) if self._related else objects

    def cells(self, instance: Any) -> dict[str, str]:
        """The object as the columns of a feed. Raises whatever the shop's own code raises."""
        found = {name: text_of(value_of(instance, getter)) for name, getter in self.fields.items()}
        if "availability" in found:
            found["availability"] = _stock(found["availability"])
        currency = found.pop("currency", "")
        for name in ("price", "sale_price"):
            if currency and found.get(name):
                found[name] = f"{found[name]} {currency}"
        starts, ends = found.pop("sale_starts_at", ""), found.pop("sale_ends_at", "")
        if starts or ends:
            found[SALE_DATES] = f"{starts}/{ends}"
        for name, getter in self.attributes.items():
            found.setdefault(name, text_of(value_of(instance, getter)))
        return found

    def sku(self, instance: Any) -> str:
        """The product's id of this object."""
        return clean_line(text_of(value_of(instance, self.fields["id"])))

    def watched(self) -> dict[type[Model], Watch]:
        """Further models whose changes matter, and the way from one of their objects to the products."""
        found: dict[type[Model], Watch] = {}
        for field in self._related:
            related = field.related_model
            if isinstance(field, OneToOneRel):
                found[related] = field.field.name
            elif isinstance(related, type) and related is not self.model:
                found[related] = _keys_through(self.model, field.name)
        return found | self._watch

    def joined(self) -> "dict[type[Model], ManyToManyField[Any, Any]]":
        """The tables between this model and others whose rows come and go by `add` and `remove`."""
        return {
            f.remote_field.through: f
            for f in self._related
            if isinstance(f, ManyToManyField) and f.remote_field.through
        }

    def keys_beside(self, keys: Iterable[Any]) -> set[Any]:
        """Keys of further products that change with these, such as the variants of a product."""
        return set()

    def rows(self) -> Iterator[ProductRow | Rejection]:
        """All products, a page of PAGE objects at a time, each object exactly one row."""
        mapper, line = Mapper(self._columns), 0
        objects = self.queryset().order_by("pk")
        page = list(objects[:PAGE])
        while page:
            for instance in page:
                line += 1
                yield self._row(mapper, instance, line)
            page = list(objects.filter(pk__gt=page[-1].pk)[:PAGE])

    def rows_of(self, keys: Sequence[Any]) -> dict[Any, ProductRow | Rejection]:
        """The products of these keys; a key that is not on sale is left out."""
        mapper = Mapper(self._columns)
        objects = self.queryset().filter(pk__in=keys)
        return {instance.pk: self._row(mapper, instance, line) for line, instance in enumerate(objects, 1)}

    def skus_of(self, keys: Sequence[Any]) -> list[str]:
        """Ids of the objects of these keys, on sale or not."""
        return [self.sku(instance) for instance in self.model._base_manager.filter(pk__in=keys)]

    def _row(self, mapper: Mapper, instance: Any, line: int) -> ProductRow | Rejection:
        sku = ""
        try:
            # In the site's own language: who saves in another one must not turn titles and links into it.
            with translation.override(django_settings.LANGUAGE_CODE):
                sku = self.sku(instance)
                cells = self.cells(instance)
            return mapper.product(RawRow(line, cells))
        except Exception as err:  # noqa: BLE001 - the shop's own code: one product that it fails on costs itself only
            return Rejection(line, "", f"{self.model.__name__} {instance.pk}: {type(err).__name__}: {err}", sku=sku)

    def _check(self, settings: Mapping[str, Any]) -> None:
        known_key(self.where, settings, KEYS)
        for key in ("FIELDS", "ATTRIBUTES", "FILTER", "WATCH"):
            if not isinstance(settings.get(key, {}), Mapping):
                raise ConfigurationError(f"{self.where}[{key!r}] must be a dict, not {settings[key]!r}.")
        if missing := {"id", "title"} - set(self.fields):
            raise ConfigurationError(f"{self.where}['FIELDS'] must say where {sorted(missing)[0]!r} comes from.")
        for name, getter in {**self.fields, **self.attributes}.items():
            if name in self.fields and name not in (*FIELDS, SALE_DATES, *_EXTRA):
                hint = meant(str(name), (*FIELDS, SALE_DATES, *_EXTRA), ALIASES)
                raise ConfigurationError(
                    f"{self.where}['FIELDS'] has no field {name!r}.{hint} A fact of another kind goes to ATTRIBUTES."
                )
            if not isinstance(getter, str) and not callable(getter):
                raise ConfigurationError(f"{self.where}: {name!r} must be a path or a callable, not {getter!r}.")

    def _model_named(self, name: str) -> type[Model]:
        if name.count(".") != 1:
            raise ConfigurationError(
                f"{self.where} names the model {name!r}: write it like 'shop.Good', app and model."
            )
        try:
            return apps.get_model(name)
        except (LookupError, ValueError) as err:
            raise ConfigurationError(f"{self.where} names the model {name!r}: {err}") from err

    def _relations(self) -> list[_Relation]:
        """The relations that paths go through first."""
        found: dict[str, _Relation] = {}
        for getter in (*self.fields.values(), *self.attributes.values()):
            if not isinstance(getter, str):
                continue
            path_through(self.where, self.model, getter)
            name = segments(getter)[0]
            try:
                field = self.model._meta.get_field(name)
            except FieldDoesNotExist:
                continue
            if isinstance(field, (ForeignKey, ManyToManyField, OneToOneRel)):
                found[name] = field
        return list(found.values())

    def _watched_besides(self, declared: Mapping[str, Watch]) -> dict[type[Model], Watch]:
        found = {self._model_named(str(name)): way for name, way in declared.items()}
        for model, way in found.items():
            if isinstance(way, str):
                path_through(f"{self.where}['WATCH']", model, way)
            elif not callable(way):
                raise ConfigurationError(f"{self.where}['WATCH'] must give paths or callables, not {way!r}.")
        return found


def _keys_through(model: type[Model], name: str) -> Callable[[Model], Iterable[Any]]:
    def keys(instance: Model) -> Iterable[Any]:
        return model._base_manager.filter(**{name: instance.pk}).values_list("pk", flat=True)

    return keys


def _stock(text: str) -> str:
    """Nothing in stock is also a count below zero, and a product of which the shop keeps no stock at all."""
    if not text:
        return "0"
    try:
        return "0" if float(text) <= 0 else ("1" if text.replace(".", "").isdecimal() else text)
    except ValueError:
        return text
