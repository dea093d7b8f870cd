"""What the build before found in the parts of a table: those that didn't change are not opened."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pyarrow as pa

from lakeindex.profile.pieces.kept_scans import read_pieces
from lakeindex.profile.pieces.piece_store import scans_name
from lakeindex.types.lake import LakeFile, ReadOptions, SourceTable, TableId

_UNREADABLE = (KeyError, TypeError, ValueError, pa.ArrowException)


@dataclass(frozen=True, slots=True)
class KnownParts:
    """The tables of parts, by the paths of these."""

    tables: Mapping[str, Sequence[SourceTable]] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)
    """Of the files, when they were opened."""

    @classmethod
    def of(cls, file: LakeFile, options: ReadOptions) -> KnownParts:
        """Return what is known of the parts of a file; nothing where it was not kept."""
        pieces = {} if options.earlier is None else read_pieces(options.earlier / scans_name(TableId(file.name)))
        try:
            parts = [part for piece in pieces.values() for part in piece["facts"]]
            return cls(
                {part["path"]: [_table_from_json(one) for one in part["tables"]] for part in parts},
                {part["path"]: str(part["token"]) for part in parts},
            )
        except _UNREADABLE:
            return cls()  # they are opened, then

    def tables_of(self, part: LakeFile) -> Sequence[SourceTable] | None:
        """Return the tables of a part; None where it has to be opened."""
        return self.tables.get(part.name) if self.tokens.get(part.name) == part.token else None


def opened_to_json(part: LakeFile, tables: Sequence[SourceTable]) -> dict[str, Any]:
    """Return what was found in a part, as JSON has it."""
    token = part.token if part.is_settled else ""
    return {"path": part.name, "token": token, "tables": [_table_to_json(table) for table in tables]}


def _table_to_json(table: SourceTable) -> dict[str, Any]:
    schema = base64.b64encode(table.schema.serialize()).decode()
    return {
        "id": table.id, "schema": schema, "token": table.token, "settings": table.settings,
        "is_named_by_row": table.is_named_by_row,
    }  # fmt: skip


def _table_from_json(read: Mapping[str, Any]) -> SourceTable:
    settings = tuple((str(name), str(value)) for name, value in read["settings"])
    is_named_by_row = bool(read["is_named_by_row"])
    return SourceTable(TableId(read["id"]), _schema_of(read["schema"]), str(read["token"]), settings, is_named_by_row)


@cache
def _schema_of(text: str) -> pa.Schema:
    return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(text)))
