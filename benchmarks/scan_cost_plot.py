"""Draw what a scan costs against the size of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from plotting import reproducible_pyplot

_STYLES = {"lakeindex": "o-", "duckdb": "s--"}
_COLOURS = {"parquet": "tab:blue", "csv": "tab:orange"}
_LABELS = {"lakeindex": "lakeindex index", "duckdb": "DuckDB SUMMARIZE"}


def draw(figures: Sequence[Mapping[str, Any]], path: Path) -> Path:
    """Draw the processor seconds of each table by its size, both on logarithmic scales; return the path."""
    pyplot = reproducible_pyplot()
    figure, axis = pyplot.subplots(figsize=(6, 4), layout="constrained")
    for kind, colour in _COLOURS.items():
        some = sorted((one for one in figures if one["kind"] == kind), key=lambda one: one["bytes"])
        for system, style in _STYLES.items():
            axis.plot(
                [one["bytes"] / 1e6 for one in some],
                [one[system]["processor_seconds"] for one in some],
                style,
                color=colour,
                label=f"{_LABELS[system]}, {kind}",
            )
    axis.set(xscale="log", yscale="log", xlabel="megabytes of the table", ylabel="processor seconds")
    axis.legend(frameon=False, fontsize="small")
    axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    return path
