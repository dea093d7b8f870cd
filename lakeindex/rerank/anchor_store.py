"""The anchor scores of a lake, memory-mapped."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lakeindex.arrays.ragged import open_array
from lakeindex.errors import IndexDamaged
from lakeindex.types.pairs import AnchorScores

_QUERIES, _COLUMNS, _SCORES = "queries.npy", "columns.npy", "scores.npy"


def save_anchors(anchors: AnchorScores, folder: Path) -> None:
    """Write three arrays into `folder`."""
    folder.mkdir(parents=True)
    for name, array in ((_QUERIES, anchors.queries), (_COLUMNS, anchors.columns), (_SCORES, anchors.scores)):
        np.save(folder / name, array)


def open_anchors(folder: Path) -> AnchorScores:
    """Memory-map scores that were saved. Raises IndexDamaged when they can't be read."""
    return AnchorScores(*(open_array(folder / name) for name in (_QUERIES, _COLUMNS, _SCORES)))


def check_anchors(anchors: AnchorScores, columns: int) -> None:
    """Raise IndexDamaged unless there is a finite score of every anchor with each of so many columns."""
    fits = (
        anchors.queries.dtype == anchors.columns.dtype == np.dtype(np.uint64)
        and anchors.scores.dtype == np.dtype(np.float16)
        and anchors.queries.ndim == 1
        and anchors.columns.shape == (columns,)
        and anchors.scores.shape == (len(anchors.queries), columns)
        and bool(np.isfinite(anchors.scores).all())
    )
    if not fits:
        raise IndexDamaged("the anchor scores don't fit the columns; build the index again")
