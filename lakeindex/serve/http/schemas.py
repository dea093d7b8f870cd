"""What the REST interface answers, as JSON Schema."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from lakeindex.lake_map.paths.answer import PATHS_SCHEMA
from lakeindex.lake_map.relationship import RELATIONSHIPS_SCHEMA
from lakeindex.search.answer import ANSWER_SCHEMA
from lakeindex.serve.http.failures import CODES
from lakeindex.types.matches import Cardinality, JoinKind, ValueMatch

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "number"}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}


def listed(items: Schema) -> Schema:
    """Describe a list."""
    return {"type": "array", "items": items}


def record(properties: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """Describe an object that has these properties, and may have others."""
    return {"type": "object", "required": list(properties), "properties": properties | (optional or {})}


def rows(name: str, row: Schema) -> Schema:
    """Describe an answer that is a list of rows."""
    return record({name: listed(row)}, {"remarks": listed(_TEXT)})


def of_arrow(schema: pa.Schema) -> dict[str, Schema]:
    """Describe the rows of a table; any of its values may be missing."""
    return {field.name: {"type": [_type_of(field.type), "null"]} for field in schema}


def _type_of(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind):
        return "integer"
    return "number" if pa.types.is_floating(kind) else "string"


COLUMN = record({"table": _TEXT, "column": _TEXT})
_INTERVAL = record({"low": _NUMBER, "expected": _NUMBER, "high": _NUMBER})
_EVIDENCE = record({"name": _TEXT, "part": _NUMBER, "value": {"type": ["number", "null"]}, "meaning": _TEXT})
_OF_MATCH = {name: kind for name, kind in of_arrow(ANSWER_SCHEMA).items() if not name.startswith("query_")} | {
    "score": _SHARE,
    "kind": {"type": "string", "enum": [str(one) for one in JoinKind]},
    "cardinality": {"type": "string", "enum": [str(one) for one in Cardinality]},
    "match": {"type": "string", "enum": [str(one) for one in ValueMatch]},
    "evidence": listed(_EVIDENCE),
}
_COUNTED = {
    "match_rate": _SHARE,
    "reverse_match_rate": _SHARE,
    "joined_rows": {"type": "integer"},
    "examples": listed(_TEXT),
    "how": _TEXT,
    "note": _TEXT,
}
MATCH = record(_OF_MATCH, _COUNTED)
ANSWER = record(
    {
        "query": COLUMN,
        "tried": listed(_TEXT),
        "hidden": {"type": "integer"},
        "matches": listed(MATCH),
        "self": listed(MATCH),
    }
)
EXPLANATION = record({"query": COLUMN, **_OF_MATCH, "reasons": {}, "join": _TEXT}, {**_COUNTED, "columns": listed({})})
RELATIONSHIP = record(of_arrow(RELATIONSHIPS_SCHEMA))
HOP = record(of_arrow(PATHS_SCHEMA))
TABLE = record({"table": _TEXT, "rows": {"type": ["integer", "null"]}, "columns": {"type": ["integer", "null"]}})
PROFILE = record({"columns": listed(record({"column": _TEXT, "type": _TEXT})), "remark": _TEXT})
_SIDE = record({"table": _TEXT, "columns": listed(_TEXT)})
JOIN = record(
    {
        "left": _SIDE,
        "right": _SIDE,
        "how": _TEXT,
        "match": _TEXT,
        "says": _TEXT,
        "precision": {"type": ["number", "null"]},
        "promised": record(
            {
                "match_rate": _INTERVAL,
                "fan_out": _INTERVAL,
                "rows": _INTERVAL,
                "is_exact": {"type": "boolean"},
                "multiplies": {"type": "boolean"},
                "says": _TEXT,
            }
        ),
        "sql": {"type": ["string", "null"]},
        "columns": listed(_TEXT),
        "rows": listed(listed({})),
        "remark": _TEXT,
    }
)
_CODE: Schema = {"type": "string", "enum": list(CODES)}
FAILURE = record({"error": record({"code": _CODE, "message": _TEXT, "nearest": listed(_TEXT)})})
