"""The sample lake with the joins that the tests know of as labels: small, and there wherever the demo extra is."""

from __future__ import annotations

import csv
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import record

from lakeindex.demo import build_sample_lake

KNOWN_JOINS = record.REPOSITORY / "tests" / "demo" / "known_joins.py"
GRADES = {"equal": 2, "folded": 2, "padded": 2, "spelled": 1}
"""By the kind of a known join; `coded` ones need a table in between and are no answer to a query."""

LEAST_RECALL = 0.8
"""Of lakeindex, below which a change has lost joins that were found."""


@dataclass(frozen=True, slots=True)
class LabelFiles:
    queries: Path
    qrels: Path


def prepare(lake: Path) -> LabelFiles:
    """Write the sample lake, and its labels beside it."""
    build_sample_lake(lake)
    joins = [join for join in _known_joins().KNOWN_JOINS if join.kind.value in GRADES]
    labels = LabelFiles(lake.with_name("queries.csv"), lake.with_name("qrels.csv"))
    queries = dict.fromkeys((join.table, join.column) for join in joins)
    _write(labels.queries, ("query_table", "query_column"), list(queries))
    _write(
        labels.qrels,
        ("query_table", "query_column", "candidate_table", "candidate_column", "grade"),
        [(join.table, join.column, join.other_table, join.other_column, GRADES[join.kind.value]) for join in joins],
    )
    return labels


def _write(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows([header, *rows])


def _known_joins() -> ModuleType:
    spec = importlib.util.spec_from_file_location("known_joins", KNOWN_JOINS)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look their module up
    spec.loader.exec_module(module)
    return module
