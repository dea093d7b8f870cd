"""JSON files: lines of objects or one array of them, nested objects flattened to columns `a.b`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pyarrow as pa

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import LakeFile, ReadOptions, Rows, SourceTable, TableId
from lakeindex_connectors.column_names import unique_names
from lakeindex_connectors.flatten import to_json
from lakeindex_connectors.json_files.kinds import JsonKind, common_kind, kind_of
from lakeindex_connectors.json_files.objects import JsonObject, JsonObjects

_SUFFIXES = (".jsonl", ".ndjson", ".json")
_MAX_DEPTH = 32
"""Objects further down stay JSON text."""
_MAX_COLUMNS = 10_000
_BATCH_CELLS = 1 << 20
_BATCH_CHARACTERS = 16 << 20

Path = tuple[str, ...]


class JsonConnector:
    """Read JSON objects as rows; a key keeps its type where all its values have one, else it is text."""

    suffixes = frozenset(_SUFFIXES) | frozenset(f"{suffix}.gz" for suffix in _SUFFIXES)

    def tables(self, file: LakeFile, options: ReadOptions) -> Sequence[SourceTable]:
        """Return the one table of the file; as keys may appear anywhere, the file is read to its end."""
        objects = JsonObjects(file)
        kinds: dict[Path, JsonKind] = {}
        for value in objects:
            for path, cell in _flat(value):
                kinds[path] = common_kind(kinds.get(path, JsonKind.NULL), kind_of(cell))
            if len(kinds) > _MAX_COLUMNS:
                raise UnreadableTable(f"more than {_MAX_COLUMNS} different keys: a map, not a table")
        if not kinds:
            raise UnreadableTable("no JSON object with a key in it")
        names = unique_names(_printable(".".join(path)) for path in kinds)
        schema = pa.schema([(name, kind.arrow_type) for name, kind in zip(names, kinds.values(), strict=True)])
        return (SourceTable(TableId(file.name), schema, file.token, (("paths", json.dumps(list(kinds))),)),)

    def read(self, file: LakeFile, table: SourceTable, options: ReadOptions) -> Rows:
        """Read its rows; lines that are no JSON object are rejected."""
        rows = Rows(iter(()))
        rows.batches = _read(file, table, options.batch_rows, rows)
        return rows


def _read(file: LakeFile, table: SourceTable, batch_rows: int, rows: Rows) -> Iterator[pa.RecordBatch]:
    objects = JsonObjects(file)
    paths: list[Path] = [tuple(path) for path in json.loads(dict(table.settings)["paths"])]
    most = max(1, min(batch_rows, _BATCH_CELLS // len(paths)))
    try:
        for batch in _batches(objects, most):
            yield _to_batch(batch, paths, table.schema)
    except (KeyError, pa.ArrowException) as error:
        raise UnreadableTable("the file changed while it was read") from error
    rows.rejected = objects.rejected
    if objects.rejected:
        rows.notes.append(f"{objects.rejected} lines or elements are no JSON object and were left out")


def _batches(objects: JsonObjects, most: int) -> Iterator[list[JsonObject]]:
    """Group at most `most` objects, and no more than fit in memory."""
    batch: list[JsonObject] = []
    start = 0
    for value in objects:
        batch.append(value)
        if len(batch) == most or objects.characters - start > _BATCH_CHARACTERS:
            yield batch
            batch, start = [], objects.characters
    if batch:
        yield batch


def _to_batch(values: list[JsonObject], paths: list[Path], schema: pa.Schema) -> pa.RecordBatch:
    columns: dict[Path, list[object]] = {path: [None] * len(values) for path in paths}
    for row, value in enumerate(values):
        for path, cell in _flat(value):
            columns[path][row] = cell
    fields = zip(columns.values(), schema.types, strict=True)
    return pa.record_batch([_to_array(cells, kind) for cells, kind in fields], schema=schema)


def _to_array(cells: list[object], kind: pa.DataType) -> pa.Array[pa.Scalar[pa.DataType]]:
    if pa.types.is_string(kind):
        return pa.array([None if cell is None else _to_text(cell) for cell in cells], kind)
    return pa.array(cells, kind)


def _to_text(cell: object) -> str:
    return _printable(cell if isinstance(cell, str) else to_json(cell))


def _printable(text: str) -> str:
    """Replace half surrogate pairs, which JSON can write and UTF-8 can't."""
    return text if text.isascii() else text.encode("utf-8", errors="replace").decode()


def _flat(value: JsonObject, above: Path = ()) -> Iterator[tuple[Path, object]]:
    """Yield the leaves of nested objects with their paths; an empty object has none."""
    for key, cell in value.items():
        if isinstance(cell, dict) and len(above) < _MAX_DEPTH:
            yield from _flat(cell, (*above, key))
        else:
            yield (*above, key), cell
