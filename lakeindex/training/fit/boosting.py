"""Train small monotone trees on labelled pairs, and calibrate their sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.errors import MissingExtra

_MOST_STEP = 1.0
"""Limit of a step of a scale: far from the optimum, Newton's method oversteps."""


@dataclass(frozen=True, slots=True, eq=False)
class TrainingPairs:
    """Labelled pairs of queries and candidates."""

    features: Floats
    """(n, features)."""
    scores: Floats
    """(n,) The untrained scores."""
    joins: Flags
    queries: Integers
    """(n,) The number of each pair's query."""
    containment: Floats
    """(n,) The larger of both containments, as estimated by the index."""
    kinds: npt.NDArray[np.int8]
    """(n,) The kind of join of each pair, by its place among the kinds."""

    def where(self, chosen: Flags) -> TrainingPairs:
        """Keep some pairs."""
        return TrainingPairs(*(getattr(self, name)[chosen] for name in self.__slots__))

    @classmethod
    def joined(cls, several: Sequence[TrainingPairs]) -> TrainingPairs:
        """Concatenate the pairs of several lakes; their queries are numbered consecutively."""
        starts = np.cumsum([0, *(int(one.queries.max(initial=-1)) + 1 for one in several)])
        fields = {name: np.concatenate([getattr(one, name) for one in several]) for name in cls.__slots__}
        queries = [one.queries + start for one, start in zip(several, starts, strict=False)]
        return cls(**fields | {"queries": np.concatenate(queries)})


@dataclass(frozen=True, slots=True)
class BoostingOptions:
    """Settings of boosted trees."""

    trees: int = 150
    leaves: int = 6
    learning_rate: float = 0.05
    least_pairs: int = 300
    """Per leaf."""
    features_a_tree: float = 0.5
    pairs_a_tree: float = 1.0
    """The share of the pairs that each tree is grown on."""
    depth: int = -1
    """The largest depth of a tree; -1 for no limit."""
    seed: int = 0
    shrinkage: float = 10.0
    """The L2 penalty on the values of leaves."""


def boost(
    features: Floats,
    joins: Flags,
    directions: Sequence[int],
    options: BoostingOptions,
    start: Floats | None = None,
) -> list[dict[str, Any]]:
    """Fit trees on features (n, m) whose sums add to the log-odds `start` (n,), and return LightGBM's dump of them.

    A tree's output never falls with a feature of direction 1, and never rises with one of -1. Raises MissingExtra
    without LightGBM.
    """
    try:
        import lightgbm
    except ImportError as error:
        raise MissingExtra("lightgbm", "train") from error
    data = lightgbm.Dataset(features, joins.astype(np.float64), init_score=start, free_raw_data=False)
    booster = lightgbm.train(
        {
            "objective": "binary",
            "num_leaves": options.leaves,
            "learning_rate": options.learning_rate,
            "min_data_in_leaf": options.least_pairs,
            "lambda_l2": options.shrinkage,
            "feature_fraction": options.features_a_tree,
            "bagging_fraction": options.pairs_a_tree,
            "bagging_freq": int(options.pairs_a_tree < 1),
            "max_depth": options.depth,
            "monotone_constraints": list(directions),
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": 2,
            "seed": options.seed,
            "verbosity": -1,
        },
        data,
        options.trees,
    )
    dumped: list[dict[str, Any]] = booster.dump_model()["tree_info"]
    return dumped


def tree_arrays(dumped: Sequence[dict[str, Any]]) -> tuple[dict[str, npt.NDArray[Any]], int]:
    """Convert LightGBM's trees to arrays with one entry per node, a leaf being its own child; also return the depth."""
    rows: list[tuple[int, float, int, int, float]] = []
    deepest = 0

    def add(node: dict[str, Any], depth: int) -> int:
        nonlocal deepest
        deepest = max(deepest, depth)
        place = len(rows)
        if "leaf_value" in node and "left_child" not in node:
            rows.append((0, np.inf, place, place, node["leaf_value"]))
            return place
        rows.append((node["split_feature"], node["threshold"], 0, 0, node["internal_value"]))
        left, right = add(node["left_child"], depth + 1), add(node["right_child"], depth + 1)
        rows[place] = (*rows[place][:2], left, right, rows[place][4])
        return place

    roots = [add(tree["tree_structure"], 0) for tree in dumped]
    features, thresholds, left, right, values = zip(*rows, strict=True)
    arrays: dict[str, npt.NDArray[Any]] = {
        "roots": np.array(roots, np.int32),
        "features": np.array(features, np.int32),
        "thresholds": np.array(thresholds, np.float64),
        "left": np.array(left, np.int32),
        "right": np.array(right, np.int32),
        "values": np.array(values, np.float64),
    }
    return arrays, deepest


def fit_logistic(columns: Floats, joins: Flags) -> tuple[Floats, float]:
    """Fit the log-odds of a join as a weighted sum of columns (n, m) by Newton's method (Platt scaling).

    Returns the weights, (m,), and the bias.
    """
    design = np.column_stack([columns, np.ones(len(columns))])
    solution = np.zeros(design.shape[1])
    share = joins.mean()
    solution[-1] = np.log(share / (1 - share))
    for _ in range(100):
        expected = 1 / (1 + np.exp(-np.clip(design @ solution, -50, 50)))
        gradient = design.T @ (joins - expected) - 1e-6 * solution
        curvature = (design * (expected * (1 - expected))[:, None]).T @ design
        step = np.linalg.solve(curvature + 1e-6 * np.eye(len(solution)), gradient)
        solution += step
        if np.abs(step).max() < 1e-9:
            break
    return solution[:-1], float(solution[-1])


def fit_scale(log_odds: Floats, joins: Flags, doubt: float) -> tuple[float, float]:
    """Fit the scale and the bias that calibrate log-odds (n,).

    Platt scaling with a Gaussian prior at scale 1 and bias 0, whose precision is `doubt`.
    """
    scale = np.array([1.0, 0.0])
    design = np.column_stack([log_odds, np.ones(len(log_odds))])
    for _ in range(100):
        expected = 1 / (1 + np.exp(-np.clip(design @ scale, -50, 50)))
        gradient = design.T @ (joins - expected) - doubt * (scale - [1.0, 0.0])
        curvature = (design * (expected * (1 - expected))[:, None]).T @ design + doubt * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        scale += np.clip(step, -_MOST_STEP, _MOST_STEP)
        if np.abs(step).max() < 1e-9:
            break
    return float(scale[0]), float(scale[1])


def fit_monotone(evidence: Floats, joins: Flags, knots: int) -> tuple[Floats, Floats]:
    """Return values of evidence (m,) and the log-odds of a join at each (m,), both strictly ascending; m <= `knots`.

    Bins of equal mass; neighbours whose shares fall are merged (pool adjacent violators; Zadrozny and Elkan, KDD 2002).
    """
    order = np.argsort(evidence, kind="stable")
    bins: list[tuple[float, float, int]] = []
    for part in np.array_split(order, knots):
        # Each bin gets half a join and half a non-join as pseudo-counts, so that no probability is 0 or 1.
        bins.append((float(evidence[part].sum()), float(joins[part].sum()), len(part)))
        while len(bins) > 1 and _share(bins[-2]) >= _share(bins[-1]):
            last, before = bins.pop(), bins.pop()
            bins.append((last[0] + before[0], last[1] + before[1], last[2] + before[2]))
    shares = np.array([_share(one) for one in bins])
    return np.array([total / count for total, _, count in bins]), np.log(shares / (1 - shares))


def _share(one: tuple[float, float, int]) -> float:
    return (one[1] + 0.5) / (one[2] + 1)
