"""A table of texts: the form of every sample table between its package and its file."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of text under a header; a missing value is the empty text."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def pick(self, columns: Mapping[str, str]) -> Sheet:
        """Keep the columns named by the values of `columns`, under the names of its keys."""
        places = [self.header.index(old) for old in columns.values()]
        return Sheet(tuple(columns), tuple(tuple(row[place] for place in places) for row in self.rows))

    def where(self, column: str, keep: Callable[[str], bool]) -> Sheet:
        """Keep the rows whose value of `column` satisfies `keep`."""
        place = self.header.index(column)
        return Sheet(self.header, tuple(row for row in self.rows if keep(row[place])))


def read_delimited(path: Path, header: Sequence[str] | None = None, delimiter: str = ",") -> Sheet:
    """Read a delimited file, gzipped or not; `header` names the columns of a file without a header."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    lines = io.StringIO(data.decode("utf-8-sig"), newline="")
    rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    names = tuple(next(rows) if header is None else header)
    return Sheet(tuple(name.strip() for name in names), tuple(tuple(row) for row in rows if row))


def read_json_records(path: Path) -> Sheet:
    """Read a JSON list of objects; numbers keep the digits they have in the file."""
    records = json.loads(path.read_bytes(), parse_float=str, parse_int=str)
    return from_records(records, tuple(records[0]))


def from_records(records: Iterable[Mapping[str, Any]], header: Sequence[str]) -> Sheet:
    """Make a sheet of records; a key that a record lacks is a missing value."""
    return from_rows(header, ([record.get(name) for name in header] for record in records))


def from_rows(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Sheet:
    """Make a sheet of rows of plain values; None is a missing value."""
    return Sheet(tuple(header), tuple(tuple("" if value is None else str(value) for value in row) for row in rows))
