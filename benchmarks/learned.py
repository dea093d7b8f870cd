"""Claim: what was learned from made lakes helps on real ones.

Answers of `Lake.query_many` with its defaults, on labelled lakes that are indexed as shipped, with the base model in
place of the trained encoder, without values (`--values none`) and without names; and of the same engine without the
matcher's trees (`changed_engine.py`), so that it ranks by the untrained sum of signals. Without names is no setting:
`changed_index.py` empties all that is made of them, but for how alike the headers of two tables are.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import record
from answers import K
from changed_engine import without_trees
from changed_index import without_names
from labelled_lakes import MACRO, WILD, Figures, LabelledLakes, add_options, open_lakes, write_rankings
from query_lake import query_lake

from lakeindex.config.model_options import BASE_MODEL
from lakeindex.config.settings import Settings
from lakeindex.lake import Lake


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to index a lake, and what each index is queried with."""

    label: str
    settings: Settings
    opened: Callable[[Path, Settings], Lake] = Lake.open


VARIANTS = (
    Variant("as shipped", Settings()),
    Variant("encoder untrained", Settings(model=BASE_MODEL)),
    Variant("without names", Settings(text_name=False), without_names),
    Variant("without values", Settings(values="none")),
)
SYSTEMS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "matcher": nullcontext,
    "matcher untrained": without_trees,
}


def measure_all(lakes: LabelledLakes, names: Sequence[str], wild: bool) -> dict[str, Figures]:
    """Score every system and variant, on each benchmark alone or on all in one lake."""
    figures: dict[str, Figures] = {}
    parts = {WILD: names} if wild else {name: [name] for name in names}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        prepared = {label: lakes.prepare(folder / label, some, wild) for label, some in parts.items()}
        for variant in VARIANTS:
            for label, queries in prepared.items():
                index = folder / f"{label}.index"
                Lake.index(folder / label, index, variant.settings)
                for system, change in SYSTEMS.items():
                    with change():
                        answers = query_lake(variant.opened(index, variant.settings), queries)
                    write_rankings(folder / f"{system}.{label}.csv", answers)
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
    add_options(parser)
    parser.add_argument("--alone", action="store_true", help="leave out the wild lake, and write nothing")
    given = parser.parse_args()
    lakes, names = open_lakes(given)
    results = {"alone": measure_all(lakes, names, False)}
    if not given.alone:
        results[WILD] = measure_all(lakes, [name for name in lakes.names_for_the_wild() if name in names], True)
    for label, figures in results.items():
        print(f"\n{label}: R@10 / MAP@10")
        record.print_table(["", *next(iter(figures.values()))], rows(figures))
    if not given.only and not given.alone:
        written = record.write("learned", None, {"k": K}, results)
        print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
