"""Contrastive learning: weights with which each tuple's own copy scores above all others that are offered for it."""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Features, Flags, Floats, Integers, Vectors
from lakeindex.integrate.link.logistic import WeightPrior, shortened

_STEPS = 40
_ENOUGH = 1e-5


def fit_contrastive(features: Features | Vectors, groups: Integers, is_own: Flags, prior: WeightPrior) -> Floats:
    """Fit the weights of a conditional logistic regression, (features,): the softmax of scores in each group.

    InfoNCE (van den Oord, Li and Vinyals, 2018, eq. 4) with a linear score. `groups`, (n,), are numbered from 0; each
    has one row that is the own one.
    """
    rows = np.asarray(features, np.float64)
    count = int(groups.max(initial=-1)) + 1
    order = np.argsort(groups, kind="stable")
    rows, groups, is_own = rows[order], groups[order], is_own[order]
    starts = np.searchsorted(groups, np.arange(count))
    own = rows[is_own].sum(axis=0)
    weights = prior.means.copy()

    def loss(some: Floats) -> float:
        scores = rows @ some
        most = np.maximum.reduceat(scores, starts)
        sums = np.log(np.add.reduceat(np.exp(scores - most[groups]), starts)) + most
        return float(sums.sum() - own @ some + prior.precision * ((some - prior.means) ** 2).sum() / 2)

    for _ in range(_STEPS):
        scores = rows @ weights
        raised = np.exp(scores - np.maximum.reduceat(scores, starts)[groups])
        shares = raised / np.add.reduceat(raised, starts)[groups]
        weighed = rows * shares[:, None]
        means = np.add.reduceat(weighed, starts, axis=0)
        slope = own - means.sum(axis=0) - prior.precision * (weights - prior.means)
        curvature = rows.T @ weighed - means.T @ means + np.diag(np.full(len(weights), prior.precision))
        step = shortened(loss, weights, np.linalg.solve(curvature, slope))
        weights = weights + step
        if np.abs(step).max() < _ENOUGH:
            break
    return np.asarray(weights)
