"""Why a cell of a result is what it is: read from its provenance file, of which one part is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lakeindex.catalog.nearest_names import nearest_names
from lakeindex.errors import LakeIndexError, NotFound, StaleArtifact
from lakeindex.integrate.provenance.file_format import FORMAT, SCHEMA, Header, header_of


@dataclass(frozen=True, slots=True)
class Origin:
    """A claim: a table, the row of its file, and the value there, as written."""

    table: str
    row: int
    value: str


@dataclass(frozen=True, slots=True)
class CellOrigin:
    """Where a cell of a result came from."""

    row: int
    column: str
    value: str | None
    """None where no table says anything."""
    rule: str
    confidence: float
    is_tie: bool
    sources: tuple[Origin, ...]
    lost: tuple[Origin, ...]

    @property
    def text(self) -> str:
        """Return it in words."""
        if self.value is None:
            return f"Row {self.row}, {self.column} is empty: no table says anything of it."
        lines = [f"Row {self.row}, {self.column} is {self.value!r}: {self._reason()}."]
        lines += [f"  says so:   {one.table}, row {one.row}: {one.value!r}" for one in self.sources]
        lines += [f"  lost:      {one.table}, row {one.row}: {one.value!r}" for one in self.lost]
        return "\n".join(lines)

    def _reason(self) -> str:
        tables = len({one.table for one in self.sources})
        counted = f"{tables} table{'s' if tables > 1 else ''}"
        tie = "; another value is as likely" if self.is_tie else ""
        return f"{self.rule}, {counted} of {self._tables()}, confidence {self.confidence:.2f}{tie}"

    def _tables(self) -> int:
        return len({one.table for one in (*self.sources, *self.lost)})


def why(path: Path, row: int, column: str) -> CellOrigin:
    """Return where a cell came from.

    Raises NotFound for a file, row or column that isn't there, the latter with the nearest names, StaleArtifact for a
    file of another format, LakeIndexError for one that is no provenance file or is damaged.
    """
    if not path.is_file():
        raise NotFound(f"there is no file {str(path)!r}")
    try:
        with pq.ParquetFile(path) as file:
            header = _header(path, file.schema_arrow)
            _require_cell(header, row, column)
            found = _cell(file, row, column)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = str(error).split("\n", 1)[0]
        raise LakeIndexError(
            f"{path} can't be read as Parquet ({reason}): it is damaged, or no provenance file; integrate again"
        ) from error
    return CellOrigin(row, column, None, "no value", 0.0, False, (), ()) if found is None else _origin(found)


def _header(path: Path, schema: pa.Schema) -> Header:
    found = header_of(schema)
    if isinstance(found, int):
        raise StaleArtifact(f"{path} is a provenance file of format {found}, expected {FORMAT}: integrate again")
    if found is None or not schema.equals(SCHEMA):
        raise LakeIndexError(f"{path} is no provenance file: give the one that `integrate --provenance` wrote")
    return found


def _require_cell(header: Header, row: int, column: str) -> None:
    if not 0 <= row < header.rows:
        reach = f"its rows are 0 to {header.rows - 1}" if header.rows else "it has none"
        raise NotFound(f"the result has no row {row}: {reach}")
    if column not in header.columns:
        raise NotFound(f"the result has no column {column!r}{nearest_names(column, header.columns)}")


def _cell(file: pq.ParquetFile, row: int, column: str) -> dict[str, Any] | None:
    """Read the groups that the row may be in, and return the cell."""
    for group in range(file.metadata.num_row_groups):
        limits: Any = file.metadata.row_group(group).column(0).statistics
        if limits is None or not limits.has_min_max or limits.min <= row <= limits.max:
            keys = file.read_row_group(group, ["row", "column"])
            is_row = pc.equal(keys["row"], pa.scalar(row))
            is_cell = pc.and_(
                is_row, pc.equal(keys["column"].cast(pa.large_string()), pa.scalar(column, pa.large_string()))
            )
            place = pc.index(is_cell, pa.scalar(True)).as_py()
            if place >= 0:
                cell: dict[str, Any] = file.read_row_group(group).slice(place, 1).to_pylist()[0]
                return cell
    return None


def _origin(cell: dict[str, Any]) -> CellOrigin:
    sources, lost = (tuple(Origin(**one) for one in cell.pop(name)) for name in ("sources", "lost"))
    return CellOrigin(**cell, sources=sources, lost=lost)
