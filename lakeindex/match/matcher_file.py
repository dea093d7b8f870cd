"""A matcher as a safetensors file: its trees as arrays, the calibration and the features' names as its metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from lakeindex.errors import IndexDamaged
from lakeindex.match.calibration import Calibration
from lakeindex.match.join_kind import KINDS_OF_JOIN
from lakeindex.match.trees import Trees

_ARRAYS = {"roots": np.int32, "features": np.int32, "thresholds": np.float64}
_ARRAYS |= {"left": np.int32, "right": np.int32, "values": np.float64}
_STEPS = ("pair", "confidence")


@dataclass(frozen=True, slots=True, eq=False)
class MatcherFile:
    """What a file of a matcher holds."""

    pair: Trees
    confidence: Trees
    calibration: Calibration
    features: list[str]
    """The names of a pair's features, in their order."""


def write_matcher(
    path: Path,
    trees: Mapping[str, Trees],
    calibration: Calibration,
    features: Sequence[str],
    remarks: Mapping[str, str],
) -> None:
    """Write the trees called `pair` and `confidence`, the calibration, and remarks on how they came about."""
    arrays = {
        f"{step}.{name}": np.ascontiguousarray(getattr(trees[step], name), dtype)
        for step in _STEPS
        for name, dtype in _ARRAYS.items()
    }
    told = {f"{step}.depth": str(trees[step].depth) for step in _STEPS}
    told |= {"calibration": json.dumps(asdict(calibration)), "features": json.dumps(list(features))}
    save_file(arrays, path, told | dict(remarks))


def read_matcher(path: Path) -> MatcherFile:
    """Read a matcher. Raises IndexDamaged where the file is none, or its trees lead nowhere."""
    try:
        with safe_open(path, "numpy") as file:
            told = file.metadata() or {}
            read = {
                step: Trees(
                    **{name: file.get_tensor(f"{step}.{name}") for name in _ARRAYS}, depth=int(told[f"{step}.depth"])
                )
                for step in _STEPS
            }
        calibration = _calibration(json.loads(told["calibration"]))
        features = [str(name) for name in json.loads(told["features"])]
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise IndexDamaged(f"{path} holds no matcher ({error}); install lakeindex again") from error
    if not (_leads_somewhere(read["pair"], len(features)) and _leads_somewhere(read["confidence"], len(features) + 3)):
        raise IndexDamaged(f"the trees in {path} lead nowhere; install lakeindex again")
    return MatcherFile(read["pair"], read["confidence"], calibration, features)


def _leads_somewhere(trees: Trees, features: int) -> bool:
    nodes = len(trees.values)
    places = np.concatenate([trees.roots, trees.left, trees.right])
    return (
        all(len(getattr(trees, name)) == nodes for name in _ARRAYS if name != "roots")
        and bool(np.all((places >= 0) & (places < nodes)))
        and bool(np.all((trees.features >= 0) & (trees.features < features)))
    )


def _calibration(told: dict[str, Any]) -> Calibration:
    curve = {name: tuple(map(float, told[name])) for name in ("confidence", "log_odds")}
    kinds = tuple((float(slope), float(offset)) for slope, offset in told["kinds"])
    if len(kinds) != len(KINDS_OF_JOIN):
        raise ValueError(f"it knows {len(kinds)} kinds of join, not {len(KINDS_OF_JOIN)}")
    return Calibration(**told | curve | {"kinds": kinds})
