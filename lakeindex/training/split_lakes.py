"""Split the tables of lakes, index the parts, and compare their columns: what an attribute matcher learns from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from lakeindex.arrays.aliases import Codes, Flags, Integers
from lakeindex.config.settings import Settings
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.integrate.align.pair_features import PAIR_FEATURES, ColumnPairs
from lakeindex.lake import Lake
from lakeindex.search.searcher import Searcher
from lakeindex.synthesis.source_tables import Source, SourceData, to_sources
from lakeindex.synthesis.split_tables import UNDECIDED, Part, PartColumn, Splitter
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.names import words_of

_MOST_GROUPS, _MOST_COLUMNS = 24, 700
_ONE_SCHEMA, _SHARED_NAMES = 0.8, 3
_MOST_OF_A_SCHEMA = 5
"""Tables of a schema that make a group."""


@dataclass(frozen=True, slots=True, eq=False)
class SplitLake:
    """Groups of tables; the tables of a group are parts of one."""

    groups: tuple[tuple[Part, ...], ...]

    def write(self, folder: Path) -> None:
        """Write each part as a CSV file."""
        folder.mkdir(parents=True)
        for name, part in self.parts().items():
            table = pa.table({column.header: column.texts for column in part})
            pa_csv.write_csv(table, folder / name, pa_csv.WriteOptions(quoting_style="needed"))

    def part_column(self, column: ColumnId) -> tuple[int, PartColumn]:
        """Return the group of a column, and what it was made as."""
        group, _, number = column.table.removeprefix("g").removesuffix(".csv").partition("_")
        part = self.groups[int(group)][int(number)]
        return int(group), next(one for one in part if one.header == column.name)

    def parts(self) -> dict[TableId, Part]:
        """Return all parts under the names of their files."""
        return {
            TableId(f"g{group:03d}_{number}.csv"): part
            for group, parts in enumerate(self.groups)
            for number, part in enumerate(parts)
        }


def split_lake(tables: Sequence[SourceData], headers: Sequence[str], seed: int) -> SplitLake:
    """Split the tables of a lake into groups of parts; the same tables and seed make the same."""
    rng = np.random.default_rng(seed)
    splitter = Splitter(headers, rng)
    sources = to_sources([tables[place] for place in rng.permutation(len(tables)).tolist()])
    groups = [splitter.restyle(one) for one in _of_one_schema(sources)][: _MOST_GROUPS // 3]
    groups += [splitter.split(source) for source in sources]
    kept: list[tuple[Part, ...]] = []
    columns = 0
    for group in groups:
        columns += sum(map(len, group))
        if len(group) > 1 and len(kept) < _MOST_GROUPS and columns < _MOST_COLUMNS:
            kept.append(tuple(group))
    return SplitLake(tuple(kept))


def _of_one_schema(sources: Sequence[Source]) -> Iterator[list[Source]]:
    left = [one for one in sources if one.rows > _SHARED_NAMES]
    while left:
        first, *others = left
        alike = [one for one in others if _alike(first, one)]
        if alike:
            yield [first, *alike[: _MOST_OF_A_SCHEMA - 1]]
        left = [one for one in others if not any(one is other for other in alike)]


def _alike(one: Source, other: Source) -> bool:
    names, others = ({column.name for column in source.columns} for source in (one, other))
    return len(names & others) >= max(_SHARED_NAMES, _ONE_SCHEMA * len(names | others))


SAME, DIFFERENT, UNKNOWN = 1, 0, -1
"""Whether a pair of columns is the same attribute."""

_MOST_FOUND, _MOST_ALIKE = 0.2, 0.7
"""Columns of different sources are different attributes where they share no more values, and mean no more alike."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPairs:
    """All pairs of columns of some pairs of tables of a split lake."""

    pairs: ColumnPairs
    tables: Integers
    """(pairs,) The number of the pair of tables."""
    labels: Codes
    """(pairs,) SAME, DIFFERENT or UNKNOWN."""


def label_pairs(lake: SplitLake, columns: ColumnSet) -> LabelledPairs:
    """Compare the columns of all tables of one group, and of each table with one of the next group."""
    found = [lake.part_column(column) for column in columns.ids]
    groups = np.array([group for group, _ in found], np.int64)
    table_of = np.unique(columns.tables, return_inverse=True)[1]
    left, right = np.triu_indices(len(columns), 1)
    is_chosen = _chosen_tables(groups, table_of)[table_of[left], table_of[right]]
    left, right = left[is_chosen], right[is_chosen]
    pairs = ColumnPairs.of(columns, left, right)
    labels = _labels([column for _, column in found], groups, pairs)
    return LabelledPairs(pairs, table_of[left] * (int(table_of.max(initial=0)) + 1) + table_of[right], labels)


def _chosen_tables(groups: Integers, table_of: Integers) -> Flags:
    """Return which pairs of tables are compared, (tables, tables)."""
    group_of_table = groups[np.unique(table_of, return_index=True)[1]]
    is_one = group_of_table[:, None] == group_of_table[None, :]
    is_next = group_of_table[:, None] + 1 == group_of_table[None, :]
    # Of the next group, a single table.
    is_next &= np.cumsum(is_next, axis=1) == 1 + (np.arange(len(is_next)) % 2)[:, None]
    return np.asarray((is_one | is_next) & ~np.eye(len(is_one), dtype=bool))


def _labels(columns: Sequence[PartColumn], groups: Integers, pairs: ColumnPairs) -> Codes:
    left, right = pairs.left, pairs.right
    attributes = np.array([column.attribute for column in columns])
    names = [
        np.unique([words_of(n) for n in some], return_inverse=True)[1]
        for some in ([column.header for column in columns], [column.name for column in columns])
    ]
    is_named_alike = np.logical_or.reduce([one[left] == one[right] for one in names])
    is_undecided = attributes == UNDECIDED
    either, both = is_undecided[left] | is_undecided[right], is_undecided[left] & is_undecided[right]
    of_group = np.where(attributes[left] == attributes[right], SAME, DIFFERENT)
    of_group = np.where(both | (either & is_named_alike), UNKNOWN, np.where(either, DIFFERENT, of_group))
    found = pairs.features[:, PAIR_FEATURES.index("values found")]
    alike = pairs.features[:, PAIR_FEATURES.index("columns mean the same")]
    is_unlike = (names[1][left] != names[1][right]) & (found <= _MOST_FOUND) & (alike <= _MOST_ALIKE)
    across = np.where(is_unlike, DIFFERENT, UNKNOWN)
    return np.where(groups[left] == groups[right], of_group, across).astype(np.int8)


def labelled_lakes(
    lakes: Sequence[Sequence[SourceData]], seed: int, settings: Settings
) -> Iterator[tuple[SplitLake, Searcher]]:
    """Split and index lakes, each of which is deleted when the next one is requested."""
    names = [[name for table in lake for name in table.table.column_names] for lake in lakes]
    for place, lake in enumerate(lakes):
        others = [name for other, some in enumerate(names) if other != place for name in some]
        split = split_lake(lake, others, seed + place)
        with TemporaryDirectory() as folder:
            split.write(Path(folder) / "lake")
            yield split, Lake.index(Path(folder) / "lake", Path(folder) / "index", settings).opened.searcher
