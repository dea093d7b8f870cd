"""The tuples of one or several tables side by side, numbered consecutively, with the attributes that they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Integers, Texts
from lakeindex.arrays.constant_texts import constant_text
from lakeindex.integrate.alignment import Alignment
from lakeindex.integrate.records import Records

_NOTHING = constant_text("")


@dataclass(frozen=True, slots=True, eq=False)
class AttributeValues:
    """The values of an attribute, one a tuple."""

    name: str
    texts: Texts
    """(tuples,) as written; empty where a tuple has none."""
    keys: Texts
    """(tuples,) the canonical form of each value, by which two spellings of one value are equal; empty where none."""
    originals: Texts | None = None
    """(tuples,) the values before those took their place that are equivalent by a lookup table."""

    @property
    def as_written(self) -> Texts:
        """(tuples,) the values before equivalent ones took their place."""
        return self.texts if self.originals is None else self.originals

    @property
    def is_present(self) -> Flags:
        """(tuples,)."""
        present: Flags = pc.not_equal(self.keys, _NOTHING).to_numpy(zero_copy_only=False)
        return present

    @classmethod
    def joined(cls, parts: Sequence[AttributeValues]) -> AttributeValues:
        """Put values of one attribute after one another."""
        texts, keys = pa.concat_arrays([one.texts for one in parts]), pa.concat_arrays([one.keys for one in parts])
        return cls(parts[0].name, texts, keys)

    def taken(self, places: Integers) -> AttributeValues:
        """Return the values of some tuples."""
        at: Any = pa.array(places)
        return AttributeValues(self.name, self.texts.take(at), self.keys.take(at))


@dataclass(frozen=True, slots=True, eq=False)
class Tuples:
    """The tuples of some tables: those of the first table, then those of the second, and so on."""

    tables: Integers
    """(tuples,) the number of each tuple's table."""
    rows: Integers
    """(tuples,) the row of each tuple in its table."""
    attributes: tuple[AttributeValues, ...]
    is_within: bool
    """Whether tuples of one table are compared, too."""

    def __len__(self) -> int:
        return len(self.tables)

    @classmethod
    def of_two(cls, left: Records, right: Records, columns: Sequence[tuple[str, tuple[str, str]]]) -> Tuples:
        """Put two tables side by side, by attributes: the name of each, and its column in the left and right table."""
        values = [_values(name, (left, right), of_both) for name, of_both in columns]
        return cls._of([left, right], values, False)

    @classmethod
    def of_one(cls, records: Records) -> Tuples:
        """Take all attributes of one table."""
        return cls._of([records], [_values(name, (records,), (name,)) for name in records.names], True)

    @classmethod
    def of_many(cls, records: Sequence[Records], alignment: Alignment) -> Tuples:
        """Put many tables side by side; an attribute that one table alone has is compared within that table."""
        columns = [(one.name, [one.of(table.table) for table in records]) for one in alignment.attributes]
        named = [(name, [None if one is None else one.column.name for one in found]) for name, found in columns]
        values = [_values(name, records, found) for name, found in named if any(found)]
        return cls._of(records, values, True)

    @classmethod
    def _of(cls, records: Sequence[Records], values: Sequence[AttributeValues], is_within: bool) -> Tuples:
        sizes = np.array([len(one) for one in records], np.int64)
        tables = np.repeat(np.arange(len(sizes)), sizes)
        rows = np.arange(len(tables)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return cls(tables, rows, tuple(values), is_within)

    def taken(self, places: Integers) -> Tuples:
        """Return some of the tuples, in the given order."""
        values = tuple(one.taken(places) for one in self.attributes)
        return Tuples(self.tables[places], self.rows[places], values, self.is_within)

    def written(self) -> Texts:
        """Return each tuple as one text: the values of its attributes with a blank between, (tuples,)."""
        blank: Any = pa.scalar(" ", pa.large_string())
        texts = [one.texts for one in self.attributes]
        start = pa.array([""] * len(self), pa.large_string())
        return reduce(lambda whole, one: pc.binary_join_element_wise(whole, one, blank), texts, start)


def _values(name: str, records: Sequence[Records], columns: Sequence[str | None]) -> AttributeValues:
    texts, keys, originals = [], [], []
    for table, column in zip(records, columns, strict=True):
        nothing = pa.nulls(len(table), pa.large_string())
        texts.append(nothing if column is None else table.compared_texts(column))
        keys.append(nothing if column is None else table.keys(column))
        originals.append(nothing if column is None else table.texts(column))
    is_replaced = any(column in table.equivalents for table, column in zip(records, columns, strict=True))
    return AttributeValues(name, _joined(texts), _joined(keys), _joined(originals) if is_replaced else None)


def _joined(parts: Sequence[Any]) -> Texts:
    joined: Texts = pc.fill_null(pa.concat_arrays(parts), _NOTHING)
    return joined
