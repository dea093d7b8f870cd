"""Ask a cross-encoder about the candidates of a query, within a budget of calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lakeindex.match.paths import log_odds_of
from lakeindex.match.reread import ReadWeights, Said
from lakeindex.pairs import Numbers, Weights
from lakeindex.protocols import Reranker
from lakeindex.read_columns import Read
from lakeindex.readings import FACTOR
from lakeindex.remembered_scores import RememberedScores
from lakeindex.search.cur import Plan, search
from lakeindex.text_hash import mix

_DOUBT = 1e-9
_MOST_ROUNDS, _LEAST_A_ROUND = 8, 8


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What may be read with a query."""

    read: Callable[[Numbers], Read]
    """Gives those at some places."""
    space: Callable[[], npt.NDArray[np.float32]]
    """Gives the coordinates, (n, d), in which their scores are predicted."""
    prior: Weights
    """(n,) The probability that each joins; where it is nothing, it is not read."""


@dataclass(frozen=True, slots=True)
class Rereader:
    """A cross-encoder with what its scores are worth, and those that it gave."""

    reranker: Reranker
    weights: ReadWeights
    scores: RememberedScores = field(default_factory=RememberedScores)

    def read(self, query: Read, candidates: Candidates, calls: int, surely: int | None = None) -> Said:
        """Read the query, a single column, with the candidates that promise most, and `surely` with the one there."""
        believed = np.where(candidates.prior > 0, log_odds_of(candidates.prior, _DOUBT), -np.inf)

        def score(places: Numbers) -> Weights:
            return self.score(query, candidates.read(places))

        # Where all are read, nothing is predicted.
        are_all_read = calls >= int(np.isfinite(believed).sum())
        space = np.zeros((len(believed), 0), np.float32) if are_all_read else candidates.space()
        found = search(score, space, believed, Plan(calls, rounds=_rounds_of(calls)))
        self.scores.save()
        said = Said(found.places, found.scores, found.foreseen, found.rounds, found.predicted)
        return said if surely is None or surely in found.places else said.with_last(surely, score(np.array([surely])))

    def score(self, query: Read, columns: Read) -> Weights:
        """Score a single query with some columns, (n,); pairs that were scored before are not read again."""
        hashes = mix(query.hashes() * FACTOR + columns.hashes())
        scores = self.scores.of(hashes)
        new = np.flatnonzero(np.isnan(scores))
        if len(new):
            scores[new] = self.reranker.scores(
                query, columns.take(new), np.zeros(len(new), np.int64), np.arange(len(new))
            )
            self.scores.keep(hashes[new], scores[new])
        return scores


def _rounds_of(calls: int) -> int:
    """Return in how many rounds calls are best made: more of them predict better, but leave cores without work."""
    return max(1, min(_MOST_ROUNDS, calls // _LEAST_A_ROUND))
