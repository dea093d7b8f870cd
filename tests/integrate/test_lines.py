"""Sets that a person told apart are in no line together, even where they agree."""

from __future__ import annotations

import numpy as np

from lakeindex.integrate.disjunction.equal_join import MISSING as NONE
from lakeindex.integrate.lines import kept_apart, lines_of

CODES = np.array([[1, 2, NONE], [1, NONE, 3], [1, 4, NONE], [5, NONE, NONE], [5, NONE, NONE], [NONE, NONE, NONE]])


def made(apart: list[tuple[int, int]]) -> set[frozenset[int]]:
    codes, pairs = CODES, np.array(apart, np.int64).reshape(-1, 2)
    if apart:
        codes = np.column_stack([codes, kept_apart(codes, pairs)])
    lines = lines_of(codes, np.zeros(codes.shape, bool), (), 1000)
    return {frozenset(lines.set[lines.line == one].tolist()) for one in range(lines.count)}


def test_only_sets_that_agree_need_a_code_to_be_kept_apart() -> None:
    assert kept_apart(CODES, np.array([[0, 2], [0, 1], [3, 4]])).tolist() == [0, 1, NONE, 2, 3, NONE]
    assert kept_apart(CODES, np.array([[0, 2], [3, 5]])).tolist() == [NONE, NONE, NONE, 0, NONE, NONE]


def test_what_was_told_apart_is_neither_joined_nor_merged() -> None:
    assert made([]) == {frozenset({0, 1}), frozenset({1, 2}), frozenset({3, 4})}
    assert made([(0, 1)]) == {frozenset({0}), frozenset({1, 2}), frozenset({3, 4})}
    assert made([(3, 4), (0, 2)]) == {frozenset({0, 1}), frozenset({1, 2}), frozenset({3}), frozenset({4})}
