"""Align labelled tables, and compare with simpler ways to tell which columns are the same attribute.

alignment.py DATA [--index FOLDER] [--only NAME ...]

"two tables" is lakeindex asked for each two tables alone, as for a union. MAP ranks the judged partners of each column.

DATA holds a folder a data set, each with its `tables`; their indexes are built below FOLDER.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import record
from alignment_cases import CASES, AlignmentCase, Pair, labelled_cases, pair_of

from lakeindex.config.settings import Settings
from lakeindex.evaluate.reliability import expected_calibration_error
from lakeindex.integrate.align.align import align
from lakeindex.integrate.align.attribute_matcher import AttributeMatcher
from lakeindex.integrate.align.candidate_pairs import candidate_pairs
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.integrate.align.one_to_one import best_pairs
from lakeindex.integrate.align.pair_features import PAIR_FEATURES, ColumnPairs
from lakeindex.integrate.align.siblings import numbered
from lakeindex.lake import Lake
from lakeindex.lake_map.align_each import align_each
from lakeindex.models.weights import ATTRIBUTES
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import ColumnId, TableId

Scores = dict[Pair, float]
"""Pairs that are taken for one attribute; with lakeindex, their probabilities."""


def by_lakeindex(case: AlignmentCase, searcher: Searcher) -> Scores:
    attributes = align(case.tables, searcher).attributes
    return {
        pair_of(one.column, other.column): min(one.probability, other.probability)
        for attribute in attributes
        for place, one in enumerate(attribute.columns)
        for other in attribute.columns[place + 1 :]
    }


def by_pairs_of_tables(case: AlignmentCase, searcher: Searcher) -> Scores:
    """Return what lakeindex aligns of each two tables when it is asked for these alone."""
    matcher = AttributeMatcher.open(ATTRIBUTES)
    found: Scores = {}
    others: dict[TableId, set[TableId]] = defaultdict(set)
    for one, other in case.judged:
        others[one.table].add(other.table)
    for table, some in others.items():
        for aligned in align_each(searcher, table, sorted(some), matcher):
            for pair in aligned.union.pairs:
                ids = ColumnId(table, pair.left), ColumnId(aligned.union.table, pair.right)
                found[pair_of(*ids)] = pair.probability
    return found


def average_precisions(case: AlignmentCase, columns: ColumnSet, pairs: ColumnPairs) -> list[float]:
    """Return the average precision of the judged partners of each column that has some, ranked by their score."""
    scores = AttributeMatcher.open(ATTRIBUTES).log_odds(pairs, columns.tables)
    ranked: dict[ColumnId, list[bool]] = defaultdict(list)
    for place in np.argsort(-scores, kind="stable").tolist():
        ids = columns.ids[pairs.left[place]], columns.ids[pairs.right[place]]
        if pair_of(*ids) in case.judged:
            for one in ids:
                ranked[one].append(pair_of(*ids) in case.same)
    return [average_precision(np.array(one)) for one in ranked.values() if any(one)]


def average_precision(same: np.ndarray) -> float:
    """Return the mean precision at the places of what is the same, (n,), best first."""
    return float((np.cumsum(same) / np.arange(1, len(same) + 1))[same].mean())


def baselines(columns: ColumnSet, pairs: ColumnPairs) -> Iterator[tuple[str, Scores]]:
    """Yield what each baseline takes for one attribute, the best of two tables one to one."""
    of = {name: pairs.features[:, place] for place, name in enumerate(PAIR_FEATURES)}
    yield "equal names", _taken(columns, pairs, of["one name"], 0.5)
    yield "names >= .8", _taken(columns, pairs, of["spelled alike"], 0.8)
    yield "values >= .5", _taken(columns, pairs, of["values found"], 0.5)
    yield "join >= .5", _taken(columns, pairs, _joins(columns, pairs), 0.5)


def _joins(columns: ColumnSet, pairs: ColumnPairs) -> np.ndarray:
    """Return the probability that lakeindex gives a join, the higher one of both directions."""
    scores = np.zeros((len(columns), len(columns)))
    searcher = columns.searcher
    for place, key in enumerate(columns.keys.tolist()):
        others = np.flatnonzero(columns.tables != columns.tables[place])
        found = searcher.scorer.score(searcher.column_at(key), columns.keys[others])
        scores[place, others] = found.by_matcher
    return np.maximum(scores, scores.T)[pairs.left, pairs.right]


def _taken(columns: ColumnSet, pairs: ColumnPairs, scores: np.ndarray, least: float) -> Scores:
    gains = np.where(scores >= least, scores, 0.0)
    blocks = numbered(columns.tables[pairs.left], columns.tables[pairs.right])
    chosen = np.flatnonzero(best_pairs(pairs.left, pairs.right, blocks, gains))
    return {
        pair_of(columns.ids[left], columns.ids[right]): 1.0
        for left, right in zip(pairs.left[chosen].tolist(), pairs.right[chosen].tolist(), strict=True)
    }


def measure(case: AlignmentCase, taken: Scores) -> tuple[int, int, int]:
    """Return how many of the judged pairs are taken rightly, taken, and right."""
    judged = {pair for pair in taken if pair in case.judged}
    return len(judged & case.same), len(judged), len(case.same)


def f1(counts: tuple[int, int, int]) -> float:
    right, taken, same = counts
    return 2 * right / max(taken + same, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--only", nargs="*", default=list(CASES))
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        figures = {name: _of_set(given.data / name, given.index or Path(folder)) for name in given.only}
    systems = list(next(iter(figures.values()))["f1"])
    macro = {system: float(np.mean([one["f1"][system] for one in figures.values()])) for system in systems}
    rows = [
        [name, *(one["f1"][system] for system in systems), one["map"], one["ece"], one["seconds"]]
        for name, one in figures.items()
    ]
    record.print_table(
        ["F1 of pairs", *systems, "map", "ece", "seconds"], [*rows, ["mean", *macro.values(), "", "", ""]]
    )
    record.write("alignment", None, {}, {"sets": figures, "macro": macro})


def _of_set(folder: Path, indexes: Path) -> Mapping[str, object]:
    index = indexes / folder.name
    settings = Settings(jobs=1)
    lake = Lake.open(index) if index.is_dir() else Lake.index(folder / "tables", index, settings)
    searcher = lake.opened.searcher
    counts: dict[str, np.ndarray] = {}
    probabilities, right, precisions, seconds = [], [], [], 0.0
    for case in labelled_cases(folder, searcher.directory):
        start = time.perf_counter()
        taken = by_lakeindex(case, searcher)
        seconds += time.perf_counter() - start
        probabilities += [taken[pair] for pair in taken if pair in case.judged]
        right += [pair in case.same for pair in taken if pair in case.judged]
        columns = ColumnSet.of(case.tables, searcher)
        every = ColumnPairs.of(columns, *candidate_pairs(columns, 10**9))
        precisions += average_precisions(case, columns, every)
        of_two = by_pairs_of_tables(case, searcher)
        for system, pairs in (("lakeindex", taken), ("two tables", of_two), *baselines(columns, every)):
            counts[system] = counts.get(system, np.zeros(3, int)) + np.array(measure(case, pairs))
    lake.close()
    return {
        "f1": {system: f1(tuple(found.tolist())) for system, found in counts.items()},
        "precision": {system: float(found[0] / max(found[1], 1)) for system, found in counts.items()},
        "recall": {system: float(found[0] / max(found[2], 1)) for system, found in counts.items()},
        "ece": expected_calibration_error(np.array(probabilities), np.array(right), min(15, len(right))),
        "map": float(np.mean(precisions)),
        "pairs": int(counts["lakeindex"][2]),
        "seconds": seconds,
    }


if __name__ == "__main__":
    main()
