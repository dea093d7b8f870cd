"""Claim: twenty verdicts on a lake's answers help the queries that got none, and harm none of the lakes.

Each labelled lake is indexed and queried by `Lake.query_many` with its defaults. Then a user is played: of queries
drawn by chance, the best answers are accepted or rejected by `Lake.accept` and `Lake.reject`, as the labels have it,
until there are as many verdicts as wanted. What is compared is MAP@10, before and after, of the queries of which no
pair got a verdict, in either direction.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import record
from answers import K
from labelled_lakes import LabelledLakes, add_options, open_lakes
from query_lake import Answers, query_lake

from lakeindex.config.settings import Settings
from lakeindex.evaluate.metrics import average_precision_at_k
from lakeindex.lake import Lake
from lakeindex.types.lake import ColumnId

BEST = 10
OF_A_QUERY = (2, 5)
"""Answers of a query that the user accepts or rejects: few of many queries, and more of fewer."""
CHOSEN_ON = (
    "autofj_dbpedia", "gdc_schema_matching", "kbwt_mapping_tables", "valentine_magellan",
    "valentine_wikidata_musicians",
)  # fmt: skip
"""The benchmarks that the kernel was chosen on; the others had no part in that."""
LEXICAL = ("BM25 words", "names", "Jaccard")

Pair = tuple[ColumnId, ColumnId]


@dataclass(frozen=True, slots=True)
class LabelledLake:
    """An indexed lake and its labels."""

    lake: Lake
    relevant: Mapping[ColumnId, Collection[ColumnId]]
    candidates: Mapping[str, Collection[str]] | None
    """By a query's table, the tables that the labels are about; None where that is any."""

    def answers(self, queries: Iterable[ColumnId]) -> Answers:
        """Rank the candidates that the labels are about."""
        found = query_lake(self.lake, queries)
        if self.candidates is None:
            return found
        return {
            query: [one for one in ranked if one.table in self.candidates[query.table]]
            for query, ranked in found.items()
        }

    def precision(self, query: ColumnId, ranked: Sequence[ColumnId]) -> float:
        return average_precision_at_k(ranked, dict.fromkeys(self.relevant[query], 1), BEST)

    def map_of(self, queries: Iterable[ColumnId], answers: Answers) -> float:
        return fmean(self.precision(query, answers[query]) for query in queries)

    def give(self, verdicts: Mapping[Pair, bool]) -> None:
        for (query, answer), joins in verdicts.items():
            (self.lake.accept if joins else self.lake.reject)(query, answer)

    def take_back(self, verdicts: Iterable[Pair]) -> None:
        for pair in verdicts:
            self.lake.withdraw(*pair)


def play_user(labelled: LabelledLake, answers: Answers, count: int, of_a_query: int, seed: int) -> dict[Pair, bool]:
    """Return so many verdicts on the best answers of queries drawn by chance: whether each pair joins."""
    queries = list(labelled.relevant)
    random.Random(seed).shuffle(queries)
    given: dict[Pair, bool] = {}
    for query in queries:
        # A pair is the same in both directions, and settled once.
        news = [one for one in answers[query] if not {(query, one), (one, query)} & given.keys()]
        for one in news[: min(of_a_query, count - len(given))]:
            given[query, one] = one in labelled.relevant[query]
        if len(given) == count:
            break
    return given


def measure(labelled: LabelledLake, count: int, of_a_query: int, seeds: Sequence[int]) -> dict[str, object]:
    """Compare the queries without verdicts before and after, as a mean over seeds."""
    answers = labelled.answers(labelled.relevant)
    runs = []
    for seed in seeds:
        verdicts = play_user(labelled, answers, count, of_a_query, seed)
        touched = {column for pair in verdicts for column in pair}
        untouched = [query for query in labelled.relevant if query not in touched]
        if not untouched:
            continue
        labelled.give(verdicts)
        runs.append((labelled.map_of(untouched, answers), labelled.map_of(untouched, labelled.answers(untouched))))
        labelled.take_back(verdicts)
    changes = [after - before for before, after in runs]
    return {
        "without_verdicts_before": fmean(before for before, _ in runs) if runs else None,
        "without_verdicts_after": fmean(after for _, after in runs) if runs else None,
        "change": fmean(changes) if runs else 0.0,
        "worst_change": min(changes, default=0.0),
        "seeds": len(runs),
        "all_queries": labelled.map_of(labelled.relevant, answers),
    }


def measure_all(lakes: LabelledLakes, names: Sequence[str], given: argparse.Namespace) -> dict[str, dict[str, object]]:
    figures: dict[str, dict[str, object]] = {f"{each} a query": {} for each in OF_A_QUERY}
    with tempfile.TemporaryDirectory() as temporary:
        for name in names:
            folder = Path(temporary) / name
            lakes.prepare(folder, [name], False)
            lake = Lake.index(folder, folder.with_suffix(".index"), Settings(model=given.model))
            labelled = LabelledLake(lake, lakes.relevant(name), lakes.candidates(name))
            for each in OF_A_QUERY:
                found = measure(labelled, given.labels, each, range(given.seeds))
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
            *(_shown(found[key]) for key in ("without_verdicts_before", "without_verdicts_after")),
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
    add_options(parser)
    parser.add_argument("--labels", type=int, default=20, help="verdicts [20]")
    parser.add_argument("--seeds", type=int, default=5, help="users that are played [5]")
    parser.add_argument("--model", default=Settings().model, help="the encoder [the default]")
    given = parser.parse_args()
    lakes, names = open_lakes(given)
    figures = measure_all(lakes, names, given)
    for label, found in figures.items():
        print(f"\nMAP@10 of queries without verdicts, {label}; of the lexical systems, of all queries")
        print_half_by_half(found)
    if not given.only and given.model == Settings().model:
        settings = {"k": K, "labels": given.labels, "verdicts_of_a_query": OF_A_QUERY, "chosen_on": CHOSEN_ON}
        written = record.write("feedback", given.seeds, settings, figures)
        print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
