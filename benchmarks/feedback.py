"""Claim: twenty verdicts on a lake's answers help the questions that nobody judged, and harm none of the lakes.

Each labelled lake is indexed and asked. Then a user is played: of queries drawn by chance, the best answers are
accepted or rejected, as the labels have it, until there are as many verdicts as asked for. What is compared is MAP@10
of the queries of which no pair was judged, in either direction, before and after.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
import record
from labelled_lakes import LabelledLakes

from lakeindex.config.settings import Settings
from lakeindex.errors import NotFound
from lakeindex.evaluate.metrics import average_precision_at_k
from lakeindex.lake import Lake
from lakeindex.search.scored_candidates import LEAST_SCORE
from lakeindex.search.searcher import Searcher
from lakeindex.store.feedback_log import FeedbackFile, LabelledPair, Verdict
from lakeindex.types.lake import ColumnId

K = 100
BEST = 10
JUDGED = (2, 5)
"""Answers of a query that the user judges: few of many queries, and more of fewer."""
CHOSEN_ON = (
    "autofj_dbpedia", "gdc_schema_matching", "kbwt_mapping_tables", "valentine_magellan",
    "valentine_wikidata_musicians",
)  # fmt: skip
"""The benchmarks that the kernel was chosen on; the others had no part in that."""
LEXICAL = ("BM25 words", "names", "Jaccard")

Answers = dict[ColumnId, list[ColumnId]]


class JudgedLakes(LabelledLakes):
    """Labelled lakes of which a user sees the candidates that the labels are about."""

    def candidates(self, name: str) -> Mapping[str, Collection[str]] | None:
        """Return the tables that may answer, by the query's table; None where any may."""
        tables: Mapping[str, Collection[str]] | None = self._evaluator.allowed_tables(name)
        return tables


@dataclass(frozen=True, slots=True)
class Asked:
    """An indexed lake, its labels, and what it answered before anybody judged it."""

    name: str
    lake: Lake
    relevant: Mapping[ColumnId, Collection[ColumnId]]
    candidates: Mapping[str, Collection[str]] | None

    def answer(self, query: ColumnId) -> list[ColumnId]:
        """Rank the candidates that the labels are about; a query that isn't in the lake finds nothing."""
        try:
            ranked = ranking(self.lake.searcher, query)
        except NotFound:
            return []
        return [one for one in ranked if self.candidates is None or one.table in self.candidates[query.table]]

    def precision(self, query: ColumnId, answers: Sequence[ColumnId]) -> float:
        return average_precision_at_k(answers, dict.fromkeys(self.relevant[query], 1), BEST)


def ranking(searcher: Searcher, query: ColumnId) -> list[ColumnId]:
    """Return the answers as `lakeindex query` has them, without spelling out why."""
    found = searcher.search(searcher.column(query), K)
    said = found.scored.scores[np.searchsorted(found.pairs.keys, found.ranking.keys)]
    return [searcher.directory.id_of(key) for key in found.ranking.keys[said > LEAST_SCORE].tolist()]


def judged(asked: Asked, answers: Answers, labels: int, each: int, seed: int) -> list[LabelledPair]:
    """Play the user: accept or reject the best answers of queries drawn by chance."""
    queries = list(asked.relevant)
    random.Random(seed).shuffle(queries)
    given: dict[tuple[ColumnId, ColumnId], LabelledPair] = {}
    for query in queries:
        news = [pair for pair in verdicts(query, answers[query], asked.relevant[query]) if pair.pair not in given]
        given |= {pair.pair: pair for pair in news[: min(each, labels - len(given))]}
        if len(given) == labels:
            break
    return list(given.values())


def verdicts(query: ColumnId, answers: Sequence[ColumnId], joins: Collection[ColumnId]) -> Iterator[LabelledPair]:
    for one in answers:
        yield LabelledPair(query, one, Verdict.ACCEPTED if one in joins else Verdict.REJECTED)


def measure(asked: Asked, labels: int, each: int, seeds: Sequence[int]) -> dict[str, object]:
    """Compare the queries without verdicts before and after, as a mean over seeds."""
    file = FeedbackFile(asked.lake.generation.folder.parents[1])
    answers = {query: asked.answer(query) for query in asked.relevant}
    runs = []
    for seed in seeds:
        given = judged(asked, answers, labels, each, seed)
        touched = {column for pair in given for column in pair.pair}
        unjudged = [query for query in asked.relevant if query not in touched]
        if not unjudged:
            continue
        file.give(given)
        before = fmean(asked.precision(query, answers[query]) for query in unjudged)
        after = fmean(asked.precision(query, asked.answer(query)) for query in unjudged)
        runs.append((before, after))
        file.path.unlink()
    changes = [after - before for before, after in runs]
    return {
        "unjudged_before": fmean(before for before, _ in runs) if runs else None,
        "unjudged_after": fmean(after for _, after in runs) if runs else None,
        "change": fmean(changes) if runs else 0.0,
        "worst_change": min(changes, default=0.0),
        "seeds": len(runs),
        "all_queries": fmean(asked.precision(query, answers[query]) for query in asked.relevant),
    }


def measure_all(lakes: JudgedLakes, names: Sequence[str], given: argparse.Namespace) -> dict[str, dict[str, object]]:
    figures: dict[str, dict[str, object]] = {f"{each} a query": {} for each in JUDGED}
    with tempfile.TemporaryDirectory() as temporary:
        for name in names:
            folder = Path(temporary) / name
            lakes.prepare(folder, [name], False)
            lake = Lake.index(folder, folder.with_suffix(".index"), Settings(model=given.model))
            asked = Asked(name, lake, lakes.relevant(name), lakes.candidates(name))
            for each in JUDGED:
                found = measure(asked, given.labels, each, range(given.seeds))
                figures[f"{each} a query"][name] = found
                print(f"{name}, {given.labels} verdicts, {each} a query: {found}", flush=True)
    return figures


def lexical_figures() -> dict[str, dict[str, float]]:
    """Return MAP@10 of the lexical systems over all queries, as quality.py found it."""
    systems = json.loads((record.RESULTS / "quality_alone.json").read_text("utf-8"))["figures"]["systems"]
    return {
        system: {name: one["map_at_10"] for name, one in systems[system].items()}
        for system in LEXICAL
        if system in systems
    }


def rows(figures: Mapping[str, dict[str, object]]) -> list[list[object]]:
    lexical = lexical_figures()
    return [
        [
            name + (" (chosen on)" if name in CHOSEN_ON else ""),
            *(_shown(found[key]) for key in ("unjudged_before", "unjudged_after")),
            *(f"{1000 * float(str(found[key])):+.1f}" for key in ("change", "worst_change")),
            *(of_system.get(name, "") for of_system in lexical.values()),
        ]
        for name, found in figures.items()
    ]


def print_half_by_half(figures: Mapping[str, dict[str, object]]) -> None:
    header = ["benchmark", "before", "after", "change /1000", "worst seed", *lexical_figures()]
    record.print_table(header, rows(figures))
    for half, is_chosen in (("chosen on", True), ("held out", False)):
        changes = [float(str(one["change"])) for name, one in figures.items() if (name in CHOSEN_ON) is is_chosen]
        print(f"mean change, {half}: {1000 * fmean(changes):+.1f} /1000" if changes else f"none {half}")


def _shown(figure: object) -> object:
    return "none left" if figure is None else figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("LAKEINDEX_BENCH_DATA") or record.REPOSITORY.parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default, help="the labelled lakes [LAKEINDEX_BENCH_DATA]")
    parser.add_argument("--only", action="append", default=[], help="a single benchmark; may be repeated")
    parser.add_argument("--labels", type=int, default=20, help="verdicts [20]")
    parser.add_argument("--seeds", type=int, default=5, help="users that are played [5]")
    parser.add_argument("--model", default=Settings().model, help="the encoder [the default]")
    given = parser.parse_args()
    lakes = JudgedLakes(given.data.resolve())
    names = [name for name in lakes.names() if not given.only or name in given.only]
    if not names:
        sys.exit(f"no such benchmark; there are: {', '.join(lakes.names())}")
    figures = measure_all(lakes, names, given)
    for label, found in figures.items():
        print(f"\nMAP@10 of queries without verdicts, {label}; of the lexical systems, of all queries")
        print_half_by_half(found)
    if not given.only and given.model == Settings().model:
        settings = {"k": K, "labels": given.labels, "judged_of_a_query": JUDGED, "chosen_on": CHOSEN_ON}
        written = record.write("feedback", given.seeds, settings, figures)
        print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
