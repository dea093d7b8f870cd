"""Write a result into a file, whole or not at all; an existing file is only replaced with `force`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from lakeindex.catalog.sql_process.cursor import SqlCursor
from lakeindex.errors import InvalidSetting, LakeIndexError, NotFound, Refused
from lakeindex.files.exit_cleanup import on_hard_exit
from lakeindex.sql import literal

_COPY_OPTIONS = {
    ".parquet": "FORMAT parquet",
    ".csv": "FORMAT csv, HEADER true",
    ".json": "FORMAT json, ARRAY true",
}
MAPPING_SUFFIX = ".mapping.parquet"

Connect = Callable[[Path], SqlCursor]
"""Opens a connection that may also write to one folder."""


def require_writable(path: Path, force: bool) -> None:
    """Raise, before any work, what `copy_rows` would for this path: InvalidSetting, NotFound or Refused."""
    if path.suffix.lower() not in _COPY_OPTIONS:
        raise InvalidSetting(f"{path.name!r} has no known suffix: let it end with {', '.join(_COPY_OPTIONS)}")
    require_free(path, force)


def copy_rows(sql: str, path: Path, force: bool, connect: Connect) -> int:
    """Write the rows of a statement into a file, in the format of its suffix; return how many there are.

    Raises InvalidSetting for an unknown suffix, NotFound where there is no such folder, Refused where a file exists.
    """
    require_writable(path, force)
    options = _COPY_OPTIONS[path.suffix.lower()]
    with unfinished_beside(path, force) as unfinished:
        connection = connect(unfinished.parent)
        try:
            written = connection.execute(f"COPY ({sql}) TO {literal(str(unfinished))} ({options})").fetchone()
        except duckdb.Error as error:
            first_line = str(error).split("\n", 1)[0]
            raise LakeIndexError(f"{path} can't be written: {first_line}") from error
        finally:
            connection.process.close()
    return int(written[0]) if written else 0


def mapping_path(out: Path) -> Path:
    """Return the path for the mapping of a join whose rows go to `out`."""
    return out.with_name(out.name + MAPPING_SUFFIX)


def write_mapping(pairs: pa.Table, path: Path, force: bool) -> None:
    """Write a mapping as Parquet. Raises NotFound where there is no such folder, Refused where a file exists."""
    require_free(path, force)
    with unfinished_beside(path, force) as unfinished:
        pq.write_table(pairs, unfinished, compression="zstd")


def require_free(path: Path, force: bool) -> None:
    """Raise NotFound where there is no such folder, Refused for a folder or a file that exists, unless `force`."""
    if not path.parent.is_dir():
        raise NotFound(f"there is no folder {str(path.parent)!r} to write {path.name!r} into")
    if path.is_dir():
        raise Refused(f"{path} is a folder: give the name of a file")
    if not force and os.path.lexists(path):
        raise Refused(f"{path} exists: give another name, or --force to write over it")


@contextmanager
def unfinished_beside(path: Path, force: bool) -> Iterator[Path]:
    """Yield a file in a folder of its own to write to, and move it to `path` in the end; on failure nothing stays.

    Raises Refused where there is such a file by then, unless `force`.
    """
    # Resolved, as DuckDB compares it with the folders that it may access.
    folder = Path(mkdtemp(prefix=f".{path.name}.", dir=path.parent.resolve()))
    forget = on_hard_exit(lambda: rmtree(folder, ignore_errors=True))
    try:
        unfinished = folder / f"unfinished{path.suffix}"
        yield unfinished
        if not force:
            _claim(path)
        unfinished.replace(path)
    finally:
        rmtree(folder, ignore_errors=True)
        forget()


def _claim(path: Path) -> None:
    """Create the file, so that no other process does before it is replaced."""
    try:
        path.open("xb").close()
    except FileExistsError as error:
        raise Refused(f"{path} exists now, which it did not before; nothing was written") from error
