"""The answer to a query, and the explanation of a pair, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from lakeindex.search.answer import Answer, match_row
from lakeindex.types.lake import ColumnId
from lakeindex.types.matches import Match


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """Return all that an answer holds; `hidden` counts the matches that people are not shown unless they ask."""
    unsure = sum(match.accepted is False for match in answer.matches)
    content: dict[str, Any] = {
        "query": column_to_json(answer.query),
        "tried": list(answer.tried),
        "hidden": unsure + answer.hidden,
        "matches": [match_to_json(match) for match in answer.matches],
        "self": [match_to_json(match) for match in answer.self_matches],
    }
    if answer.same_as is not None:
        content["same_as"] = column_to_json(answer.same_as)
    return content


def explanation_to_json(match: Match) -> dict[str, Any]:
    """Return a pair of columns with the reasons that sum to its score, and the command that joins them."""
    from lakeindex.reasons.facts import join_command
    from lakeindex.reasons.reasons import reasons_of

    content = {"query": column_to_json(match.query), **match_to_json(match)}
    content |= {"reasons": reasons_of(match).to_json(), "join": join_command(match)}
    if match.facts is not None:
        content["columns"] = [asdict(match.facts.left), asdict(match.facts.right)]
    return content


def match_to_json(match: Match) -> dict[str, Any]:
    """Return all that is known of a match."""
    row = {name: value for name, value in match_row(match).items() if not name.startswith("query_")}
    row["evidence"] = [
        {"name": one.name, "part": one.part, "value": one.value, "meaning": one.meaning} for one in match.evidence
    ]
    if match.measured is not None:
        row["match_rate"] = match.measured.match_rate
        row["reverse_match_rate"] = match.measured.reverse_match_rate
        row["joined_rows"] = match.measured.rows
        row["examples"] = list(match.measured.examples)
        row["how"] = match.measured.how
    if match.note:
        row["note"] = match.note
    if match.cross_score is not None:
        row["reading"] = asdict(match.cross_score)
    return row


def column_to_json(column: ColumnId) -> dict[str, str]:
    """Return a column's table and name."""
    return {"table": column.table, "column": column.name}
