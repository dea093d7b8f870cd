"""What a lake is asked of a table: which others are similar, what they are to it, and what differs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa

from lakeindex.config.ranges import NO_OR_SOME_ANSWERS
from lakeindex.errors import LakeIndexError
from lakeindex.escaping.visible import visible_line
from lakeindex.types.frames import Frames
from lakeindex.types.lake import TableId

if TYPE_CHECKING:
    from lakeindex.lake_map.similar.find_similar import SimilarTable
    from lakeindex.lake_map.similar.judge_pair import Judgement
    from lakeindex.lake_map.similar.read_pair import RowReader
    from lakeindex.open_index import OpenIndex

_FIELDS: list[tuple[str, pa.DataType]] = [
    ("rank", pa.int64()),
    ("table", pa.string()),
    ("score", pa.float64()),
    ("verdict", pa.string()),
    ("differs", pa.string()),
]
SIMILAR_SCHEMA = pa.schema(_FIELDS)
"""Binding for scripts: columns are only ever appended."""


@dataclass(frozen=True, eq=False)
class Similar(Frames):
    """The tables that are most similar to a table, best first."""

    table: TableId
    opened: OpenIndex
    k: int

    @cached_property
    def tables(self) -> list[SimilarTable]:
        """Each with its score, and its columns that are the table's."""
        from lakeindex.lake_map.similar.find_similar import find_similar

        return find_similar(self.opened.searcher, self.opened.table_vectors, self.table, self.k)

    @cached_property
    def judgements(self) -> list[Judgement]:
        """What each of the tables is to the table, in their order."""
        return [self.judge(one) for one in self.tables]

    def judge(self, other: SimilarTable) -> Judgement:
        """Return what a table is to the table, by the rows of both; by the index, where these can't be read."""
        from lakeindex.lake_map.similar.judge_pair import judge_by_index, judge_by_rows

        try:
            self.opened.require_rows()
            return judge_by_rows(self._rows, other)
        except LakeIndexError as error:
            return judge_by_index(self.opened.searcher, self.table, other, str(error))

    @cached_property
    def _rows(self) -> RowReader:
        from lakeindex.lake_map.similar.read_pair import RowReader

        return RowReader(self.opened.tables, self.table)

    def notes(self) -> list[str]:
        """Return why some tables could not be compared by their rows, each reason once."""
        return list(dict.fromkeys(note for one in self.judgements for note in one.notes))

    def to_arrow(self) -> pa.Table:
        """Lay the tables out as SIMILAR_SCHEMA."""
        names, scores = [str(one.table) for one in self.tables], [one.score for one in self.tables]
        verdicts, differs = [str(one) for one in self.judgements], [one.differs for one in self.judgements]
        return pa.table([range(1, len(names) + 1), names, scores, verdicts, differs], schema=SIMILAR_SCHEMA)

    def __repr__(self) -> str:
        count = len(self.tables)
        head = f"{'1 table is' if count == 1 else f'{count} tables are'} similar to {self.table}"
        rows = zip(self.tables, self.judgements, strict=True)
        lines = [f"{one.score:.3f}  {one.table}  {judged}".rstrip() for one, judged in rows]
        return "\n".join(map(visible_line, [head, *lines]))


def find_similar_tables(opened: OpenIndex, table: str, k: int) -> Similar:
    """Find the tables that are most similar to a table. Raises NotFound with the nearest names."""
    found = Similar(TableId(table), opened, int(NO_OR_SOME_ANSWERS.require(k, "k")))
    opened.searcher.directory.keys_of_table(found.table)
    return found
