"""The types that all of lakeindex shares, from a file of the lake to an answer. Connectors import from here."""

from lakeindex.types.lake import (
    Header,
    LakeFile,
    PartialTables,
    ReadOptions,
    RowRange,
    Rows,
    Scan,
    SourceTable,
    TableId,
)

__all__ = [
    "Header", "LakeFile", "PartialTables", "ReadOptions", "RowCount", "RowRange", "Rows", "Scan", "SourceTable",
    "TableId",
]  # fmt: skip
