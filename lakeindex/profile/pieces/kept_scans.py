"""The scans of a table's pieces, and the file that they are kept in.

The file is a hash of what follows, and a file of Arrow's, compressed: a row for each column, and in the metadata of its
schema what is known of the pieces.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Integers
from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.column_profile import VALUE_TYPES
from lakeindex.profile.column_scan import ColumnScan
from lakeindex.profile.pieces.kept_column import KeptColumn
from lakeindex.profile.sampled_texts import SampledTexts

_DIGEST = 16
_PIECES = b"pieces"
_LISTS: dict[str, pa.DataType] = {
    "value_hashes": pa.uint64(), "text_hashes": pa.uint64(), "texts": pa.large_string(), "places": pa.uint32(),
    "rows": pa.int64(), "starts": pa.int64(), "bounds": pa.uint64(), "are_cut": pa.uint8(), "sizes": pa.int64(),
    "value_types": pa.int64(), "spans": pa.float64(),
}  # fmt: skip
_SCHEMA = pa.schema(
    [
        *(pa.field(name, pa.large_list(kind)) for name, kind in _LISTS.items()),
        pa.field("reading", pa.string()),
        pa.field("name", pa.string()),
    ]
)
_UNREADABLE = (OSError, ValueError, TypeError, KeyError, IndexError, zlib.error, pa.ArrowException)


@dataclass(frozen=True, slots=True, eq=False)
class KeptScans:
    """The scans of p pieces of a table."""

    pieces: Mapping[str, Any]
    """What is known of each piece, as JSON has it, by its key, in the order of its scans."""
    columns: Mapping[str, KeptColumn]
    """By their names, in the order of the table."""

    @classmethod
    def of(cls, key: str, known: Any, scans: Mapping[str, ColumnScan], bounds: Sequence[int]) -> KeptScans:
        """Keep the scans of a piece's columns; values with hashes above `bounds` were not looked for."""
        kept = map(KeptColumn.of, scans.values(), bounds)
        return cls({key: known}, dict(zip(scans, kept, strict=True)))

    @classmethod
    def joined(cls, several: Sequence[KeptScans]) -> KeptScans:
        """Return all pieces of some, of which there is one; they must have the same columns, read alike."""
        names = several[0].columns
        columns = {name: KeptColumn.joined([one.columns[name] for one in several]) for name in names}
        return cls({key: known for one in several for key, known in one.pieces.items()}, columns)

    @property
    def readings(self) -> list[ColumnReading]:
        """How the columns are read."""
        return [column.reading for column in self.columns.values()]

    def with_columns(self, names: Sequence[str], rows: Sequence[int]) -> KeptScans:
        """Return it with these columns; of one that it doesn't have no piece has a value, in as many `rows` of each."""
        empty = KeptColumn.of_nothing(np.array(rows, np.int64), len(VALUE_TYPES))
        return KeptScans(self.pieces, {name: self.columns.get(name, empty) for name in names})

    def read_as(self, readings: Sequence[ColumnReading]) -> KeptScans:
        """Return it with other readings of columns that have no value."""
        columns = zip(self.columns.items(), readings, strict=True)
        return KeptScans(self.pieces, {name: replace(column, reading=one) for (name, column), one in columns})

    def only(self, keys: Collection[str]) -> KeptScans | None:
        """Return it with some of its pieces; None where it has none of them."""
        chosen: Integers = np.flatnonzero([key in keys for key in self.pieces])
        if len(chosen) in (0, len(self.pieces)):
            return self if len(chosen) else None
        pieces = {key: known for key, known in self.pieces.items() if key in keys}
        return KeptScans(pieces, {name: one.take(chosen) for name, one in self.columns.items()})

    def cut(self, bounds: Sequence[int]) -> KeptScans:
        """Return it without the values of each column whose hashes are above its bound."""
        columns = zip(self.columns.items(), bounds, strict=True)
        return KeptScans(self.pieces, {name: column.cut(bound) for (name, column), bound in columns})

    def merged(self, limits: ProfileLimits) -> list[ColumnScan] | None:
        """Return the scans of the whole table's columns; None where too little is kept of one."""
        scans = [column.merged(limits) for column in self.columns.values()]
        return None if None in scans else [scan for scan in scans if scan is not None]

    @property
    def nbytes(self) -> int:
        """About how many bytes it takes in a file, before it is compressed."""
        return sum(column.nbytes for column in self.columns.values())

    def write(self, path: Path) -> None:
        """Write it to a file. Raises OSError where it can't be written."""
        schema = _SCHEMA.with_metadata({_PIECES: zlib.compress(json.dumps(self.pieces).encode(), 1)})
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, schema, options=options) as writer:
            for name, column in self.columns.items():
                writer.write_batch(_to_batch(name, column, schema))
        content = sink.getvalue()
        with path.open("wb") as file:
            file.write(_digest(content))
            file.write(content)

    @classmethod
    def read(cls, path: Path) -> KeptScans | None:
        """Read it from a file; None where there is none, or it can't be read."""
        try:
            reader = _open(path)
            batches = [reader.get_batch(number) for number in range(reader.num_record_batches)]
            pieces = _pieces_of(reader.schema)
            if not batches:
                return None
            return cls(pieces, dict(_from_batch(batch, len(pieces)) for batch in batches))
        except _UNREADABLE:
            return None  # it is only a shorter way: the pieces are read


def read_pieces(path: Path) -> Mapping[str, Any]:
    """Return what is known of the pieces whose scans are in a file; nothing where that can't be read."""
    try:
        return _pieces_of(_open(path).schema)
    except _UNREADABLE:
        return {}


def _open(path: Path) -> pa.RecordBatchFileReader:
    """Open a file. Raises ValueError, or another of _UNREADABLE, where it isn't whole."""
    written = path.read_bytes()
    content = memoryview(written)[_DIGEST:]
    if written[:_DIGEST] != _digest(content):
        raise ValueError("no kept scan")
    return pa.ipc.open_file(pa.py_buffer(content))


def _digest(content: pa.Buffer | memoryview) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST).digest()


def _pieces_of(schema: pa.Schema) -> dict[str, Any]:
    """Return what is known of the pieces. Raises ValueError, or another of _UNREADABLE, for another kind of file."""
    pieces = json.loads(zlib.decompress((schema.metadata or {})[_PIECES]))
    if not schema.equals(_SCHEMA) or not isinstance(pieces, dict):
        raise ValueError("no kept scan")
    return pieces


def _to_batch(name: str, column: KeptColumn, schema: pa.Schema) -> pa.RecordBatch:
    arrays: list[Any] = [
        pa.array(column.values.value_hashes), pa.array(column.values.text_hashes), column.values.texts,
        pa.array(column.places.astype(np.uint32)), pa.array(column.rows), pa.array(column.starts),
        pa.array(column.bounds), pa.array(column.are_cut.astype(np.uint8)), pa.array(column.sizes.ravel()),
        pa.array(column.value_types.ravel()), pa.array(column.spans.ravel()),
    ]  # fmt: skip
    lists = [pa.LargeListArray.from_arrays(pa.array([0, len(one)], pa.int64()), one) for one in arrays]
    return pa.record_batch([*lists, pa.array([column.reading.to_json()]), pa.array([name])], schema=schema)


def _from_batch(batch: pa.RecordBatch, pieces: int) -> tuple[str, KeptColumn]:
    """Return a column, and its name. Raises ValueError, or ArrowInvalid, for what no column was written as."""
    batch.validate(full=True)
    value_hashes, text_hashes, texts, *arrays = (_values(batch.column(place)) for place in range(len(_LISTS)))
    places, rows, starts, bounds, are_cut, sizes, value_types, spans = (one.to_numpy() for one in arrays)
    values = SampledTexts(value_hashes.to_numpy(), text_hashes.to_numpy(), texts, np.zeros(len(texts), np.int64))
    column = KeptColumn(
        values, places.astype(np.int64), rows, starts, bounds, are_cut.astype(bool), sizes.reshape(pieces, 2),
        value_types.reshape(pieces, len(VALUE_TYPES)), spans.reshape(pieces, -1),
        ColumnReading.from_json(batch.column(len(_LISTS))[0].as_py()),
    )  # fmt: skip
    are_in_order = (np.diff(starts) >= 0).all() and starts[0] == 0 and starts[-1] == len(places) == len(rows)
    has_all = len(starts) == pieces + 1 and len(bounds) == len(are_cut) == pieces
    if not (are_in_order and has_all and len(texts) == len(value_hashes) == len(text_hashes)):
        raise ValueError("no kept scan")
    if len(places) and int(places.max()) >= len(texts):
        raise ValueError("no kept scan")
    return batch.column(len(_LISTS) + 1)[0].as_py(), column


def _values(column: Any) -> Any:
    if column.null_count or len(column) != 1:
        raise ValueError("no kept scan")
    return column.values
