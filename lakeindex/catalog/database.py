"""Open DuckDB with limited memory and without access to the network."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from uuid import uuid4

import duckdb

from lakeindex.errors import InvalidSetting, WriteFailed
from lakeindex.sql import literal
from lakeindex.types.lake import Scan

_STORAGE = "v1.4.0"
"""What files are written for: the oldest DuckDB that `pyproject.toml` allows, whichever writes them."""


def connect(
    path: Path | None, memory: str, threads: int = 2, read_only: bool = False, may_spill: bool = True
) -> duckdb.DuckDBPyConnection:
    """Open a database file, or one in memory, that never downloads an extension and keeps below `memory`.

    What doesn't fit is written to a temporary folder, unless it may not spill.
    Raises InvalidSetting when `memory` is no size that DuckDB understands, or too small to start with.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "threads": threads,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": False,
    }
    if path is not None and not read_only:
        config["storage_compatibility_version"] = _STORAGE
    if path is None or read_only:
        # DuckDB's own choices are the current folder, which may be the lake, and the folder of the published file,
        # where other readers would find a file that was not published, which is an error.
        folder = _spilling_folder() if may_spill else None
        config["temp_directory"] = "" if folder is None else str(folder / uuid4().hex)
    try:
        connection = duckdb.connect(":memory:" if path is None or read_only else str(path), config=config)
        if path is not None and read_only:
            # Opened by its path, it would share the settings of the first connection of this process to it, or fail.
            connection.execute(f"ATTACH {literal(str(path))} AS published (READ_ONLY)")
            connection.execute("USE published")
    except duckdb.ParserException as error:
        raise InvalidSetting(f"{memory!r} is no amount of memory; write it as 2GB or 500MB") from error
    except duckdb.OutOfMemoryException as error:
        raise InvalidSetting(
            f"{memory!r} is too little memory for DuckDB to start with; give it 500MB or more"
        ) from error
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def reason_of(error: Exception) -> str:
    """Return DuckDB's reason in one line; of a file that a newer DuckDB wrote, what to do."""
    if "version number" in str(error):
        return f"a newer DuckDB wrote it than the {duckdb.__version__} that is installed: pip install --upgrade duckdb"
    return str(error).split("\n", 1)[0]


@cache
def _spilling_folder() -> Path | None:
    """Return a private folder for what queries spill to the disk, one for each user; None where there is none.

    DuckDB makes a folder in it when it needs one, and removes that again.
    """
    try:
        folder = Path(gettempdir()) / f"lakeindex-{os.getuid()}"
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        facts = folder.lstat()
        is_private = stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.getuid() and not facts.st_mode & 0o077
        return folder if is_private else Path(mkdtemp(prefix="lakeindex-"))
    except OSError:
        return None


@contextmanager
def storing(what: str) -> Iterator[None]:
    """Convert DuckDB's errors of writing, a full disk for example, to WriteFailed, one sentence."""
    try:
        yield
    except duckdb.Error as error:
        first_line = str(error).split("\n", 1)[0]
        raise WriteFailed(f"{what} can't be written: {first_line}") from error


def scan_sql(scan: Scan, path: Path | Sequence[Path], types: Sequence[tuple[str, str]]) -> str:
    """Write the call of the table function that reads a file, or several; a CSV file's columns get these SQL types."""
    arguments = [literal(glob_escaped(path) if isinstance(path, Path) else list(map(glob_escaped, path)))]
    arguments += [f"{name} = {literal(value)}" for name, value in scan.options]
    if scan.function == "read_csv":
        columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in types)
        arguments.append(f"columns = {{{columns}}}")
    return f"{scan.function}({', '.join(arguments)})"


def glob_escaped(path: Path) -> str:
    """Write a path so that DuckDB, which takes every path for a glob, opens just this file.

    It finds no file whose name holds both a backslash and one of `*?[`, however that is written.
    """
    return glob_escaped_text(str(path))


def glob_escaped_text(path: str) -> str:
    """Write the text of a path as `glob_escaped` does."""
    return path.replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")
