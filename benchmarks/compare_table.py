"""Lay out what compare.py found: how good every system is, and what it costs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import record
from costs import COST_HEADER, cost_row
from labelled_lakes import MACRO

_RESULTS = {"alone": "compare_alone", "wild": "compare_wild"}

Table = tuple[list[str], list[list[str]]]
"""A header, and rows."""


def quality(figures: Mapping[str, Any]) -> Table:
    """Return R@10 / MAP@10, a row a benchmark and a column a system."""
    systems = figures["systems"]
    names = list(next(iter(systems.values())))
    return ["benchmark", *systems], [[name, *(_pair(systems[one][name]) for one in systems)] for name in names]


def costs(figures: Mapping[str, Any]) -> Table:
    """Return the costs over all lakes, a row a system."""
    return list(COST_HEADER), [cost_row(system, of_system) for system, of_system in figures["costs"].items()]


def summary(found: Mapping[str, Mapping[str, Any]]) -> Table:
    """Return a row a system: its means on each size, and what it cost on the largest."""
    sizes = list(found)
    header = ["system", *(f"{size}: R@10 / MAP@10" for size in sizes)]
    header += ["columns/s", "index MB", "peak MB", "p50 / p95 / p99 ms"]
    largest = found[sizes[-1]]
    rows = []
    for system, of_system in largest["costs"].items():
        cells = dict(zip(COST_HEADER, cost_row(system, of_system), strict=True))
        means = [_pair(found[size]["systems"][system][MACRO]) for size in sizes]
        latency = " / ".join(cells[name] for name in ("p50 ms", "p95 ms", "p99 ms"))
        rows.append([system, *means, cells["columns/s"], cells["index MB"], cells["peak MB"], latency])
    return header, rows


def markdown() -> str:
    """Write the tables of the results that are there; end where there are none."""
    paths = {size: record.RESULTS / f"{name}.json" for size, name in _RESULTS.items()}
    found = {size: json.loads(path.read_text("utf-8"))["figures"] for size, path in paths.items() if path.is_file()}
    if not found:
        sys.exit(f"nothing to lay out: expected {' or '.join(map(str, paths.values()))}; run compare.py --alone")
    parts = [_to_markdown(*summary(found))]
    for size, figures in found.items():
        parts += [f"{size.capitalize()}: R@10 / MAP@10", _to_markdown(*quality(figures))]
        parts += [f"{size.capitalize()}: cost", _to_markdown(*costs(figures))]
    return "\n\n".join(parts)


def _pair(metrics: Mapping[str, float]) -> str:
    return " / ".join(f"{metrics[name]:.3f}".lstrip("0") for name in ("recall_at_10", "map_at_10"))


def _to_markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [header, rule, *rows])
