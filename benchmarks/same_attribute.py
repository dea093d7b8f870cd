"""Claim: the head for "is the same attribute as" ranks the columns of other tables as well as matchers of schemas.

Two heads rank the columns of labelled lakes that say the same of different things: the probability of a join, and the
matcher of attributes that `union` and `integrate` align by; "both" adds their reciprocal ranks. Beside them, where it
is installed, Magneto (Liu et al., VLDB 2025) without a large language model, with the sentence encoder of lakeindex's
base model: pip install magneto-python "valentine<1".
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import record
from labelled_lakes import LabelledLakes, add_options, open_lakes, write_rankings
from magneto_scores import magneto_scores

from lakeindex.arrays.aliases import Flags, Floats
from lakeindex.config.settings import Settings
from lakeindex.integrate.align.attribute_matcher import AttributeMatcher
from lakeindex.integrate.align.candidate_pairs import candidate_pairs
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.integrate.align.pair_features import ColumnPairs
from lakeindex.lake import Lake
from lakeindex.models.weights import ATTRIBUTES
from lakeindex.types.lake import ColumnId

LAKES = ("gdc_schema_matching", "schematch_multi", "valentine_magellan", "valentine_wikidata_musicians")
_RANK_SMOOTHING = 60
_DEPTH = 200
_NOT_COMPARED = -99.0

Scores = Mapping[str, Floats]
"""By system, the score of every column of the lake as an answer to one query, (columns,)."""


class TwoHeads:
    """Scores all columns of a lake by both heads."""

    def __init__(self, lake: Lake) -> None:
        self.searcher, self.reranking, self.budget = lake.opened.searcher, lake.opened.reranking, lake.opened.budget
        self.columns = ColumnSet.of(lake.opened.table_ids, self.searcher)
        self._places = {int(key): place for place, key in enumerate(self.columns.keys)}
        pairs = ColumnPairs.of(self.columns, *candidate_pairs(self.columns, 10**9))
        scores = AttributeMatcher.open(ATTRIBUTES).log_odds(pairs, self.columns.tables)
        self._same = np.full((len(self.columns), len(self.columns)), _NOT_COMPARED)
        self._same[pairs.left, pairs.right] = self._same[pairs.right, pairs.left] = scores

    def place_of(self, column: ColumnId) -> int:
        return self._places[self.searcher.directory.key_of(column)]

    def in_own_table(self, place: int) -> Flags:
        return np.asarray(self.columns.tables == self.columns.tables[place])

    def scores(self, query: ColumnId) -> Scores:
        key, place = self.searcher.directory.key_of(query), self.place_of(query)
        found = self.reranking.search(self.searcher.column_at(key), self.budget)
        joins = np.zeros(len(self.columns))
        joins[[self._places[key] for key in found.keys.tolist()]] = found.scores
        same = self._same[place]
        return {"joins with": joins, "same attribute": same, "both": _fused(joins) + _fused(same)}


def _fused(scores: Floats) -> Floats:
    """Return the reciprocal rank of each, smoothed (Cormack et al., SIGIR 2009)."""
    return np.asarray(1 / (_RANK_SMOOTHING + np.argsort(np.argsort(-scores, kind="stable"))))


def rankings(lakes: LabelledLakes, name: str, lake: Lake) -> dict[str, dict[ColumnId, list[ColumnId]]]:
    """Rank the columns of other tables for each labelled query, by every system."""
    heads = TwoHeads(lake)
    found: dict[str, dict[ColumnId, list[ColumnId]]] = {}
    queries = list(lakes.relevant(name))
    for query, scores in _with_magneto(heads, lakes, name, lake, queries):
        is_own = heads.in_own_table(heads.place_of(query))
        for system, of_columns in scores.items():
            ranked = np.argsort(-np.where(is_own, -np.inf, of_columns), kind="stable")[
                : min(_DEPTH, int((~is_own).sum()))
            ]
            found.setdefault(system, {})[query] = [heads.columns.ids[place] for place in ranked.tolist()]
    return found


def _with_magneto(
    heads: TwoHeads, lakes: LabelledLakes, name: str, lake: Lake, queries: Iterable[ColumnId]
) -> Iterator[tuple[ColumnId, Scores]]:
    queries = list(queries)
    if find_spec("magneto") is None:
        yield from ((query, heads.scores(query)) for query in queries)
        return
    matched = magneto_scores(lake, queries, lakes.candidates(name))
    for query in queries:
        scores = np.full(len(heads.columns), _NOT_COMPARED)
        for column, score in matched[query].items():
            scores[heads.place_of(column)] = score
        yield query, {**heads.scores(query), "Magneto": scores}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    given = parser.parse_args()
    lakes, names = open_lakes(given)
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in (name for name in names if name in LAKES):
            lakes.prepare(Path(folder) / name, [name], wild=False)
            lake = Lake.index(Path(folder) / name, Path(folder) / f"{name}.index", Settings())
            figures[name] = {}
            for system, ranked in rankings(lakes, name, lake).items():
                write_rankings(path := Path(folder) / "rankings.csv", ranked)
                figures[name][system] = lakes.score(str(path), [name], wild=False)[name]["map_at_10"]
            print(name, figures[name], flush=True)
    systems = list(figures[next(iter(figures))])
    macro = {system: float(np.mean([of[system] for of in figures.values()])) for system in systems}
    rows = [[name, *(of[system] for system in systems)] for name, of in figures.items()]
    record.print_table(["MAP@10", *systems], [*rows, ["mean", *macro.values()]])
    if not given.only:
        print(f"wrote {record.write('same_attribute', None, {}, figures | {'mean': macro})}")


if __name__ == "__main__":
    main()
