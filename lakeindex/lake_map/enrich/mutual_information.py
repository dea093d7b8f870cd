"""How much a column tells of another, in nats: their mutual information, without what chance gives in so few rows."""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Integers


def mutual_information(left: Integers, right: Integers) -> float:
    """Return the mutual information of codes, (rows,) each, less its bias (Miller, 1955), at least 0."""
    lefts, rights = (np.unique(one, return_inverse=True)[1] for one in (left, right))
    shape = int(lefts.max(initial=0)) + 1, int(rights.max(initial=0)) + 1
    joint = np.bincount(lefts * shape[1] + rights, minlength=shape[0] * shape[1]).reshape(shape) / len(left)
    expected = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    met = joint > 0
    information = float((joint[met] * np.log(joint[met] / expected[met])).sum())
    bias = (int(met.sum()) - shape[0] - shape[1] + 1) / (2 * len(left))
    return max(information - bias, 0.0)


def entropy(codes: Integers) -> float:
    """Return the entropy of codes, (rows,), in nats."""
    shares = np.unique(codes, return_counts=True)[1] / max(len(codes), 1)
    return float(-(shares * np.log(shares)).sum())
