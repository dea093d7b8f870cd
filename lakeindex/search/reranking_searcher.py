"""Answer queries with a cross-encoder: the candidates that promise most are scored together with the query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from lakeindex.arrays.aliases import Coordinates, Floats, Integers
from lakeindex.config.settings import Settings
from lakeindex.match.answer_calibration import AnswerCalibration, MeasuredCalibration
from lakeindex.match.lake_calibration import LakeCalibration
from lakeindex.match.rerank_fusion import has_clear_winner
from lakeindex.models.weights import CALIBRATION
from lakeindex.rerank.cur import Plan, SearchResult
from lakeindex.search.scored_candidates import ScoredCandidates
from lakeindex.search.searcher import Searcher
from lakeindex.store.generations import Generation
from lakeindex.store.layout import LAKE_CALIBRATION
from lakeindex.types.columns import CrossInput, QueryColumn
from lakeindex.types.pairs import AnchorScores

if TYPE_CHECKING:
    from lakeindex.search.budgeted_rerank import BudgetedReranker

_HARDLY = 1e-6
"""The probability of a column that no source proposes."""
_MOST_ROUNDS, _LEAST_A_ROUND, _LEAST_A_ROUND_OF_LAKE = 8, 25, 8
"""The matcher chooses well which of its candidates to score; in the whole lake some scores have to show where."""
_TOGETHER = 32
"""Queries that are answered side by side."""


@dataclass(frozen=True)
class RerankingSearcher:
    """A searcher with the cross-encoder that the settings name, which is loaded when it first scores a pair."""

    searcher: Searcher
    settings: Settings
    generation: Generation

    @cached_property
    def reranker(self) -> BudgetedReranker:
        """The cross-encoder."""
        from lakeindex.search.budgeted_rerank import make_reranker

        return make_reranker(self.settings)

    @cached_property
    def anchors(self) -> AnchorScores | None:
        """The cross-encoder's scores of some columns with all others, where the index has them."""
        from lakeindex.search.budgeted_rerank import anchors_for

        return anchors_for(self.settings, self.generation)

    @cached_property
    def calibration(self) -> AnswerCalibration:
        """What makes of the last stage's probabilities those that are answered."""
        return self.measured_calibration.calibration.shifted(self.lake_calibration.shift)

    @cached_property
    def measured_calibration(self) -> MeasuredCalibration:
        """The same as it ships, for any lake, and how it was found to hold."""
        return MeasuredCalibration.open(CALIBRATION)

    @cached_property
    def lake_calibration(self) -> LakeCalibration:
        """What the lake's own joins say of its probabilities."""
        return LakeCalibration.open(self.generation.folder / LAKE_CALIBRATION)

    @property
    def reaches_lake(self) -> bool:
        """Whether columns may be scored that no source proposes."""
        return self.settings.reach == "lake"

    def search(self, query: QueryColumn, calls: int, sources: Sequence[str] = (), within: str = "") -> ScoredCandidates:
        """Score the columns that may join with the query column; at most `calls` pairs by the cross-encoder.

        It scores none where the matcher has a clear winner, or where only some `sources` are queried. Only tables whose
        names match the glob `within` may answer. Raises InvalidSetting for a source that there isn't, NotFound where no
        table matches.
        """
        return next(self.search_many([query], calls, sources, within))

    def search_many(
        self, queries: Iterable[QueryColumn], calls: int, sources: Sequence[str] = (), within: str = ""
    ) -> Iterator[ScoredCandidates]:
        """Answer each of many queries as `search` does, in their order; several are scored together."""
        rest = iter(queries)
        while some := [self.searcher.within(query, within) for query in islice(rest, _TOGETHER)]:
            if sources:
                yield from (self.searcher.search_sources(query, sources) for query in some)
            else:
                yield from self._reranked(some, [self.searcher.search(query) for query in some], calls)

    def search_with(self, query: QueryColumn, key: int, calls: int) -> ScoredCandidates:
        """Score as `search` does, and also the column with a key where no source proposes it."""
        (found,) = self._reranked([query], [self.searcher.search_with(query, key)], calls)
        if found.cross_scores is None or key not in found.keys:
            return found
        candidates, place = _Candidates(self, query, found.keys, found.before_reranking), found.place_of(key)
        return found.forecast(self.reranker.without(candidates, found.cross_scores, place, self._plan(calls)))

    def _reranked(
        self, queries: Sequence[QueryColumn], found: Sequence[ScoredCandidates], calls: int
    ) -> list[ScoredCandidates]:
        unsure = [place for place, one in enumerate(found) if calls and self._is_unsure(one)]
        if not unsure:
            return [one.calibrated(self.calibration) for one in found]
        candidates = [self._candidates(queries[place], found[place]) for place in unsure]
        scores = dict(zip(unsure, self.reranker.score_many(candidates, self._plan(calls)), strict=True))
        reranked = (
            self._with_scores(queries[place], one, scores[place]) if place in scores else one
            for place, one in enumerate(found)
        )
        return [one.calibrated(self.calibration) for one in reranked]

    def _is_unsure(self, found: ScoredCandidates) -> bool:
        return not has_clear_winner(found.estimates) and (self.reaches_lake or len(found) > 0)

    def _plan(self, calls: int) -> Plan:
        """Return in how many rounds calls are best made: more of them predict better, and take longer."""
        least = _LEAST_A_ROUND_OF_LAKE if self.reaches_lake else _LEAST_A_ROUND
        return Plan(calls, rounds=max(1, min(_MOST_ROUNDS, calls // least)))

    def _candidates(self, query: QueryColumn, found: ScoredCandidates) -> _Candidates:
        if not self.reaches_lake:
            return _Candidates(self, query, found.keys, found.estimates)
        everything = np.full(len(self.searcher.directory), _HARDLY)
        everything[found.keys] = np.maximum(found.estimates, _HARDLY)
        everything[query.excluded] = 0.0
        return _Candidates(self, query, np.arange(len(everything)), everything)

    def _with_scores(self, query: QueryColumn, found: ScoredCandidates, scores: SearchResult) -> ScoredCandidates:
        if self.reaches_lake:  # whose places are keys
            keys = np.union1d(found.keys, scores.places)
            if len(keys) > len(found.keys):
                found = self.searcher.score(query, keys, self.searcher.labels())
            scores = scores.among(found.keys)
        return found.reranked(scores, self.reranker.weights)

    def coordinates(self, keys: Integers) -> Coordinates:
        """Return the coordinates of columns, (n, d), in which scores are predicted: of the anchors, or the vectors."""
        if len(keys) == len(self.searcher.directory):
            return self._coordinates_of_lake
        return self._coordinates(keys)

    def _coordinates(self, keys: Integers) -> Coordinates:
        return self.searcher.vectors.vectors(keys) if self.anchors is None else self.anchors.space(keys)

    @cached_property
    def _coordinates_of_lake(self) -> Coordinates:
        return self._coordinates(np.arange(len(self.searcher.directory)))


@dataclass(frozen=True, slots=True, eq=False)
class _Candidates:
    """Columns that may be scored with one query, by their keys, (n,)."""

    searching: RerankingSearcher
    column: QueryColumn
    keys: Integers
    prior: Floats

    @property
    def query(self) -> CrossInput:
        return CrossInput(self.column.tokens, self.column.facts)

    def cross_input(self, places: Integers) -> CrossInput:
        return self.searching.searcher.cross_input(self.keys[places])

    def coordinates(self) -> Coordinates:
        return self.searching.coordinates(self.keys)
