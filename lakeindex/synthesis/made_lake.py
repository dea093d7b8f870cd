"""Make a lake from source tables, in which every join is known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from lakeindex.synthesis.column_lineage import find_lineage
from lakeindex.synthesis.derivations import DERIVATION_METHODS, Derivation
from lakeindex.synthesis.duplicate_tables import NamedColumn, find_duplicate_tables
from lakeindex.synthesis.fragments import find_lookups
from lakeindex.synthesis.ground_truth import MadeJoin, find_joins, find_undecidable
from lakeindex.synthesis.headers import HEADER_CHANGES, HUBS, HeaderPlace, hub
from lakeindex.synthesis.lake_styles import STYLES, LakeStyle
from lakeindex.synthesis.made_tables import LineageIds, MadeColumn, MadeTable, TracedColumn, distractor
from lakeindex.synthesis.source_tables import Source, SourceData, to_sources
from lakeindex.synthesis.undecidable import is_informative
from lakeindex.synthesis.value_shapes import ValueShape
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.names import sql_names

__all__ = ["STYLES", "LakeStyle", "MadeJoin", "MadeLake", "SourceData", "make_lake"]


@dataclass(frozen=True, slots=True, eq=False)
class MadeLake:
    """A made lake with its ground truth."""

    style: LakeStyle
    tables: dict[TableId, pa.Table]
    joins: tuple[MadeJoin, ...]
    """Every pair of columns of two tables that joins, once; no other pair does."""
    undecidable: tuple[tuple[ColumnId, ...], ...]
    """Groups of columns that are indistinguishable, so that it is undecidable which of their pairs join."""


def make_lake(sources: Sequence[SourceData], seed: int, style: LakeStyle) -> MadeLake:
    """Make a lake of sources; the same sources, seed and style make the same lake.

    Columns join if they have the same lineage, which is transitive. Columns of different sources have the same one
    where they share most of their distinctive values, and a code has that of the name it stands for.
    """
    rng = np.random.default_rng(seed)
    prepared = to_sources(sources)
    traced, lineage_ids = trace(prepared)
    made: list[MadeTable] = []
    for place in rng.permutation(len(prepared)).tolist():
        derivation = _sampled(Derivation(prepared[place], traced[place], style, lineage_ids, rng))
        tables = _retitled(_derive(derivation), [source.name for source in prepared], style, rng)
        made += (_styled(table, style, lineage_ids, rng) for table in tables if table.columns)
    ordered = [made[place] for place in rng.permutation(len(made)).tolist()]
    named = list(zip(_table_ids(ordered, style, rng), ordered, strict=True))
    named.sort(key=lambda one: one[0])
    arrow = {name: _arrow(table) for name, table in named}
    return MadeLake(style, arrow, find_joins(named), find_undecidable(named))


def trace(sources: Sequence[Source]) -> tuple[list[list[TracedColumn]], LineageIds]:
    """Find the lineage of every column of every source, and return a generator of further ids."""
    columns = [column for source in sources for column in source.columns]
    places = {id(column): place for place, column in enumerate(columns)}
    linked = [(places[id(code)], places[id(name)]) for source in sources for code, name in find_lookups(source)]
    linked += find_duplicate_tables(
        [
            NamedColumn(number, places[id(one)], one.name, one.shape, one.distinct)
            for number, source in enumerate(sources)
            for one in source.columns
        ]
    )
    lineages = find_lineage([one.distinct for one in columns], [one.shape for one in columns], linked).ids
    traced = [
        [TracedColumn(one, places[id(one)], int(lineages[places[id(one)]])) for one in source.columns]
        for source in sources
    ]
    return traced, LineageIds(len(columns))


def _sampled(derivation: Derivation) -> Derivation:
    """Sample the rows of a long source, as many as the style's tables need: cutting them later would lose overlap."""
    limit = 2 * int(derivation.rng.integers(derivation.style.rows[0], derivation.style.rows[1] + 1))
    if derivation.source.rows <= limit:
        return derivation
    rows = np.sort(derivation.rng.permutation(derivation.source.rows)[:limit])
    columns = [replace(traced, column=traced.column.take(rows)) for traced in derivation.columns]
    source = Source(derivation.source.name, tuple(traced.column for traced in columns), limit)
    return replace(derivation, source=source, columns=columns)


def _derive(derivation: Derivation) -> list[MadeTable]:
    """Derive tables by a method that applies to the source, drawn by the weights of the style."""
    names = [name for name, _ in derivation.style.derivations]
    weights = np.array([weight for _, weight in derivation.style.derivations])
    # The Gumbel-max trick: descending order is a draw without replacement by weight.
    order = np.argsort(-(np.log(weights) + derivation.rng.gumbel(size=len(weights))))
    for place in order.tolist():
        if (tables := DERIVATION_METHODS[names[place]](derivation)) is not None:
            return tables
    return DERIVATION_METHODS["whole"](derivation) or []


def _retitled(
    tables: Sequence[MadeTable], names: Sequence[str], style: LakeStyle, rng: np.random.Generator
) -> list[MadeTable]:
    """Name tables of a source, except the first, after other sources, so that titles do not give joins away."""
    foreign = rng.random(len(tables)) < style.foreign_titles
    foreign[:1] = False
    drawn = [names[int(place)] for place in rng.integers(len(names), size=len(tables))]
    return [
        replace(table, title=title, is_foreign=True) if is_foreign else table
        for table, title, is_foreign in zip(tables, drawn, foreign.tolist(), strict=True)
    ]


def _styled(table: MadeTable, style: LakeStyle, lineage_ids: LineageIds, rng: np.random.Generator) -> MadeTable:
    """Apply a style to a table: limit its rows, add distractors, empty some columns, change the headers."""
    rows = rng.permutation(table.rows)
    table = table.take(rows[: style.rows[1]])
    added = [distractor(table.rows, lineage_ids, rng) for _ in range(int(rng.poisson(style.distractors)))]
    # A second column of numbers from 1 on would be as good a key as the real one.
    has_serial = any(one.shape is ValueShape.SERIAL for one in table.columns)
    columns = [*table.columns, *(one for one in added if not (has_serial and one.shape is ValueShape.SERIAL))]
    columns = [columns[place] for place in rng.permutation(len(columns)).tolist()]
    columns = [one.emptied() if rng.random() < style.emptied else one for one in columns]
    headers = [_header(one, place, table.title, style, rng) for place, one in enumerate(columns, 1)]
    named = zip(columns, headers, sql_names([" ".join(header.split()) for header in headers]), strict=True)
    is_titled = style.named_tables and not table.is_foreign
    written = tuple(replace(_with_header_facts(one, header, is_titled), header=unique) for one, header, unique in named)
    return MadeTable(table.title, written, table.is_foreign)


def _with_header_facts(column: MadeColumn, header: str, is_titled: bool) -> MadeColumn:
    """Record whether the new header is informative; it cannot be if the original one was not."""
    is_kept = is_informative(column.header) and is_informative(header)
    return replace(
        column, has_informative_header=is_kept, is_named_by_title=is_titled and not is_kept and header in HUBS
    )


def _header(column: MadeColumn, position: int, title: str, style: LakeStyle, rng: np.random.Generator) -> str:
    place = HeaderPlace(column.header, title, position)
    if rng.random() < style.hub_headers:
        return hub(place, rng)
    if rng.random() < style.changed_headers:
        return HEADER_CHANGES[style.headers[int(rng.integers(len(style.headers)))]](place, rng)
    return column.header.strip() or f"column_{position}"


def _table_ids(tables: Sequence[MadeTable], style: LakeStyle, rng: np.random.Generator) -> list[TableId]:
    """Name the files uniquely, also on file systems that ignore case."""
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
