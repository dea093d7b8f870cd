"""Build the sample lake: 78 real tables from the packages of the `demo` extra, as undocumented as most lakes are."""

from __future__ import annotations

from pathlib import Path

from lakeindex.demo import (
    culture,
    finance,
    geography,
    languages,
    population,
    science,
    sources,
    transport,
    united_states,
    weather,
)
from lakeindex.demo.sample_table import SampleTable
from lakeindex.demo.table_files import write_table
from lakeindex.errors import Refused

TABLES: tuple[SampleTable, ...] = (
    *geography.TABLES,
    *united_states.TABLES,
    *transport.TABLES,
    *weather.TABLES,
    *finance.TABLES,
    *population.TABLES,
    *languages.TABLES,
    *culture.TABLES,
    *science.TABLES,
)


def build_sample_lake(directory: Path, *, force: bool = False) -> tuple[str, ...]:
    """Write the sample lake into an empty folder and return the paths written, relative and sorted.

    With `force` the folder may hold files: those of the sample lake are written anew, all others stay as they are.
    """
    for package in sources.PACKAGES:
        package.file()
    _refuse_to_mix(directory, force)
    for table in TABLES:
        write_table(table, directory)
    return tuple(sorted(table.path for table in TABLES))


def _refuse_to_mix(directory: Path, force: bool) -> None:
    if directory.exists() and not directory.is_dir():
        raise Refused(f"expected a folder to write the sample lake into, got the file {str(directory)!r}")
    if not force and directory.is_dir() and any(directory.iterdir()):
        raise Refused(
            f"expected an empty or new folder for the sample lake, but {str(directory)!r} holds files:"
            " name another folder, or pass force=True to overwrite the sample lake's own files in it"
        )
