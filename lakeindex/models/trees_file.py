"""Store boosted trees in a safetensors file, each ensemble under a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from lakeindex.models.boosted_trees import Trees

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
