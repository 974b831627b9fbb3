"""Pairs by time are the best ones, against a search through all pairings."""

from functools import cache
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.accounting.reconciliation import pairing

_moments = st.lists(st.integers(min_value=0, max_value=40), max_size=7).map(sorted)


def best(left: list[int], right: list[int], within: int, worth: int) -> int:
    """What the best of all pairings is worth, also of those that cross."""

    @cache
    def of(i: int, taken: int) -> int:
        if i == len(left):
            return 0
        found = of(i + 1, taken)
        for j, at in enumerate(right):
            if not taken >> j & 1 and abs(left[i] - at) <= within:
                found = max(found, worth - abs(left[i] - at) + of(i + 1, taken | 1 << j))
        return found

    return of(0, 0)


@given(_moments, _moments, st.sampled_from([0, 1, 3, 10, 40]), st.booleans())
def test_no_other_pairing_is_better(left, right, within, most):
    found = pairing.pairs(left, right, within, most=most)
    assert len({i for i, _ in found}) == len(found) == len({j for _, j in found})
    assert all(abs(left[i] - right[j]) <= within for i, j in found)
    worth = 10_000 if most else within
    assert sum(worth - abs(left[i] - right[j]) for i, j in found) == best(left, right, within, worth)


def test_the_nearest_for_each_in_turn_would_be_worse():
    """The first would take the second's, which leaves both of the others further apart than they need be."""
    assert pairing.pairs([0, 40], [30, 80], 120, most=False) == [(0, 0), (1, 1)]


@pytest.mark.parametrize(("most", "expected"), [(True, [(0, 0), (1, 1)]), (False, [(0, 1)])])
def test_a_near_pair_is_given_up_only_for_equal_figures(most, expected):
    assert pairing.pairs([90, 180], [0, 100], 120, most=most) == expected


def test_many_at_one_moment_need_no_table():
    began = perf_counter()
    assert len(pairing.pairs([7] * 50_000, [7] * 49_999, 120, most=True)) == 49_999
    assert perf_counter() - began < 2


def test_a_dense_hour_is_paired_in_bounded_time_and_memory():
    left = [n * 36_000 for n in range(100_000)]
    right = [at + 9_000 for at in left[: 100_000 - 5]]
    began = perf_counter()
    found = pairing.pairs(left, right, 120_000_000, most=False)
    assert perf_counter() - began < 20
    assert len(found) == len(right)
