"""Candidates with chosen figures, scored by the matcher that ships."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from lakeindex.arrays.aliases import Codes, Integers
from lakeindex.match.label_memory import LabelEffect
from lakeindex.match.matcher import Matcher
from lakeindex.models.weights import MATCHER
from lakeindex.search.explain import Explainer
from lakeindex.search.score_candidates import CandidateScorer
from lakeindex.search.scored_candidates import ScoredCandidates
from lakeindex.types.column_tokens import ColumnTokens
from lakeindex.types.columns import QueryColumn
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import Evidence
from tests.match.made_pairs import Candidate, Side, pairs_of

NO_KEYS = np.zeros(0, np.int64)


class Labels:
    """Verdicts on the candidates, and what labelled pairs add to their evidence."""

    def __init__(self, verdicts: Sequence[int], added: Sequence[float] | None = None) -> None:
        """Take a verdict and a change of the evidence for each candidate."""
        self._verdicts = np.array(verdicts, np.int8)
        self._added = np.zeros(len(verdicts)) if added is None else np.array(added)
        self.memory = self

    def verdicts_on(self, key: int, candidates: Integers) -> Codes:
        assert len(candidates) == len(self._verdicts)
        return self._verdicts

    def effect(self, *_: object) -> LabelEffect:
        near = (self._added != 0).astype(np.int64)
        return LabelEffect(self._added, np.where(near, 0.5, np.nan), near)


def score(
    query: Side, candidates: Sequence[Candidate], tables: Sequence[int] | None = None, labels: Any = None
) -> ScoredCandidates:
    """Score candidates, whose keys are their places."""
    pairs = pairs_of(query, candidates, tables=tables)
    column = QueryColumn(
        id=ColumnId(TableId("query.csv"), "query"),
        facts=pairs.query,
        terms={},
        vector=np.zeros(2, np.float32),
        tokens=ColumnTokens(np.zeros(0, np.uint16), np.zeros(2, np.int64)),
        table_names=np.zeros(0, np.uint64),
        own_keys=NO_KEYS,
        key=99,
    )
    scorer: Any = CandidateScorer(None, {}, None, Matcher.open(MATCHER), ())  # type: ignore[arg-type]
    return scorer.score_pairs(column, pairs, labels)  # type: ignore[no-any-return]


def evidence_of(candidates: ScoredCandidates) -> list[tuple[Evidence, ...]]:
    """Explain every candidate; a column is called by its key."""
    directory: Any = SimpleNamespace(id_of="column {}".format)
    return Explainer(directory, Matcher.open(MATCHER)).evidence(candidates, np.arange(len(candidates)))
