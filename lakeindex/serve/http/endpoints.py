"""The addresses of the REST interface: what each takes, and what a lake answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lakeindex.config.profile_limits import RawValues
from lakeindex.config.ranges import HOPS, SHARE, WholeRange
from lakeindex.join.kinds import How, MatchKind
from lakeindex.lake import Lake
from lakeindex.lake.paths import PathRequest
from lakeindex.lake_map.likely import LIKELY
from lakeindex.serve.answers.matches import answer_to_json, explanation_to_json
from lakeindex.serve.answers.planned_join import join_to_json
from lakeindex.serve.answers.withheld import why_withheld, without_cells
from lakeindex.serve.http import schemas
from lakeindex.serve.http.limits import Limits
from lakeindex.serve.http.parameters import PAIR, Parameter, pair_of

Values = Mapping[str, Any]
Schema = dict[str, Any]

_MATCHES = tuple(str(one) for one in MatchKind if one is not MatchKind.ASOF)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address of the REST interface; it only reads."""

    path: str
    name: str
    says: str
    parameters: tuple[Parameter, ...]
    answer: Callable[[Lake, Values], dict[str, Any]]
    schema: Schema
    """Of its answer, as JSON Schema."""


def endpoints_of(limits: Limits) -> tuple[Endpoint, ...]:
    """Return all addresses."""
    k = Parameter("k", "Answers at most.", WholeRange(1, limits.most_answers), default=10)
    least = Parameter("min_probability", "Leave out what is less probable.", SHARE, default=0.0)
    rows = Parameter("rows", "Joined rows to show, at most.", WholeRange(0, limits.most_rows), default=20)
    return (
        Endpoint(
            "/v1/query", "query", "The columns that join with a column, best first.",
            (*_COLUMN, k, least, _WITHIN, _PROBE), _query, schemas.ANSWER,
        ),
        Endpoint(
            "/v1/explain", "explain", "Why two columns join, and how sure that is: the reasons sum to the score.",
            PAIR, _explain, schemas.EXPLANATION,
        ),
        Endpoint(
            "/v1/relationships", "relationships", "Which columns refer to which keys, over the whole lake.",
            (_LIKELY,), _relationships, schemas.rows("relationships", schemas.RELATIONSHIP),
        ),
        Endpoint(
            "/v1/join", "join", "The plan of a join, what it promises, its first rows and its SQL; nothing is written.",
            (*PAIR, _MATCH, _PRECISION, _HOW, rows), _join, schemas.JOIN,
        ),
        Endpoint("/v1/tables", "tables", "The tables.", (), _tables, schemas.rows("tables", schemas.TABLE)),
        Endpoint(
            "/v1/profile", "profile", "What a table's columns hold, or one of them.",
            (_TABLE, Parameter("column", "A column; all without one.", default="")), _profile, schemas.PROFILE,
        ),
        Endpoint(
            "/v1/path", "path", "How two tables join through others, and what each join does to the rows.",
            (*_TABLES, _HOPS, _PATHS, _OF_A_PATH), _path, schemas.rows("paths", schemas.HOP),
        ),
    )  # fmt: skip


_TABLE = Parameter("table", "A table, by its path in the lake.")
_COLUMN = (_TABLE, Parameter("column", "A column of it."))
_WITHIN = Parameter("within", "Only tables whose names match this glob may answer.", default="")
_PROBE = Parameter("probe", "Count this many of the best in the files.", WholeRange(0, 20), default=5)
_LIKELY = Parameter("min_probability", "Leave out inferred references that are less probable.", SHARE, default=LIKELY)
_MATCH = Parameter("match", "How values are made to meet.", choices=_MATCHES, default=str(MatchKind.AUTO))
_PRECISION = Parameter("precision", "The least share of pairs that are right, for `auto`.", SHARE, default=0.9)
_HOW = Parameter("how", "Which rows without a partner stay.", choices=tuple(map(str, How)), default=str(How.INNER))
_TABLES = (Parameter("first_table", "Where the path begins."), Parameter("last_table", "Where it ends."))
_HOPS = Parameter("hops", "Joins of a path, at most.", HOPS, default=3)
_PATHS = Parameter("k", "Paths, at most.", WholeRange(1, 50), default=5)
_OF_A_PATH = Parameter("min_probability", "Of each join of a path, at least.", SHARE, default=0.3)


def _query(lake: Lake, values: Values) -> dict[str, Any]:
    probe = None if values["probe"] == _PROBE.default else values["probe"]  # by what takes no time, as the command does
    k, least, within = values["k"], values["min_probability"], values["within"]
    found = lake.query(values["table"], values["column"], k, probe, min_probability=least, within=within)
    return _shown(lake, answer_to_json(found))


def _explain(lake: Lake, values: Values) -> dict[str, Any]:
    return _shown(lake, explanation_to_json(lake.explain(*pair_of(values))))


def _shown(lake: Lake, content: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without values where the index was told to keep none."""
    return content if not why_withheld(lake) else without_cells(content)


def _relationships(lake: Lake, values: Values) -> dict[str, Any]:
    found = lake.relationships(values["min_probability"])
    return {"relationships": found.to_arrow().to_pylist(), "remarks": list(found.remarks)}


def _join(lake: Lake, values: Values) -> dict[str, Any]:
    plan = lake.join(*pair_of(values), values["match"], values["precision"], values["how"])
    return join_to_json(plan, values["rows"], why_withheld(lake))


def _tables(lake: Lake, _: Values) -> dict[str, Any]:
    return {"tables": lake.tables().to_pylist()}


def _profile(lake: Lake, values: Values) -> dict[str, Any]:
    kept = lake.opened.kept_values
    remark = "" if kept is RawValues.SAMPLE else f"values are not kept: the index was built with values = {kept}"
    return {"columns": lake.profile(values["table"], values["column"] or None).to_pylist(), "remark": remark}


def _path(lake: Lake, values: Values) -> dict[str, Any]:
    request = PathRequest(values["hops"], values["k"], values["min_probability"])
    found = lake.paths(values["first_table"], values["last_table"], request)
    return {"paths": found.to_arrow().to_pylist(), "remarks": [found.describe(), *found.notes()]}
