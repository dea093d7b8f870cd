"""The verdict on a table and a similar one: by their rows, or by what the index keeps of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats
from lakeindex.lake_map.similar.coded_rows import CodedRows
from lakeindex.lake_map.similar.compare_rows import compare_rows
from lakeindex.lake_map.similar.find_similar import SimilarTable
from lakeindex.lake_map.similar.pair_features import containments
from lakeindex.lake_map.similar.read_pair import RowReader, changed_since
from lakeindex.lake_map.similar.verdict import Common, Verdict, differences, verdict_of
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import TableId

_ALL = 0.97
"""From which share of their values on two columns are taken to hold all of them, by sketches."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a table is to another one, and how that is known."""

    verdict: Verdict
    differs: str
    is_sample: bool = False
    """Whether it is by a sample of the rows."""
    is_probable: bool = False
    """Whether it is by the index alone."""
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.verdict:
            return ""
        return f"{'probably ' * self.is_probable}{self.verdict}{' (about)' * self.is_sample}"


def judge_by_rows(rows: RowReader, other: SimilarTable) -> Judgement:
    """Compare the rows of two tables. Raises NotFound, UnreadableTable where one can't be read."""
    left, right, is_sample = rows.read(other.table, other.pairs)
    common = compare_rows(CodedRows.of(left, right), other.pairs, is_sample)
    notes = [changed_since(rows.tables, one, is_sample) for one in (left, right)]
    return Judgement(verdict_of(common), differences(common), is_sample, notes=tuple(filter(None, notes)))


def judge_by_index(searcher: Searcher, table: TableId, other: SimilarTable, reason: str) -> Judgement:
    """Compare two tables by what the index keeps of them, given why their rows can't be read."""
    common = _common(searcher, table, other)
    return Judgement(verdict_of(common), differences(common), is_probable=True, notes=(reason,))


def _common(searcher: Searcher, table: TableId, other: SimilarTable) -> Common:
    directory, facts = searcher.directory, searcher.directory.facts
    keys = [directory.keys_of_table(one) for one in (table, other.table)]
    rows = int(facts.rows[keys[0][0]]), int(facts.rows[keys[1][0]])
    taken = [{pair.left for pair in other.pairs}, {pair.right for pair in other.pairs}]
    filled = [[key for key in some.tolist() if facts.distinct[key]] for some in keys]
    names = [[directory.id_of(key).name for key in some] for some in filled]
    lone = [tuple(name for name in some if name not in used) for some, used in zip(names, taken, strict=True)]
    return Common(
        rows,
        _shared(rows, containments(searcher, table, other.table, other.pairs)),
        tuple((pair.left, pair.right) for pair in other.pairs),
        (lone[0], lone[1]),
        is_sample=True,
    )


def _shared(rows: tuple[int, int], found: Floats) -> int:
    """Estimate the rows that both tables have, by the column that both share least of."""
    if not len(found):
        return 0
    ahead, back = np.where(found >= _ALL, 1.0, found).min(axis=0)
    return int(min(rows[0] * ahead, rows[1] * back, *rows))
