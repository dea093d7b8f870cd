"""The directory: names and facts of all columns, memory-mapped, so that queries don't open DuckDB."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Floats, Hashes, Integers
from lakeindex.arrays.proportions import ratio
from lakeindex.arrays.ragged import ranges
from lakeindex.catalog.mapped_arrays import map_table, to_arrow, to_numpy, write_mappable
from lakeindex.catalog.nearest_names import not_found
from lakeindex.catalog.table_globs import ALL_TABLES, TableGlobs, matching
from lakeindex.errors import IndexDamaged, NotFound
from lakeindex.hashing.text_hash import HashedText
from lakeindex.types.columns import KINDS, ColumnFacts, Kind
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.names import words_of

DIRECTORY_FIELDS = (
    "table_id",
    "name",
    "kind",
    "rows",
    "nulls",
    "distinct",
    "is_key",
    "is_serial",
    "minimum",
    "maximum",
    "lengths",
    "patterns",
    "text_hash",
    "sampled",
)
"""The fields of a column's record that a directory is made of."""

_COLUMNS = "columns.arrow"
_TABLES = "tables.arrow"
_FLAGS = ("is_key", "is_serial")
_DTYPES = {"kinds": np.int8, "rows": np.int64, "nulls": np.int64, "distinct": np.int64, "is_key": np.bool_}
_DTYPES |= {"lows": np.float64, "highs": np.float64}
_DTYPES |= {"is_serial": np.bool_, "lengths": np.uint8, "patterns": np.uint8}
"""Of the facts; all others are hashes."""


@dataclass(frozen=True, slots=True, eq=False)
class Directory:
    """Every column of a generation under its key, its place in these arrays; a table's columns are neighbours.

    Restricted to the tables that a caller may see, it has the same keys, and looks like one of these tables alone: no
    method names another table, a column of it, or how many there are.
    """

    table_ids: list[TableId]
    """Ascending."""
    first_columns: Integers
    """(tables + 1,) the key of each table's first column."""
    tables: npt.NDArray[np.int32]
    """(columns,) the place of each column's table."""
    names: pa.Array[Any]
    name_hashes: Hashes
    """(columns,) of the names in words, so that `countryCode` is `country_code`."""
    text_hashes: Hashes
    """(columns,) of the texts that the vectors were made of."""
    facts: ColumnFacts
    sampled: Integers
    """(tables,) The rows that were read of each, 0 where all were."""
    globs: TableGlobs = ALL_TABLES
    """What the tables are called that a caller may see."""
    visible: Flags | None = None
    """(tables,) Which these are; None for all."""

    @classmethod
    def of(
        cls, table_ids: pa.Array[Any], names: pa.Array[Any], text_hashes: Hashes, facts: ColumnFacts,
        sampled: Integers | None = None,
    ) -> Directory:  # fmt: skip
        """Make a directory of columns that are sorted by table, an entry for each.

        `sampled` are the rows that were read of each one's table, 0 where all were; None where all were of all.
        """
        encoded: Any = table_ids.dictionary_encode()
        places = encoded.indices.to_numpy().astype(np.int32)
        first_columns = np.searchsorted(places, np.arange(len(encoded.dictionary) + 1))
        of_columns = np.zeros(len(places), np.int64) if sampled is None else sampled
        return cls(
            table_ids=[TableId(str(name)) for name in encoded.dictionary.to_pylist()],
            first_columns=first_columns,
            tables=places,
            names=names,
            name_hashes=hash_names([str(name) for name in names.to_pylist()]),
            text_hashes=text_hashes,
            facts=facts,
            sampled=np.asarray(of_columns[first_columns[:-1]], np.int64),
        )

    @classmethod
    def open(cls, folder: Path) -> Directory:
        """Memory-map a directory that was saved."""
        try:
            columns, tables = map_table(folder / _COLUMNS), map_table(folder / _TABLES)
            tables.validate(full=True)  # small, and its names are about to be read
            facts = {field.name: to_numpy(columns[field.name]) for field in fields(ColumnFacts)}
            return cls(
                table_ids=[TableId(str(name)) for name in tables["id"].to_pylist()],
                first_columns=np.append(to_numpy(tables["first_column"]), len(columns)),
                tables=to_numpy(columns["table"]),
                names=columns["name"].combine_chunks(),
                name_hashes=to_numpy(columns["name_hash"]),
                text_hashes=to_numpy(columns["text_hash"]),
                # Arrow packs flags into bits, which can't be mapped: they are kept as bytes.
                facts=ColumnFacts(**facts | {flag: facts[flag].view(np.bool_) for flag in _FLAGS}),
                sampled=to_numpy(tables["sampled"]),
            )
        except (OSError, pa.ArrowException, KeyError) as error:
            raise IndexDamaged(f"{folder} can't be read ({error}); build the index again") from error

    def save(self, folder: Path) -> None:
        """Write two Arrow files into `folder`."""
        facts = {field.name: getattr(self.facts, field.name) for field in fields(ColumnFacts)}
        hashes = {"name_hash": self.name_hashes, "text_hash": self.text_hashes}
        columns = {"table": self.tables, "name": self.names, **hashes, **facts}
        folder.mkdir(parents=True, exist_ok=True)
        write_mappable(pa.table({name: to_arrow(array) for name, array in columns.items()}), folder / _COLUMNS)
        tables: dict[str, pa.Array[Any]] = {
            "id": pa.array(self.table_ids, pa.string()),
            "first_column": pa.array(self.first_columns[:-1]),
            "sampled": pa.array(self.sampled),
        }
        write_mappable(pa.table(tables), folder / _TABLES)

    def check(self) -> None:
        """Raise IndexDamaged unless the arrays fit together; those of an index from elsewhere may not."""
        columns, tables = len(self), len(self.table_ids)
        facts = {one.name: getattr(self.facts, one.name) for one in fields(ColumnFacts)}
        arrays = {"name_hashes": self.name_hashes, "text_hashes": self.text_hashes, **facts}
        self.names.validate(full=True)
        fits = (
            all((len(array), array.ndim, array.dtype) == _shape(name, columns) for name, array in arrays.items())
            and len(self.names) == columns
            and self.names.null_count == 0
            and bool(np.all((self.facts.kinds >= 0) & (self.facts.kinds < len(KINDS))))
            and bool(np.all((self.facts.nulls >= 0) & (self.facts.distinct >= 0)))
            and bool(np.all(self.facts.rows >= self.facts.nulls))
            and all(bool(np.all(facts[flag].view(np.uint8) <= 1)) for flag in _FLAGS)
            and bool(np.all(self.tables == np.repeat(np.arange(tables), np.diff(self.first_columns))))
            and len(self.first_columns) == tables + 1
            and (len(self.sampled), self.sampled.dtype) == (tables, np.dtype(np.int64))
            and sorted(set(self.table_ids)) == self.table_ids
        )
        if not fits:
            raise IndexDamaged("the names and facts of the columns don't fit together; build the index again")

    def restricted(self, allowed: Sequence[str] | None) -> Directory:
        """Return the directory of a caller who may see the tables that match any of some globs; None for all tables."""
        if allowed is None:
            return self
        globs = TableGlobs(tuple(allowed))
        return replace(self, globs=globs, visible=globs.matches(self.table_ids))

    def __len__(self) -> int:
        return len(self.tables)

    def visible_tables(self) -> list[TableId]:
        """Return the names of the tables that the caller may see, ascending; those without columns are not in here."""
        if self.visible is None:
            return self.table_ids
        return [self.table_ids[place] for place in np.flatnonzero(self.visible).tolist()]

    def sampled_columns(self) -> Flags:
        """Return of which columns' tables a sample was read only, (columns,)."""
        return np.asarray(self.sampled[self.tables] > 0)

    def count_sampled(self) -> int:
        """Count the tables that the caller may see of which a sample was read only."""
        is_seen = np.ones(len(self.sampled), bool) if self.visible is None else self.visible
        return int(np.count_nonzero(self.sampled[is_seen]))

    def rows_read(self, table: TableId) -> int:
        """Return how many rows of a table were read, where it was sampled; 0 of any other."""
        place = self._place_of(table)
        return 0 if place is None else int(self.sampled[place])

    def hidden_keys(self) -> Integers:
        """Return the keys of the columns that the caller may not see, ascending."""
        if self.visible is None:
            return np.zeros(0, np.int64)
        return np.flatnonzero(~self.visible[self.tables])

    def visible_columns(self) -> Flags:
        """Return which columns the caller may see, (columns,)."""
        return np.ones(len(self), bool) if self.visible is None else np.asarray(self.visible[self.tables])

    def table_names(self) -> pa.Array[Any]:
        """Return the tables' names, (tables,), ascending."""
        return pa.array(self.table_ids, pa.string())

    def key_of(self, column: ColumnId) -> int:
        """Return a column's key. Raises NotFound with the nearest names."""
        keys, names = self.keys_of_table(column.table), self.column_names(column.table)
        if column.name not in names:
            raise not_found(f"{column.table} has no column {column.name!r}", column.name, names)
        return int(keys[names.index(column.name)])

    def keys_of_table(self, table: TableId) -> Integers:
        """Return the keys of a table's columns, in the file's order. Raises NotFound with the nearest names."""
        place = self._place_of(table)
        if place is None:
            raise not_found(f"the index has no table {table!r}", table, self.visible_tables())
        return np.arange(self.first_columns[place], self.first_columns[place + 1])

    def has_table(self, table: TableId) -> bool:
        """Whether a table is in the index (one without columns is not), and the caller may see it."""
        return self._place_of(table) is not None

    def has_column(self, column: ColumnId) -> bool:
        """Whether a column is in the index, and the caller may see it."""
        return self.has_table(column.table) and column.name in self.column_names(column.table)

    def column_names(self, table: TableId) -> list[str]:
        """Return the names of a table's columns, in the file's order. Raises NotFound with the nearest names."""
        keys = self.keys_of_table(table)
        return [str(name) for name in self.names.slice(int(keys[0]) if len(keys) else 0, len(keys)).to_pylist()]

    def _place_of(self, table: TableId) -> int | None:
        place = bisect.bisect_left(self.table_ids, table)
        if place == len(self.table_ids) or self.table_ids[place] != table:
            return None
        return place if self.visible is None or self.visible[place] else None

    def require_allowed(self, table: TableId) -> None:
        """Raise NotFound, as for a table that doesn't exist, where the caller may not see one of this name."""
        if not self.globs.allow(table):
            raise not_found(f"the index has no table {table!r}", table, self.visible_tables())

    def id_of(self, key: int) -> ColumnId:
        """Return a column's table and name. Raises NotFound for a column that the caller may not see."""
        table = self.tables[key]
        if self.visible is not None and not self.visible[table]:
            raise NotFound("the index has no such column")
        return ColumnId(self.table_ids[table], self.names[key].as_py())

    def keys_outside(self, glob: str) -> Integers:
        """Return the keys of the columns of tables whose names don't match a glob, in which `*` also stands for `/`.

        Those that the caller may not see match none. Raises NotFound where no table matches.
        """
        matches = matching(self.table_ids, [glob])
        if self.visible is not None:
            matches &= self.visible
        if not matches.any():
            raise not_found(f"no table is called like {glob!r}", glob, self.visible_tables())
        return np.flatnonzero(~matches[self.tables])

    def same_schema(self, names: Hashes, keys: Integers) -> Floats:
        """Return the Jaccard similarity of a table's hashed column names and those of each key's table, (n,)."""
        tables, places = np.unique(self.tables[keys], return_inverse=True)
        starts = self.first_columns[tables]
        lengths = self.first_columns[tables + 1] - starts
        is_shared = np.isin(self.name_hashes[ranges(starts, lengths)], names)
        owners = np.repeat(np.arange(len(tables)), lengths)
        shared: Floats = np.bincount(owners[is_shared], minlength=len(tables)).astype(np.float64)
        return ratio(shared, len(names) + lengths - shared)[places]


def hash_names(names: Sequence[str]) -> Hashes:
    """Hash each column name by its words."""
    return HashedText.from_arrow(pa.array([words_of(name) for name in names], pa.large_string())).strings()


def facts_of(columns: pa.Table) -> ColumnFacts:
    """Return the facts of columns from their profile records."""
    numbers = {Kind(kind): place for place, kind in enumerate(KINDS)}
    histograms = {
        name: pc.list_flatten(columns[name]).to_numpy().reshape(len(columns), -1)
        if len(columns)
        else np.zeros((0, 1), np.int64)
        for name in ("lengths", "patterns")
    }
    return ColumnFacts(
        kinds=np.array([numbers[Kind(str(kind))] for kind in columns["kind"].to_pylist()], np.int8),
        rows=columns["rows"].to_numpy(),
        nulls=columns["nulls"].to_numpy(),
        distinct=columns["distinct"].to_numpy(),
        is_key=columns["is_key"].to_numpy(),
        is_serial=columns["is_serial"].to_numpy(),
        lows=columns["minimum"].to_numpy().astype(np.float64),
        highs=columns["maximum"].to_numpy().astype(np.float64),
        lengths=_scaled(histograms["lengths"]),
        patterns=_scaled(histograms["patterns"]),
    )


def _scaled(histogram: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """Scale each histogram to 255, so that it takes a byte a bin."""
    totals = np.maximum(histogram.sum(axis=1, keepdims=True), 1)
    scaled: npt.NDArray[np.uint8] = np.rint(histogram / totals * 255).astype(np.uint8)
    return scaled


def _shape(name: str, columns: int) -> tuple[int, int, np.dtype[Any]]:
    """Return the length, the number of dimensions and the type that an array of a directory must have."""
    return columns, 2 if name in ("lengths", "patterns") else 1, np.dtype(_DTYPES.get(name, np.uint64))
