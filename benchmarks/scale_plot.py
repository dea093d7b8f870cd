"""Draw what lakes of several sizes cost, each cost beside a line that grows as the lake does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from plotting import reproducible_pyplot

Figures = Mapping[int, Mapping[str, Any]]

PANELS: tuple[tuple[str, Callable[[Mapping[str, Any]], float]], ...] = (
    ("index, seconds", lambda one: one["index_seconds"]),
    ("peak memory, MB", lambda one: one["peak_bytes"] / 1e6),
    ("index, MB", lambda one: one["index_bytes"] / 1e6),
    ("query p50, ms", lambda one: one["query"]["p50_ms"]),
)


def draw(figures: Figures, path: Path) -> Path:
    """Write an SVG that is the same for the same figures."""
    pyplot = reproducible_pyplot()
    figure, axes = pyplot.subplots(1, len(PANELS), figsize=(3 * len(PANELS), 3), layout="constrained")
    columns = [one["columns"] for one in figures.values()]
    for axis, (title, value_of) in zip(axes, PANELS, strict=True):
        values = [value_of(one) for one in figures.values()]
        linear = [values[-1] * size / columns[-1] for size in columns]
        axis.loglog(columns, linear, color="0.75", linestyle="--", label="linear")
        axis.loglog(columns, values, color="tab:blue", marker="o", label="lakeindex")
        for size, value in zip(columns, values, strict=True):
            axis.annotate(f"{value:,.3g}", (size, value), xytext=(0, 6), textcoords="offset points", ha="center")
        axis.set_title(title)
        axis.set_xlabel("columns")
        axis.margins(0.15)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].legend(frameon=False)
    figure.savefig(path, metadata={"Date": None})
    return path
