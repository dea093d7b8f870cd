"""Assign the columns of two tables to one another, one to one, so that most of them are likely to be right."""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers


def assign(gains: Floats) -> Integers:
    """Return for each row of `gains`, (rows, columns), its column, (rows,), or -1; the sum of gains is the largest.

    A row is assigned where its gain is above 0 only. By the Hungarian method (Kuhn, 1955) with shortest augmenting
    paths (Jonker and Volgenant, 1987); of equal sums, the one with the first columns.
    """
    rows, columns = gains.shape
    # With a column of its own for every row, in which it gains nothing, no row has to be assigned.
    costs = np.concatenate([-np.maximum(gains, 0.0), np.zeros((rows, rows))], axis=1)
    owner = np.full(columns + rows, -1)
    potentials = np.zeros(rows), np.zeros(columns + rows)
    for row in range(rows):
        _augment(row, costs, owner, potentials)
    assigned = np.full(rows, -1)
    taken = np.flatnonzero(owner[:columns] >= 0)
    assigned[owner[taken]] = taken
    is_gain = gains[np.arange(rows), assigned] > 0 if columns else np.zeros(rows, bool)
    return np.where((assigned >= 0) & is_gain, assigned, -1)


def _augment(row: int, costs: Floats, owner: Integers, potentials: tuple[Floats, Floats]) -> None:
    """Assign one more row, over the cheapest path of changes to those that are assigned."""
    of_rows, of_columns = potentials
    shortest = np.full(len(owner), np.inf)
    before, done = np.full(len(owner), -1), np.zeros(len(owner), bool)
    distance, current, last = 0.0, row, -1
    reached = [(row, 0.0)]
    while True:
        length = distance + costs[current] - of_rows[current] - of_columns
        is_shorter = ~done & (length < shortest)
        shortest[is_shorter], before[is_shorter] = length[is_shorter], last
        last = int(np.argmin(np.where(done, np.inf, shortest)))
        distance, done[last] = float(shortest[last]), True
        if owner[last] < 0:
            break
        current = int(owner[last])
        reached.append((current, distance))
    for one, at in reached:
        of_rows[one] += distance - at
    of_columns[done] -= distance - shortest[done]
    while last >= 0:
        previous = int(before[last])
        owner[last] = owner[previous] if previous >= 0 else row
        last = previous


def best_pairs(left: Integers, right: Integers, blocks: Integers, gains: Floats) -> Flags:
    """Return which pairs of columns, (pairs,), are assigned, one to one within each block, a pair of tables."""
    is_best = np.zeros(len(left), bool)
    gaining = np.flatnonzero(gains > 0)
    order = gaining[np.lexsort((right[gaining], left[gaining], blocks[gaining]))]
    ends = np.flatnonzero(np.diff(blocks[order])) + 1
    for some in np.split(order, ends):
        is_best[_best_of_block(some, left[some], right[some], gains[some])] = True
    return is_best


def _best_of_block(pairs: Integers, left: Integers, right: Integers, gains: Floats) -> Integers:
    rows, row_of = np.unique(left, return_inverse=True)
    columns, column_of = np.unique(right, return_inverse=True)
    if len(rows) == len(columns) == len(pairs):
        return pairs
    matrix, place = np.zeros((len(rows), len(columns))), np.full((len(rows), len(columns)), -1)
    matrix[row_of, column_of], place[row_of, column_of] = gains, pairs
    assigned = assign(matrix)
    chosen = np.flatnonzero(assigned >= 0)
    return np.asarray(place[chosen, assigned[chosen]])
