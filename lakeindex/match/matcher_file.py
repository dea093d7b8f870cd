"""A matcher as a safetensors file: its trees as arrays, the calibration and the features' names as its metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from lakeindex.errors import IndexDamaged
from lakeindex.match.calibration import Calibration
from lakeindex.match.join_kind import KINDS_OF_JOIN
from lakeindex.models.boosted_trees import Trees
from lakeindex.models.trees_file import from_file, to_arrays

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
    arrays, told = to_arrays({step: trees[step] for step in _STEPS})
    told |= {"calibration": json.dumps(asdict(calibration)), "features": json.dumps(list(features))}
    save_file(arrays, path, told | dict(remarks))


def read_matcher(path: Path) -> MatcherFile:
    """Read a matcher. Raises IndexDamaged where the file is none, or its trees lead nowhere."""
    try:
        with safe_open(path, "numpy") as file:
            told = file.metadata() or {}
            features = [str(name) for name in json.loads(told["features"])]
            pair = from_file(file, "pair", len(features))
            confidence = from_file(file, "confidence", len(features) + 3)
        calibration = _calibration(json.loads(told["calibration"]))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise IndexDamaged(f"{path} holds no matcher ({error}); install lakeindex again") from error
    return MatcherFile(pair, confidence, calibration, features)


def _calibration(told: dict[str, Any]) -> Calibration:
    curve = {name: tuple(map(float, told[name])) for name in ("confidence", "log_odds")}
    kinds = tuple((float(slope), float(offset)) for slope, offset in told["kinds"])
    if len(kinds) != len(KINDS_OF_JOIN):
        raise ValueError(f"it knows {len(kinds)} kinds of join, not {len(KINDS_OF_JOIN)}")
    return Calibration(**told | curve | {"kinds": kinds})
