"""Write an integrated table, and its provenance beside it: both whole, or neither."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from lakeindex.catalog.sql_process.cursor import SqlCursor
from lakeindex.integrate.integration import Integration
from lakeindex.integrate.provenance.write_provenance import write_provenance
from lakeindex.integrate.typed_columns import typed_columns
from lakeindex.join.lake_tables import LakeTables
from lakeindex.join.write_file import copy_rows, require_free, require_writable, unfinished_beside

PROVENANCE_SUFFIX = ".provenance.parquet"
_RESULT = "integrated"


def provenance_path(out: Path) -> Path:
    """Return where the provenance of a table is written, unless another path is given."""
    return out.with_name(out.name + PROVENANCE_SUFFIX)


def require_both_writable(out: Path | None, provenance: Path | None, force: bool) -> None:
    """Raise, before any work, what `write_integration` would: InvalidSetting, NotFound or Refused."""
    if out is not None:
        require_writable(out, force)
    if provenance is not None:
        require_free(provenance, force)


def write_integration(
    integration: Integration, tables: LakeTables, out: Path | None, provenance: Path | None, force: bool
) -> None:
    """Write the lines to a .parquet, .csv or .json file, and where each cell came from to a Parquet file.

    Raises InvalidSetting for an unknown suffix, NotFound where there is no such folder, Refused where a file exists.
    """
    with ExitStack() as both:
        if provenance is not None:
            unfinished = both.enter_context(unfinished_beside(provenance, force))
            write_provenance(unfinished, integration.provenance())
        if out is not None:
            _write_lines(integration, tables, out, force)


def _write_lines(integration: Integration, tables: LakeTables, out: Path, force: bool) -> None:
    lines = integration.to_arrow()
    if out.suffix.lower() == ".parquet":
        lines = typed_columns(lines)

    def connect(folder: Path) -> SqlCursor:
        cursor = tables.open_reaching(folder).connection.cursor()
        cursor.register(_RESULT, lines)
        return cursor

    copy_rows(f"SELECT * FROM {_RESULT}", out, force, connect)
