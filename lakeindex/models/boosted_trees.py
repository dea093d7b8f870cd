"""Boosted trees as arrays: what they add up to, and how much of that each feature brings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Features, Floats, TreePlaces


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Binary trees, an entry a node; a leaf is its own child."""

    roots: TreePlaces
    """(trees,) The node that each begins with."""
    features: TreePlaces
    """(nodes,) What a node asks for."""
    thresholds: Floats
    """(nodes,) A value up to here goes to the left."""
    left: TreePlaces
    right: TreePlaces
    values: Floats
    """(nodes,) The mean of the training data that reached it; of a leaf, what the tree says."""
    depth: int

    def contributions(self, features: Features) -> Features:
        """Return what each feature adds to the sum of all trees, (n, features).

        A step down a tree is credited to the feature that it asks for (Saabas, 2014); what a tree says before any
        step is left out: with it, see `base`, a row adds up to what the trees say of it.
        """
        rows = np.arange(len(features))[:, None]
        nodes = np.broadcast_to(self.roots, (len(features), len(self.roots)))
        added = np.zeros(features.shape)
        for _ in range(self.depth):
            asked, below = self._below(features, nodes)
            steps = self.values[below] - self.values[nodes]
            flat = (rows * features.shape[1] + asked).ravel()
            added += np.bincount(flat, steps.ravel(), minlength=added.size).reshape(added.shape)
            nodes = below
        return added

    @property
    def base(self) -> float:
        """Return what the trees say of a pair that nothing is known of."""
        return float(self.values[self.roots].sum())

    def sums(self, features: Features) -> Floats:
        """Return what all trees together say, (n,)."""
        nodes = np.broadcast_to(self.roots, (len(features), len(self.roots)))
        for _ in range(self.depth):
            _, nodes = self._below(features, nodes)
        return np.asarray(self.values[nodes].sum(axis=1))

    def _below(self, features: Features, nodes: TreePlaces) -> tuple[TreePlaces, TreePlaces]:
        """Return what the nodes (n, trees) ask for, and the nodes that the answers lead to."""
        asked = self.features[nodes]
        is_left = np.take_along_axis(features, asked.astype(np.intp), axis=1) <= self.thresholds[nodes]
        return asked, np.where(is_left, self.left[nodes], self.right[nodes])
