"""How probable it is that a column is the attribute that the others of its cluster are."""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers


def mean_log_odds(log_odds: Floats, clusters: Integers) -> Floats:
    """Return the mean log-odds of each column with the others of its cluster, (n,); infinite for one that is alone.

    `log_odds` are those of each two columns, (n, n).
    """
    means = np.full(len(clusters), np.inf)
    for places in _members(clusters):
        if len(places) > 1:
            within = log_odds[np.ix_(places, places)].copy()
            np.fill_diagonal(within, 0.0)
            means[places] = within.sum(axis=1) / (len(places) - 1)
    return means


def _members(clusters: Integers) -> list[Integers]:
    order = np.argsort(clusters, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(clusters[order])) + 1)
