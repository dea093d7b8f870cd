"""Ask a cross-encoder about the candidates of a query, within a budget of calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.arrays.log_odds import log_odds_of
from lakeindex.hashing.text_hash import mix
from lakeindex.match.rerank_fusion import RerankWeights, Said
from lakeindex.protocols import Reranker
from lakeindex.rerank.cur import Plan, predict, search_many
from lakeindex.rerank.score_cache import RememberedScores
from lakeindex.types.column_tokens import FACTOR
from lakeindex.types.cross_input import Read

_DOUBT = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What may be read with a query."""

    read: Callable[[Integers], Read]
    """Gives those at some places."""
    space: Callable[[], npt.NDArray[np.float32]]
    """Gives the coordinates, (n, d), in which their scores are predicted."""
    prior: Floats
    """(n,) The probability that each joins; where it is nothing, it is not read."""


@dataclass(frozen=True, slots=True)
class BudgetedReranker:
    """A cross-encoder with what its scores are worth, and those that it gave."""

    cross_encoder: Reranker
    weights: RerankWeights
    scores: RememberedScores = field(default_factory=RememberedScores)

    def read(self, query: Read, candidates: Candidates, plan: Plan, surely: int | None = None) -> Said:
        """Read the query, a single column, with the candidates that promise most, and `surely` with the one there.

        Of that one it is said what the scores of the others foretell.
        """
        said = self.read_many([query], [candidates], plan)[0]
        if surely is None:
            return said
        if surely not in said.places:
            said = said.with_last(surely, self._score([(query, candidates.read(np.array([surely])))])[0])
        others = said.places != surely
        if not others.any():
            return said
        believed, space = np.nan_to_num(_believed(candidates), neginf=0.0), candidates.space()
        return said.foretold(surely, predict(space, believed, said.places[others], said.scores[others], plan)[surely])

    def read_many(self, queries: Sequence[Read], candidates: Sequence[Candidates], plan: Plan) -> list[Said]:
        """Read several queries, each as planned; the pairs of all are read together."""
        believed = [_believed(one) for one in candidates]
        spaces = [_space(one, prior, plan.calls) for one, prior in zip(candidates, believed, strict=True)]

        def score(asked: Sequence[tuple[int, Integers]]) -> list[Floats]:
            return self._score([(queries[number], candidates[number].read(places)) for number, places in asked])

        searched = search_many(score, spaces, believed, plan)
        self.scores.save()
        return [Said(one.places, one.scores, one.foreseen, one.rounds, one.predicted) for one in searched]

    def _score(self, asked: Sequence[tuple[Read, Read]]) -> list[Floats]:
        """Score single queries with some columns each; pairs that were scored before are not read again."""
        queries, columns = (reduce(Read.joined, side) for side in zip(*asked, strict=True))
        sizes = [len(some) for _, some in asked]
        left = np.repeat(np.arange(len(asked)), sizes)
        hashes = mix(queries.hashes()[left] * FACTOR + columns.hashes())
        scores = self.scores.of(hashes)
        new = np.flatnonzero(np.isnan(scores))
        if len(new):
            scores[new] = self.cross_encoder.scores(queries, columns.take(new), left[new], np.arange(len(new)))
            self.scores.keep(hashes[new], scores[new])
        return np.split(scores, np.cumsum(sizes)[:-1])


def _believed(candidates: Candidates) -> Floats:
    return np.where(candidates.prior > 0, log_odds_of(candidates.prior, _DOUBT), -np.inf)


def _space(candidates: Candidates, believed: Floats, calls: int) -> npt.NDArray[np.float32]:
    # Where all are read, nothing is predicted.
    are_all_read = calls >= int(np.isfinite(believed).sum())
    return np.zeros((len(believed), 0), np.float32) if are_all_read else candidates.space()
