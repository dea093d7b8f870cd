"""Every column of the next generation under its key, out of the generation before and of what was read."""

from __future__ import annotations

from lakeindex.arrays.aliases import Vectors
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from lakeindex.catalog.directory import DIRECTORY_FIELDS, Directory, facts_of
from lakeindex.index.term_rows import TermRows
from lakeindex.arrays.aliases import Hashes
from lakeindex.arrays.aliases import Integers
from lakeindex.build.previous_generation import Previous
from lakeindex.profile.sketch_sizes import kept
from lakeindex.profile.profile_table import PROFILE_SCHEMA
from lakeindex.types.column_tokens import Readings
from lakeindex.types.columns import Family
from lakeindex.types.columns import Kind


STAGED_SCHEMA = pa.schema(
    [field for field in PROFILE_SCHEMA if field.name not in ("texts", "looks", "numbers", "days")]
    + [pa.field("text", pa.large_string()), pa.field("text_hash", pa.uint64())]
    + [pa.field("reading", pa.large_list(pa.uint16()))]
)
"""What is kept of a column's record until its generation is published."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The kept columns of the generation before, then those that were read; `order` sorts them by table and place."""

    previous: Previous | None
    kept_keys: Integers
    records: ds.Dataset
    order: Integers
    """(columns,) The key is the place in here."""

    @classmethod
    def gather(cls, previous: Previous | None, unchanged: Sequence[str], records: ds.Dataset) -> Columns:
        """Take the columns of unchanged files from the generation before and the others from their records."""
        kept_keys = np.zeros(0, np.int64) if previous is None else previous.keys_of(unchanged)
        read = records.to_table(["table_id", "position"])
        table_ids, positions = _array(read["table_id"]), read["position"].to_numpy()
        if previous is not None:
            directory = previous.directory
            tables = directory.tables[kept_keys]
            table_ids = pa.concat_arrays([directory.table_names().take(tables), table_ids])
            positions = np.concatenate([kept_keys - directory.first_columns[tables], positions])
        places = pa.table({"table": table_ids, "position": positions.astype(np.int64)})
        order = pc.sort_indices(places, [("table", "ascending"), ("position", "ascending")])
        return cls(previous, kept_keys, records, order.to_numpy().astype(np.int64))

    def directory(self) -> Directory:
        """Lay out their names and facts."""
        read = self.records.to_table(list(DIRECTORY_FIELDS)).combine_chunks()
        table_ids, names = _array(read["table_id"]), _array(read["name"])
        facts, text_hashes = facts_of(read), read["text_hash"].to_numpy()
        if self.previous is not None:
            before, keys = self.previous.directory, self.kept_keys
            table_ids = pa.concat_arrays([before.table_names().take(before.tables[keys]), table_ids])
            names = pa.concat_arrays([before.names.take(keys), names])
            facts = before.facts.take(keys).joined(facts)
            text_hashes = np.concatenate([before.text_hashes[keys], text_hashes])
        order = self.order
        return Directory.of(table_ids.take(order), names.take(order), text_hashes[order], facts.take(order))

    def terms(self, family: Family) -> TermRows:
        """Return what sketches of one family hold."""
        read = self.records.to_table([f"{family}_hashes", f"{family}_counts", "kind"])
        hashes, starts = _flat(read[f"{family}_hashes"])
        counts = _flat(read[f"{family}_counts"])[0].astype(np.int64)
        kinds = [Kind(str(kind)) for kind in read["kind"].to_pylist()]
        is_complete, is_weighed = np.diff(starts) < kept(family, kinds), family is not Family.VALUES
        rows = TermRows.of(hashes.astype(np.uint64), counts, starts, is_complete, is_weighed)
        if self.previous is not None:
            rows = self.previous.terms(family, self.kept_keys).joined(rows)
        return rows.take(self.order)

    def readings(self) -> Readings:
        """Return what a cross-encoder is told of the columns."""
        tokens, starts = _flat(self.records.to_table(["reading"])["reading"])
        readings = Readings(tokens.astype(np.uint16), starts)
        if self.previous is not None:
            readings = self.previous.readings(self.kept_keys).joined(readings)
        return readings.take(self.order)

    def texts(self) -> tuple[Hashes, list[str | None]]:
        """Return the texts of the columns that were read, and their hashes."""
        read = self.records.to_table(["text_hash", "text"])
        return read["text_hash"].to_numpy(), read["text"].to_pylist()

    def vectors(self, read: Vectors) -> Vectors:
        """Return all vectors, given those of the columns that were read."""
        if self.previous is not None:
            read = np.concatenate([self.previous.vectors(self.kept_keys), read])
        return read[self.order]


def _array(column: pa.ChunkedArray[Any]) -> pa.Array[Any]:
    array: pa.Array[Any] = column.combine_chunks()
    return array


def _flat(lists: pa.ChunkedArray[Any]) -> tuple[npt.NDArray[np.generic], Integers]:
    """Return all items of the lists in a row, and (lists + 1,) where each list starts."""
    lengths = pc.list_value_length(lists).to_numpy()
    starts = np.cumsum(np.concatenate([np.zeros(1, np.int64), lengths]).astype(np.int64))
    return pc.list_flatten(lists).to_numpy(), starts
