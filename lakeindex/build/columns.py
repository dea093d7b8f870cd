"""All columns of the next generation in the order of their keys, from the generation before and from files read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import ArrowArray, Hashes, Integers, Vectors
from lakeindex.build.previous_generation import PreviousGeneration
from lakeindex.catalog.directory import DIRECTORY_FIELDS, Directory, facts_of
from lakeindex.index.hidden_names import NAME_FAMILIES
from lakeindex.index.term_rows import TermRows
from lakeindex.profile.profile_table import PROFILE_SCHEMA
from lakeindex.profile.sketch_sizes import sketch_sizes
from lakeindex.types.column_tokens import ColumnTokens
from lakeindex.types.columns import Family, Kind

STAGED_SCHEMA = pa.schema(
    [field for field in PROFILE_SCHEMA if field.name not in ("texts", "value_types", "numbers", "days")]
    + [pa.field("text", pa.large_string()), pa.field("text_hash", pa.uint64())]
    + [pa.field("column_tokens", pa.large_list(pa.uint16()))]
    + [pa.field(f"{family}_hashes", pa.large_list(pa.uint64())) for family in NAME_FAMILIES]
    + [pa.field(f"{family}_counts", pa.large_list(pa.int64())) for family in NAME_FAMILIES]
)

if TYPE_CHECKING:
    import pyarrow.dataset as ds
"""The fields of a column's record that are staged until its generation is published."""


def with_empty_fields(records: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the fields of a schema, those that the records lack as empty lists."""
    offsets = pa.array(np.zeros(len(records) + 1, np.int64))
    for field in schema:
        if field.name not in records.schema.names:
            nothing = pa.array([], field.type.value_type)
            empty: ArrowArray = pa.LargeListArray.from_arrays(offsets, nothing)  # type: ignore[call-overload]
            records = records.append_column(field.name, empty)
    return records.select(schema.names)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of unchanged files, then those that were read; `order` sorts them by table and position."""

    previous: PreviousGeneration | None
    unchanged_keys: Integers
    records: ds.Dataset
    order: Integers
    """(columns,); the key of a column is its place in here."""

    @classmethod
    def gather(cls, previous: PreviousGeneration | None, unchanged: Sequence[str], records: ds.Dataset) -> Columns:
        """Gather the columns of unchanged files from the generation before and the others from their records."""
        unchanged_keys = np.zeros(0, np.int64) if previous is None else previous.keys_of(unchanged)
        read = records.to_table(["table_id", "position"])
        table_ids, positions = _array(read["table_id"]), read["position"].to_numpy()
        if previous is not None:
            directory = previous.directory
            tables = directory.tables[unchanged_keys]
            table_ids = pa.concat_arrays([directory.table_names().take(tables), table_ids])
            positions = np.concatenate([unchanged_keys - directory.first_columns[tables], positions])
        places = pa.table({"table": table_ids, "position": positions.astype(np.int64)})
        order = pc.sort_indices(places, [("table", "ascending"), ("position", "ascending")])
        return cls(previous, unchanged_keys, records, order.to_numpy().astype(np.int64))

    def directory(self) -> Directory:
        """Return the directory of their names and facts."""
        read = self.records.to_table(list(DIRECTORY_FIELDS)).combine_chunks()
        table_ids, names = _array(read["table_id"]), _array(read["name"])
        facts, text_hashes = facts_of(read), read["text_hash"].to_numpy()
        sampled = read["sampled"].to_numpy().astype(np.int64)
        if self.previous is not None:
            before, keys = self.previous.directory, self.unchanged_keys
            table_ids = pa.concat_arrays([before.table_names().take(before.tables[keys]), table_ids])
            names = pa.concat_arrays([before.names.take(keys), names])
            facts = before.facts.take(keys).joined(facts)
            text_hashes = np.concatenate([before.text_hashes[keys], text_hashes])
            sampled = np.concatenate([before.sampled[before.tables[keys]], sampled])
        order = self.order
        return Directory.of(
            table_ids.take(order), names.take(order), text_hashes[order], facts.take(order), sampled[order]
        )

    def terms(self, family: Family) -> TermRows:
        """Return the terms of their sketches of one family."""
        read = self.records.to_table([f"{family}_hashes", f"{family}_counts", "kind", "sampled"])
        hashes, starts = _flat(read[f"{family}_hashes"])
        counts = _flat(read[f"{family}_counts"])[0].astype(np.int64)
        kinds = [Kind(str(kind)) for kind in read["kind"].to_pylist()]
        is_complete, is_weighed = np.diff(starts) < sketch_sizes(family, kinds), family not in _UNWEIGHED
        # Of a sample, there may be values that it hasn't.
        is_complete &= read["sampled"].to_numpy() == 0
        rows = TermRows.of(hashes.astype(np.uint64), counts, starts, is_complete, is_weighed)
        if self.previous is not None:
            rows = self.previous.terms(family, self.unchanged_keys).joined(rows)
        return rows.take(self.order)

    def name_terms(self, family: Family) -> TermRows:
        """Return the terms of their names of one family, which were hidden with the names."""
        read = self.records.to_table([f"{family}_hashes", f"{family}_counts"])
        hashes, starts = _flat(read[f"{family}_hashes"])
        counts = _flat(read[f"{family}_counts"])[0].astype(np.int64)
        rows = TermRows.of(hashes.astype(np.uint64), counts, starts, np.ones(len(starts) - 1, bool))
        if self.previous is not None:
            rows = self.previous.terms(family, self.unchanged_keys).joined(rows)
        return rows.take(self.order)

    def column_tokens(self) -> ColumnTokens:
        """Return the tokens of the columns, the input of the rerankers."""
        flat, starts = _flat(self.records.to_table(["column_tokens"])["column_tokens"])
        tokens = ColumnTokens(flat.astype(np.uint16), starts)
        if self.previous is not None:
            tokens = self.previous.column_tokens(self.unchanged_keys).joined(tokens)
        return tokens.take(self.order)

    def texts(self) -> tuple[Hashes, list[str | None]]:
        """Return the texts of the columns that were read, and their hashes."""
        read = self.records.to_table(["text_hash", "text"])
        return read["text_hash"].to_numpy(), read["text"].to_pylist()

    def vectors(self, read: Vectors) -> Vectors:
        """Return all vectors, given those of the columns that were read."""
        if self.previous is not None:
            read = np.concatenate([self.previous.vectors(self.unchanged_keys), read])
        return read[self.order]


_UNWEIGHED = (Family.VALUES, Family.ALTERNATES)


def _array(column: pa.ChunkedArray[Any]) -> pa.Array[Any]:
    array: pa.Array[Any] = column.combine_chunks()
    return array


def _flat(lists: pa.ChunkedArray[Any]) -> tuple[npt.NDArray[np.generic], Integers]:
    """Return the items of all lists, one list after the other, and (lists + 1,) where each list starts."""
    lengths = pc.list_value_length(lists).to_numpy()
    starts = np.cumsum(np.concatenate([np.zeros(1, np.int64), lengths]).astype(np.int64))
    return pc.list_flatten(lists).to_numpy(), starts
