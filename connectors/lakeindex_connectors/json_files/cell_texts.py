"""Cells of JSON as Arrow arrays, those of a column of text as text."""

from __future__ import annotations

import pyarrow as pa

from lakeindex_connectors.flatten import to_json


def to_printable(text: str) -> str:
    r"""Write half surrogate pairs, which JSON can hold and UTF-8 can't, as `\ud800`."""
    return text if text.isascii() else text.encode("utf-8", errors="backslashreplace").decode()


class CellTexts:
    """Make arrays of cells, and count the texts that are no valid Unicode."""

    def __init__(self) -> None:
        self.halves = 0

    def to_array(self, cells: list[object], kind: pa.DataType) -> pa.Array[pa.Scalar[pa.DataType]]:
        """Return the cells of a column as an array of its type."""
        depth, inner = 0, kind
        while isinstance(inner, pa.ListType):
            depth, inner = depth + 1, inner.value_type
        if pa.types.is_string(inner):
            return pa.array([self._to_texts(cell, depth) for cell in cells], kind)
        return pa.array(cells, kind)

    def notes(self) -> list[str]:
        """Describe what was unusual so far."""
        return [rf"{self.halves} texts with half a surrogate pair have it as \ud800"] if self.halves else []

    def _to_texts(self, cell: object, depth: int) -> object:
        """Return a cell as text, or the values as text that are in so many lists."""
        if cell is None:
            return None
        if depth and isinstance(cell, list):
            return [self._to_texts(one, depth - 1) for one in cell]
        text = cell if isinstance(cell, str) else to_json(cell)
        printable = to_printable(text)
        self.halves += printable is not text and len(printable) != len(text)
        return printable
