"""Claim: of the answers that lakeindex calls probable by .7, seven in ten join, also on lakes that nobody made.

Answers of `Lake.query_many` with its defaults on every labelled lake, alone: the ten best of each labelled query, after
those that a benchmark doesn't let answer are left out, as its evaluator does. Answers without a label count as false.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import record
from answers import K
from calibration_plot import draw
from labelled_lakes import LabelledLakes, add_options, open_lakes
from query_lake import has_column

from lakeindex.arrays.aliases import Flags, Floats
from lakeindex.evaluate.reliability import brier_skill, expected_calibration_error, mean_gap, reliability_curve
from lakeindex.lake import Lake

TOP = 10
COLUMNS = (
    ("queries", "queries"),
    ("answers", "answers"),
    ("that join", "share_that_joins"),
    ("mean probability", "mean_probability"),
    ("ECE, 15 bins of equal mass", "expected_calibration_error"),
    ("ECE, 10 bins of equal width", "mean_gap_of_tenths"),
    ("Brier skill", "brier_skill"),
    ("accepted", "accepted"),
    ("of them join", "accepted_that_join"),
    ("of joins accepted", "joins_accepted"),
)


def measure(lakes: LabelledLakes, name: str, folder: Path) -> dict[str, object]:
    """Index one labelled lake, query it, and compare the probabilities of its answers with the labels."""
    lake, index = folder / name, folder / f"{name}.index"
    queries = lakes.prepare(lake, [name], False)
    opened = Lake.index(lake, index)
    relevant, candidates = lakes.relevant(name), lakes.candidates(name)
    rows = []
    for answer in opened.query_many([query for query in queries if has_column(opened, query)], K):
        may_answer = None if candidates is None else candidates[answer.query.table]
        matches = [one for one in answer.matches if may_answer is None or one.column.table in may_answer]
        rows += [(one.probability, one.accepted, one.column in relevant[answer.query]) for one in matches[:TOP]]
    probabilities, accepted, joins = (np.array(column) for column in zip(*rows, strict=True))
    return {"queries": len(queries)} | figures_of(probabilities, accepted.astype(bool), joins.astype(bool))


def figures_of(probabilities: Floats, accepted: Flags, joins: Flags) -> dict[str, object]:
    """Compare probabilities, (n,), with labels."""
    curve = reliability_curve(probabilities, joins)
    return {
        "answers": len(joins),
        "share_that_joins": float(joins.mean()),
        "mean_probability": float(probabilities.mean()),
        "expected_calibration_error": expected_calibration_error(probabilities, joins),
        "mean_gap_of_tenths": mean_gap(curve),
        "brier_skill": brier_skill(probabilities, joins),
        "accepted": int(accepted.sum()),
        "accepted_that_join": float(joins[accepted].mean()) if accepted.any() else None,
        "joins_accepted": float(accepted[joins].mean()) if joins.any() else None,
        "reliability": [one.as_row() for one in curve],
    }


def row(name: str, figures: Mapping[str, object]) -> list[object]:
    values = [figures[key] for _, key in COLUMNS]
    return [name, *(f"{value:.3f}" if isinstance(value, float) else value for value in values)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    given = parser.parse_args()
    lakes, names = open_lakes(given)
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            figures[name] = measure(lakes, name, Path(folder))
            print(f"{name}: ECE {figures[name]['expected_calibration_error']:.3f}", flush=True)
    record.print_table(["benchmark", *(title for title, _ in COLUMNS)], [row(*one) for one in figures.items()])
    if given.only:
        print("some benchmarks only: nothing written")
        return
    written = record.write("calibration", None, {"k": K, "top": TOP}, figures)
    drawn = draw(figures, record.RESULTS / "calibration.svg")
    print(f"wrote {written.relative_to(record.REPOSITORY)} and {drawn.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
