"""Draw reliability curves: what share of answers joins, by how probable lakeindex calls them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from plotting import reproducible_pyplot

_COLUMNS = 5
_SMALLEST, _LARGEST = 8, 90
"""Areas of the marks: each as large as its bin has answers, within these limits."""


def draw(figures: Mapping[str, Mapping[str, Any]], path: Path) -> Path:
    """Write an SVG that is the same for the same figures: a curve a lake, the diagonal being what holds."""
    pyplot = reproducible_pyplot()
    rows = -(-len(figures) // _COLUMNS)
    figure, axes = pyplot.subplots(
        rows, _COLUMNS, figsize=(2.7 * _COLUMNS, 2.7 * rows), layout="constrained", squeeze=False
    )
    for axis in axes.flat[len(figures) :]:
        axis.set_visible(False)
    for axis, (lake, found) in zip(axes.flat, figures.items(), strict=False):
        curve = found["reliability"]
        most = max(one["count"] for one in curve)
        areas = [_SMALLEST + (_LARGEST - _SMALLEST) * one["count"] / most for one in curve]
        predicted, joining = [one["probability"] for one in curve], [one["joins"] for one in curve]
        axis.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        axis.plot(predicted, joining, color="tab:blue", linewidth=1)
        axis.scatter(predicted, joining, s=areas, color="tab:blue")
        axis.set_title(f"{lake}\nECE {found['expected_calibration_error']:.3f}", fontsize="small")
        axis.set_xlim(-0.03, 1.03)
        axis.set_ylim(-0.03, 1.03)
        axis.set_aspect("equal")
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes[-1]:
        axis.set_xlabel("probability")
    for of_row in axes:
        of_row[0].set_ylabel("share that joins")
    figure.savefig(path, metadata={"Date": None})
    return path
