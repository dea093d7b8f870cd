"""Boosted trees as arrays: their predictions, and the contribution of each feature to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Features, Flags, Floats, TreePlaces


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Binary trees, an entry a node; a leaf is its own child."""

    roots: TreePlaces
    """(trees,) The root node of each."""
    features: TreePlaces
    """(nodes,) The feature that a node splits on."""
    thresholds: Floats
    """(nodes,) A value up to here goes to the left."""
    left: TreePlaces
    right: TreePlaces
    values: Floats
    """(nodes,) The mean of the training data that reached the node; of a leaf, the prediction of the tree."""
    depth: int

    def contributions(self, features: Features) -> Features:
        """Return what each feature adds to the sum of all trees, (n, features).

        A step down a tree is credited to the feature that its node splits on (Saabas, 2014). The value of the roots
        is not included: a row of contributions plus `base` is the prediction of the trees.
        """
        rows = np.arange(len(features))[:, None] * features.shape[1]
        nodes = np.broadcast_to(self.roots, (len(features), len(self.roots)))
        added = np.zeros(features.shape)
        for _ in range(self.depth):
            below = self._below(features, nodes)
            steps = self.values[below] - self.values[nodes]
            flat = (rows + self.features[nodes]).ravel()
            added += np.bincount(flat, steps.ravel(), minlength=added.size).reshape(added.shape)
            nodes = below
        return added

    @property
    def base(self) -> float:
        """Return the sum of the roots' values: the prediction before any feature is known."""
        return float(self.values[self.roots].sum())

    def sums(self, features: Features) -> Floats:
        """Return the prediction of all trees together, (n,)."""
        nodes = np.broadcast_to(self.roots, (len(features), len(self.roots)))
        for _ in range(self.depth):
            nodes = self._below(features, nodes)
        return np.asarray(self.values[nodes].sum(axis=1))

    def sums_of_steps(self, features: Features) -> Floats:
        """Return `sums` of rows, (n,), computing rows between the same thresholds once: for trees of few features."""
        cells = np.zeros(len(features), np.int64)
        for feature in range(features.shape[1]):
            thresholds = np.unique(self.thresholds[self._is_split & (self.features == feature)])
            cells = cells * (len(thresholds) + 1) + np.searchsorted(thresholds, features[:, feature], side="left")
        _, first, cell_of = np.unique(cells, return_index=True, return_inverse=True)
        return self.sums(features[first])[cell_of]

    def given(self, known: Floats) -> Trees:
        """Fix features, (features,) with nan for those that stay open, and return what is left of the trees.

        The same rows get the same sums, from shallower trees: every split on a known feature is taken, and trees that
        become a single leaf are put together into one.
        """
        values = known[self.features]
        is_known = np.flatnonzero(~np.isnan(values))
        reached = np.arange(len(self.features))
        is_left = values[is_known] <= self.thresholds[is_known]
        reached[is_known] = np.where(is_left, self.left[is_known], self.right[is_known])
        for _ in range(self.depth.bit_length()):
            reached = reached[reached]
        roots, left, right = reached[self.roots], reached[self.left], reached[self.right]
        is_single = left[roots] == roots
        return Trees(
            roots=np.append(roots[~is_single], len(self.features)),
            features=np.append(self.features, 0),
            thresholds=np.append(self.thresholds, np.inf),
            left=np.append(left, len(self.features)),
            right=np.append(right, len(self.features)),
            values=np.append(self.values, self.values[roots[is_single]].sum()),
            depth=_depth(roots[~is_single], left, right),
        )

    @property
    def _is_split(self) -> Flags:
        return np.asarray(self.left != np.arange(len(self.left)))

    def _below(self, features: Features, nodes: TreePlaces) -> TreePlaces:
        """Return the children that rows, (n, features), go to from nodes, (n, trees)."""
        rows = np.arange(len(features))[:, None] * features.shape[1]
        is_left = features.ravel()[rows + self.features[nodes]] <= self.thresholds[nodes]
        return np.where(is_left, self.left[nodes], self.right[nodes])


def _depth(roots: TreePlaces, left: TreePlaces, right: TreePlaces) -> int:
    """Return how many steps it takes from the roots to the farthest leaf."""
    depth, level = 0, roots
    while len(level := level[left[level] != level]):
        level = np.unique(np.concatenate([left[level], right[level]]))
        depth += 1
    return depth


_ARRAYS = {"roots": np.int32, "features": np.int32, "thresholds": np.float64}
_ARRAYS |= {"left": np.int32, "right": np.int32, "values": np.float64}


def to_arrays(trees: Mapping[str, Trees]) -> tuple[dict[str, npt.NDArray[Any]], dict[str, str]]:
    """Return trees as the arrays and the metadata of a file."""
    arrays = {
        f"{name}.{part}": np.ascontiguousarray(getattr(one, part), dtype)
        for name, one in trees.items()
        for part, dtype in _ARRAYS.items()
    }
    return arrays, {f"{name}.depth": str(one.depth) for name, one in trees.items()}


def from_file(file: Any, name: str, features: int) -> Trees:
    """Read the trees of a name, made for `features` features, from an open file.

    Raises KeyError or SafetensorError where there are none of the name, ValueError where their nodes are invalid.
    """
    arrays = {part: file.get_tensor(f"{name}.{part}") for part in _ARRAYS}
    # Places of the width that NumPy looks up by: others it converts at every look-up.
    arrays = {part: one.astype(np.intp) if one.dtype.kind == "i" else one for part, one in arrays.items()}
    trees = Trees(**arrays, depth=int((file.metadata() or {})[f"{name}.depth"]))
    if not _is_valid(trees, features):
        raise ValueError(f"the trees {name!r} have nodes that lead nowhere")
    return trees


def _is_valid(trees: Trees, features: int) -> bool:
    nodes = len(trees.values)
    places = np.concatenate([trees.roots, trees.left, trees.right])
    return (
        all(len(getattr(trees, name)) == nodes for name in _ARRAYS if name != "roots")
        and bool(np.all((places >= 0) & (places < nodes)))
        and bool(np.all((trees.features >= 0) & (trees.features < features)))
    )
