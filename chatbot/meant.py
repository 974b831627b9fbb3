"""The word that somebody meant who wrote another one, for errors that say what to type."""

import difflib
from collections.abc import Iterable, Mapping


def meant(name: str, known: Iterable[str], others: Mapping[str, Iterable[str]] = {}) -> str:
    """A sentence with the nearest of the `known` names, else with all of them, and a space before it.

    `others` are further names by which known ones go.
    """
    known = sorted(known)
    called = [each for each in known if name in others.get(each, ())]
    near = called or difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else f" Known: {', '.join(known)}."
