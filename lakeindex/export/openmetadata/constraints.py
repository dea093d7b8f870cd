"""Relationships as OpenMetadata has them: constraints of the child table, which can't say how sure they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lakeindex.export.naming import Naming
from lakeindex.export.openmetadata.names import column_name, entity_name, parts_of
from lakeindex.lake_map.formats.schema_graph import ForeignKey

Constraint = dict[str, Any]
_TYPES = {"1:1": "ONE_TO_ONE", "1:n": "ONE_TO_MANY", "n:1": "MANY_TO_ONE", "n:m": "MANY_TO_MANY"}


def constraint_of(naming: Naming, key: ForeignKey) -> Constraint:
    """Return a relationship as a constraint of the child table."""
    return {
        "constraintType": "FOREIGN_KEY",
        "columns": [entity_name(column) for column in key.child_columns],
        "referredColumns": [column_name(naming, key.parent, column) for column in key.parent_columns],
        "relationshipType": _TYPES[key.cardinality],
    }


def additions(there: Sequence[Constraint] | None, added: Sequence[Constraint]) -> list[dict[str, Any]]:
    """Return the JSON Patch that adds constraints to those of a table, of which none is touched."""
    if not added:
        return []
    if there is None:
        return [{"op": "add", "path": "/tableConstraints", "value": list(added)}]
    return [{"op": "add", "path": "/tableConstraints/-", "value": one} for one in added]


def is_same_key(left: Constraint, right: Constraint) -> bool:
    """Whether two constraints let the same columns refer to the same ones, in whichever order."""
    return _key(left) == _key(right)


def are_of_same_columns(left: Constraint, right: Constraint) -> bool:
    """Whether two foreign keys are of the same columns of the child."""
    kinds = left.get("constraintType"), right.get("constraintType")
    return kinds == ("FOREIGN_KEY",) * 2 and sorted(left.get("columns") or []) == sorted(right.get("columns") or [])


def _key(one: Constraint) -> tuple[Any, ...]:
    referred = [tuple(parts_of(name)) for name in one.get("referredColumns") or []]
    return one.get("constraintType"), sorted(zip(one.get("columns") or [], referred, strict=False))
