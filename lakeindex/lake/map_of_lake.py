"""What a lake is asked of its tables as a whole: its map. Each command is one hop away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lakeindex.lake_map.likely import LIKELY

if TYPE_CHECKING:
    from torch_geometric.data import HeteroData

    from lakeindex.lake.enriching import Enrichments, EnrichRequest
    from lakeindex.lake.lake_page import WrittenMap
    from lakeindex.lake.paths import PathRequest
    from lakeindex.lake.similar import Similar
    from lakeindex.lake.types_of_lake import TypesOfLake
    from lakeindex.lake.unions import Unionable
    from lakeindex.lake_map.keys import TableKeys
    from lakeindex.lake_map.paths.answer import JoinPaths
    from lakeindex.lake_map.relationships import Relationships
    from lakeindex.open_index import OpenIndex


class MapOfLake:
    """The commands of the map of a lake, for `Lake`."""

    opened: OpenIndex

    def keys(self, table: str) -> TableKeys:
        """Find the columns, alone or up to three together, that tell the rows of a table apart.

        Raises NotFound for a table that doesn't exist, with the nearest names.
        """
        from lakeindex.lake.mapping import find_keys

        return find_keys(self.opened, table)

    def relationships(self, min_probability: float = LIKELY) -> Relationships:
        """Find which columns refer to which keys, for all tables together.

        Raises InvalidSetting for a number that is no probability.
        """
        from lakeindex.lake.mapping import relationships

        return relationships(self.opened, min_probability)

    def paths(self, first: str, last: str, request: PathRequest | None = None) -> JoinPaths:
        """Find the join paths between two tables, the most likely first.

        Raises NotFound for a table that doesn't exist, with the nearest names, InvalidSetting for one and the same.
        """
        from lakeindex.lake.paths import PathRequest, find_paths

        return find_paths(self.opened, first, last, request or PathRequest())

    def write_map(self, path: str | Path, min_probability: float = 0.1, force: bool = False) -> WrittenMap:
        """Write the map of the lake as one HTML file.

        Raises InvalidSetting for a file that is no .html, Refused where it exists, unless `force`.
        """
        from lakeindex.lake.lake_page import write_map

        return write_map(self.opened, Path(path), min_probability, force)

    def union(self, table: str, k: int = 10) -> Unionable:
        """Find the tables that can be put below a table, best first. Raises NotFound with the nearest names."""
        from lakeindex.lake.unions import find_unions

        return find_unions(self.opened, table, k)

    def similar(self, table: str, k: int = 10) -> Similar:
        """Find the tables most similar to a table, what they are to it, and what differs.

        Raises NotFound with the nearest names.
        """
        from lakeindex.lake.similar import find_similar_tables

        return find_similar_tables(self.opened, table, k)

    def types(self, tables: Sequence[str] = ()) -> TypesOfLake:
        """Find the semantic types of all columns, without labels, and show those of `tables`, or all.

        Raises NotFound for a table that doesn't exist, with the nearest names, Refused where names are hidden.
        """
        from lakeindex.lake.types_of_lake import types_of_lake

        return types_of_lake(self.opened, tables)

    def enrich(self, table: str, column: str, request: EnrichRequest | None = None) -> Enrichments:
        """Measure which joins of a table bring columns that help to predict one of its columns.

        Raises NotFound with the nearest names, InvalidSetting for a column that can't be predicted, UnreadableTable
        when a file is gone, MissingExtra without scikit-learn.
        """
        from lakeindex.lake.enriching import EnrichRequest, enrich

        return enrich(self.opened, table, column, request or EnrichRequest())

    def to_hetero(self, min_probability: float = 0.5) -> HeteroData:
        """Return the lake as a torch-geometric HeteroData: rows are nodes, references of rows are edges.

        Nodes have `x`, float32, and `time`, in seconds since 1970; a row without a time of its own has the latest of
        the rows that it refers to. Raises InvalidSetting for too many rows, UnreadableTable when a file is gone,
        MissingExtra without torch-geometric.
        """
        from lakeindex.lake.hetero import lake_to_hetero

        return lake_to_hetero(self.opened, min_probability)
