"""Tables and columns for tools that name both themselves: in ASCII words, or as a file of names says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lakeindex.export.described_lake import DescribedLake
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
        return cls.of_names({one.id: [column.name for column in one.columns] for one in lake.tables}, given)

    @classmethod
    def of_names(cls, columns: Mapping[TableId, Sequence[str]], given: Mapping[TableId, str]) -> Words:
        """Name tables, of which the names of the columns are known."""
        rest = [table for table in columns if table not in given]
        chosen = {name.lower() for name in given.values()}
        words = dict(given)
        for table, word in table_words(rest).items():
            words[TableId(table)] = f"{word}_of_lake" if word.lower() in chosen else word
        return cls(words, {table: dict(zip(names, sql_names(names), strict=True)) for table, names in columns.items()})
