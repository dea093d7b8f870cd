"""A lake as a torch-geometric HeteroData (Fey et al., Position: Relational Deep Learning, ICML 2024)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.errors import MissingExtra
from lakeindex.lake_map.hetero.row_features import NO_TIME, RowFeatures, inherited
from lakeindex.lake_map.paths.join_path import Hop

if TYPE_CHECKING:
    from torch_geometric.data import HeteroData


@dataclass(frozen=True, slots=True, eq=False)
class RowLinks:
    """The rows of a child table with the parent rows that they refer to, (links,) each."""

    hop: Hop
    child_rows: Integers
    parent_rows: Integers

    @property
    def edge_type(self) -> tuple[str, str, str]:
        """The child table, its columns, the parent table."""
        return str(self.hop.left.table), self.hop.left_columns, str(self.hop.right.table)


def to_hetero(tables: Mapping[str, RowFeatures], links: Sequence[RowLinks]) -> HeteroData:
    """Make the graph: a node type a table with `x`, `time` and the names of its features, an edge type a reference.

    Each edge type has its reverse, `rev_COLUMN`. Raises MissingExtra without torch-geometric.
    """
    try:
        import torch
        from torch_geometric.data import HeteroData
    except ImportError as error:
        raise MissingExtra("torch-geometric", "graph") from error
    ends = [(str(one.hop.left.table), str(one.hop.right.table), one.child_rows, one.parent_rows) for one in links]
    times = inherited({table: one.times for table, one in tables.items()}, ends)
    data = HeteroData()
    for table, features in tables.items():
        data[table].x = torch.from_numpy(features.values)
        data[table].time = torch.from_numpy(times[table])
        data[table].feature_names = list(features.names)
    for one in links:
        child, columns, parent = one.edge_type
        edges = torch.from_numpy(np.stack([one.child_rows, one.parent_rows]))
        data[child, columns, parent].edge_index = edges
        data[parent, f"rev_{columns}", child].edge_index = edges.flip(0)
    return data


def before(data: HeteroData, moment: int) -> HeteroData:
    """Return what was known before a moment, in seconds since 1970: rows without a time, and earlier ones.

    A model that is trained or asked on it sees nothing of the future.
    """
    kept: dict[str, Any] = {}
    for table in data.node_types:
        times = data[table].time
        kept[table] = (times < moment) | (times == NO_TIME)
    return data.subgraph(kept)
