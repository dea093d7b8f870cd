"""The rows of a table as they are written in its file, to be linked and merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.canonical.arrow_keys import ReadValues
from lakeindex.canonical.column_reading import PLAIN, ColumnReading
from lakeindex.integrate.equivalents import Equivalents
from lakeindex.join.lake_tables import LakeTables
from lakeindex.join.side import TEXT, ZONED_TYPES, reading
from lakeindex.profile.normalise import is_missing, normal_values
from lakeindex.sql import quoted
from lakeindex.types.lake import TableId

_ROW = "number of the row, from 1"


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """The rows of a table as text, in the order of its file: row 0 is the first row of data."""

    table: TableId
    values: pa.Table
    """A column of large_string each, under the names that the index gives; null where a value is missing."""
    readings: tuple[ColumnReading, ...]
    """How each column is read."""
    equivalents: Mapping[str, Equivalents] = field(default_factory=dict)
    """The values of columns, by name, that mean the same as another one by a lookup table."""

    def __len__(self) -> int:
        return self.values.num_rows

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return self.values.column_names

    def texts(self, name: str) -> pa.LargeStringArray:
        """Return a column as written, (rows,) large_string with nulls."""
        return _whole(self.values[name])

    def keys(self, name: str) -> pa.LargeStringArray:
        """Return the canonical form of a column's values, (rows,) with nulls.

        Two values with the same key are the same value: written in two ways, or by a lookup table.
        """
        return self._read(name)[1]

    def compared_texts(self, name: str) -> pa.LargeStringArray:
        """Return a column as it is compared: as written, but for values that a lookup table has another form of."""
        return self._read(name)[0]

    def _read(self, name: str) -> tuple[pa.LargeStringArray, pa.LargeStringArray]:
        texts, keys = self.texts(name), self.written_keys(name)
        return self.equivalents[name].put_into(texts, keys) if name in self.equivalents else (texts, keys)

    def written_keys(self, name: str) -> pa.LargeStringArray:
        """Return the canonical form of what is written in a column, as `join` compares it, (rows,) with nulls."""
        return canonical_keys(self.texts(name), self.readings[self.names.index(name)])


def canonical_keys(texts: pa.LargeStringArray, how: ColumnReading = PLAIN) -> pa.LargeStringArray:
    """Return the canonical form of texts, (n,) large_string with nulls where a text is null."""
    distinct: Any = texts.dictionary_encode()
    values = ReadValues.of_one(normal_values(distinct.dictionary), how)
    keys: pa.LargeStringArray = values.keys(values.ordered()).take(distinct.indices)
    return keys


def read_records(
    tables: LakeTables, table: TableId, names: Sequence[str] | None = None, where: str = "true"
) -> Records:
    """Read a table's rows from its file; `names` are the columns that are needed, all of them unless given.

    `where` is an SQL condition on the rows as they are written, for those of them that are needed.
    Raises NotFound with the nearest names, UnreadableTable when the file is gone or no longer what it was.
    """
    cursor, select, viewed = tables.written_rows(table)
    known = [tables.directory.id_of(key).name for key in tables.directory.keys_of_table(table).tolist()]
    places = [place for place, name in enumerate(known) if names is None or name in names]
    with reading(str(table)):
        kinds = cursor.sql(f"SELECT * FROM ({select}) AS rows_of_file LIMIT 0").types
        columns = ", ".join(_text_sql(viewed.columns[place][0], kinds[place]) for place in places)
        # Several threads read a large file, or several files, and give their rows as they come.
        numbered = f"SELECT row_number() OVER () AS {quoted(_ROW)}, * FROM ({select}) AS rows_of_file"
        ordered = f"SELECT {columns} FROM ({numbered}) AS rows_of_file WHERE {where} ORDER BY {quoted(_ROW)}"
        found = cursor.sql(ordered).to_arrow_table()
    values = {known[place]: _present(_whole(found.column(at))) for at, place in enumerate(places)}
    readings = viewed.readings or (PLAIN,) * len(known)
    return Records(table, pa.table(values), tuple(readings[place] for place in places))


def _text_sql(name: str, kind: str) -> str:
    if kind in ZONED_TYPES:
        return f"CAST({quoted(name)} AT TIME ZONE 'UTC' AS {TEXT}) || '+00'"
    return f"CAST({quoted(name)} AS {TEXT})"


def _whole(column: Any) -> pa.LargeStringArray:
    texts: pa.LargeStringArray = column.cast(pa.large_string()).combine_chunks()
    return texts


def _present(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Return texts trimmed, with null for what stands for a missing value."""
    trimmed = pc.utf8_trim_whitespace(texts)
    nothing: Any = pa.scalar(None, pa.large_string())
    present: pa.LargeStringArray = pc.if_else(is_missing(pc.utf8_lower(trimmed)), nothing, trimmed)
    return present
