"""A matcher as a safetensors file: the trees as arrays, the calibration and the features' names as its metadata."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from lakeindex.errors import IndexDamaged
from lakeindex.match.calibration import Calibration
from lakeindex.match.trees import Trees

_ARRAYS = {"roots": np.int32, "features": np.int32, "thresholds": np.float64}
_ARRAYS |= {"left": np.int32, "right": np.int32, "values": np.float64}


def write_matcher(
    path: Path, trees: Trees, calibration: Calibration, features: list[str], remarks: dict[str, str]
) -> None:
    """Write a matcher, with remarks on how it came about."""
    arrays = {name: np.ascontiguousarray(getattr(trees, name), dtype) for name, dtype in _ARRAYS.items()}
    told = {"depth": str(trees.depth), "calibration": json.dumps(asdict(calibration)), "features": json.dumps(features)}
    save_file(arrays, path, told | remarks)


def read_matcher(path: Path) -> tuple[Trees, Calibration, list[str], str]:
    """Read a matcher: its trees, calibration, the names of its features, and a fingerprint of all that.

    Raises IndexDamaged where the file is none, or its trees lead nowhere.
    """
    try:
        with safe_open(path, "numpy") as file:
            told = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in _ARRAYS}
        trees = Trees(**arrays, depth=int(told["depth"]))
        calibration = Calibration(**json.loads(told["calibration"]))
        names = [str(name) for name in json.loads(told["features"])]
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise IndexDamaged(f"{path} holds no matcher ({error}); install lakeindex again") from error
    nodes = len(trees.values)
    places = np.concatenate([trees.roots, trees.left, trees.right])
    fits = all(len(arrays[name]) == nodes for name in _ARRAYS if name != "roots")
    if (
        not fits
        or np.any((places < 0) | (places >= nodes))
        or np.any((trees.features < 0) | (trees.features >= len(names)))
    ):
        raise IndexDamaged(f"the trees in {path} lead nowhere; install lakeindex again")
    return trees, calibration, names, f"matcher-{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"
