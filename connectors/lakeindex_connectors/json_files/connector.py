"""JSON files: lines of objects, an array of them or an envelope around one; nested objects are columns `a.b`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import LakeFile, ReadOptions, Rows, SourceTable, TableId
from lakeindex_connectors.column_names import unique_names
from lakeindex_connectors.header_evidence import looks_like_data
from lakeindex_connectors.json_files.cell_texts import CellTexts, to_printable
from lakeindex_connectors.json_files.decoding import Decoding
from lakeindex_connectors.json_files.features import JsonObject
from lakeindex_connectors.json_files.kinds import NOTHING, CellKind, common_kind, kind_of
from lakeindex_connectors.json_files.objects import JsonObjects
from lakeindex_connectors.json_files.payload import Path, Payload

_SUFFIXES = (".jsonl", ".ndjson", ".json", ".geojson", ".geojsonl")
_MAX_DEPTH = 32
"""Objects further down stay JSON text."""
_MAX_COLUMNS = 10_000
_BATCH_CELLS = 1 << 20
_BATCH_CHARACTERS = 16 << 20


class JsonConnector:
    """Read JSON objects as rows; a key keeps its type where all its values have one, else it is text."""

    suffixes = frozenset(_SUFFIXES) | frozenset(f"{suffix}.gz" for suffix in _SUFFIXES)

    def tables(self, file: LakeFile, options: ReadOptions) -> Sequence[SourceTable]:
        """Return the tables of the file; as keys may appear anywhere, it is read to its end.

        There is one, but where an object holds several arrays of objects: these are `file.json#key`.
        """
        decoding = Decoding.of(file)
        try:
            return _tables(file, decoding, options.only_certain_names)
        except UnicodeDecodeError:
            return _tables(file, decoding.repaired(file), options.only_certain_names)

    def read(self, file: LakeFile, table: SourceTable, options: ReadOptions) -> Rows:
        """Read the rows of one of them; lines that are no JSON object are rejected."""
        rows = Rows(iter(()))
        rows.batches = _read(file, table, options, rows)
        return rows


def _tables(file: LakeFile, decoding: Decoding, only_certain_names: bool) -> list[SourceTable]:
    tables = []
    for payload, objects in JsonObjects(file, decoding, only_certain_names).tables():
        kinds: dict[Path, CellKind] = {}
        for value in objects:
            for path, cell in _flat(value):
                kinds[path] = common_kind(kinds.get(path, NOTHING), kind_of(cell))
            if len(kinds) > _MAX_COLUMNS:
                raise UnreadableTable(f"more than {_MAX_COLUMNS} different keys: a map, not a table")
        if kinds:
            names = [None if only_certain_names and _may_be_data(path) else ".".join(path) for path in kinds]
            tables.append(_table(file, payload, kinds, names, decoding))
    if not tables:
        raise UnreadableTable("no JSON object with a key in it")
    return tables


def _may_be_data(path: Path) -> bool:
    """Return whether a key on a path is a value by its form, as in an object that maps addresses to counts."""
    return any(map(looks_like_data, path))


def _table(
    file: LakeFile, payload: Payload, kinds: Mapping[Path, CellKind], named: Sequence[str | None], decoding: Decoding
) -> SourceTable:
    names = unique_names(name and to_printable(name) for name in named)
    schema = pa.schema([(name, kind.arrow_type) for name, kind in zip(names, kinds.values(), strict=True)])
    name = f"{file.name}#{to_printable('.'.join(payload.path))}" if payload.is_part else file.name
    settings = (
        ("paths", json.dumps(list(kinds))),
        ("payload", json.dumps(payload.path)),
        ("encoding", decoding.encoding),
        ("damaged", "yes" if decoding.is_damaged else ""),
    )
    return SourceTable(TableId(name), schema, file.token, settings)


def _read(file: LakeFile, table: SourceTable, options: ReadOptions, rows: Rows) -> Iterator[pa.RecordBatch]:
    settings = dict(table.settings)
    decoding = Decoding(settings["encoding"], bool(settings["damaged"]))
    paths: list[Path] = [tuple(path) for path in json.loads(settings["paths"])]
    wanted = tuple(json.loads(settings["payload"]))
    json_objects = JsonObjects(file, decoding, options.only_certain_names)
    most = max(1, min(options.batch_rows, _BATCH_CELLS // len(paths)))
    cells = CellTexts()
    notes: list[str] | None = None
    try:
        for payload, objects in json_objects.tables():
            if payload.path == wanted:
                notes = [*decoding.notes(), *payload.notes]
                for batch in _batches(objects, json_objects, most):
                    yield _to_batch(batch, paths, table.schema, cells)
                rows.rejected = json_objects.rejected
    except (KeyError, UnicodeDecodeError, pa.ArrowException) as error:
        raise UnreadableTable("the file changed while it was read") from error
    if notes is None:
        raise UnreadableTable("the file changed while it was read")
    rows.notes += [*notes, *json_objects.parser.notes(), *cells.notes()]
    if rows.rejected:
        rows.notes.append(f"{rows.rejected} lines or elements are no JSON object and were left out")


def _batches(objects: Iterator[JsonObject], file: JsonObjects, most: int) -> Iterator[list[JsonObject]]:
    """Group at most `most` objects, and no more than fit in memory."""
    batch: list[JsonObject] = []
    start = file.characters
    for value in objects:
        batch.append(value)
        if len(batch) == most or file.characters - start > _BATCH_CHARACTERS:
            yield batch
            batch, start = [], file.characters
    if batch:
        yield batch


def _to_batch(values: list[JsonObject], paths: list[Path], schema: pa.Schema, texts: CellTexts) -> pa.RecordBatch:
    columns: dict[Path, list[object]] = {path: [None] * len(values) for path in paths}
    for row, value in enumerate(values):
        for path, cell in _flat(value):
            columns[path][row] = cell
    fields = zip(columns.values(), schema.types, strict=True)
    return pa.record_batch([texts.to_array(cells, kind) for cells, kind in fields], schema=schema)


def _flat(value: JsonObject, above: Path = ()) -> Iterator[tuple[Path, object]]:
    """Yield the leaves of nested objects with their paths; an empty object has none."""
    for key, cell in value.items():
        if isinstance(cell, dict) and len(above) < _MAX_DEPTH:
            yield from _flat(cell, (*above, key))
        else:
            yield (*above, key), cell
