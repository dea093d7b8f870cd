"""Draw how right sets of tuples and their cells are by the share of noisy cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from plotting import reproducible_pyplot

ByLevel = Mapping[str, float]
_NAMES = {"sets": "sets, pairwise F1", "cells": "cells, share right"}
_OURS = "lakeindex"


def draw(figures: Mapping[str, Mapping[str, Mapping[str, ByLevel]]], hidden: Sequence[str], path: Path) -> Path:
    """Write an SVG that is the same for the same figures: a row a measure, a column a kind of noise."""
    pyplot = reproducible_pyplot()
    rows, columns = len(_NAMES), len(figures)
    figure, axes = pyplot.subplots(
        rows, columns, figsize=(4.2 * columns, 3.2 * rows), layout="constrained", squeeze=False
    )
    for column, (noise, measures) in enumerate(figures.items()):
        for row, (measure, title) in enumerate(_NAMES.items()):
            axis = axes[row][column]
            for name, by_level in measures[measure].items():
                if name in hidden:
                    continue
                width = 2.2 if name == _OURS else 1.0
                levels = [100 * float(level) for level in by_level]
                axis.plot(levels, list(by_level.values()), marker="o", markersize=3, linewidth=width, label=name)
            axis.set_title(f"{noise}: {title}", fontsize="small")
            axis.set_xticks(levels)
            axis.spines[["top", "right"]].set_visible(False)
            if column == columns - 1:
                axis.legend(frameon=False, fontsize="x-small", loc="upper left", bbox_to_anchor=(1, 1))
    for axis in axes[-1]:
        axis.set_xlabel("cells written differently, %")
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    return path
