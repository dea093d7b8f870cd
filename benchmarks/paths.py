"""Claim: what joins with a third column that a column joins with finds joins that the two columns alone don't show.

Answers of `Lake.query_many` with its defaults, and of the same engine without paths over third columns
(`changed_engine.py`), on the labelled lakes: each alone, five of them in a large one, and lakes whose columns share no
value with those that join with the same third column.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from statistics import fmean

import record
from answers import K
from changed_engine import without_paths
from labelled_lakes import MACRO, WILD, Figures, LabelledLakes, add_options, open_lakes, side_by_side, write_rankings
from query_lake import Answers, query_lake
from two_hops import remove_overlap

from lakeindex.config.settings import Settings
from lakeindex.lake import Lake
from lakeindex.types.lake import ColumnId

SYSTEMS = {"without paths": without_paths, "with paths": nullcontext}
TWO_HOPS = ("spider_fk", "kbwt_mapping_tables", "autojoin_webtables", "schematch_multi", "gdc_schema_matching")
TOP = 10


def answers_by_system(lake: Path, index: Path, queries: Sequence[ColumnId]) -> dict[str, Answers]:
    """Index a lake and query it with and without paths."""
    Lake.index(lake, index, Settings())
    answers = {}
    for system, change in SYSTEMS.items():
        with change():
            answers[system] = query_lake(Lake.open(index, Settings()), queries)
    return answers


def of_labelled(lakes: LabelledLakes, folder: Path, names: Sequence[str], wild: bool) -> dict[str, Figures]:
    for label, members in [(WILD, names)] if wild else [(name, [name]) for name in names]:
        queries = lakes.prepare(folder / label, members, wild)
        for system, answers in answers_by_system(folder / label, folder / f"{label}.index", queries).items():
            write_rankings(folder / f"{label}.{system}.csv", answers)
        print(label, "queried", flush=True)
    pattern = WILD if wild else "{}"
    return {system: lakes.score(str(folder / f"{pattern}.{system}.csv"), names, wild) for system in SYSTEMS}


def of_two_hops(lakes: LabelledLakes, folder: Path, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Measure how many of the pairs without a shared value are among the ten best answers."""
    figures = {}
    for name in names:
        place = folder / f"{name}.two_hops"
        lakes.prepare(place, [name], False)
        pairs = remove_overlap(place, lakes.relevant(name))
        queries = list(dict.fromkeys(one for one, _ in pairs))
        answers = answers_by_system(place, folder / f"{name}.two_hops.index", queries)
        figures[name] = {"pairs": float(len(pairs))} | {
            system: fmean(other in of_system[one][:TOP] for one, other in pairs)
            for system, of_system in answers.items()
        }
        print(name, figures[name], flush=True)
    total = sum(of_lake["pairs"] for of_lake in figures.values())
    figures[MACRO] = {"pairs": total} | _mean(lambda system: fmean(one[system] for one in list(figures.values())))
    figures["all pairs"] = {"pairs": total} | _mean(
        lambda system: sum(one["pairs"] * one[system] for name, one in figures.items() if name in names) / total
    )
    return figures


def _mean(of: Callable[[str], float]) -> dict[str, float]:
    return {system: of(system) for system in SYSTEMS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--alone", action="store_true", help="leave out the wild lake, and write nothing")
    given = parser.parse_args()
    lakes, names = open_lakes(given)
    with tempfile.TemporaryDirectory() as folder:
        figures: dict[str, object] = {"alone": of_labelled(lakes, Path(folder), names, False)}
        if two_hops := [name for name in TWO_HOPS if name in names]:
            figures["two hops"] = of_two_hops(lakes, Path(folder), two_hops)
        if not given.alone:
            in_the_wild = [name for name in lakes.names_for_the_wild() if name in names]
            figures[WILD] = of_labelled(lakes, Path(folder), in_the_wild, True)
    for label in ("alone", WILD):
        if label in figures:
            print(f"\n{label}: R@10 / MAP@10 / nDCG@10 / P@1")
            record.print_table(["benchmark", *SYSTEMS], side_by_side(figures[label]))
    if "two hops" in figures:
        print("\nrecall@10 of pairs two hops away")
        hops = figures["two hops"]
        record.print_table(["benchmark", "pairs", *SYSTEMS], [[name, *of.values()] for name, of in hops.items()])
    if given.alone or given.only:
        print("some of it only: nothing written")
        return
    print(f"wrote {record.write('paths', None, {'k': K}, figures).relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
