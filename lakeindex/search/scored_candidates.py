"""What a query found: a ranking of candidates, and all that it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lakeindex.arrays.aliases import Floats
from lakeindex.catalog.directory import Directory
from lakeindex.match.join_kind import KINDS_OF_JOIN, kinds_of
from lakeindex.match.matcher import Judged
from lakeindex.match.message_passing import NO_BRIDGE, Bridge, Passed, PathWeights, receive
from lakeindex.match.rerank_fusion import Reranked, RerankWeights, Said
from lakeindex.match.signal_sum import Scored
from lakeindex.match.user_verdicts import ACCEPTED
from lakeindex.search.candidate_graph import Partners
from lakeindex.types.columns import Family
from lakeindex.types.lake import ColumnId
from lakeindex.types.matches import Cardinality, Evidence, Match, PairReading
from lakeindex.types.pairs import Pairs, Ranking

LEAST_SCORE = 0.1
"""Of the signals: below it a pair has no evidence to speak of, and is no answer."""
MOST_PARTNERS = 60
"""Candidates of a query that get a probability, and may carry messages, even where fewer are answered."""
_TOLD = 0.05
"""The probability from which a candidate that has nothing but a path is an answer."""


@dataclass(frozen=True, slots=True)
class Found:
    """A ranking with all that it rests on."""

    query: ColumnId
    ranking: Ranking
    pairs: Pairs
    scored: Scored
    """By the signals alone, without training."""
    judged: Judged | None
    """None where some sources alone were asked, and what they say is the score."""
    tried: tuple[str, ...]

    @property
    def partners(self) -> Partners:
        """The candidates that are the likeliest to join."""
        return Partners.of(self.pairs.keys, self.scores, MOST_PARTNERS)

    def passed_on(self, bridges: Sequence[Bridge], weights: PathWeights, directory: Directory) -> Found:
        """Return the ranking with what bridges among the candidates say."""
        assert self.judged is not None
        received = receive(self.judged.estimates, bridges)
        passed = Passed.of(
            self.judged.estimates, received, weights, lambda place: str(directory.id_of(int(self.pairs.keys[place])))
        )
        judged = self.judged.passed_on(passed)
        return replace(self, judged=judged, ranking=Ranking.of(self.pairs.keys, judged.probabilities, "passed on"))

    def reranked(self, said: Said, weights: RerankWeights) -> Found:
        """Return the ranking with what a cross-encoder said of candidates."""
        assert self.judged is not None
        judged = self.judged.reranked_as(Reranked.of(said, self.judged.estimates, weights))
        return replace(self, judged=judged, ranking=Ranking.of(self.pairs.keys, judged.probabilities, "read"))

    def only(self, key: int) -> Found:
        """Keep one candidate, whatever its rank."""
        return replace(self, ranking=Ranking(np.array([key]), np.ones(1), "explained"))

    def top(self, k: int) -> Found:
        """Keep the best k."""
        return replace(self, ranking=self.ranking.top(k))

    def reading_of(self, key: int, directory: Directory) -> PairReading | None:
        """Tell how a candidate came to be read; None where none was."""
        if self.judged is None or self.judged.reranked is None:
            return None
        place = int(np.searchsorted(self.pairs.keys, key))
        return self.judged.reranked.reading_of(place, lambda one: str(directory.id_of(int(self.pairs.keys[one]))))

    @property
    def scores(self) -> Floats:
        """Return what the ranking is by, (n,): the probabilities where there are any."""
        return self.scored.scores if self.judged is None else self.judged.probabilities

    @property
    def estimates(self) -> Floats:
        """Return the probabilities, (n,), as they are without what people said."""
        assert self.judged is not None
        return self.judged.estimates

    def evidence(self, place: int) -> tuple[Evidence, ...]:
        """List the parts of one pair's score, the largest first; they sum to it."""
        return self.scored.evidence(place) if self.judged is None else self.judged.evidence(place)

    def matches(self, directory: Directory, least: float = LEAST_SCORE) -> list[Match]:
        """Spell out the ranking, best first; the signals must say more than `least` of a pair for it to be a match."""
        kinds, scores = kinds_of(self.pairs), self.scores
        values = self.pairs.compared[Family.VALUES]
        forward, backward = values.containment(), values.reverse_containment()
        places = np.searchsorted(self.pairs.keys, self.ranking.keys)
        is_key = bool(self.pairs.query.is_key[0])
        return [
            Match(
                query=self.query,
                column=directory.id_of(int(self.pairs.keys[place])),
                rank=rank,
                score=float(scores[place]),
                kind=KINDS_OF_JOIN[kinds[place]],
                containment=float(forward[place]),
                reverse_containment=float(backward[place]),
                cardinality=Cardinality.of(is_key, bool(self.pairs.candidates.is_key[place])),
                evidence=self.evidence(int(place)),
                accepted=None if self.judged is None else bool(self.judged.accepted[place]),
            )
            for rank, place in enumerate(places.tolist(), 1)
            if self.scored.scores[place] > least or self._is_told(place)
        ]

    def _is_told(self, place: int) -> bool:
        """Tell whether a person, or a path, speaks for a candidate that has no evidence of its own."""
        if self.judged is None:
            return False
        passed = self.judged.passed
        by_path = passed is not None and passed.received.via[place] != NO_BRIDGE and passed.after[place] >= _TOLD
        return by_path or bool(self.judged.verdicts[place] == ACCEPTED)
