"""Boosted trees as arrays: their predictions, and the contribution of each feature to them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lakeindex.arrays.aliases import Features, Floats, TreePlaces


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
        rows = np.arange(len(features))[:, None]
        nodes = np.broadcast_to(self.roots, (len(features), len(self.roots)))
        added = np.zeros(features.shape)
        for _ in range(self.depth):
            split_on, below = self._below(features, nodes)
            steps = self.values[below] - self.values[nodes]
            flat = (rows * features.shape[1] + split_on).ravel()
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
            _, nodes = self._below(features, nodes)
        return np.asarray(self.values[nodes].sum(axis=1))

    def sums_of_steps(self, features: Features) -> Floats:
        """Return `sums` of rows, (n,), computing rows between the same thresholds once: for trees of few features."""
        cells = np.stack([self._cells(features[:, place], place) for place in range(features.shape[1])], axis=1)
        _, first, cell_of = np.unique(cells, axis=0, return_index=True, return_inverse=True)
        return self.sums(features[first])[cell_of.reshape(-1)]

    def _cells(self, values: Floats, feature: int) -> TreePlaces:
        """Return between which thresholds of a feature values, (n,), lie."""
        splits = (self.features == feature) & (self.left != np.arange(len(self.left)))
        return np.searchsorted(np.unique(self.thresholds[splits]), values, side="left").astype(np.int32)

    def given(self, known: Floats) -> Trees:
        """Fix features, (features,) with nan for those that stay open, and return what is left of the trees.

        The same rows get the same sums, of fewer and shallower trees: every split on a known feature is taken.
        """
        nodes = np.arange(len(self.features))
        values = known[self.features]
        taken = np.where(values <= self.thresholds, self.left, self.right)
        reached = np.where(np.isnan(values), nodes, taken).astype(np.int32)
        for _ in range(self.depth.bit_length()):
            reached = reached[reached]
        left, right = reached[self.left], reached[self.right]
        return replace(self, roots=reached[self.roots], left=left, right=right).pruned()

    def pruned(self) -> Trees:
        """Return the same trees, those that are a single leaf put together into one, with the depth that they have."""
        is_leaf = self.left == np.arange(len(self.left))
        depth, level = 0, self.roots[~is_leaf[self.roots]]
        splitting = level
        while len(level):
            depth += 1
            below = np.concatenate([self.left[level], self.right[level]])
            level = np.unique(below[~is_leaf[below]])
        single = self.roots[is_leaf[self.roots]]
        if not len(single):
            return replace(self, depth=depth)
        leaf, end = float(self.values[single].sum()), np.array([len(self.features)], np.int32)
        return Trees(
            roots=np.concatenate([splitting, end]).astype(np.int32),
            features=np.append(self.features, np.int32(0)),
            thresholds=np.append(self.thresholds, np.inf),
            left=np.concatenate([self.left, end]),
            right=np.concatenate([self.right, end]),
            values=np.append(self.values, leaf),
            depth=depth,
        )

    def _below(self, features: Features, nodes: TreePlaces) -> tuple[TreePlaces, TreePlaces]:
        """Return the features that the nodes (n, trees) split on, and the children that the rows go to."""
        split_on = self.features[nodes]
        is_left = np.take_along_axis(features, split_on.astype(np.intp), axis=1) <= self.thresholds[nodes]
        return split_on, np.where(is_left, self.left[nodes], self.right[nodes])
