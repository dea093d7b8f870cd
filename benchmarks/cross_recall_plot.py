"""Draw how much of the cross-encoder's own best a search finds by the number of its calls."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from plotting import reproducible_pyplot

Figures = Mapping[str, Mapping[str, Mapping[int, Mapping[int, float]]]]
"""By lake, system, calls and k."""


def draw(figures: Figures, path: Path) -> Path:
    """Write an SVG that is the same for the same figures: a row a k, a column a lake."""
    pyplot = reproducible_pyplot()
    tops = list(next(iter(next(iter(next(iter(figures.values())).values())).values())))
    figure, axes = pyplot.subplots(
        len(tops), len(figures), figsize=(4 * len(figures), 2.6 * len(tops)), layout="constrained", squeeze=False
    )
    for column, (lake, systems) in enumerate(figures.items()):
        for row, k in enumerate(tops):
            axis = axes[row][column]
            for name, by_calls in systems.items():
                axis.semilogx(list(by_calls), [of[k] for of in by_calls.values()], marker="o", markersize=3, label=name)
            axis.set_title(f"{lake}, recall@{k}")
            axis.set_ylim(-0.03, 1.03)
            axis.set_xticks(list(by_calls), list(map(str, by_calls)))
            axis.minorticks_off()
            axis.spines[["top", "right"]].set_visible(False)
    for axis in axes[-1]:
        axis.set_xlabel("calls")
    axes[0][0].legend(frameon=False, fontsize="small")
    figure.savefig(path, metadata={"Date": None})
    return path
