"""What an integration would do, before it does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Flags, Integers
from lakeindex.integrate.tuples import Tuples
from lakeindex.types.frames import Frames


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """What would become of a table's tuples."""

    table: str
    tuples: int
    met: int
    """Those that describe the same entity as a tuple of another table."""
    keys: tuple[str, ...]
    """Columns of which each row has a value of its own."""


@dataclass(frozen=True, slots=True)
class IntegrationPlan(Frames):
    """The alignment, the key, and how many tuples meet."""

    tuples: Tuples
    key: tuple[str, ...]
    """The names of the attributes that say which entity a tuple is of; none where tuples are linked."""
    tables: tuple[PlannedTable, ...]
    entities: int
    remarks: tuple[str, ...] = ()
    """What a person should know of it."""

    @classmethod
    def of(cls, tuples: Tuples, sets: Integers, key: Sequence[int]) -> IntegrationPlan:
        """Plan the integration of tuples, each of which is in a set."""
        met = _met(tuples, sets)
        names = tuples.alignment.names()
        tables = [
            PlannedTable(str(one.table), len(one), int(met[first : first + len(one)].sum()), _keys_of(tuples, at))
            for at, (one, first) in enumerate(zip(tuples.records, tuples.starts.tolist(), strict=False))
        ]
        return cls(tuples, tuple(names[place] for place in key), tuple(tables), len(np.unique(sets)))

    def to_arrow(self) -> pa.Table:
        """Return the alignment: `attribute`, `table`, `column`, `probability`, `is_key`, which may be edited."""
        members = [
            (attribute.name, str(one.column.table), one.column.name, one.probability, attribute.name in self.key)
            for attribute in self.tuples.alignment.attributes
            for one in attribute.columns
        ]
        kinds: dict[str, pa.DataType] = dict.fromkeys(("attribute", "table", "column"), pa.string())
        kinds |= {"probability": pa.float64(), "is_key": pa.bool_()}
        columns: list[Any] = [list(column) for column in zip(*members, strict=True)] or [[]] * 5
        return pa.table(columns, schema=pa.schema(list(kinds.items())))

    def to_json(self) -> dict[str, Any]:
        """Return the whole plan for programs."""
        return {
            "key": list(self.key),
            "tables": [
                {"table": one.table, "tuples": one.tuples, "met": one.met, "keys": list(one.keys)}
                for one in self.tables
            ],
            "entities": self.entities,
            "alignment": self.to_arrow().to_pylist(),
        }

    def describe(self) -> list[str]:
        """Describe it in sentences, one a table."""
        how = f"by {' + '.join(self.key)}" if self.key else "by how likely they describe the same thing"
        total = sum(one.tuples for one in self.tables)
        lines = [f"{total} rows of {len(self.tables)} tables meet {how}: {self.entities} entities"]
        for one in self.tables:
            keys = f"; each row has its own {', '.join(one.keys)}" if one.keys else ""
            lines.append(f"{one.table}: {one.met} of {one.tuples} rows meet one of another table{keys}")
        return lines


def _met(tuples: Tuples, sets: Integers) -> Flags:
    """Return which tuples are in a set with one of another table, (tuples,)."""
    tables = tuples.table_of
    size = int(sets.max(initial=-1)) + 1
    lowest, highest = np.full(size, len(tuples.records)), np.full(size, -1)
    np.minimum.at(lowest, sets, tables)
    np.maximum.at(highest, sets, tables)
    return np.asarray((lowest != highest)[sets])


def _keys_of(tuples: Tuples, table: int) -> tuple[str, ...]:
    """Return the columns of a table that have another value in each row."""
    records = tuples.records[table]
    return tuple(
        name
        for name in records.names
        if len(records) and not records.texts(name).null_count and len(records.keys(name).unique()) == len(records)
    )
