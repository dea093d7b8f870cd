"""The features of a pair of columns of which one may refer to the other, and of what else its column may refer to.

After Rostin et al., "A machine learning approach to foreign key discovery" (WebDB 2009), and Jiang and Naumann,
"Holistic primary key and foreign key detection" (JIIS 2020): names, coverage, sizes, the range of values, and rivals.
"""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Features, Floats, Integers
from lakeindex.arrays.proportions import alike
from lakeindex.lake_map.foreign_keys.key_columns import KeyColumns
from lakeindex.lake_map.foreign_keys.key_names import NAME_DIRECTIONS, NAME_FEATURES, KeyNames
from lakeindex.lake_map.foreign_keys.reference_pairs import ReferencePairs
from lakeindex.models.monotone import AGAINST, EITHER, FOR

_OF_PAIR = {
    "contained": FOR, "covered": EITHER, "shared": EITHER, "reference": FOR, "cosine": FOR, "one kind": FOR,
    "lengths alike": FOR, "patterns alike": FOR, "same table": EITHER, "same schema": AGAINST, "away": AGAINST,
    "child distinct": EITHER, "parent distinct": EITHER, "rows by rows": EITHER, "child starts": EITHER,
    "child ends": EITHER, "spans": EITHER, "dense": EITHER, "equal sets": EITHER,
}  # fmt: skip
_OF_CHILD = {
    "child unique": EITHER, "child nulls": EITHER, "child serial": EITHER, "child kind": EITHER, "child place": EITHER,
    "child length": EITHER, "child repeats": EITHER,
}  # fmt: skip
_OF_PARENT = {
    "parent unique": FOR, "parent nulls": AGAINST, "parent serial": EITHER, "parent kind": EITHER,
    "parent place": AGAINST, "parent length": EITHER, "parent rank": AGAINST, "parent width": EITHER,
}  # fmt: skip
_RIVALS = {
    "parents that hold it": AGAINST, "name behind best": AGAINST, "name before next": FOR,
    "reference behind best": AGAINST, "covered behind best": AGAINST, "children of parent": EITHER,
    "keys in parent's table": EITHER, "away behind best": AGAINST,
}  # fmt: skip
_DIRECTIONS = {**_OF_PAIR, **_OF_CHILD, **_OF_PARENT, **NAME_DIRECTIONS, **_RIVALS}
REFERENCE_FEATURES = tuple(_DIRECTIONS)
"""In the order of the columns of `reference_features`."""
REFERENCE_DIRECTIONS = tuple(_DIRECTIONS.values())
"""FOR where more of a feature never lowers the evidence of a reference, AGAINST where it never raises it."""

_HELD = 0.95
_BY_NAME = ("name", "name after table", "stem to table", "words to both", "words to parent")


def reference_features(pairs: ReferencePairs, columns: KeyColumns, names: KeyNames) -> Features:
    """Measure every feature of each pair, (n, len(REFERENCE_FEATURES))."""
    called = names.features(pairs.children, pairs.parents)
    parts = [_of_pair(pairs, columns), _of_child(pairs.children, columns), _of_parent(pairs.parents, columns), called]
    return np.column_stack([*parts, _of_rivals(pairs, columns, called)])


def _of_pair(pairs: ReferencePairs, columns: KeyColumns) -> Features:
    facts = columns.directory.facts
    child, parent = facts.take(pairs.children), facts.take(pairs.parents)
    width = parent.highs - parent.lows
    span = np.where(width > 0, width, np.nan)
    tables = _tables(pairs, columns)
    values = [
        pairs.contained,
        pairs.covered,
        np.log1p(pairs.shared),
        pairs.reference,
        pairs.cosine,
        child.kinds == parent.kinds,
        alike(child.lengths, parent.lengths),
        alike(child.patterns, parent.patterns),
        tables[0] == tables[1],
        columns.same_schema(*tables),
        columns.distances(*tables),
        np.log1p(child.distinct),
        np.log1p(parent.distinct),
        np.log1p(child.rows) - np.log1p(parent.rows),
        _known((child.lows - parent.lows) / span),
        _known((parent.highs - child.highs) / span),
        _known((child.highs - child.lows) / span),
        _known(parent.distinct / (width + 1)),
        (pairs.contained >= 1) & (pairs.covered >= 1),
    ]
    return np.column_stack([np.asarray(one, np.float64) for one in values])


def _of_child(keys: Integers, columns: KeyColumns) -> Features:
    facts = columns.directory.facts.take(keys)
    repeats = np.log1p(columns.filled[keys]) - np.log1p(facts.distinct)
    parts = (columns.uniqueness[keys], columns.null_shares[keys], facts.is_serial, facts.kinds, columns.positions[keys],
             columns.mean_lengths[keys], repeats)  # fmt: skip
    return np.column_stack([np.asarray(one, np.float64) for one in parts])


def _of_parent(keys: Integers, columns: KeyColumns) -> Features:
    facts = columns.directory.facts.take(keys)
    parts = (columns.uniqueness[keys], columns.null_shares[keys], facts.is_serial, facts.kinds, columns.positions[keys],
             columns.mean_lengths[keys], columns.ranks_as_key[keys], columns.widths[keys])  # fmt: skip
    return np.column_stack([np.asarray(one, np.float64) for one in parts])


def _of_rivals(pairs: ReferencePairs, columns: KeyColumns, called: Features) -> Features:
    likeness = called[:, [NAME_FEATURES.index(name) for name in _BY_NAME]].max(axis=1, initial=0.0)
    held = pairs.contained >= _HELD
    size = len(columns.directory)
    holders = np.bincount(pairs.children[held], minlength=size)[pairs.children]
    referring = np.bincount(pairs.parents[held], minlength=size)[pairs.parents]
    most, next_most = _most_and_next(pairs.children, likeness, size)
    behind = [_most_and_next(pairs.children, one, size)[0] - one for one in (pairs.reference, pairs.covered)]
    away = columns.distances(*_tables(pairs, columns))
    nearest = -_most_and_next(pairs.children, -away, size)[0]
    others = np.where(likeness >= most, next_most, most)
    return np.column_stack(
        [
            np.log1p(holders), most - likeness, likeness - others, *behind, np.log1p(referring),
            columns.keys_in_table[pairs.parents], away - nearest,
        ]
    )  # fmt: skip


def _tables(pairs: ReferencePairs, columns: KeyColumns) -> tuple[Integers, Integers]:
    tables = columns.directory.tables.astype(np.int64)
    return tables[pairs.children], tables[pairs.parents]


def _most_and_next(owners: Integers, values: Floats, size: int) -> tuple[Floats, Floats]:
    """Return for each entry the largest value of its owner's entries, and the largest but one (0 for none)."""
    largest, second = np.full(size, -np.inf), np.zeros(size)
    order = np.lexsort((-values, owners))
    owned = owners[order]
    starts = np.flatnonzero(np.append(True, owned[1:] != owned[:-1])) if len(owned) else np.zeros(0, np.int64)
    largest[owned[starts]] = values[order][starts]
    after = starts[np.append(starts[1:], len(owned)) - starts > 1] + 1
    second[owned[after]] = values[order][after]
    return largest[owners], second[owners]


def _known(values: Floats) -> Floats:
    """Return values within bounds, -1 where there is none, as of texts."""
    return np.where(np.isfinite(values), np.clip(values, -1.0, 2.0), -1.0)
