"""Make a graph of a lake's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakeindex.config.ranges import SHARE
from lakeindex.errors import InvalidSetting
from lakeindex.join.side import reading
from lakeindex.lake.mapping import relationships
from lakeindex.lake.planned_hops import PlannedHops
from lakeindex.lake_map.hetero.row_features import RowFeatures
from lakeindex.lake_map.hetero.to_hetero import RowLinks, to_hetero
from lakeindex.lake_map.paths.join_path import Hop
from lakeindex.lake_map.paths.reference_graph import hops_of
from lakeindex.types.lake import ColumnId, TableId

if TYPE_CHECKING:
    from torch_geometric.data import HeteroData

    from lakeindex.open_index import OpenIndex

MOST_ROWS = 5_000_000
"""Rows of all tables together: each is a node in memory."""


def lake_to_hetero(opened: OpenIndex, min_probability: float) -> HeteroData:
    """Return the rows of all tables as nodes and the references between them as edges.

    Raises InvalidSetting for more than MOST_ROWS rows, UnreadableTable when a file is gone, MissingExtra without
    torch-geometric.
    """
    least = SHARE.require(min_probability, "min_probability")
    opened.require_names()
    opened.require_rows()
    return graph_of(opened, list(hops_of(relationships(opened, least).to_arrow())))


def graph_of(opened: OpenIndex, hops: list[Hop]) -> HeteroData:
    """Return the graph of a lake's rows with given references, from child to parent. Raises as `lake_to_hetero`."""
    tables = opened.table_ids
    rows = sum(opened.tables.table(table)[0].rows for table in tables)
    if rows > MOST_ROWS:
        raise InvalidSetting(f"the lake has {rows:,} rows, and each would be a node: {MOST_ROWS:,} at most")
    planned = PlannedHops(opened)
    links = [_links(planned, hop) for hop in hops]
    features = {str(table): _features(opened, table, hops) for table in tables if _has_columns(opened, table)}
    return to_hetero(features, links)


def _has_columns(opened: OpenIndex, table: TableId) -> bool:
    return opened.searcher.directory.has_table(table)


def _links(planned: PlannedHops, hop: Hop) -> RowLinks:
    rows = planned.plan(hop).rows()
    return RowLinks(hop, rows["left_row"].to_numpy(), rows["right_row"].to_numpy())


def _features(opened: OpenIndex, table: TableId, hops: list[Hop]) -> RowFeatures:
    directory = opened.searcher.directory
    columns = [directory.id_of(key) for key in directory.keys_of_table(table).tolist()]
    side = opened.tables.side(columns[0])
    with reading(str(table)):
        rows = side.connection.cursor().sql(side.file_source).to_arrow_table()
    ends = {hop.left for hop in hops} | {hop.right for hop in hops}
    linking = {one for one in ends if one.table == table}
    linking |= {ColumnId(table, name) for hop in hops for name in _also(hop, table)}
    # A number that only tells rows apart tells in which order they were written, too.
    is_serial = directory.facts.is_serial & directory.facts.is_key
    linking |= {one for one in columns if is_serial[directory.key_of(one)]}
    shown = dict(zip(columns, rows.column_names, strict=True))
    return RowFeatures.of(rows, frozenset(shown[one] for one in linking))


def _also(hop: Hop, table: TableId) -> list[str]:
    lefts = [left for left, _ in hop.also] if hop.left.table == table else []
    return lefts + ([right for _, right in hop.also] if hop.right.table == table else [])
