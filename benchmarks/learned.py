"""Claim: what was learned from made lakes helps on real ones.

The trained encoder against the base model, the matcher against the fusion of signals that it starts from, and both
without names and without values: neither in the texts that are encoded, nor among the signals or sources.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import record
from labelled_lakes import MACRO, Figures, LabelledLakes, write_rankings

from lakeindex.config.model_options import BASE_MODEL
from lakeindex.config.settings import Settings
from lakeindex.errors import NotFound
from lakeindex.lake import Lake
from lakeindex.match.signal_sum import fuse
from lakeindex.match.signals import measure
from lakeindex.search.retrieve import retrieve
from lakeindex.search.scored_candidates import LEAST_SCORE
from lakeindex.search.searcher import Searcher
from lakeindex.types.columns import Family
from lakeindex.types.lake import ColumnId
from lakeindex.types.pairs import Comparison, Pairs, Ranking

K = 100
CANDIDATES = 200
"""Of each source, as a query for K answers asks for."""
WILD = "wild"
NAMED = (Family.NAMES, Family.CONTEXT, Family.REFERENCES)
VALUED = (Family.VALUES, Family.KEYS, Family.WORDS, Family.GRAMS)
SOURCES = {"containment": Family.VALUES}
"""Sources that aren't called as their family."""


@dataclass(frozen=True, slots=True)
class Variant:
    """An index, and what is not heard when it is asked."""

    label: str
    settings: Settings
    silenced: tuple[Family, ...] = ()


VARIANTS = (
    Variant("as shipped", Settings()),
    Variant("encoder untrained", Settings(model=BASE_MODEL)),
    Variant("without names", Settings(text_name=False), NAMED),
    Variant("without values", Settings(text_values=0), VALUED),
)
SYSTEMS = ("fusion", "matcher")


def silenced(pairs: Pairs, families: Sequence[Family]) -> Pairs:
    """Hear nothing of some families of terms."""
    nothing = Comparison(*[np.zeros(len(pairs.keys))] * 7)
    return replace(pairs, compared=pairs.compared | dict.fromkeys(families, nothing))


def answer(searcher: Searcher, asked: ColumnId, families: Sequence[Family]) -> dict[str, list[ColumnId]]:
    """Rank the candidates of a query by every system."""
    query = searcher.column(asked)
    sources = [one for name, one in searcher.sources.items() if SOURCES.get(name, name) not in families]
    pairs = silenced(searcher.pairs(query, retrieve(query, sources, CANDIDATES)), families)
    scored = fuse(measure(pairs), pairs.tables)
    likely = searcher.matcher.judge(pairs, scored, len(pairs.keys)).probabilities
    ranked = {}
    for system, scores in zip(SYSTEMS, (scored.scores, likely), strict=True):
        ranking = Ranking.of(np.arange(len(pairs.keys)), scores, system).top(K)
        places = ranking.keys[scored.scores[ranking.keys] > LEAST_SCORE]
        ranked[system] = [searcher.directory.id_of(key) for key in pairs.keys[places].tolist()]
    return ranked


def rank(
    lake: Path, index: Path, queries: Sequence[ColumnId], variant: Variant
) -> dict[str, dict[ColumnId, list[ColumnId]]]:
    """Index a lake and answer its queries; one that isn't in the lake finds nothing."""
    searcher = Lake.index(lake, index, variant.settings).searcher
    rankings: dict[str, dict[ColumnId, list[ColumnId]]] = {system: {} for system in SYSTEMS}
    for asked in queries:
        try:
            found = answer(searcher, asked, variant.silenced)
        except NotFound:
            found = {system: [] for system in SYSTEMS}
        for system, columns in found.items():
            rankings[system][asked] = columns
    return rankings


def measure_all(lakes: LabelledLakes, names: Sequence[str], wild: bool) -> dict[str, Figures]:
    """Score every system and variant, on each benchmark alone or on all in one lake."""
    figures: dict[str, Figures] = {}
    parts = {WILD: names} if wild else {name: [name] for name in names}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        prepared = {label: lakes.prepare(folder / label, some, wild) for label, some in parts.items()}
        for variant in VARIANTS:
            for label, queries in prepared.items():
                rankings = rank(folder / label, folder / f"{label}.index", queries, variant)
                for system, of_system in rankings.items():
                    write_rankings(folder / f"{system}.{label}.csv", of_system)
            for system in SYSTEMS:
                path = folder / f"{system}.{WILD if wild else '{}'}.csv"
                figures[f"{variant.label}, {system}"] = lakes.score(str(path), names, wild)
                print(f"{variant.label}, {system}: {figures[f'{variant.label}, {system}'][MACRO]}", flush=True)
    return figures


def rows(figures: Mapping[str, Figures]) -> list[list[object]]:
    return [
        [label, *(f"{one['recall_at_10']:.3f} / {one['map_at_10']:.3f}" for one in of.values())]
        for label, of in figures.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("LAKEINDEX_BENCH_DATA") or record.REPOSITORY.parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default, help="the labelled lakes [LAKEINDEX_BENCH_DATA]")
    parser.add_argument("--only", action="append", default=[], help="a single benchmark; may be repeated")
    parser.add_argument("--alone", action="store_true", help="leave out the wild lake, and write nothing")
    given = parser.parse_args()
    lakes = LabelledLakes(given.data.resolve())
    names = [name for name in lakes.names() if not given.only or name in given.only]
    if not names:
        sys.exit(f"no such benchmark; there are: {', '.join(lakes.names())}")
    results = {"alone": measure_all(lakes, names, False)}
    if not given.alone:
        results[WILD] = measure_all(lakes, [name for name in lakes.names_for_the_wild() if name in names], True)
    for label, figures in results.items():
        print(f"\n{label}: R@10 / MAP@10")
        record.print_table(["", *next(iter(figures.values()))], rows(figures))
    if not given.only and not given.alone:
        written = record.write("learned", None, {"k": K, "candidates": CANDIDATES}, results)
        print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
