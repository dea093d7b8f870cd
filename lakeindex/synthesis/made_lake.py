"""Make a lake of source tables, with every join in it known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from lakeindex.synthesis.column_lineage import find_origins
from lakeindex.synthesis.derivations import RECIPES, Kitchen
from lakeindex.synthesis.duplicate_tables import NamedColumn, find_twins
from lakeindex.synthesis.fragments import find_lookups
from lakeindex.synthesis.ground_truth import MadeJoin, find_joins, find_unclear
from lakeindex.synthesis.headers import HEADER_CHANGES, HUBS, HeaderPlace, hub
from lakeindex.synthesis.lake_styles import STYLES, LakeStyle
from lakeindex.synthesis.made_tables import Lineage, MadeColumn, MadeTable, TracedColumn, distractor
from lakeindex.synthesis.source_tables import Source, SourceData, look_through
from lakeindex.synthesis.undecidable import speaks
from lakeindex.synthesis.value_shapes import Look
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.names import sql_names

__all__ = ["STYLES", "LakeStyle", "MadeJoin", "MadeLake", "SourceData", "make_lake"]


@dataclass(frozen=True, slots=True, eq=False)
class MadeLake:
    """A lake that was made, and the truth about it."""

    style: LakeStyle
    tables: dict[TableId, pa.Table]
    joins: tuple[MadeJoin, ...]
    """Every pair of columns of two tables that joins, once; every other pair joins not."""
    unclear: tuple[tuple[ColumnId, ...], ...]
    """Groups of columns of which nobody could tell whether one joins with another, where that is no tellable join."""


def make_lake(sources: Sequence[SourceData], seed: int, style: LakeStyle) -> MadeLake:
    """Make a lake of sources; the same sources, seed and style make the same lake.

    What joins is known by lineage: columns with one origin do, transitively. Columns of different sources have one
    where they share most of their telling values, a code has that of the name it stands for.
    """
    rng = np.random.default_rng(seed)
    looked = look_through(sources)
    traced, lineage = trace(looked)
    made: list[MadeTable] = []
    for place in rng.permutation(len(looked)).tolist():
        kitchen = _cut(Kitchen(looked[place], traced[place], style, lineage, rng))
        tables = _retitled(_cook(kitchen), [source.name for source in looked], style, rng)
        made += (_styled(table, style, lineage, rng) for table in tables if table.columns)
    ordered = [made[place] for place in rng.permutation(len(made)).tolist()]
    named = list(zip(_table_ids(ordered, style, rng), ordered, strict=True))
    named.sort(key=lambda one: one[0])
    arrow = {name: _arrow(table) for name, table in named}
    return MadeLake(style, arrow, find_joins(named), find_unclear(named))


def trace(sources: Sequence[Source]) -> tuple[list[list[TracedColumn]], Lineage]:
    """Give every column of every source its origin."""
    columns = [column for source in sources for column in source.columns]
    places = {id(column): place for place, column in enumerate(columns)}
    linked = [(places[id(code)], places[id(name)]) for source in sources for code, name in find_lookups(source)]
    linked += find_twins(
        [
            NamedColumn(number, places[id(one)], one.name, one.look, one.distinct)
            for number, source in enumerate(sources)
            for one in source.columns
        ]
    )
    origins = find_origins([one.distinct for one in columns], [one.look for one in columns], linked).numbers
    traced = [
        [TracedColumn(one, places[id(one)], int(origins[places[id(one)]])) for one in source.columns]
        for source in sources
    ]
    return traced, Lineage(len(columns))


def _cut(kitchen: Kitchen) -> Kitchen:
    """Take no more of a long source than makes tables of the style's size: what is cut later no longer overlaps."""
    limit = 2 * int(kitchen.rng.integers(kitchen.style.rows[0], kitchen.style.rows[1] + 1))
    if kitchen.source.rows <= limit:
        return kitchen
    rows = np.sort(kitchen.rng.permutation(kitchen.source.rows)[:limit])
    columns = [replace(traced, column=traced.column.take(rows)) for traced in kitchen.columns]
    source = Source(kitchen.source.name, tuple(traced.column for traced in columns), limit)
    return replace(kitchen, source=source, columns=columns)


def _cook(kitchen: Kitchen) -> list[MadeTable]:
    """Follow a recipe that the source is fit for, drawn as often as the style says."""
    names = [name for name, _ in kitchen.style.recipes]
    weights = np.array([weight for _, weight in kitchen.style.recipes])
    # Gumbel's trick: the largest first is a draw without replacement by weight.
    order = np.argsort(-(np.log(weights) + kitchen.rng.gumbel(size=len(weights))))
    for place in order.tolist():
        if (tables := RECIPES[names[place]](kitchen)) is not None:
            return tables
    return RECIPES["whole"](kitchen) or []


def _retitled(
    tables: Sequence[MadeTable], names: Sequence[str], style: LakeStyle, rng: np.random.Generator
) -> list[MadeTable]:
    """Give all tables of a source but the first the titles of others, so that no title tells what was one table."""
    foreign = rng.random(len(tables)) < style.foreign_titles
    foreign[:1] = False
    drawn = [names[int(place)] for place in rng.integers(len(names), size=len(tables))]
    return [
        replace(table, title=title, is_foreign=True) if is_foreign else table
        for table, title, is_foreign in zip(tables, drawn, foreign.tolist(), strict=True)
    ]


def _styled(table: MadeTable, style: LakeStyle, lineage: Lineage, rng: np.random.Generator) -> MadeTable:
    """Cut a table to the style's size, add columns that join with nothing, and name all in its way."""
    rows = rng.permutation(table.rows)
    table = table.take(rows[: style.rows[1]])
    added = [distractor(table.rows, lineage, rng) for _ in range(int(rng.poisson(style.distractors)))]
    # A second column of numbers from 1 on would be as good a key as the true one.
    has_serial = any(one.look is Look.SERIAL for one in table.columns)
    columns = [*table.columns, *(one for one in added if not (has_serial and one.look is Look.SERIAL))]
    columns = [columns[place] for place in rng.permutation(len(columns)).tolist()]
    columns = [one.emptied() if rng.random() < style.emptied else one for one in columns]
    headers = [_header(one, place, table.title, style, rng) for place, one in enumerate(columns, 1)]
    named = zip(columns, headers, sql_names([" ".join(header.split()) for header in headers]), strict=True)
    is_titled = style.named_tables and not table.is_foreign
    written = tuple(replace(_heard(one, header, is_titled), header=unique) for one, header, unique in named)
    return MadeTable(table.title, written, table.is_foreign)


def _heard(column: MadeColumn, header: str, is_titled: bool) -> MadeColumn:
    """Note what a header says; one that a change made of one that said nothing says no more."""
    is_speaking = speaks(column.header) and speaks(header)
    return replace(column, speaks=is_speaking, is_titled=is_titled and not is_speaking and header in HUBS)


def _header(column: MadeColumn, position: int, title: str, style: LakeStyle, rng: np.random.Generator) -> str:
    place = HeaderPlace(column.header, title, position)
    if rng.random() < style.hub_headers:
        return hub(place, rng)
    if rng.random() < style.changed_headers:
        return HEADER_CHANGES[style.headers[int(rng.integers(len(style.headers)))]](place, rng)
    return column.header.strip() or f"column_{position}"


def _table_ids(tables: Sequence[MadeTable], style: LakeStyle, rng: np.random.Generator) -> list[TableId]:
    """Name the files, each once, whatever the system thinks of capitals."""
    numbers = rng.permutation(len(tables))
    stems = [
        re.sub(r"[^\w.-]+", "_", table.title).strip("._") or "table" if style.named_tables else f"t{number:04d}"
        for table, number in zip(tables, numbers.tolist(), strict=True)
    ]
    suffixes = np.where(rng.random(len(tables)) < style.parquet, ".parquet", ".csv").tolist()
    unique = [stem.replace(" (", "_").replace(")", "") for stem in sql_names([one.lower() for one in stems])]
    return [TableId(stem + suffix) for stem, suffix in zip(unique, suffixes, strict=True)]


def _arrow(table: MadeTable) -> pa.Table:
    return pa.table({column.header: column.values for column in table.columns})
