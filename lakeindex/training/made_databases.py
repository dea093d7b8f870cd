"""Make databases of the tables of lakes, index many at once, and label the candidates for references in them."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow.csv as pa_csv

from lakeindex.catalog.directory import Directory
from lakeindex.config.settings import Settings
from lakeindex.errors import NotFound
from lakeindex.lake import Lake
from lakeindex.synthesis.made_databases import MadeDatabase, make_database
from lakeindex.synthesis.source_tables import SourceData, to_sources
from lakeindex.training.reference_model import LabelledReferences, label_references
from lakeindex.types.lake import ColumnId, TableId

_MOST_TABLES = 5
_FEWEST_COLUMNS, _MOST_COLUMNS, _FEWEST_ROWS = 3, 60, 5
KEYS_FILE = "keys.csv"
"""The keys that a lake declares, beside its tables: child_table,child_column,parent_table,parent_column."""


def label_databases(
    lakes: Mapping[str, Sequence[SourceData]], batch: int, settings: Settings, together: bool
) -> Iterator[tuple[str, LabelledReferences]]:
    """Make a database of each lake's tables, and label the candidates of each, given the number of the batch.

    Each database is looked at as if it were alone; with `together`, also among all others, which is what a lake is that
    holds many databases.
    """
    made = {name: made_of(tables, f"{name} {batch}") for name, tables in lakes.items()}
    with TemporaryDirectory() as folder:
        lake, index = Path(folder) / "lake", Path(folder) / "index"
        for name, database in made.items():
            write_database(database, lake / name)
        Lake.index(lake, index, settings).close()
        for name, database in made.items():
            with Lake.open(index, settings, allowed=[f"{name}/*"]) as alone:
                yield name, _labelled(alone, {name: database})
        if together:
            with Lake.open(index, settings) as everything:
                yield from _of_each(_labelled(everything, made), everything.opened.searcher.directory)


def made_of(tables: Sequence[SourceData], seed: str) -> MadeDatabase:
    """Make a database of a few tables, drawn by a seed."""
    number = zlib.crc32(seed.encode())
    able = [one for one in tables if _is_able(one)]
    rng = np.random.default_rng(number)
    chosen = rng.permutation(len(able))[: int(rng.integers(1, _MOST_TABLES + 1))]
    return make_database(to_sources([able[place] for place in chosen.tolist()]), number)


def _is_able(one: SourceData) -> bool:
    return _FEWEST_COLUMNS <= one.table.num_columns <= _MOST_COLUMNS and one.table.num_rows >= _FEWEST_ROWS


def write_database(database: MadeDatabase, folder: Path) -> None:
    """Write each table as a CSV file."""
    folder.mkdir(parents=True)
    for name, table in database.tables.items():
        pa_csv.write_csv(table, folder / _file(name))


def label_declared(folder: Path, settings: Settings) -> LabelledReferences | None:
    """Label the candidates of the columns for which a lake declares a parent; None where it declares nothing.

    Whether its other columns refer to something is unknown.
    """
    if not (folder / KEYS_FILE).is_file():
        return None
    with TemporaryDirectory() as scratch, Lake.index(folder / "tables", Path(scratch) / "index", settings) as lake:
        directory = lake.opened.searcher.directory
        with (folder / KEYS_FILE).open(newline="", encoding="utf-8") as handle:
            rows = [(row["child_table"], row["child_column"], row["parent_table"], row["parent_column"])
                    for row in csv.DictReader(handle)]  # fmt: skip
        truth = _known_keys(directory, rows)
        found = label_references(lake.opened.searcher, truth, ())
        children = np.array(sorted({child for child, _ in truth}), np.int64)
        return found.take(np.flatnonzero(np.isin(found.pairs.children, children)), len(truth))


def _labelled(lake: Lake, made: Mapping[str, MadeDatabase]) -> LabelledReferences:
    directory = lake.opened.searcher.directory
    rows = [
        (f"{name}/{_file(key.child)}", key.child_columns[0], f"{name}/{_file(key.parent)}", key.parent_columns[0])
        for name, database in made.items()
        for key in database.foreign
    ]
    natural = [ColumnId(TableId(f"{name}/{_file(table)}"), column) for name, database in made.items()
               for table, column in sorted(database.natural)]  # fmt: skip
    keys = [directory.key_of(column) for column in natural if directory.has_column(column)]
    return label_references(lake.opened.searcher, _known_keys(directory, rows), keys)


def _known_keys(directory: Directory, rows: Sequence[tuple[str, str, str, str]]) -> set[tuple[int, int]]:
    found = set()
    for child_table, child, parent_table, parent in rows:
        with suppress(NotFound):
            found.add(
                (
                    directory.key_of(ColumnId(TableId(child_table), child)),
                    directory.key_of(ColumnId(TableId(parent_table), parent)),
                )
            )
    return found


def _of_each(found: LabelledReferences, directory: Directory) -> Iterator[tuple[str, LabelledReferences]]:
    names = np.array([table.split("/", 1)[0] for table in directory.table_ids])
    owners = names[directory.tables[found.pairs.children]]
    for name in np.unique(owners).tolist():
        yield str(name), found.take(np.flatnonzero(owners == name), 0)


def _file(table: str) -> str:
    return f"{table.replace('/', '_')}.csv"
