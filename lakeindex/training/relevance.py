"""The ground truth of a made lake by keys in its index: which columns join, and for which that is undecidable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.catalog.directory import Directory
from lakeindex.synthesis.made_lake import MadeLake
from lakeindex.types.lake import ColumnId


class Groups:
    """Groups of columns that have something in common, by key.

    A column whose header was read differently is in no group, since nothing is known about it.
    """

    def __init__(self, by_id: Mapping[ColumnId, int], groups: Iterable[Sequence[ColumnId]]) -> None:
        self.of_key: defaultdict[int, list[Integers]] = defaultdict(list)
        for group in groups:
            keys = np.array([by_id[column] for column in group if column in by_id], np.int64)
            for key in keys.tolist() if len(keys) > 1 else ():
                self.of_key[key].append(keys)

    def others(self, key: int) -> Integers:
        """List the columns that share a group with this one."""
        groups = self.of_key.get(key)
        return np.setdiff1d(np.concatenate(groups), [key]) if groups else np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class JoinGroups:
    """The ground truth of a made lake."""

    columns: int
    decidable: Groups
    """Columns that join, with evidence of it in the tables."""
    joining: Groups
    """Columns that join."""
    undecidable: Groups
    """Columns that join without any evidence of it, or that are indistinguishable from ones that join."""

    @classmethod
    def of(cls, directory: Directory, made: MadeLake) -> JoinGroups:
        """Look up the columns of a made lake in its index."""
        by_id = {directory.id_of(key): key for key in range(len(directory))}
        decidable, without_evidence = (
            [(one.left, one.right) for one in made.joins if one.is_decidable is wanted] for wanted in (True, False)
        )
        joining, undecidable = [*decidable, *without_evidence], [*without_evidence, *made.undecidable]
        return cls(len(directory), *(Groups(by_id, some) for some in (decidable, joining, undecidable)))

    def some_queries(self, most: int, rng: np.random.Generator) -> Integers:
        """Draw up to `most` columns that join with others, and half as many that don't; keys, ascending."""
        keys = np.arange(self.columns)
        has = np.array([key in self.decidable.of_key for key in keys.tolist()], bool)
        may_have = np.array([key in self.undecidable.of_key for key in keys.tolist()], bool) | has
        chosen = [rng.permutation(keys[has])[:most], rng.permutation(keys[~may_have])[: most // 2]]
        return np.sort(np.concatenate(chosen))
