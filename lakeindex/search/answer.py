"""The answer to a query, for programs (typed, Arrow) and for people (repr, HTML)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Integers
from lakeindex.escaping.counted import counted
from lakeindex.escaping.visible import visible_line
from lakeindex.match.join_kinds import join_kinds
from lakeindex.reasons.answer_text import TableMatches, by_table, share_that_meets
from lakeindex.search.explain import Explainer
from lakeindex.search.scored_candidates import ScoredCandidates
from lakeindex.types.columns import Family
from lakeindex.types.frames import Frames
from lakeindex.types.lake import ColumnId
from lakeindex.types.matches import Cardinality, JoinKind, Match, ValueMatch

_FIELDS: list[tuple[str, pa.DataType]] = [
    ("query_table", pa.string()),
    ("query_column", pa.string()),
    ("rank", pa.int64()),
    ("table", pa.string()),
    ("column", pa.string()),
    ("score", pa.float64()),
    ("kind", pa.string()),
    ("containment", pa.float64()),
    ("reverse_containment", pa.float64()),
    ("cardinality", pa.string()),
    ("exact", pa.bool_()),
    ("probability", pa.float64()),
    ("accepted", pa.bool_()),
    ("match", pa.string()),
    ("matched", pa.float64()),
    ("reverse_matched", pa.float64()),
]
ANSWER_SCHEMA = pa.schema(_FIELDS)
"""Binding for scripts: columns are only ever appended."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Which of the answers to a query are given."""

    k: int
    """At most so many."""
    min_probability: float = 0.0
    within: str = ""
    """A glob that the names of their tables match."""


@dataclass(frozen=True, slots=True, eq=False)
class Counting:
    """How the answers to a query are counted in the source files."""

    probe: int
    """So many, the best."""
    is_thorough: bool = False
    """Whether all is tried that `lakeindex join` tries to make values meet, or what takes no time."""
    outside: pa.Table | None = None
    """Of a query column from outside the lake, the rows: it is the first column."""


@dataclass(frozen=True, slots=True)
class Answer(Frames):
    """The columns that join with a query column, best first."""

    query: ColumnId
    matches: tuple[Match, ...]
    tried: tuple[str, ...]
    """The names of the sources that were queried."""
    hidden: int = 0
    """How many matches were left out because they are less probable than `min_probability`."""
    same_as: ColumnId | None = None
    """The column of the lake that a query column from outside is a copy of; its matches are these."""
    self_matches: tuple[Match, ...] = ()
    """The columns of the query's own table that it refers to, or that refer to it; `matches` hold none of them."""

    def __len__(self) -> int:
        return len(self.matches)

    def listed(self, with_self: bool = False) -> tuple[Match, ...]:
        """Return the matches, and `with_self` those of the query's own table behind them."""
        return (*self.matches, *self.self_matches) if with_self else self.matches

    def to_arrow(self, with_self: bool = False) -> pa.Table:
        """Lay the matches out as ANSWER_SCHEMA, a row a match, `with_self` those of the query's own table, too."""
        return pa.Table.from_pylist([match_row(match) for match in self.listed(with_self)], schema=ANSWER_SCHEMA)

    def headline(self) -> str:
        """Say in a sentence how many columns join, and how many more may."""
        if not self.matches and not self.self_matches:
            return f"nothing joins with {self.query} (tried {', '.join(self.tried)})"
        unsure = sum(match.accepted is False for match in self.matches)
        sure = len(self.matches) - unsure
        more = f", {unsure} more may (?)" if unsure else ""
        return f"{counted(sure, 'column joins', 'columns join')} with {self.query}{more}"

    def __repr__(self) -> str:
        lines = [f"{self.headline()}:"]
        lines += [_line(group, f"{group.best.rank:4}") for group in by_table(self.matches)]
        lines += [_line(group, "self") for group in by_table(self.self_matches)]
        return "\n".join(map(visible_line, lines))

    def _repr_html_(self) -> str:
        from lakeindex.reasons.answer_html import answer_html

        return answer_html(self.headline(), self.matches, self.self_matches)


def _line(group: TableMatches, rank: str) -> str:
    match = group.best
    sure = "?" if match.accepted is False else " "
    shares = f" {share_that_meets(match)}" if match.meets_otherwise else ""
    return f"{rank}  {match.score:.3f}{sure} {match.kind:9}  {match.column}{shares}{group.describe_others()}"


def matches_of(candidates: ScoredCandidates, places: Integers, explainer: Explainer) -> list[Match]:
    """Return the candidates at `places`, (m,), as matches, ranked in this order."""
    pairs, scores, accepted = candidates.pairs, candidates.scores, candidates.accepted
    kinds, values, keys = join_kinds(pairs, accepted), pairs.compared[Family.VALUES], pairs.compared[Family.KEYS]
    forward, backward = values.containment(), values.reverse_containment()
    matched = np.maximum(forward, keys.containment()), np.maximum(backward, keys.reverse_containment())
    is_key = bool(pairs.query.is_key[0])
    return [
        Match(
            query=candidates.query,
            column=explainer.directory.id_of(int(pairs.keys[place])),
            rank=rank,
            score=float(scores[place]),
            kind=kinds[place],
            containment=float(forward[place]),
            reverse_containment=float(backward[place]),
            match=_estimated_match(kinds[place], float(matched[0][place]) > float(forward[place])),
            matched=float(matched[0][place]),
            reverse_matched=float(matched[1][place]),
            cardinality=Cardinality.of(is_key, bool(pairs.candidates.is_key[place])),
            evidence=evidence,
            accepted=None if accepted is None else bool(accepted[place]),
        )
        for rank, (place, evidence) in enumerate(
            zip(places.tolist(), explainer.evidence(candidates, places), strict=True), 1
        )
    ]


_MATCH_OF_KIND = {
    JoinKind.TRANSFORM: ValueMatch.NORMALISED,
    JoinKind.TEMPORAL: ValueMatch.TEMPORAL,
    JoinKind.FUZZY: ValueMatch.FUZZY,
    JoinKind.SEMANTIC: ValueMatch.SEMANTIC,
}


def _estimated_match(kind: JoinKind, meets_otherwise: bool) -> ValueMatch:
    """Return the match that a kind of join promises; of equal values, whether more are equal once written alike."""
    return _MATCH_OF_KIND.get(kind, ValueMatch.NORMALISED if meets_otherwise else ValueMatch.EXACT)


def match_row(match: Match) -> dict[str, object]:
    """Name the fields of ANSWER_SCHEMA for one match."""
    return {
        "query_table": match.query.table,
        "query_column": match.query.name,
        "rank": match.rank,
        "table": match.column.table,
        "column": match.column.name,
        "score": match.score,
        "kind": str(match.kind),
        "containment": match.containment,
        "reverse_containment": match.reverse_containment,
        "cardinality": str(match.cardinality),
        "exact": match.exact,
        "probability": match.probability,
        "accepted": match.accepted,
        "match": str(match.match),
        "matched": match.matched,
        "reverse_matched": match.reverse_matched,
    }
