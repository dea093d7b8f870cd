"""Query a system in one process, warm, and write what it answers and how long that takes."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from labelled_lakes import write_rankings

from lakeindex.evaluate.labelled import read_queries
from lakeindex.evaluate.report import Rankings
from lakeindex.types.lake import ColumnId, TableId

K = 100
"""Answers a query, for everybody; the evaluator cuts them to a benchmark's candidates, then takes the best ten."""
WARM_UP = 10
"""Queries that are answered once more, before, and don't count."""

INDEXED, ANSWERED = "indexed", "answered"
"""What a system's process prints when it gets there, a line each, so that the memory of each phase is known."""

Answer = Callable[[ColumnId], Sequence[ColumnId]]


def answer_all(queries: Path, answer: Answer, rankings: Path) -> list[float]:
    """Write the answers to RANKINGS and return the milliseconds of each query."""
    columns = read_queries(queries)
    for query in columns[:WARM_UP]:
        answer(query)
    milliseconds, answers = [], {}
    for query in columns:
        started = time.perf_counter()
        answers[query] = answer(query)
        milliseconds.append(1000 * (time.perf_counter() - started))
    write_rankings(rankings, answers)
    print(ANSWERED, flush=True)
    return milliseconds


def read_rankings(path: Path) -> Rankings:
    """Read back what write_rankings wrote."""
    answers: dict[ColumnId, list[ColumnId]] = {}
    with path.open(newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            query = ColumnId(TableId(row["query_table"]), row["query_column"])
            answers.setdefault(query, []).append(ColumnId(TableId(row["table"]), row["column"]))
    return answers


def write_report(path: Path, facts: Mapping[str, object]) -> None:
    path.write_text(json.dumps(facts), encoding="utf-8")
