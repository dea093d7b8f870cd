"""A column from outside the lake, taken down the same road as the lake's own: profile, text, terms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process

from lakeindex.catalog.directory import facts_of, hash_names
from lakeindex.config.index_settings import guards_of, read_options
from lakeindex.config.profile_limits import Limits, RawValues
from lakeindex.config.settings import Settings
from lakeindex.encode.column_tokenizer import read_records
from lakeindex.errors import InvalidSetting, NotFound, UnreadableTable
from lakeindex.index.name_terms import context_words, name_grams, references, term_sets
from lakeindex.profile.profile_table import ProfiledColumn, to_records
from lakeindex.profile.scan import profile_columns
from lakeindex.profile.sketch_sizes import KEPT, kept
from lakeindex.profile.workers.pool import profile_in_workers
from lakeindex.types.column_tokens import Readings
from lakeindex.types.columns import Family, Kind, QueryColumn, TermSet
from lakeindex.types.lake import ColumnId, LakeFile, TableId
from lakeindex.types.names import title_of, words_of
from lakeindex.types.reports import FileStatus

ToVectors = Callable[[pa.Table], npt.NDArray[np.float32]]
"""Profile records to the vectors that the index would hold for them, (n, d)."""


def prepare_file_column(
    path: Path, column: str, settings: Settings, limits: Limits, to_vectors: ToVectors
) -> QueryColumn:
    """Read a file as the lake's files are read, and make one of its columns ready to be asked about.

    `limits` are those of the index: under another key no hash would be one of its own.

    Raises NotFound when there is no such file or column, UnreadableTable when the file can't be read.
    """
    if not path.is_file():
        raise NotFound(f"no file {path}")
    facts = path.stat()
    file = LakeFile(path.resolve(), path.name, facts.st_size, facts.st_mtime_ns)
    shares = list(profile_in_workers([file], read_options(settings, None), limits, guards_of(settings, jobs=1)))
    outcome = shares[-1].outcomes[-1]
    records = shares[-1].records
    if outcome.status is not FileStatus.INDEXED or records is None:
        raise UnreadableTable(f"{path} can't be read: {outcome.reason}")
    return _prepare(records, column, path.name, limits, to_vectors)


def prepare_stream_column(data: object, column: str, limits: Limits, to_vectors: ToVectors) -> QueryColumn:
    """Make a column of an Arrow stream ready to be asked about. Raises InvalidSetting for anything else."""
    try:
        table = data if isinstance(data, pa.Table) else pa.table(data)
    except (TypeError, ValueError, pa.ArrowException) as error:
        raise InvalidSetting(
            f"a query takes the name of a table, a Path or an Arrow stream, not {type(data).__name__}: {error}"
        ) from error
    if column not in table.column_names:
        raise NotFound(f"the data has no column {column!r}{_nearest(column, table.column_names)}")
    (profile,) = profile_columns([table[column]], limits)
    return _prepare(
        to_records([ProfiledColumn(TableId(""), 0, column, profile)], limits), column, "the data", limits, to_vectors
    )


def _prepare(records: pa.Table, column: str, origin: str, limits: Limits, to_vectors: ToVectors) -> QueryColumn:
    names = [str(name) for name in records["name"].to_pylist()]
    if column not in names:
        raise NotFound(f"{origin} has no column {column!r}{_nearest(column, names)}")
    record = records.slice(names.index(column), 1).combine_chunks()
    table = TableId(str(record["table_id"][0].as_py()))
    tokens = read_records(record, limits.raw is RawValues.SAMPLE).values.to_numpy()
    return QueryColumn(
        id=ColumnId(table, column),
        facts=facts_of(record),
        terms=_terms(record, column, table),
        vector=to_vectors(record)[0],
        reading=Readings(tokens, np.array([0, len(tokens)])),
        table_names=hash_names(names),
        own_keys=np.zeros(0, np.int64),
    )


def _terms(record: pa.Table, column: str, table: TableId) -> dict[Family, TermSet]:
    kind = Kind(str(record["kind"][0].as_py()))
    terms = {family: _term_set(record, family, int(kept(family, [kind])[0])) for family in KEPT}
    terms[Family.KEYS] = terms[Family.VALUES]
    names, titles = [words_of(column)], [title_of(table)]
    terms[Family.NAMES] = term_sets(*name_grams(names))[0]
    terms[Family.CONTEXT] = term_sets(*context_words(names, titles))[0]
    terms[Family.REFERENCES] = term_sets(*references(names, titles))[0]
    return terms


def _term_set(record: pa.Table, family: Family, limit: int) -> TermSet:
    hashes = pc.list_flatten(record[f"{family}_hashes"]).to_numpy().astype(np.uint64)
    counts = pc.list_flatten(record[f"{family}_counts"]).to_numpy().astype(np.int64)
    return TermSet(hashes, counts, len(hashes) < limit)


def _nearest(wanted: str, known: Sequence[str]) -> str:
    close = process.extract(wanted, known, scorer=fuzz.WRatio, processor=str.lower, limit=3, score_cutoff=60)
    return f"; the nearest: {', '.join(repr(name) for name, _, _ in close)}" if close else ""
