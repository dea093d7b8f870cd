"""An alignment as a CSV file that a person edits: one line a column, with the attribute that it is."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lakeindex.catalog.directory import Directory
from lakeindex.catalog.nearest_names import nearest_names
from lakeindex.errors import InvalidSetting, NotFound
from lakeindex.integrate.align.name_attributes import free_name
from lakeindex.integrate.alignment import AlignedColumn, Alignment, Attribute
from lakeindex.join.write_file import unfinished_beside
from lakeindex.types.lake import ColumnId, TableId

HEADER = ("attribute", "table", "column", "probability")

_NEEDED = HEADER[:3]


def write_alignment(alignment: Alignment, path: Path, force: bool) -> None:
    """Write an alignment, its attributes in their order and the columns of each by table; whole or not at all.

    Raises NotFound where there is no such folder, Refused where the file exists, unless `force` is set.
    """
    if not path.parent.is_dir():
        raise NotFound(f"there is no folder {str(path.parent)!r} to write {path.name!r} into")
    with unfinished_beside(path, force) as unfinished, unfinished.open("w", newline="", encoding="utf-8") as handle:
        out = csv.writer(handle, lineterminator="\n")
        out.writerow(HEADER)
        for attribute in alignment.attributes:
            for one in attribute.columns:
                out.writerow([attribute.name, one.column.table, one.column.name, f"{one.probability:.4f}"])


def read_alignment(
    path: Path, tables: Sequence[TableId], directory: Directory, before: Alignment | None = None
) -> Alignment:
    """Read an alignment of tables from a file; attributes have the order in which they first stand there.

    A column of the tables that the file leaves out becomes an attribute of its own. `before` is the alignment that a
    person may have changed: a column that is now with others than it was there has probability 1, as has one whose
    probability is empty. Raises NotFound with the nearest names for a file, table or column that isn't there, and
    InvalidSetting, with the line, for what is no alignment.
    """
    found = _attributes(_lines(path, tables, directory), path)
    placed = {one.column for columns in found.values() for one in columns}
    for table in sorted(set(tables)):
        for column in _columns_of(directory, table):
            if column not in placed:
                found[free_name(column, found)] = [AlignedColumn(column, 1.0)]
    attributes = [
        Attribute(name, tuple(sorted(columns, key=lambda one: one.column))) for name, columns in found.items()
    ]
    return _with_changes(Alignment(tuple(attributes)), before)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the file."""

    place: str
    attribute: str
    column: AlignedColumn


def _lines(path: Path, tables: Sequence[TableId], directory: Directory) -> Iterator[_Line]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle, restval="", strict=True)
            _require_header(path, reader.fieldnames or ())
            for row in reader:
                yield _line(row, f"{path}, line {reader.line_num}", tables, directory)
    except FileNotFoundError as error:
        raise NotFound(f"there is no file {path}") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidSetting(f"{path} can't be read: {error}") from error


def _require_header(path: Path, names: Sequence[str]) -> None:
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise InvalidSetting(
            f"{path} has no column {missing[0]!r}: expected the header {','.join(HEADER)}, "
            f"found {','.join(names) or 'an empty file'}"
        )


def _line(row: dict[str, str], place: str, tables: Sequence[TableId], directory: Directory) -> _Line:
    attribute = row["attribute"].strip()
    if not attribute:
        raise InvalidSetting(f"{place}: {row['column']!r} of {row['table']} has no attribute: give it a name")
    table = TableId(row["table"])
    if table not in tables:
        raise NotFound(f"{place}: {table!r} is none of the tables to align{nearest_names(table, tables)}")
    column = ColumnId(table, row["column"])
    try:
        directory.key_of(column)
    except NotFound as error:
        raise NotFound(f"{place}: {error}") from error
    return _Line(place, attribute, AlignedColumn(column, _probability(row.get("probability") or "", place)))


def _probability(text: str, place: str) -> float:
    try:
        probability = float(text) if text.strip() else 1.0
    except ValueError:
        probability = math.nan
    if not 0 <= probability <= 1:
        raise InvalidSetting(f"{place}: the probability is {text!r}, expected a number from 0 to 1, or nothing for 1")
    return probability


def _attributes(lines: Iterable[_Line], path: Path) -> dict[str, list[AlignedColumn]]:
    """Collect the columns of each attribute. Raises InvalidSetting for a column or a table that is there twice."""
    found: dict[str, list[AlignedColumn]] = {}
    places: dict[ColumnId, str] = {}
    of_table: dict[tuple[str, TableId], ColumnId] = {}
    written: dict[str, str] = {}
    for line in lines:
        column = line.column.column
        if column in places:
            raise InvalidSetting(f"{line.place}: {column} is in {places[column]} already: keep one of the lines")
        other = of_table.setdefault((line.attribute, column.table), column)
        if other != column:
            raise InvalidSetting(
                f"{line.place}: {column.table} has both {other.name!r} and {column.name!r} in the attribute "
                f"{line.attribute!r}, expected one column of a table: give one of them another attribute"
            )
        name = written.setdefault(line.attribute.lower(), line.attribute)
        if name != line.attribute:
            raise InvalidSetting(
                f"{line.place}: the attributes {name!r} and {line.attribute!r} differ in capitals alone, which SQL "
                f"takes for one name: write them alike, or give one of them another name"
            )
        places[column] = line.place.removeprefix(f"{path}, ")
        found.setdefault(line.attribute, []).append(line.column)
    return found


def _columns_of(directory: Directory, table: TableId) -> list[ColumnId]:
    return [directory.id_of(key) for key in directory.keys_of_table(table).tolist()]


def _with_changes(alignment: Alignment, before: Alignment | None) -> Alignment:
    """Give probability 1 to the columns that are with others now than before, and what they had to all others."""
    if before is None:
        return alignment
    companions = {
        one.column: ({other.column for other in attribute.columns}, one.probability)
        for attribute in before.attributes
        for one in attribute.columns
    }

    def judged(one: AlignedColumn, attribute: Attribute) -> AlignedColumn:
        others, probability = companions.get(one.column, (set(), 1.0))
        is_same = others == {other.column for other in attribute.columns}
        return replace(one, probability=probability if is_same else 1.0)

    return Alignment(
        tuple(
            replace(attribute, columns=tuple(judged(one, attribute) for one in attribute.columns))
            for attribute in alignment.attributes
        )
    )
