"""The catalogue's own words: its brands, colours, sizes and categories. What a shopper says is held against them.

Read from the products every few minutes, never written down in the code.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from django.db.models import QuerySet

from chatbot.catalog import sizes
from chatbot.catalog.colors import family
from chatbot.catalog.text import FUNCTION_WORDS, fold, tokens
from chatbot.models import Product
from chatbot.remembered import Remembered

FRESH_S: Final = 300.0
"""Seconds until the products are read anew, behind the turn that finds them old."""
MOST: Final = 50_000
"""Different values of one column that are read; a shop with more has a column that is no such thing."""

_HANGUL: Final = re.compile("[\uac00-\ud7a3]{3,12}")

_COMPANY: Final = (
    "전자",
    "컴퓨터",
    "주식회사",
    "코리아",
    " korea",
    " inc",
    " inc.",
    " co., ltd.",
    " ltd",
    " corp",
    " gmbh",
)
"""What a maker's name may end with that nobody says: "삼성전자" is asked for as "삼성"."""


@dataclass(frozen=True)
class Vocabulary:
    """Words of the catalogue. Keys are folded (see `text.fold`)."""

    brands: Mapping[str, str] = field(default_factory=dict)
    """As shoppers may write it, to what the catalogue writes."""
    colors: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """A family of colours, or a colour of the catalogue's own, to the values of products that have it."""
    sizes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The normal form of a size to the values of products that have it."""
    categories: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The tokens of the last name of a category path to the paths that end with it."""
    kinds: frozenset[str] = frozenset()
    """The names in category paths, at whatever place, without spaces."""
    currencies: frozenset[str] = frozenset()
    """In which the products are priced; empty where that is not known."""

    @cached_property
    def brand_starts(self) -> Mapping[str, tuple[tuple[str, ...], ...]]:
        """The first word of a brand to the brands, in words, that begin with it; the longest first."""
        starts = defaultdict(list)
        for name in self.brands:
            words = tuple(name.split())
            starts[words[0]].append(words)
        return {first: tuple(sorted(names, key=len, reverse=True)) for first, names in starts.items()}

    @cached_property
    def heads(self) -> frozenset[str]:
        """What a kind is in the end, two syllables of Hangul or more: "워치" of "스마트워치"."""
        return (
            frozenset(kind[at:] for kind in self.kinds if _HANGUL.fullmatch(kind) for at in range(1, len(kind) - 1))
            - self.kinds
        )

    @cached_property
    def size_units(self) -> frozenset[str]:
        """What sizes of the catalogue are counted in: "inch", "people"; "" where a bare number is a size."""
        return frozenset(size.partition(" ")[2] for size in self.sizes)


def vocabulary_of(
    *,
    brands: Iterable[str],
    colors: Iterable[str],
    sizes_: Iterable[str],
    categories: Iterable[str],
    currencies: Iterable[str] = (),
) -> Vocabulary:
    """The vocabulary out of the different values of the products' columns."""
    kinds: dict[str, set[str]] = defaultdict(set)
    names: set[str] = set()
    for path in categories:
        names.update("".join(fold(name).split()) for name in path.split(">"))
        kinds[" ".join(tokens(path.rpartition(">")[2]))].add(path)
    by_color: dict[str, set[str]] = defaultdict(set)
    for value in colors:
        folded = fold(value)
        for name in {family(word) for word in (folded, *folded.replace("/", " ").replace(",", " ").split())}:
            if len(name) > 1 and not name.isdigit():
                by_color[name].add(value)
    by_size: dict[str, set[str]] = defaultdict(set)
    for value in sizes_:
        for form in sizes.forms_of(value):
            by_size[form].add(value)
    named: dict[str, str] = {}
    for brand in brands:
        folded = " ".join(fold(brand).split())
        spoken = next((folded.removesuffix(end).strip(" ,") for end in _COMPANY if folded.endswith(end)), folded)
        for name in (folded, spoken):
            # "Kitchen" as a brand among kitchens would turn every question about kitchens into one about it.
            if (
                len(name) > 1
                and name not in FUNCTION_WORDS
                and " ".join(tokens(name)) not in kinds
                and not name.isdigit()
            ):
                named.setdefault(name, brand)
    return Vocabulary(
        brands=named,
        colors={name: frozenset(values) for name, values in by_color.items()},
        sizes={form: frozenset(values) for form, values in by_size.items()},
        categories={name: frozenset(paths) for name, paths in kinds.items()},
        kinds=frozenset(names),
        currencies=frozenset(currencies),
    )


def _read() -> Vocabulary:
    offered = Product.objects.offered().order_by()
    return vocabulary_of(
        brands=_values(offered, "brand"),
        colors=_values(offered, "color"),
        sizes_=_values(offered, "size"),
        categories=_values(offered, "product_type"),
        currencies=_values(offered, "currency"),
    )


def _values(offered: QuerySet[Product], name: str) -> list[str]:
    return list(offered.exclude(**{name: ""}).values_list(name, flat=True).distinct()[:MOST])


vocabulary: Final = Remembered(_read, [Product], fresh_s=FRESH_S, behind=True)
"""The vocabulary of the products now offered."""
