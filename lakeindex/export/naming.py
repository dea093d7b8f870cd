"""How tables of a lake are called in a catalog: by their path behind a prefix, or as a file of names says."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lakeindex.errors import InvalidSetting, NotFound
from lakeindex.types.lake import TableId

_HEADER = ["table", "dataset"]


@dataclass(frozen=True, slots=True)
class Naming:
    """The names of tables in a catalog."""

    platform: str = "file"
    """Of DataHub."""
    service: str = "lakeindex"
    """OpenMetadata's database service; the namespace of OpenLineage."""
    prefix: str = ""
    """What stands before a table's path."""
    environment: str = "PROD"
    """Of DataHub."""
    names: Mapping[TableId, str] = field(default_factory=dict)
    """The names of tables that don't follow the rule, whole, without a prefix."""
    page: str = ""
    """The address of `lakeindex serve`, to which notes link; nothing for none."""

    def name(self, table: TableId) -> str:
        """Name a table."""
        return self.names.get(table, f"{self.prefix}{table}")

    def table_of(self, tables: Iterable[TableId]) -> dict[str, TableId]:
        """Return the tables by their names in the catalog."""
        return {self.name(table): table for table in tables}


def read_names(path: Path) -> dict[TableId, str]:
    """Read the names of tables in a catalog from a CSV file with the header table,dataset.

    Raises NotFound where there is no such file, InvalidSetting, with the line, where it is something else.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    except FileNotFoundError as error:
        raise NotFound(f"no file {path}: --map is a CSV file with the header {','.join(_HEADER)}") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidSetting(f"{path} can't be read as CSV in UTF-8: {error}") from error
    if not rows or rows[0] != _HEADER:
        raise InvalidSetting(f"{path} begins with another header than {','.join(_HEADER)}")
    names: dict[TableId, str] = {}
    for line, row in enumerate(rows[1:], 2):
        if not row:
            continue
        if len(row) != 2 or not all(row) or TableId(row[0]) in names or row[1] in names.values():
            raise InvalidSetting(f"{path}, line {line}: expected a table and its dataset, each only once, not {row}")
        names[TableId(row[0])] = row[1]
    return names


def relationship_id(child: str, parent: str, pairs: Sequence[tuple[str, str]]) -> str:
    """Return what a relationship is called in any catalog: the same for the same datasets and pairs of fields."""
    told = json.dumps([child, parent, sorted(pairs)], ensure_ascii=True)
    return f"lakeindex-{hashlib.sha256(told.encode('ascii')).hexdigest()[:32]}"
