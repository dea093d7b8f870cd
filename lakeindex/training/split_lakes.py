"""Split the tables of lakes, index the parts, and compare their columns: what an attribute matcher learns from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from lakeindex.arrays.aliases import Codes, Flags, Integers
from lakeindex.config.model_options import BASE_MODEL, ModelOptions
from lakeindex.config.settings import Settings
from lakeindex.encode.model_folder import model_folder
from lakeindex.encode.static_encoder import StaticEncoder
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.integrate.align.pair_features import PAIR_FEATURES, ColumnPairs
from lakeindex.lake import Lake
from lakeindex.models.weights import STATIC
from lakeindex.search.searcher import Searcher
from lakeindex.synthesis.column_lineage import find_lineage
from lakeindex.synthesis.source_tables import Source, SourceData, to_sources
from lakeindex.synthesis.split_tables import OWN, UNDECIDED, Part, PartColumn, Splitter
from lakeindex.synthesis.standard_tables import ATTRIBUTES_A_SOURCE
from lakeindex.types.lake import TableId
from lakeindex.types.names import words_of

MOST_TABLES, _MOST_GROUPS, _MOST_COLUMNS = 40, 16, 450
WIDEST = 120
"""Columns of a table; in wider ones, hardly a column is more than a number."""
_ONE_SCHEMA, _SHARED_NAMES = 0.8, 3
_NEAREST, _LEAST_NEAR = 6, 0.6
"""Names that are drawn from instead of one, and how near they must be in meaning."""
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

    def made_columns(self, columns: ColumnSet) -> list[tuple[int, PartColumn]]:
        """Return the group of each column, (columns,), and what it was made as, whatever the index calls it."""
        first = np.searchsorted(columns.tables, columns.tables).tolist()
        found = []
        for place, column in enumerate(columns.ids):
            group, _, number = column.table.removeprefix("g").removesuffix(".csv").partition("_")
            found.append((int(group), self.groups[int(group)][int(number)][place - first[place]]))
        return found

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
    able = [table for table in tables if table.table.num_columns <= WIDEST]
    sources = to_sources([able[place] for place in rng.permutation(len(able))[:MOST_TABLES].tolist()])
    splitter = Splitter(headers, synonyms_of(sources, headers), rng)
    groups = [splitter.restyle(one) for one in _of_one_schema(sources)][: _MOST_GROUPS // 3]
    groups += [splitter.split(source) for source in sources]
    kept: list[tuple[Part, ...]] = []
    columns = 0
    for group in groups:
        columns += sum(map(len, group))
        if len(group) > 1 and len(kept) < _MOST_GROUPS and columns < _MOST_COLUMNS:
            kept.append(tuple(group))
    return SplitLake(tuple(kept))


def synonyms_of(sources: Sequence[Source], headers: Sequence[str]) -> dict[str, list[str]]:
    """Return what each header of sources may be called: as columns of the same values, or as what means nearly it."""
    columns = [column for source in sources for column in source.columns]
    lineages = find_lineage([one.distinct for one in columns], [one.shape for one in columns]).ids.tolist()
    of_lineage: dict[int, set[str]] = {}
    for column, lineage in zip(columns, lineages, strict=True):
        of_lineage.setdefault(lineage, set()).add(column.name)
    own = {name for source in sources for name in (column.name for column in source.columns)}
    found = {name: set(near) for name, near in _near_names(sorted(own), sorted({*headers} - own)).items()}
    for names in of_lineage.values():
        for name in names:
            found.setdefault(name, set()).update(names)
    return {name: sorted(others - {name}) for name, others in found.items() if others - {name}}


def _near_names(names: Sequence[str], others: Sequence[str]) -> dict[str, list[str]]:
    """Return for each name those others that mean nearly the same, by the word pieces' vectors, and differ in words."""
    encoder = StaticEncoder(STATIC, model_folder(ModelOptions(model=BASE_MODEL)) / "tokenizer.json", 8)
    near: dict[str, list[str]] = {}
    vectors, of_others = (encoder.encode([words_of(name) for name in some]) for some in (names, others))
    for name, likenesses in zip(names, vectors @ of_others.T, strict=True):
        best = np.argsort(-likenesses, kind="stable")[:_NEAREST].tolist()
        kept = [others[place] for place in best if likenesses[place] >= _LEAST_NEAR]
        near[name] = [one for one in kept if words_of(one) != words_of(name)]
    return near


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


LakeMaker = Callable[[Sequence[SourceData], Sequence[str], int], SplitLake]
"""Makes a lake of tables, the headers of other lakes' and a seed."""

SAME, DIFFERENT, UNKNOWN = 1, 0, -1
"""Whether a pair of columns is the same attribute."""

_MOST_FOUND, _MOST_ALIKE = 0.2, 0.7
_MOST_FOUND_IN_A_STANDARD, _MOST_ALIKE_IN_A_STANDARD = 0.4, 0.85
"""Columns of different sources are different attributes where they share no more values, and mean no more alike."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPairs:
    """All pairs of columns of some pairs of tables of a split lake."""

    pairs: ColumnPairs
    labels: Codes
    """(pairs,) SAME, DIFFERENT or UNKNOWN."""
    tables: Integers
    """(columns,) the number of each column's table."""
    groups: Integers
    """(columns,) the number of each column's group of tables."""

    def where(self, chosen: Flags) -> LabelledPairs:
        """Keep some pairs."""
        return replace(self, pairs=self.pairs.where(chosen), labels=self.labels[chosen])

    @classmethod
    def joined(cls, several: Sequence[LabelledPairs]) -> LabelledPairs:
        """Put the pairs of several split lakes together; their columns, tables and groups are numbered on."""
        columns, tables, groups = (
            np.cumsum([0, *map(count, several)])
            for count in (
                lambda one: len(one.tables),
                lambda one: int(one.tables.max(initial=-1)) + 1,
                lambda one: int(one.groups.max(initial=-1)) + 1,
            )
        )
        return cls(
            ColumnPairs.joined([one.pairs.shifted(int(by)) for one, by in zip(several, columns, strict=False)]),
            np.concatenate([one.labels for one in several]),
            np.concatenate([one.tables + by for one, by in zip(several, tables, strict=False)]),
            np.concatenate([one.groups + by for one, by in zip(several, groups, strict=False)]),
        )


def label_pairs(lake: SplitLake, columns: ColumnSet, across: bool = True) -> LabelledPairs:
    """Compare the columns of all tables of one group, and of each table with one of the next group where `across`."""
    found = lake.made_columns(columns)
    groups = np.array([group for group, _ in found], np.int64)
    tables = np.unique(columns.tables, return_inverse=True)[1].astype(np.int64)
    left, right = np.triu_indices(len(columns), 1)
    is_chosen = _chosen_tables(groups, tables, across)[tables[left], tables[right]]
    pairs = ColumnPairs.of(columns, left[is_chosen].astype(np.int64), right[is_chosen].astype(np.int64))
    return LabelledPairs(pairs, labels_of(found, pairs), tables, groups)


def _chosen_tables(groups: Integers, table_of: Integers, across: bool) -> Flags:
    """Return which pairs of tables are compared, (tables, tables)."""
    group_of_table = groups[np.unique(table_of, return_index=True)[1]]
    is_one = group_of_table[:, None] == group_of_table[None, :]
    is_next = group_of_table[:, None] + 1 == group_of_table[None, :]
    # Of the next group, a single table.
    is_next &= np.cumsum(is_next, axis=1) == 1 + (np.arange(len(is_next)) % 2)[:, None]
    return np.asarray((is_one | (is_next & across)) & ~np.eye(len(is_one), dtype=bool))


def labels_of(made: Sequence[tuple[int, PartColumn]], pairs: ColumnPairs) -> Codes:
    """Return SAME, DIFFERENT or UNKNOWN of each pair, (pairs,), given each column's group and what it was made as."""
    left, right = pairs.left, pairs.right
    groups, columns = np.array([group for group, _ in made], np.int64), [column for _, column in made]
    attributes = np.array([column.attribute for column in columns])
    names = [
        np.unique([words_of(n) for n in some], return_inverse=True)[1]
        for some in ([column.header for column in columns], [column.name for column in columns])
    ]
    is_named_alike = np.logical_or.reduce([one[left] == one[right] for one in names])
    is_undecided = attributes == UNDECIDED
    either, both = is_undecided[left] | is_undecided[right], is_undecided[left] & is_undecided[right]
    of_group = np.where(attributes[left] == attributes[right], SAME, DIFFERENT)
    of_group = np.where(either, DIFFERENT, of_group)
    is_own = (attributes <= OWN)[left] | (attributes <= OWN)[right]
    is_of_two = (
        ~either & ~is_own & (attributes[left] // ATTRIBUTES_A_SOURCE != attributes[right] // ATTRIBUTES_A_SOURCE)
    )
    found = pairs.features[:, PAIR_FEATURES.index("values found")]
    alike = pairs.features[:, PAIR_FEATURES.index("columns mean the same")]
    is_unlike = (names[1][left] != names[1][right]) & (found <= _MOST_FOUND) & (alike <= _MOST_ALIKE)
    of_two = np.where(
        (names[1][left] != names[1][right])
        & (found <= _MOST_FOUND_IN_A_STANDARD)
        & (alike <= _MOST_ALIKE_IN_A_STANDARD),
        DIFFERENT,
        UNKNOWN,
    )
    across = np.where(is_unlike, DIFFERENT, UNKNOWN)
    of_group = np.where(is_of_two, of_two, of_group)
    of_group = np.where(both | ((either | is_own) & is_named_alike), UNKNOWN, of_group)
    return np.where(groups[left] == groups[right], of_group, across).astype(np.int8)


def split_lakes(
    lakes: Sequence[Sequence[SourceData]], seed: int, settings: Settings, make: LakeMaker = split_lake
) -> Iterator[tuple[SplitLake, Searcher]]:
    """Split and index lakes, each of which is deleted when the next one is requested."""
    names = [[name for table in lake for name in table.table.column_names] for lake in lakes]
    for place, lake in enumerate(lakes):
        others = [name for other, some in enumerate(names) if other != place for name in some]
        split = make(lake, others, seed + place)
        with TemporaryDirectory() as folder:
            split.write(Path(folder) / "lake")
            yield split, Lake.index(Path(folder) / "lake", Path(folder) / "index", settings).opened.searcher
