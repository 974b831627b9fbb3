"""Pairs by time: which of the bill's moments belong to which of ours, one to one, with the least distance in all.

Taking the nearest for each in turn is wrong where two are close: it can take away the only one that another has. Pure.
"""

from collections.abc import Iterator, Sequence
from typing import Final

_MOST_CELLS: Final = 4_000_000
"""Cells of the table for one stretch of time; about 2 seconds of work and 4 MB."""

_PAIR, _SKIP_LEFT, _SKIP_RIGHT = 0, 1, 2


def pairs(left: Sequence[int], right: Sequence[int], within: int, *, most: bool) -> list[tuple[int, int]]:
    """Indexes of the pairs between two rising sequences of moments, rising.

    Nothing is paired that is more than `within` apart. With `most`, of all such pairings it is one with the most pairs,
    and of these one with the least distance in all. Without, it is one for which the sum of the distances, with half of
    `within` for each moment that stays alone, is the least: then a far pair is not worth it to lose a near one.
    Pairs of the best pairing never cross, so a table over both sequences finds it.

    Where moments are so dense that the table would not fit, near ones are paired first, then those further apart.
    """
    found: list[tuple[int, int]] = []
    for lefts, rights in _stretches(left, right, within):
        found += _stretch(left, right, lefts, rights, within, most)
    return sorted(found)


def _stretches(left: Sequence[int], right: Sequence[int], within: int) -> Iterator[tuple[list[int], list[int]]]:
    """Indexes of moments that may have to do with each other, of both sides: a gap of over `within` ends a stretch."""
    merged = sorted(
        [(at, 0, index) for index, at in enumerate(left)] + [(at, 1, index) for index, at in enumerate(right)]
    )
    sides: tuple[list[int], list[int]] = ([], [])
    last = 0
    for at, side, index in merged:
        if (sides[0] or sides[1]) and at - last > within:
            if sides[0] and sides[1]:
                yield sides
            sides = ([], [])
        sides[side].append(index)
        last = at
    if sides[0] and sides[1]:
        yield sides


def _stretch(
    left: Sequence[int], right: Sequence[int], lefts: list[int], rights: list[int], within: int, most: bool
) -> list[tuple[int, int]]:
    if len(lefts) == len(rights) == 1:
        return [(lefts[0], rights[0])] if abs(left[lefts[0]] - right[rights[0]]) <= within else []
    found: list[tuple[int, int]] = []
    near = within
    while True:
        bands = _bands([left[i] for i in lefts], [right[j] for j in rights], near)
        if sum(last - first + 1 for first, last in bands) <= _MOST_CELLS or not near:
            break
        near //= 4
    while True:
        some = _table([left[i] for i in lefts], [right[j] for j in rights], near, most)
        found += [(lefts[i], rights[j]) for i, j in some]
        if near == within:
            return found
        taken_left, taken_right = {i for i, _ in some}, {j for _, j in some}
        lefts = [index for place, index in enumerate(lefts) if place not in taken_left]
        rights = [index for place, index in enumerate(rights) if place not in taken_right]
        near = min(within, max(1, near) * 4)


def _bands(left: Sequence[int], right: Sequence[int], within: int) -> list[tuple[int, int]]:
    """For each left moment, how many right ones may lie before it in a pairing: from the fewest to the most."""
    bands = []
    first = last = 0
    for at in left:
        while first < len(right) and right[first] < at - within:
            first += 1
        while last < len(right) and right[last] <= at + within:
            last += 1
        bands.append((first, last))
    return bands


def _table(left: Sequence[int], right: Sequence[int], within: int, most: bool) -> list[tuple[int, int]]:
    """The best pairing by a table: row i, column j is the best of the first i left and the first j right moments.

    What a pair is worth is counted, `within` minus its distance, or with `most` so much more that no sum of distances
    outweighs it; who stays alone is worth nothing. Columns left of a row's band are worth what its first column is:
    nothing there can be paired any more.
    """
    if not within:
        return _same(left, right)
    bands = _bands(left, right, within)
    worth = within * (1 + min(len(left), len(right)) if most else 1)
    rows: list[bytes] = []
    above: list[int] = [0]
    above_first = 0
    for at, (first, last) in zip(left, bands, strict=True):
        # A column right of the row above is worth what the last one there is.
        end = len(above) - 1
        row = [above[min(first - above_first, end)]]
        choices = bytearray([_SKIP_LEFT])
        for j in range(first + 1, last + 1):
            place = j - above_first
            best, choice = above[place if place < end else end], _SKIP_LEFT
            if row[-1] > best:
                best, choice = row[-1], _SKIP_RIGHT
            distance = at - right[j - 1]
            saved = above[place - 1 if place - 1 < end else end] + worth - (distance if distance >= 0 else -distance)
            if saved >= best:
                best, choice = saved, _PAIR
            row.append(best)
            choices.append(choice)
        rows.append(bytes(choices))
        above, above_first = row, first
    return _traced(rows, bands)


def _same(left: Sequence[int], right: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of the very same moment: no table is needed, however many there are."""
    found = []
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] == right[j]:
            found.append((i, j))
        i, j = i + (left[i] <= right[j]), j + (right[j] <= left[i])
    return found


def _traced(rows: Sequence[bytes], bands: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found = []
    j = bands[-1][1]
    for i in range(len(rows) - 1, -1, -1):
        first, last = bands[i]
        j = min(j, last)
        while j > first and rows[i][j - first] == _SKIP_RIGHT:
            j -= 1
        if j > first and rows[i][j - first] == _PAIR:
            found.append((i, j - 1))
            j -= 1
    return found[::-1]
