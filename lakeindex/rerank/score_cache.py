"""What a cross-encoder said, by the hashes of both columns: of a column that changed, nothing is remembered."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from lakeindex.arrays.aliases import Floats, Hashes

_MOST = 1_000_000
_HASHES, _SCORES = "hashes", "scores"


@dataclass
class RememberedScores:
    """Scores of pairs, for as long as the process lives or, with a file, from one to the next."""

    path: Path | None = None
    """A file of one model, which may be lost: what can't be read of it is scored again."""
    most: int = _MOST
    """Pairs that are remembered; when there are more, those are kept that came last."""
    _new: bool = field(default=False, init=False)

    def of(self, hashes: Hashes) -> Floats:
        """Return the scores of some pairs, (n,), nan of those that are not known."""
        return np.array([self._known.get(one, np.nan) for one in hashes.tolist()], np.float64)

    def keep(self, hashes: Hashes, scores: Floats) -> None:
        """Remember the scores of some pairs, (n,) each."""
        self._known.update(zip(hashes.tolist(), scores.tolist(), strict=True))
        for oldest in list(self._known)[: max(0, len(self._known) - self.most)]:
            del self._known[oldest]
        self._new = True

    def save(self) -> None:
        """Write what is new to the file, if there is one; where that can't be written, it is scored again."""
        if self.path is None or not self._new:
            return
        arrays = {_HASHES: np.array(list(self._known), np.uint64), _SCORES: np.array(list(self._known.values()))}
        unfinished = self.path.with_suffix(f".{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            save_file(arrays, unfinished)
            unfinished.replace(self.path)
        except OSError:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
        self._new = False

    @cached_property
    def _known(self) -> dict[int, float]:
        if self.path is None or not self.path.is_file():
            return {}
        try:
            read = load_file(self.path)
            return dict(zip(read[_HASHES].tolist(), read[_SCORES].tolist(), strict=True))
        except (OSError, SafetensorError, KeyError, ValueError):
            return {}
