"""How the score of a cross-encoder changes the probability of a join."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from lakeindex.arrays.aliases import Floats
from lakeindex.arrays.proportions import log_odds_of
from lakeindex.errors import IndexDamaged

_KEY = "reading"
"""The metadata of the weights' file that holds these numbers."""
_DOUBT = 1e-9
_UNKNOWN_MODEL = 0.3
_CLEAR_WINNER, _RIVAL = 0.8, 0.2


def has_clear_winner(probabilities: Floats) -> bool:
    """Return whether the best candidate is so far ahead of all others that reranking changes nothing for the better."""
    best, second = (*np.sort(probabilities)[::-1][:2], 0.0, 0.0)[:2]
    return bool(best >= _CLEAR_WINNER and second <= _RIVAL)


@dataclass(frozen=True, slots=True)
class RerankWeights:
    """The log-odds of a join are the matcher's, times `slope`, and a cross-encoder's score, times `share`, plus `bias`.

    A score above `most` counts as `most`: among columns that all score like a join, the matcher, which knows the
    whole lake, ranks better. So reranking takes back false joins rather than bringing forward true ones.
    """

    slope: float
    share: float
    bias: float
    most: float

    @classmethod
    def of_unknown(cls) -> RerankWeights:
        """Return the weights for a model that was never measured: it counts for a third as much as the matcher."""
        return cls(1.0, _UNKNOWN_MODEL, 0.0, 0.0)

    @classmethod
    def open(cls, path: Path) -> RerankWeights:
        """Read the weights from the file of a cross-encoder. Raises IndexDamaged where it holds none."""
        try:
            with safe_open(path, "numpy") as file:
                return cls(**{name: float(value) for name, value in json.loads((file.metadata() or {})[_KEY]).items()})
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise IndexDamaged(f"{path} is no cross-encoder with weights ({error}); install lakeindex again") from error

    def to_metadata(self) -> dict[str, str]:
        """Return the weights as metadata for the file of a cross-encoder."""
        return {_KEY: json.dumps(asdict(self))}

    def probabilities(self, before: Floats, scores: Floats) -> Floats:
        """Return how probable joins are, (n,), given the probabilities before and the cross-encoder's scores."""
        log_odds = self.slope * log_odds_of(before, _DOUBT) + self.share * np.minimum(scores, self.most) + self.bias
        return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -50, 50))))
