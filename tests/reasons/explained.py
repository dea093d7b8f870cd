"""A match with chosen evidence, explained, with the figures of both columns."""

from __future__ import annotations

from typing import Any

from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import Cardinality, Evidence, JoinKind, JoinMeasure, Match, ValueMatch
from lakeindex.types.pair_facts import ColumnSummary, PairFacts

LEFT, RIGHT = ColumnId(TableId("sales/orders.csv"), "customer"), ColumnId(TableId("customers.csv"), "id")
SUMMARIES = (
    ColumnSummary("integer", 40, 2, 5, False, "1", "5", ("1", "2", "3")),
    ColumnSummary("integer", 7, 0, 7, True, "1", "7", ("1", "2", "7")),
)
PARTS = {
    "values": 0.4, "both_ways": 0.05, "words": 0.1, "grams": 0.05, "names": -0.02, "context": 0.15, "meaning": 0.2,
    "keys": 0.03, "serials": -0.12, "rival": -0.06, "answers": 0.01, "reading": -0.03, "calibration": 0.02,
    "prior": 0.02,
}  # fmt: skip
VALUES = {"values": 0.8, "words": 0.6, "context": 0.7, "meaning": 0.82}


def evidence_of(parts: dict[str, float]) -> tuple[Evidence, ...]:
    return tuple(Evidence(name, part, VALUES.get(name, 0.0), f"what {name} means") for name, part in parts.items())


def measured_by(match: ValueMatch = ValueMatch.EXACT, *examples: str, how: str = "") -> JoinMeasure:
    return JoinMeasure(0.8, 0.6, match, 0.8, 0.6, 0.9, 0.6, Cardinality.MANY_TO_ONE, 1, examples, how=how)


def explained(parts: dict[str, float] | None = None, **given: Any) -> Match:
    evidence = evidence_of(PARTS if parts is None else parts)
    fields: dict[str, Any] = {
        "query": LEFT, "column": RIGHT, "rank": 1, "score": sum(one.part for one in evidence), "kind": JoinKind.EQUI,
        "containment": 0.8, "reverse_containment": 0.6, "match": ValueMatch.EXACT, "matched": 0.8,
        "reverse_matched": 0.6, "cardinality": Cardinality.MANY_TO_ONE, "evidence": evidence, "accepted": True,
        "measured": measured_by(ValueMatch.EXACT, "1", "2", "3", "4"), "facts": PairFacts(*SUMMARIES),
    }  # fmt: skip
    return Match(**fields | given)
