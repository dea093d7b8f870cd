"""Count a join on the distinct values of both columns and the rows of each: what sketches estimate, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Integers, Texts
from lakeindex.arrays.arrow_views import flags_to_arrow, integers_to_arrow
from lakeindex.catalog.mapped_arrays import to_numpy
from lakeindex.join.condition import EQUAL_VALUES, ByExpression, ByMapping, Rule
from lakeindex.join.stored_column import ColumnStore, StoredColumn, as_written
from lakeindex.types.matches import Cardinality, JoinMeasure, ValueMatch

EQUAL_AS_WRITTEN = ByExpression(as_written("{value}"), as_written("{value}"))
"""Values match where they are equal but for case and blanks around them."""

_EXAMPLES = 5
_NO_KEY = -1


def measure(
    store: ColumnStore,
    query: StoredColumn,
    candidate: StoredColumn,
    rule: Rule | None = EQUAL_VALUES,
    match: ValueMatch = ValueMatch.EXACT,
) -> JoinMeasure:
    """Count the join of two columns whose values meet by a rule, or by None at all, beside what is equal as written."""
    left, right, pairs = _keyed(store, query, candidate, rule)
    written = _codes(query.written, candidate.written)
    equal = _count_distinct(written[0][np.isin(written[0], written[1])])
    return JoinMeasure(
        containment=_share(equal, _count_distinct(written[0])),
        reverse_containment=_share(equal, _count_distinct(written[1])),
        match=match,
        matched=left.share_of_values(pairs.has_left),
        reverse_matched=right.share_of_values(pairs.has_right),
        match_rate=left.share_of_rows(pairs.has_left),
        reverse_match_rate=right.share_of_rows(pairs.has_right),
        cardinality=Cardinality.of(pairs.most_left_rows == 1, pairs.most_right_rows == 1),
        rows=pairs.rows,
        examples=_examples(left, right, pairs),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Keyed:
    """The distinct values of a column, (n,), with the number of each one's key."""

    column: StoredColumn
    keys: Integers
    """(n,) _NO_KEY where a value has none."""
    key_count: int

    @property
    def rows_of_keys(self) -> Integers:
        """Return the rows of each key, (keys,)."""
        with_key = self.keys != _NO_KEY
        rows = np.bincount(self.keys[with_key], self.column.rows[with_key], minlength=self.key_count)
        return rows.astype(np.int64)

    def met(self, has_partner: Flags) -> Flags:
        """Return which values meet others, (n,), given which keys do, (keys,)."""
        return np.asarray((self.keys != _NO_KEY) & np.append(has_partner, False)[self.keys])

    def share_of_rows(self, has_partner: Flags) -> float:
        """Return the share of the rows with a value that meet others."""
        rows = self.column.rows
        return _share(int(rows[self.met(has_partner)].sum()), int(rows[self._is_value].sum()))

    def share_of_values(self, has_partner: Flags) -> float:
        """Return the share of the distinct values, as they are written, that meet others."""
        shown = _codes(self.column.shown)[0]
        return _share(_count_distinct(shown[self.met(has_partner)]), _count_distinct(shown[self._is_value]))

    @property
    def _is_value(self) -> Flags:
        """Return which are values, (n,): a marker of nothing is one where it has a key, and may meet others."""
        is_written = _has_value(self.column.written)
        return np.asarray(is_written | (self.keys != _NO_KEY))


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Pairs of a left and a right key that meet, (m,), each given by its number, and the rows of all keys."""

    lefts: Integers
    rights: Integers
    left_rows: Integers
    right_rows: Integers

    @property
    def has_left(self) -> Flags:
        return _marked(self.lefts, len(self.left_rows))

    @property
    def has_right(self) -> Flags:
        return _marked(self.rights, len(self.right_rows))

    @property
    def rows(self) -> int:
        """Count the rows of the inner join."""
        # Products of counts may exceed 2^53, up to which float64 is exact.
        products = self.left_rows[self.lefts].astype(np.longdouble) * self.right_rows[self.rights]
        return int(products.sum())

    @property
    def most_left_rows(self) -> int:
        """Return how many left rows one key has, or one right key meets, at most."""
        met = np.bincount(self.rights, self.left_rows[self.lefts])
        return int(max(self.left_rows.max(initial=0), met.max(initial=0)))

    @property
    def most_right_rows(self) -> int:
        met = np.bincount(self.lefts, self.right_rows[self.rights])
        return int(max(self.right_rows.max(initial=0), met.max(initial=0)))


def _keyed(
    store: ColumnStore, query: StoredColumn, candidate: StoredColumn, rule: Rule | None
) -> tuple[_Keyed, _Keyed, _Pairs]:
    mapped: tuple[Texts, ...] = ()
    if rule is None:
        keys: tuple[Texts, ...] = _no_keys(query), _no_keys(candidate)
    elif isinstance(rule, ByMapping):
        keys = query.values, candidate.values
        mapped = tuple(_texts(rule.pairs, name) for name in ("left_value", "right_value"))
    else:
        assert isinstance(rule, ByExpression), "an as-of join can't be counted on distinct values"
        keys = store.keys(query, rule.left), store.keys(candidate, rule.right)
    lefts, rights, *paired = _codes(*keys, *mapped)
    count = 1 + int(max((codes.max(initial=_NO_KEY) for codes in (lefts, rights, *paired)), default=_NO_KEY))
    left, right = _Keyed(query, lefts, count), _Keyed(candidate, rights, count)
    left_rows, right_rows = left.rows_of_keys, right.rows_of_keys
    if paired:
        known = (left_rows[paired[0]] > 0) & (right_rows[paired[1]] > 0)
        pairs = np.unique(np.stack([codes[known] for codes in paired]), axis=1)
    else:
        pairs = np.tile(np.flatnonzero((left_rows > 0) & (right_rows > 0)), (2, 1))
    return left, right, _Pairs(pairs[0], pairs[1], left_rows, right_rows)


def _no_keys(column: StoredColumn) -> Texts:
    return pa.nulls(len(column.values), pa.large_string())


def _texts(table: pa.Table, name: str) -> Texts:
    texts: Texts = table[name].combine_chunks()  # type: ignore[assignment]
    return texts


def _codes(*texts: Texts) -> list[Integers]:
    """Number the distinct texts of several arrays, alike in all; null is _NO_KEY."""
    encoded = pa.chunked_array(texts, pa.large_string()).combine_chunks().dictionary_encode()
    indices: pa.Array[Any] = encoded.indices
    codes = np.where(_has_value(indices), to_numpy(pa.chunked_array([indices])), _NO_KEY).astype(np.int64)
    return np.split(codes, np.cumsum([len(one) for one in texts])[:-1])


def _has_value(array: pa.Array[Any]) -> Flags:
    return to_numpy(pa.chunked_array([array.is_valid().cast(pa.uint8())])).view(np.bool_)


def _examples(left: _Keyed, right: _Keyed, pairs: _Pairs) -> tuple[str, ...]:
    """List some values that meet, those of most rows first, each with a partner where that is written otherwise."""
    met = np.flatnonzero(left.met(pairs.has_left))
    if not len(met):
        return ()  # of no rows, pyarrow before 19 can't select the first
    places = integers_to_arrow(met)
    rows, shown = integers_to_arrow(left.column.rows[met]), left.column.shown.take(places)
    values = left.column.values.take(places)
    listed = pa.Table.from_arrays([places, rows, shown, values], ["place", "rows", "shown", "value"])
    order: list[tuple[str, str]] = [("rows", "descending"), ("shown", "ascending"), ("value", "ascending")]
    first = pc.select_k_unstable(listed, _EXAMPLES, order)  # type: ignore[call-overload]
    examples: dict[str, str] = {}
    for place in to_numpy(listed["place"].take(first)).tolist():  # of values that differ in case or blanks alone, one
        examples.setdefault(left.column.shown[place].as_py(), _example(left, right, pairs, place))
    return tuple(dict.fromkeys(examples.values()))


def _example(left: _Keyed, right: _Keyed, pairs: _Pairs, place: int) -> str:
    """Return a value in the case that it has, with a partner unless that is equal but for case and blanks."""
    partners = flags_to_arrow(np.isin(right.keys, pairs.rights[pairs.lefts == left.keys[place]]))
    others, value = right.column.shown.filter(partners), left.column.values[place].as_py().strip()
    if pc.is_in(left.column.shown[place], others).as_py():
        return str(value)
    first = pc.min(right.column.values.filter(partners).filter(pc.equal(others, pc.min(others))))
    return f"{value} → {first.as_py().strip()}"


def _marked(places: Integers, count: int) -> Flags:
    marked = np.zeros(count, bool)
    marked[places] = True
    return marked


def _count_distinct(codes: Integers) -> int:
    return len(np.unique(codes[codes != _NO_KEY]))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
