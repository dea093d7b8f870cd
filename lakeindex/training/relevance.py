"""What is known of a made lake's columns, by their keys in its index: which join, and of which nobody can tell."""

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
    """Columns that are said something of together, by key.

    A column whose header was read as another one is in none: nothing can be said of it.
    """

    def __init__(self, by_id: Mapping[ColumnId, int], groups: Iterable[Sequence[ColumnId]]) -> None:
        self.of_key: defaultdict[int, list[Integers]] = defaultdict(list)
        for group in groups:
            keys = np.array([by_id[column] for column in group if column in by_id], np.int64)
            for key in keys.tolist() if len(keys) > 1 else ():
                self.of_key[key].append(keys)

    def others(self, key: int) -> Integers:
        """List the columns that are in a group with this one."""
        groups = self.of_key.get(key)
        return np.setdiff1d(np.concatenate(groups), [key]) if groups else np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class JoinGroups:
    """The truth about a made lake."""

    columns: int
    tellable: Groups
    """Columns that join, and something shows it."""
    joining: Groups
    """Columns that join."""
    unclear: Groups
    """Columns that join though nothing shows it, or of which nobody can tell whether they do."""

    @classmethod
    def of(cls, directory: Directory, made: MadeLake) -> JoinGroups:
        """Look up the columns of a made lake in its index."""
        by_id = {directory.id_of(key): key for key in range(len(directory))}
        tellable, mute = (
            [(one.left, one.right) for one in made.joins if one.is_tellable is wanted] for wanted in (True, False)
        )
        groups = (Groups(by_id, some) for some in (tellable, [*tellable, *mute], [*mute, *made.unclear]))
        return cls(len(directory), *groups)

    def some_queries(self, most: int, rng: np.random.Generator) -> Integers:
        """Draw columns with partners, as many as there are up to `most`, and half as many without; keys, ascending."""
        keys = np.arange(self.columns)
        has = np.array([key in self.tellable.of_key for key in keys.tolist()], bool)
        may_have = np.array([key in self.unclear.of_key for key in keys.tolist()], bool) | has
        chosen = [rng.permutation(keys[has])[:most], rng.permutation(keys[~may_have])[: most // 2]]
        return np.sort(np.concatenate(chosen))
