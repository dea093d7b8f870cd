"""The labelled lakes that the project is measured on, and the evaluator that prepares and scores them.

Both lie outside the repository: a folder with a subfolder a benchmark, and `evaluate.py` beside it.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import importlib.util
import io
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import ModuleType

import record

from lakeindex.evaluate.report import Rankings
from lakeindex.types.lake import ColumnId, TableId

METRICS = ("recall_at_10", "map_at_10", "ndcg_at_10", "precision_at_1")
MACRO = "macro mean"
WILD = "wild"
"""The lake of all benchmarks that any table may answer, among many other tables."""
RANKING_HEADER = ("query_table", "query_column", "rank", "table", "column")

Figures = dict[str, dict[str, float]]
"""By benchmark, and over them, the metrics of a system."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options for where the labelled lakes are, and which of them to take."""
    default = os.environ.get("LAKEINDEX_BENCH_DATA") or record.REPOSITORY.parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default, help="the labelled lakes [LAKEINDEX_BENCH_DATA]")
    parser.add_argument("--only", action="append", default=[], help="a single benchmark; may be repeated")


def open_lakes(given: argparse.Namespace) -> tuple[LabelledLakes, list[str]]:
    """Return the labelled lakes and the names of those to take; end the script where there is none."""
    lakes = LabelledLakes(given.data.resolve())
    names = [name for name in lakes.names() if not given.only or name in given.only]
    if not names:
        sys.exit(f"no such benchmark; there are: {', '.join(lakes.names())}")
    return lakes, names


class LabelledLakes:
    """A folder of labelled lakes, prepared and scored by the evaluator beside it."""

    def __init__(self, data: Path) -> None:
        evaluator = data.parent / "evaluate.py"
        if not data.is_dir() or not evaluator.is_file():
            sys.exit(
                f"no labelled lakes: expected {data} with a folder a benchmark, and {evaluator}; "
                "name another folder with --data or LAKEINDEX_BENCH_DATA, or try --smoke, which needs none"
            )
        self._evaluator = _load(evaluator)
        vars(self._evaluator)["DATA"] = data

    def names(self) -> list[str]:
        return list(self._evaluator.benchmarks())

    def names_for_the_wild(self) -> list[str]:
        """Name the benchmarks whose queries any table may answer."""
        return [name for name in self.names() if self.candidates(name) is None]

    def candidates(self, name: str) -> Mapping[str, Collection[str]] | None:
        """Return the tables that may answer in a benchmark, by the query's table; None where any may."""
        tables: Mapping[str, Collection[str]] | None = self._evaluator.allowed_tables(name)
        return tables

    def prepare(self, lake: Path, names: Sequence[str], wild: bool) -> list[ColumnId]:
        """Write a lake, and its queries to LAKE.queries.csv; return the queries."""
        self._evaluator.prepare(lake, names, wild)
        return [ColumnId(TableId(table), column) for name in names for table, column in self._evaluator.qrels(name)]

    def relevant(self, name: str) -> dict[ColumnId, set[ColumnId]]:
        """Return a benchmark's queries, each with the columns that join with it."""
        return {
            ColumnId(TableId(table), column): {
                ColumnId(TableId(at), found) for (at, found), grade in joins.items() if grade
            }
            for (table, column), joins in self._evaluator.qrels(name).items()
        }

    def score(self, rankings: str, names: Sequence[str], wild: bool) -> Figures:
        """Score a file of rankings, or one a benchmark where {} stands for its name in `rankings`."""
        outside = self._evaluator.INCOMPLETE_IN_THE_WILD if wild else frozenset()
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            self._evaluator.score(rankings, list(names), outside)
        return parse_scores(printed.getvalue())


def parse_scores(printed: str) -> Figures:
    """Read the evaluator's table: a line a benchmark, its metrics the last four words."""
    figures: Figures = {}
    for line in printed.splitlines()[1:]:
        words = line.split()
        name = MACRO if line.startswith(MACRO) else words[0]
        figures[name] = dict(zip(METRICS, map(float, words[-len(METRICS) :]), strict=True))
    return figures


def write_rankings(path: Path, rankings: Rankings) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        out = csv.writer(handle)
        out.writerow(RANKING_HEADER)
        for query, columns in rankings.items():
            for rank, column in enumerate(columns, 1):
                out.writerow([query.table, query.name, rank, column.table, column.name])


def side_by_side(figures: Mapping[str, Figures]) -> list[list[str]]:
    """Lay out the figures, a row a benchmark and a column a system."""
    names = list(next(iter(figures.values())))
    return [
        [name, *(" / ".join(f"{of_system[name][metric]:.3f}" for metric in METRICS) for of_system in figures.values())]
        for name in names
    ]


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("labelled_lakes_evaluator", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
