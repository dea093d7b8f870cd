"""The features of labelled pairs in one index, kept in a file: computing those of a pair takes as long as a query."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Codes, Floats, Integers
from lakeindex.match.features import FEATURES

_KEY_BITS = 32
_STATE = "state"


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPairs:
    """Labelled pairs, an entry each; its features are the same whichever column is the query."""

    lefts: Integers
    """(m,) keys of columns."""
    rights: Integers
    verdicts: Codes
    features: npt.NDArray[np.float32]
    """(m, f) As `undirected` gives them."""
    probabilities: Floats
    """(m,) As the matcher has them without feedback."""

    @classmethod
    def nothing(cls) -> LabelledPairs:
        """Return no pairs."""
        keys = np.zeros(0, np.int64)
        return cls(keys, keys, np.zeros(0, np.int8), np.zeros((0, len(FEATURES)), np.float32), np.zeros(0))

    @classmethod
    def open(cls, path: Path) -> tuple[LabelledPairs, Sequence[str]]:
        """Read pairs and the state that they were saved for; no pairs and an empty state when they can't be read."""
        try:
            with path.open("rb") as content, np.load(content, allow_pickle=False) as file:
                read, state = cls(**{one.name: file[one.name] for one in fields(cls)}), file[_STATE].tolist()
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return cls.nothing(), ()
        return (read, state) if read.features.shape == (len(read), len(FEATURES)) else (cls.nothing(), ())

    def save(self, path: Path, state: Sequence[str]) -> None:
        """Write them, all at once. Raises OSError where that isn't possible."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        arrays = {one.name: getattr(self, one.name) for one in fields(self)}
        with unfinished.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays, **{_STATE: np.array(state)})
        unfinished.replace(path)

    def __len__(self) -> int:
        return len(self.lefts)

    def places_of(self, lefts: Integers, rights: Integers) -> Integers:
        """Return the place of each pair, (n,); -1 for those that aren't here."""
        known, wanted = _codes(self.lefts, self.rights), _codes(lefts, rights)
        if not len(known):
            return np.full(len(wanted), -1)
        order = np.argsort(known)
        places = order[np.minimum(np.searchsorted(known, wanted, sorter=order), len(known) - 1)]
        return np.where(known[places] == wanted, places, -1)

    def take(self, places: Integers, verdicts: Codes) -> LabelledPairs:
        """Return the pairs at `places`, (n,), in this order, with these verdicts."""
        return LabelledPairs(
            self.lefts[places], self.rights[places], verdicts, self.features[places], self.probabilities[places]
        )

    def joined(self, others: Sequence[LabelledPairs]) -> LabelledPairs:
        """Put other pairs behind these."""
        return LabelledPairs(
            **{one.name: np.concatenate([getattr(part, one.name) for part in (self, *others)]) for one in fields(self)}
        )


def _codes(lefts: Integers, rights: Integers) -> Integers:
    return (lefts << _KEY_BITS) + rights
