"""From the probabilities of a query's candidates after the last stage to probabilities that hold.

The matcher is calibrated pair by pair, before paths and reranking. What is left to calibrate is what only the whole
list shows: a candidate behind a sure winner joins less often than its own evidence says, and one among columns that
are called alike more often. All candidates of a query are calibrated alike, so that none overtakes another one.

The few weights were fitted to what `Lake.query` answers in lakes whose joins are known (`training/train.py`). They are
kept with what became of such answers in lakes that they were not fitted to: the reliability curve.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from lakeindex.arrays.aliases import Codes, Features, Flags, Floats
from lakeindex.arrays.proportions import log_odds_of, probability_of
from lakeindex.errors import IndexDamaged
from lakeindex.match.features import FEATURES, KINDS_OF_JOIN

OF_BEST = ("names", "two numbers", "two serials", "values jaccard")
"""The features of the query's best candidate that all of its answers are calibrated by."""
ANSWER_FEATURES = (
    "bias",
    "own log-odds",
    "best log-odds",
    "ahead",
    *(f"best is {kind}" for kind in KINDS_OF_JOIN),
    *(f"best: {name}" for name in OF_BEST),
)
"""In the order of the columns of `answer_features`; `ahead` is log(1 + candidates that are more probable)."""
OWN, AHEAD = ANSWER_FEATURES.index("own log-odds"), ANSWER_FEATURES.index("ahead")

_NAMES = [feature.name for feature in FEATURES]
_PLACES_OF_BEST = [_NAMES.index(name) for name in OF_BEST]
_DOUBT = 1e-12


@dataclass(frozen=True, slots=True)
class AnswerCalibration:
    """The log-odds of an answer as a weighted sum of its own and of what the query's best candidate looks like."""

    weights: tuple[float, ...]
    """Of ANSWER_FEATURES; that of the own log-odds is more than 0, that of `ahead` at most 0."""
    threshold: float
    """The probability after paths and reranking, before this calibration, from which an answer is accepted.

    Probabilities suppose that the query joins with something, as most do that people ask for; acceptance must not.
    """

    def probabilities(self, answers: Floats) -> Floats:
        """Return the probabilities, (n,), of the candidates of queries as `answer_features` lays them out."""
        return probability_of(self.log_odds(answers))

    def log_odds(self, answers: Floats) -> Floats:
        """Return the log-odds of the same, (n,)."""
        return np.asarray(answers @ np.array(self.weights))

    def shifted(self, log_odds: float) -> AnswerCalibration:
        """Return the calibration that finds everything more probable, or less."""
        return replace(self, weights=(self.weights[0] + log_odds, *self.weights[1:]))


def unchanged(threshold: float) -> AnswerCalibration:
    """Return a calibration that leaves probabilities as they are."""
    weights = [float(place == OWN) for place in range(len(ANSWER_FEATURES))]
    return AnswerCalibration(tuple(weights), threshold)


def answer_features(before: Floats, kinds: Codes, features: Features, is_rival: Flags) -> Floats:
    """Lay out what the candidates of one query are calibrated by: (n, len(ANSWER_FEATURES)).

    That is made of their probabilities before, (n,), their kinds of join by their places in KINDS_OF_JOIN, (n,), and
    the features of the pairs, (n, f). Candidates that are no rival, (n,), don't count against others.
    """
    own = log_odds_of(before, _DOUBT)
    rivals = np.sort(own[is_rival])
    laid_out = np.zeros((len(own), len(ANSWER_FEATURES)))
    laid_out[:, 0], laid_out[:, OWN] = 1.0, own
    if len(rivals):
        best = int(np.argmax(np.where(is_rival, own, -np.inf)))
        kind = np.arange(len(KINDS_OF_JOIN)) == kinds[best]
        laid_out[:, OWN + 1] = rivals[-1]
        laid_out[:, AHEAD] = np.log1p(len(rivals) - np.searchsorted(rivals, own, side="right"))
        laid_out[:, AHEAD + 1 :] = np.concatenate([kind, features[best, _PLACES_OF_BEST]])
    return laid_out


@dataclass(frozen=True, slots=True)
class MeasuredCalibration:
    """A calibration, and how it was found to hold."""

    calibration: AnswerCalibration
    measured: Mapping[str, Any]
    """On lakes that it was not fitted to: `measured_on`, `expected_calibration_error`, `reliability` and others."""

    @classmethod
    def open(cls, path: Path) -> MeasuredCalibration:
        """Read a calibration. Raises IndexDamaged where the file holds none."""
        try:
            read = json.loads(path.read_text("utf-8"))
            weights = tuple(float(read["weights"][name]) for name in ANSWER_FEATURES)
            return cls(AnswerCalibration(weights, float(read["threshold"])), dict(read["measured"]))
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise IndexDamaged(f"{path} holds no calibration ({error}); install lakeindex again") from error

    def save(self, path: Path) -> None:
        """Write the calibration as JSON."""
        weights = dict(zip(ANSWER_FEATURES, self.calibration.weights, strict=True))
        content = {"weights": weights, "threshold": self.calibration.threshold, "measured": self.measured}
        path.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
