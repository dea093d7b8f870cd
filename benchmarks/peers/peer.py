"""What a peer is, and how all of them cut their scores to an answer."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from peers.lake_values import LakeValues

Keys = npt.NDArray[np.int64]
Scores = npt.NDArray[np.floating]


class Peer(Protocol):
    """A system that indexes the columns of a lake and answers with their keys."""

    reads_values: bool
    """Whether it needs more of the lake than the columns' names."""
    settings: dict[str, object]
    """How it was set, for the record."""

    def build(self, lake: LakeValues, folder: Path) -> None:
        """Index the lake; `folder` is there for what is kept on disk."""

    def search(self, key: int, k: int) -> Keys:
        """Return at most k columns that may join with one of the lake, best first, none out of its own table."""

    def size(self) -> int:
        """Return the bytes of what is searched, as it is on disk, or would be."""


def best(keys: Keys, scores: Scores, query: int, tables: Keys, k: int) -> Keys:
    """Return the k keys with the highest scores above 0 outside the query's table; equal ones in their order."""
    answers = (scores > 0) & (tables[keys] != tables[query])
    keys, scores = keys[answers], scores[answers]
    if len(keys) > k:
        # Whatever equals the k-th stays in, so that the keys decide among equals and not the partition.
        kept = scores >= np.partition(scores, len(scores) - k)[len(scores) - k]
        keys, scores = keys[kept], scores[kept]
    return keys[np.lexsort((keys, -scores))][:k]


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
