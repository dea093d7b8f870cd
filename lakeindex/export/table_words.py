"""Tables and columns for tools that name both themselves: in ASCII words, or as a file of names says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lakeindex.export.described_lake import DescribedLake, DescribedTable
from lakeindex.lake_map.formats.plain_names import table_words
from lakeindex.types.lake import TableId
from lakeindex.types.names import sql_names


@dataclass(frozen=True, slots=True)
class Words:
    """What tables and their columns are called there."""

    tables: Mapping[TableId, str]
    columns: Mapping[TableId, Mapping[str, str]]

    @classmethod
    def of(cls, lake: DescribedLake, given: Mapping[TableId, str]) -> Words:
        """Name all tables; `given` are names that somebody chose."""
        rest = [one.id for one in lake.tables if one.id not in given]
        tables = table_words([*given, *rest])
        chosen = {name.lower() for name in given.values()}
        words: dict[TableId, str] = {
            TableId(table): given.get(TableId(table)) or (f"{word}_of_lake" if word.lower() in chosen else word)
            for table, word in tables.items()
        }
        return cls(words, {one.id: _columns(one) for one in lake.tables})


def _columns(table: DescribedTable) -> dict[str, str]:
    names = [column.name for column in table.columns]
    return dict(zip(names, sql_names(names), strict=True))
