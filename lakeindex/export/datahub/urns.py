"""What things are called in DataHub: datasets by platform and name; relationships by a hash of both ends."""

from __future__ import annotations

from collections.abc import Sequence

from lakeindex.export.naming import Naming, relationship_id
from lakeindex.lake_map.formats.schema_graph import ForeignKey
from lakeindex.types.lake import ColumnId, TableId

ACTOR = "urn:li:corpuser:lakeindex"
_RESERVED = {"%": "%25", ",": "%2C", "(": "%28", ")": "%29", "␟": "%E2%90%9F"}
"""What separates the parts of a URN; DataHub's own client writes them so within a part."""


def platform_urn(naming: Naming) -> str:
    """Return the URN of the platform of all tables."""
    return f"urn:li:dataPlatform:{_part(naming.platform)}"


def dataset_urn(naming: Naming, table: TableId) -> str:
    """Return the URN of a table."""
    return f"urn:li:dataset:({platform_urn(naming)},{_part(naming.name(table))},{naming.environment})"


def relationship_urn(naming: Naming, key: ForeignKey) -> str:
    """Return the URN of a relationship, the same as long as it joins the same fields of the same datasets."""
    pairs = list(zip(key.child_columns, key.parent_columns, strict=True))
    return _urn(naming, key.child, key.parent, pairs)


def urn_between(naming: Naming, child: ColumnId, parent: ColumnId) -> str:
    """Return the URN of a relationship of two columns."""
    return _urn(naming, child.table, parent.table, [(child.name, parent.name)])


def _urn(naming: Naming, child: TableId, parent: TableId, pairs: Sequence[tuple[str, str]]) -> str:
    ends = dataset_urn(naming, child), dataset_urn(naming, parent)
    return f"urn:li:erModelRelationship:{relationship_id(*ends, pairs)}"


def _part(name: str) -> str:
    return "".join(_RESERVED.get(one, one) for one in name)
