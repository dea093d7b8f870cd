"""Lakes in which two columns that join with the same third one share no value.

Made of a labelled lake: of the columns that join with one column, every other table keeps half of the values, and the
tables between them the other half; the rows stay, the cells become empty.
"""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

from lakeindex.types.lake import ColumnId


@dataclass(frozen=True, slots=True)
class Half:
    """Which values a column keeps: half of those of its hub."""

    hub: str
    is_second: bool

    def keeps(self, value: str) -> bool:
        digest = hashlib.sha1(f"{self.hub} {value.strip().lower()}".encode()).digest()
        return bool(digest[0] & 1) is self.is_second


def remove_overlap(lake: Path, relevant: Mapping[ColumnId, set[ColumnId]]) -> list[tuple[ColumnId, ColumnId]]:
    """Rewrite the tables of a lake in place; return the pairs that now join by way of a third column only."""
    halves, pairs = _share_out(relevant)
    by_table = defaultdict(dict)
    for column, half in halves.items():
        by_table[column.table][column.name] = half
    for table, of_column in by_table.items():
        _empty(lake / table, of_column)
    return pairs


def _share_out(
    relevant: Mapping[ColumnId, set[ColumnId]],
) -> tuple[dict[ColumnId, Half], list[tuple[ColumnId, ColumnId]]]:
    joining = defaultdict(set)
    for query, columns in relevant.items():
        for column in columns:
            joining[query].add(column)
            joining[column].add(query)
    halves: dict[ColumnId, Half] = {}
    hubs: set[ColumnId] = set()
    pairs = []
    for hub in sorted(joining, key=lambda column: (-len(joining[column]), column.table, column.name)):
        free = sorted(
            (one for one in joining[hub] if one not in halves and one not in hubs and one.table != hub.table),
            key=lambda column: (column.table, column.name),
        )
        tables = list(dict.fromkeys(column.table for column in free))
        if hub in halves or len(tables) < 2:
            continue
        hubs.add(hub)
        for column in free:
            halves[column] = Half(f"{hub.table}/{hub.name}", bool(tables.index(column.table) % 2))
        pairs += [
            (one, other)
            for one, other in permutations(free, 2)
            if one.table != other.table and halves[one].is_second is not halves[other].is_second
        ]
    return halves, pairs


def _empty(file: Path, halves: Mapping[str, Half]) -> None:
    with file.open(newline="", encoding="utf-8") as handle:
        header, *rows = csv.reader(handle)
    for name, half in halves.items():
        if name in header:
            place = header.index(name)
            for row in rows:
                if place < len(row) and row[place].strip() and not half.keeps(row[place]):
                    row[place] = ""
    with file.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows([header, *rows])
