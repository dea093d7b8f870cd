"""How much better a small model predicts with further columns, on rows that it has not seen, with an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.errors import MissingExtra
from lakeindex.lake_map.enrich.predictors import Predictor, Target, as_matrix

_FOLDS = 5
_RESAMPLES = 500
_SEED = 0
_LEVEL = 0.95
_ITERATIONS, _LEAVES, _BINS = 40, 15, 63
"""Trees of the model, which are small."""


@dataclass(frozen=True, slots=True)
class Gain:
    """The score without and with further columns, and the 95 % interval of the difference."""

    before: float
    after: float
    low: float
    high: float

    @property
    def gain(self) -> float:
        """How much higher the score is."""
        return self.after - self.before


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """What a model loses on each row that it has not seen, (rows,), of which the score is made."""

    losses: Floats
    scale: float
    """What a loss is divided by: the target's variance, or 1 for classes."""

    @property
    def score(self) -> float:
        """R² of numbers; the share of classes that are right."""
        return 1.0 - float(self.losses.mean()) / self.scale


def cross_validate(predictors: list[Predictor], target: Target) -> Losses:
    """Predict each row by a model of gradient-boosted trees that was trained on other rows.

    Without predictors the mean, or the most frequent class, is predicted. Raises MissingExtra without scikit-learn.
    """
    folds = np.random.default_rng(_SEED).permutation(len(target.values)) % _FOLDS
    predicted = np.empty(len(target.values))
    for fold in range(_FOLDS):
        predicted[folds == fold] = _predict(predictors, target, folds != fold)
    if target.is_class:
        return Losses((predicted != target.values).astype(float), 1.0)
    return Losses((predicted - target.values) ** 2, max(float(target.values.var()), 1e-300))


def gain_of(before: Losses, after: Losses) -> Gain:
    """Compare two models row by row; the interval is that of rows drawn again (bootstrap)."""
    saved = (before.losses - after.losses) / before.scale
    draws = np.random.default_rng(_SEED).integers(0, len(saved), (_RESAMPLES, len(saved)), dtype=np.int32)
    means = saved[draws].mean(axis=1)
    low, high = np.quantile(means, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return Gain(before.score, after.score, float(low), float(high))


def _predict(predictors: list[Predictor], target: Target, is_known: Any) -> Floats:
    known = target.values[is_known]
    if not predictors or len(np.unique(known)) < 2:
        guess = np.bincount(known.astype(np.int64)).argmax() if target.is_class else known.mean()
        return np.full(int((~is_known).sum()), float(guess))
    matrix, is_category = as_matrix(predictors)
    model = _model(target.is_class, np.flatnonzero(is_category))
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "openmp"):  # so few rows are learned from sooner without waiting for other threads
        model.fit(matrix[is_known], known)
        return np.asarray(model.predict(matrix[~is_known]), np.float64)


def _model(is_class: bool, categories: Integers) -> Any:
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    except ImportError as error:
        raise MissingExtra("scikit-learn", "enrich") from error
    kind = HistGradientBoostingClassifier if is_class else HistGradientBoostingRegressor
    return kind(
        max_iter=_ITERATIONS, max_leaf_nodes=_LEAVES, max_bins=_BINS, categorical_features=categories,
        random_state=_SEED, early_stopping=False,
    )  # fmt: skip
