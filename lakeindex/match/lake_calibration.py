"""What a lake's own joins say of the probabilities in it: one number, by which all log-odds are shifted.

Joins that the lake itself verifies are answers like all others, of which the truth is known. Where they are found less
probable than they are, everything in the lake is likely to be, and the other way round. The shift has a prior at none,
and is used as far as it makes verified answers of the same lake more likely that it was not fitted to.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from lakeindex.arrays.aliases import Features, Flags, Floats, Integers
from lakeindex.arrays.proportions import probability_of
from lakeindex.errors import IndexDamaged
from lakeindex.match.answer_calibration import AnswerCalibration
from lakeindex.match.features import FEATURES

_DOUBT = 16.0
"""The precision of the prior belief in no shift; chosen on lakes that nobody made, by those left out."""
_FOLDS = 4
FEWEST_QUERIES = 4
"""With a verified join, from which a lake is shifted at all."""
_HALF_TRUSTED = 0.3
"""The held-out gain, in nats, from which half of the shift is used: no lake jumps from none to all of it."""
_STEPS, _MOST_STEP = 50, 1.0

_CONTAINED, _RARE, _CALLED_ALIKE = 0.9, 5.0, 0.5
_UNSHARED = 0.05
_PLACES = {feature.name: place for place, feature in enumerate(FEATURES)}


@dataclass(frozen=True, slots=True, eq=False)
class OwnAnswers:
    """Answers to a lake's own columns of which its values show whether they join."""

    answers: Floats
    """(n, len(ANSWER_FEATURES)), as `answer_features` lays them out."""
    joins: Flags
    queries: Integers
    """(n,) The number of each answer's query, from 0 on."""

    def where(self, chosen: Flags) -> OwnAnswers:
        """Keep some answers."""
        return OwnAnswers(self.answers[chosen], self.joins[chosen], self.queries[chosen])


@dataclass(frozen=True, slots=True)
class LakeCalibration:
    """The shift of a lake, and what it rests on."""

    shift: float = 0.0
    """What is added to the log-odds of every answer."""
    queries: int = 0
    """Columns with a verified join that were asked."""
    joins: int = 0
    """Verified joins among their answers."""
    answers: int = 0
    """Answers that were verified either way."""
    gain: float = 0.0
    """How much more likely, in nats, held-out answers are with a shift; without a gain there is none."""

    @classmethod
    def of(cls, own: OwnAnswers, calibration: AnswerCalibration) -> LakeCalibration:
        """Fit the shift of a lake to its own answers; none where fewer than four queries have a verified join."""
        queries = len(np.unique(own.queries))
        counts = {"queries": queries, "joins": int(own.joins.sum()), "answers": len(own.joins)}
        if queries < FEWEST_QUERIES:
            return cls(**counts)
        log_odds = calibration.log_odds(own.answers)
        gain = _held_out_gain(log_odds, own)
        trust = max(gain, 0.0) / (max(gain, 0.0) + _HALF_TRUSTED)
        return cls(**counts, shift=trust * _fit_shift(log_odds, own.joins), gain=gain)

    @classmethod
    def open(cls, path: Path) -> LakeCalibration:
        """Read a lake's calibration; none where there is no such file. Raises IndexDamaged where it holds none."""
        try:
            return cls(**json.loads(path.read_text("utf-8")))
        except FileNotFoundError:
            return cls()
        except (OSError, TypeError, ValueError) as error:
            raise IndexDamaged(f"{path} holds no calibration ({error}); build the index again") from error

    def save(self, path: Path) -> None:
        """Write the calibration as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")


def verified_joins(features: Features) -> Flags:
    """Return which pairs, (n, f), a lake verifies: a key called alike holds nearly all of the other's rare values."""
    into_candidate = (_of(features, "values containment") >= _CONTAINED) & (_of(features, "candidate is key") > 0)
    into_query = (_of(features, "values reverse") >= _CONTAINED) & (_of(features, "query is key") > 0)
    is_rare = np.expm1(_of(features, "values rarity")) >= _RARE
    alike = np.maximum(_of(features, "names cosine"), _of(features, "reference")) > _CALLED_ALIKE
    return np.asarray((into_candidate | into_query) & is_rare & alike & (_of(features, "two serials") == 0))


def verified_strangers(features: Features) -> Flags:
    """Return which pairs, (n, f), share hardly any value, though both sides have some."""
    shared = [_of(features, f"{family} {measure}") for family in ("values", "keys") for measure in _MEASURES]
    return np.asarray((np.max(shared, axis=0) < _UNSHARED) & (_of(features, "a side is empty") == 0))


_MEASURES = ("containment", "reverse")


def _of(features: Features, name: str) -> Floats:
    return np.asarray(features[:, _PLACES[name]])


def _fit_shift(log_odds: Floats, joins: Flags) -> float:
    """Fit the shift by Newton's method, with a Gaussian prior at 0."""
    shift = 0.0
    for _ in range(_STEPS):
        expected = probability_of(log_odds + shift)
        gradient = float((joins - expected).sum()) - _DOUBT * shift
        step = gradient / (float((expected * (1 - expected)).sum()) + _DOUBT)
        shift += float(np.clip(step, -_MOST_STEP, _MOST_STEP))
        if abs(step) < 1e-9:
            break
    return shift


def _held_out_gain(log_odds: Floats, own: OwnAnswers) -> float:
    """Return by how much answers become more likely, in nats, by shifts that were fitted to other queries."""
    folds = np.unique(own.queries, return_inverse=True)[1] % _FOLDS
    gain = 0.0
    for fold in range(_FOLDS):
        out = folds == fold
        shift = _fit_shift(log_odds[~out], own.joins[~out])
        gain += _log_likelihood(log_odds[out] + shift, own.joins[out]) - _log_likelihood(log_odds[out], own.joins[out])
    return gain


def _log_likelihood(log_odds: Floats, joins: Flags) -> float:
    return float(-np.logaddexp(0.0, np.where(joins, -log_odds, log_odds)).sum())
