"""What a cross-encoder, which reads two columns together, changes in the probabilities of a query's candidates."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.arrays.log_odds import log_odds_of
from lakeindex.errors import IndexDamaged
from lakeindex.types.matches import AnchorReading, Evidence, PairReading

READING = "reading"
"""The evidence that it is shown under."""

_KEY = "reading"
_DOUBT = 1e-9
_TRUST = 0.3
_SURE, _RIVAL = 0.8, 0.2

_SAID = {
    True: "read together, both columns look more like a join than their figures say",
    False: "against: read together, both columns look less like a join than their figures say",
}


def is_sure(probabilities: Floats) -> bool:
    """Tell whether the best candidate is so far before all others that reading changes nothing for the better."""
    best, second = (*np.sort(probabilities)[::-1][:2], 0.0, 0.0)[:2]
    return bool(best >= _SURE and second <= _RIVAL)


@dataclass(frozen=True, slots=True)
class RerankWeights:
    """What makes the matcher's log-odds, times `slope`, and a cross-encoder's score, times `share`, a join's.

    A score above `most` counts no more: among columns that all read like a join, which one is it is told better by what
    the whole lake says of them. So reading takes back what is none rather than bringing forward what is one.
    """

    slope: float
    share: float
    bias: float
    most: float

    @classmethod
    def of_unknown(cls) -> RerankWeights:
        """Return what log-odds of a model are worth of which nothing is known: as much as the matcher's, with doubt."""
        return cls(1.0, _TRUST, 0.0, 0.0)

    @classmethod
    def open(cls, path: Path) -> RerankWeights:
        """Read what the scores of the cross-encoder in a file are worth. Raises IndexDamaged where that isn't said."""
        try:
            with safe_open(path, "numpy") as file:
                return cls(**{name: float(value) for name, value in json.loads((file.metadata() or {})[_KEY]).items()})
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise IndexDamaged(f"{path} is no cross-encoder with weights ({error}); install lakeindex again") from error

    def to_metadata(self) -> dict[str, str]:
        """Return what is said of the scores in the file of a cross-encoder."""
        return {_KEY: json.dumps(asdict(self))}

    def probabilities(self, before: Floats, scores: Floats) -> Floats:
        """Return how probable joins are, (n,), that were read."""
        log_odds = self.slope * log_odds_of(before, _DOUBT) + self.share * np.minimum(scores, self.most) + self.bias
        return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -50, 50))))


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What a cross-encoder said of candidates of a query."""

    places: Integers
    """(m,) Of the candidates that were read, in the order in which they were."""
    scores: Floats
    """(m,) What it said of each."""
    foreseen: Floats
    """(m,) What was expected of each before it was read."""
    rounds: Integers
    """(m,) In which round each was read."""
    predicted: Floats
    """(n,) What it may say of each candidate, by what it said; exact where it said it."""

    def among(self, keys: Integers) -> Said:
        """Return the same of candidates with these keys, ascending, where the places so far are keys."""
        places = np.searchsorted(keys, self.places)
        return Said(places, self.scores, self.foreseen, self.rounds, self.predicted[keys])

    def foretold(self, place: int, score: float) -> Said:
        """Say what was to be expected of a candidate that was read."""
        foreseen = self.foreseen.copy()
        foreseen[self.places == place] = score
        return replace(self, foreseen=foreseen)

    def with_last(self, place: int, score: Floats) -> Said:
        """Add one more candidate that was read, with its score, (1,)."""
        predicted = self.predicted.copy()
        predicted[place] = score[0]
        return Said(
            np.append(self.places, place),
            np.append(self.scores, score),
            np.append(self.foreseen, self.predicted[place]),
            np.append(self.rounds, self.rounds.max(initial=-1) + 1),
            predicted,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Reranked:
    """What was read of the candidates of a query."""

    said: Said
    before: Floats
    """(n,) The probabilities of all candidates, and what they are now."""
    after: Floats

    @classmethod
    def of(cls, said: Said, before: Floats, weights: RerankWeights) -> Reranked:
        """Add what was read to the probabilities; a candidate that was not read stays as probable as it was."""
        after = before.copy()
        after[said.places] = weights.probabilities(before[said.places], said.scores)
        return cls(said, before, after)

    def evidence(self, place: int) -> Iterator[Evidence]:
        """List what reading changed for one candidate."""
        for read in np.flatnonzero(self.said.places == place).tolist():
            part = float(self.after[place] - self.before[place])
            strength = float(1 / (1 + np.exp(-self.said.scores[read])))
            yield Evidence(READING, part, strength, _SAID[part >= 0])

    def reading_of(self, place: int, called: Callable[[int], str]) -> PairReading | None:
        """Tell how one candidate came to be read; None where it wasn't. `called` names the one at a place."""
        said = self.said
        anchors = np.flatnonzero(said.rounds < said.rounds.max(initial=0)).tolist()
        for read in np.flatnonzero(said.places == place).tolist():
            return PairReading(
                calls=len(said.places),
                candidates=len(self.before),
                predicted=float(said.foreseen[read]),
                score=float(said.scores[read]),
                anchors=tuple(
                    AnchorReading(
                        called(int(said.places[one])),
                        float(said.foreseen[one]) if said.rounds[one] else None,
                        float(said.scores[one]),
                    )
                    for one in anchors
                    if one != read
                ),
            )
        return None
