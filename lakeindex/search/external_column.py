"""A query column from outside the lake, made by the same functions as the lake's own columns: profile, text, terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Hashes, Vectors
from lakeindex.catalog.directory import facts_of, hash_names
from lakeindex.catalog.nearest_names import nearest_names
from lakeindex.config.index_settings import read_limits_of, read_options
from lakeindex.config.profile_limits import Names, ProfileLimits, RawValues
from lakeindex.config.settings import Settings
from lakeindex.encode.column_tokenizer import tokenize_records
from lakeindex.errors import InvalidSetting, NotFound, UnreadableTable
from lakeindex.index.hidden_names import name_terms, with_hidden_names
from lakeindex.index.name_terms import term_sets
from lakeindex.profile.personal_data.with_personal_data import with_personal_data
from lakeindex.profile.profile_table import ProfiledColumn, to_records
from lakeindex.profile.scan import profile_columns
from lakeindex.profile.sketch_sizes import SKETCH_SIZES, sketch_sizes
from lakeindex.profile.value_text import as_text
from lakeindex.profile.workers.pool import profile_in_workers
from lakeindex.search.searcher import Searcher
from lakeindex.types.column_tokens import ColumnTokens
from lakeindex.types.columns import ColumnFacts, Family, Kind, QueryColumn, TermSet
from lakeindex.types.lake import ColumnId, LakeFile, TableId
from lakeindex.types.names import title_of
from lakeindex.types.reports import FileStatus

_MOST_BYTES_BESIDE = 50_000_000
"""Data up to this size are profiled whole, so that tables that are alike can be told apart."""


class ColumnEncoder(Protocol):
    """The model that the index was built with."""

    def encode_records(self, records: pa.Table, table_columns: int) -> Vectors:
        """Return the vectors of columns, given as profile records: (n, d), unit length."""
        ...


@dataclass(frozen=True, slots=True)
class ExternalColumn:
    """A column from outside the lake, profiled as the lake's columns are."""

    id: ColumnId
    record: pa.Table
    """Its profile record."""
    table_names: Hashes
    """The hashed names of the columns of its table."""
    limits: ProfileLimits
    beside: pa.Table
    """The profile records of all columns of its table, in their order; none where they were not made."""
    path: Path | None = None
    """The file that it comes from, absolute."""

    def facts(self) -> ColumnFacts:
        """Return the facts of its profile."""
        return facts_of(self.record)

    def terms(self) -> dict[Family, TermSet]:
        """Return its terms by family."""
        return _terms(self.record, self.id.name, self.id.table, self.limits)

    def copied_from(self, searcher: Searcher, root: Path) -> int | None:
        """Return the key of the lake's column that it is a copy of, as far as profiles can tell; None for none.

        A copy has the same name, as many rows and the same values, and so have all columns beside it. Of several, the
        one that stands in this very file below the lake's `root` counts, else one of a table with the same title.
        """
        facts = self.facts()
        if self.limits.raw is RawValues.NONE or self.limits.names is Names.HASH:
            return None
        directory = searcher.directory
        lake = directory.facts
        is_alike = (lake.rows == facts.rows[0]) & (lake.nulls == facts.nulls[0]) & (lake.distinct == facts.distinct[0])
        is_alike &= np.isin(directory.name_hashes, hash_names([self.id.name])) & directory.visible_columns()
        copies = [key for key in np.flatnonzero(is_alike).tolist() if self._is_copy(searcher, key)]
        return min(copies, key=lambda key: self._distance(directory.id_of(key).table, root), default=None)

    def _distance(self, table: TableId, root: Path) -> int:
        if self.path is not None and self.path == root / table:
            return 0
        return 1 if title_of(table) == title_of(self.id.table) else 2

    def query(self, encoder: ColumnEncoder) -> QueryColumn:
        """Make it ready to be a query; the model is loaded for that."""
        tokens = tokenize_records(self.record, self.limits.raw is RawValues.SAMPLE).values.to_numpy()
        return QueryColumn(
            id=self.id,
            facts=self.facts(),
            terms=self.terms(),
            vector=encoder.encode_records(self.record, len(self.table_names))[0],
            tokens=ColumnTokens(tokens, np.array([0, len(tokens)])),
            table_names=self.table_names,
            own_keys=np.zeros(0, np.int64),
        )

    def _is_copy(self, searcher: Searcher, key: int) -> bool:
        directory, index = searcher.directory, searcher.terms[Family.VALUES]
        column = directory.id_of(key)
        keys = directory.keys_of_table(column.table)
        if column.name != self.id.name or not np.array_equal(directory.name_hashes[keys], self.table_names):
            return False
        if not len(self.beside):
            return np.array_equal(index.column(key).hashes, _term_set(self.record, Family.VALUES, 0).hashes)
        return all(
            np.array_equal(index.column(other).hashes, _term_set(self.beside.slice(place, 1), Family.VALUES, 0).hashes)
            for place, other in enumerate(keys.tolist())
        )


def profile_file_column(path: Path, column: str, settings: Settings, limits: ProfileLimits) -> ExternalColumn:
    """Read a file as the lake's files are read, and profile one of its columns.

    `limits` are those of the index: under another key no hash would be one of its own.

    Raises NotFound when there is no such file or column, UnreadableTable when the file can't be read.
    """
    if not path.is_file():
        raise NotFound(f"no file {path}")
    facts = path.stat()
    file = LakeFile(path.resolve(), path.name, facts.st_size, facts.st_mtime_ns)
    # A column of this file was asked for by the name that its header gives.
    options = replace(read_options(settings, None), only_certain_names=False)
    units = list(profile_in_workers([file], options, limits, read_limits_of(settings, jobs=1)))
    outcome, records = units[-1].outcomes[-1], units[-1].records
    if outcome.status is not FileStatus.INDEXED or records is None:
        raise UnreadableTable(f"{path} can't be read: {outcome.reason}")
    names = [str(name) for name in records["name"].to_pylist()]
    record = _hidden(records.slice(_place(column, names, path.name), 1).combine_chunks(), limits)
    table = TableId(str(records["table_id"][names.index(column)].as_py()))
    beside = records.filter(pc.field("table_id") == table)
    table_names = _hashed([str(name) for name in beside["name"].to_pylist()], limits)
    return ExternalColumn(ColumnId(table, column), record, table_names, limits, beside, path.resolve())


def profile_stream_column(data: pa.Table, column: str, limits: ProfileLimits) -> ExternalColumn:
    """Profile a column of a table in memory. Raises NotFound where it has no such column."""
    _place(column, data.column_names, "the data")
    # The columns beside it only tell tables apart that are copies of one another: not worth reading very large data.
    names = data.column_names if data.nbytes <= _MOST_BYTES_BESIDE else [column]
    profiles = profile_columns([data[name] for name in names], limits, np.zeros(len(names), np.int64))
    profiled = [
        ProfiledColumn(TableId(""), place, name, one, texts=as_text(data[name]) if limits.of_personal.key else None)
        for place, (name, one) in enumerate(zip(names, profiles, strict=True))
    ]
    records = to_records(with_personal_data(profiled, limits), limits)
    record = _hidden(records.slice(names.index(column), 1).combine_chunks(), limits)
    beside = records if len(names) == len(data.column_names) else records.slice(0, 0)
    return ExternalColumn(ColumnId(TableId(""), column), record, _hashed(data.column_names, limits), limits, beside)


def table_of(data: object) -> pa.Table:
    """Read an Arrow stream (pyarrow, polars, pandas, a DuckDB relation). Raises InvalidSetting for anything else."""
    try:
        return data if isinstance(data, pa.Table) else pa.table(data)
    except (TypeError, ValueError, pa.ArrowException) as error:
        raise InvalidSetting(
            f"a query takes the name of a table, a Path or an Arrow stream, not {type(data).__name__}: {error}"
        ) from error


def _hidden(record: pa.Table, limits: ProfileLimits) -> pa.Table:
    """Return a record as an index with such limits describes it: with hashes in place of names where it has these."""
    hasher, table = limits.name_hasher, TableId(str(record["table_id"][0].as_py()))
    return record if hasher is None else with_hidden_names(record, {table: TableId(hasher.file(table))}, hasher)


def _hashed(names: Sequence[str], limits: ProfileLimits) -> Hashes:
    """Hash the names of a table's columns as the directory of an index with such limits does."""
    hasher = limits.name_hasher
    return hash_names(names if hasher is None else list(map(hasher.column, names)))


def _place(column: str, names: Sequence[str], origin: str) -> int:
    if column not in names:
        raise NotFound(f"{origin} has no column {column!r}{nearest_names(column, names)}")
    return names.index(column)


def _terms(record: pa.Table, column: str, table: TableId, limits: ProfileLimits) -> dict[Family, TermSet]:
    kind = Kind(str(record["kind"][0].as_py()))
    terms = {family: _term_set(record, family, int(sketch_sizes(family, [kind])[0])) for family in SKETCH_SIZES}
    terms[Family.KEYS] = terms[Family.VALUES]
    key = b"" if limits.name_hasher is None else limits.name_hasher.key
    return terms | {family: term_sets(*one)[0] for family, one in name_terms([column], [table], key).items()}


def _term_set(record: pa.Table, family: Family, limit: int) -> TermSet:
    hashes = pc.list_flatten(record[f"{family}_hashes"]).to_numpy().astype(np.uint64)
    counts = pc.list_flatten(record[f"{family}_counts"]).to_numpy().astype(np.int64)
    return TermSet(hashes, counts, len(hashes) < limit)
