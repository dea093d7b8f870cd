"""Claim: sets of tuples and their cells stay right under noise, more so than components and majorities.

Tables of the demo lake are copied into six sources each, of other rows, columns, names and reliability, and a share of
the cells is written differently: as typos, or as what the lake's own lookup tables say is the same (United States, US).
Wrong values come on top, of some sources more than of others. Each made lake is indexed and integrated by
`Lake.integrate`, without a key; other ways to make sets get the edges that it has.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import record
from edge_network import EPOCHS, WIDTH, train
from integration_noise_plot import draw
from integration_scores import Truth, accuracy_of_product, accuracy_of_sets, best_possible, pairwise_f1
from noisy_sources import COLUMNS, RENAMED, ROWS, UNRELIABLE, Noise, NoisySources, Recipe, make_sources
from noisy_tables import CHOSEN_ON, MEASURED, CleanTable
from set_methods import METHODS, RESOLUTION, connected, louvain

from lakeindex.arrays.aliases import Integers
from lakeindex.config.settings import Settings
from lakeindex.integrate.conflicts.claims import Rule
from lakeindex.integrate.integration import Integration
from lakeindex.integrate.link.link_by_tables import link_by_tables
from lakeindex.integrate.sets.communities import MISSING_EDGE, integrable_sets
from lakeindex.integrate.sets.tuple_graph import TupleGraph
from lakeindex.integrate.tuples import Tuples
from lakeindex.lake import Lake

LEVELS = (0.1, 0.2, 0.3)
ENTITIES = 150
SEED, OTHER_SEED = 23, 5
OTHER_SOURCES = (2, 3, 6, 12)
SMOKE_ENTITIES = 60
OURS, COMPONENTS, TOLD = "lakeindex", "connected components", "told by any source"
RULES = {"truth discovery": Rule.AUTO, "majority vote": Rule.MAJORITY}

MISSING_EDGES = (-3.0, -2.0, -1.0, -0.5, -0.25, -0.1)
RESOLUTIONS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
TITLES = {"sets": "pairwise F1 of the sets", "cells": "share of right cells"}

Figures = dict[str, float]
Results = dict[str, dict[str, dict[str, dict[str, Figures]]]]
"""By noise, measure, method, level and table."""
Table = Callable[[], CleanTable]
Method = Callable[[TupleGraph], Integers]


@dataclass(frozen=True, slots=True, eq=False)
class Integrated:
    """A made lake as it was integrated, with the graph that its sets are made of."""

    truth: Truth
    made: Integration
    graph: TupleGraph

    @property
    def tuples(self) -> Tuples:
        return self.made.tuples


def integrated(sources: NoisySources) -> Integrated:
    """Write a lake, index it and integrate its sources."""
    with tempfile.TemporaryDirectory() as folder:
        sources.write(Path(folder) / "lake")
        lake = Lake.index(Path(folder) / "lake", Path(folder) / "index", Settings())
        made = lake.integrate([source.name for source in sources.sources])
        links = link_by_tables(made.tuples.records, made.tuples.alignment)
    ends = [links[name].to_numpy() for name in ("left", "right", "probability")]
    return Integrated(Truth.of(sources, made.tuples), made, TupleGraph(len(made.tuples), *ends, made.tuples.table_of))


def measure(one: Integrated, methods: Mapping[str, Method]) -> dict[str, Figures]:
    """Score the sets of each method, and the cells of those and of the product."""
    truth = one.truth.entities
    sets = {name: method(one.graph) for name, method in methods.items()}
    cells = {
        f"{rule} on {name}": accuracy_of_sets(one.truth, one.tuples, found, how)
        for name, found in ((OURS, sets[OURS]), (COMPONENTS, sets[COMPONENTS]), ("true sets", truth))
        for rule, how in RULES.items()
    }
    return {
        "sets": {name: pairwise_f1(found, truth) for name, found in sets.items()},
        "cells": {OURS: accuracy_of_product(one.truth, one.made)}
        | cells
        | {TOLD: best_possible(one.truth, one.tuples)},
    }


def made_lakes(tables: Mapping[str, Table], recipes: Sequence[Recipe]) -> Iterator[tuple[str, Recipe, Integrated]]:
    """Yield the name, the recipe and the integrated lake for each table and recipe."""
    for (name, table), recipe in product(tables.items(), recipes):
        yield name, recipe, integrated(make_sources(table(), recipe))


def other_graphs(levels: Sequence[float], entities: int, sources: Sequence[int]) -> list[tuple[TupleGraph, Integers]]:
    """Return graphs, with their tuples' entities, of other tables with other noise, of few and of many sources."""
    recipes = [
        Recipe(entities, noise, level, OTHER_SEED, count) for noise, level, count in product(Noise, levels, sources)
    ]
    return [(one.graph, one.truth.entities) for *_, one in made_lakes(CHOSEN_ON, recipes)]


def trained(levels: Sequence[float], entities: int, sources: Sequence[int]) -> Mapping[str, Method]:
    """Return the methods that use a network, trained on other tables with other noise."""
    judged = train(other_graphs(levels, entities, sources), OTHER_SEED)
    return {
        "edge network": lambda graph: connected(judged(graph)),
        "edge network, then lakeindex": lambda graph: integrable_sets(judged(graph)),
    }


def run(tables: Mapping[str, Table], recipes: Sequence[Recipe], methods: Mapping[str, Method]) -> Results:
    """Return the figures by noise, measure, method, level and table."""
    results: Results = {}
    for name, recipe, one in made_lakes(tables, recipes):
        for measure_name, of in measure(one, methods).items():
            by_method = results.setdefault(str(recipe.noise), {}).setdefault(measure_name, {})
            for method, figure in of.items():
                by_method.setdefault(method, {}).setdefault(str(recipe.level), {})[name] = figure
        print(f"{name}, {recipe.noise}, {recipe.level:.0%} of the cells", flush=True)
    return results


def means(results: Results) -> dict[str, dict[str, dict[str, Figures]]]:
    """Return the means over the tables."""
    return {
        noise: {
            name: {method: {level: float(np.mean(list(of.values()))) for level, of in by_level.items()}
                   for method, by_level in by_method.items()}
            for name, by_method in measures.items()
        }
        for noise, measures in results.items()
    }  # fmt: skip


def show(results: Results) -> None:
    """Print a table a noise and measure: by level the mean, then each table."""
    for noise, measures in results.items():
        for name, by_method in measures.items():
            levels = next(iter(by_method.values()))
            tables = list(next(iter(levels.values())))
            print(f"\n{noise}, {TITLES[name]}: mean, then {' / '.join(tables)}, by share of the cells")
            record.print_table([name, *(f"{float(level):.0%}" for level in levels)], [
                [method, *(_shown(list(of.values())) for of in by_level.values())]
                for method, by_level in by_method.items()
            ])  # fmt: skip


def _shown(figures: Sequence[float]) -> str:
    return f"{np.mean(figures):.3f}  {' / '.join(f'{one:.2f}' for one in figures)}"


def choose(entities: int) -> None:
    """Print the F1 of sets by constant, on the tables that they are chosen on."""
    lakes = other_graphs(LEVELS, entities, OTHER_SOURCES)
    for title, method, values in (
        ("log-odds of a missing edge", lambda graph, value: integrable_sets(graph, value), MISSING_EDGES),
        ("resolution of Louvain", louvain, RESOLUTIONS),
    ):
        print(title)
        record.print_table(
            ["", "mean", "worst"],
            [[str(value), np.mean(of), min(of)] for value in values
             for of in [[pairwise_f1(method(graph, value), truth) for graph, truth in lakes]]],
        )  # fmt: skip


def settings(entities: int) -> dict[str, object]:
    return {
        "tables": list(MEASURED), "chosen on": list(CHOSEN_ON), "entities": entities, "levels": LEVELS,
        "sources": len(UNRELIABLE), "sources chosen on": OTHER_SOURCES, "rows": ROWS,
        "columns": COLUMNS, "renamed": RENAMED,
        "wrong values": [f"{one / 2:.2f} of the level" for one in UNRELIABLE], "missing edge": MISSING_EDGE,
        "resolution of Louvain": RESOLUTION, "network": {"width": WIDTH, "epochs": EPOCHS, "seed": OTHER_SEED},
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="one table, one level, few entities; nothing is written")
    parser.add_argument("--entities", type=int, default=ENTITIES, help="of each table at most")
    parser.add_argument("--choose", action="store_true", help="only print what the constants are chosen by")
    given = parser.parse_args()
    entities = SMOKE_ENTITIES if given.smoke else given.entities
    tables = {name: MEASURED[name] for name in list(MEASURED)[: 1 if given.smoke else None]}
    levels = LEVELS[1:2] if given.smoke else LEVELS
    if given.choose:
        choose(entities // 2)
        return
    recipes = [Recipe(entities, noise, level, SEED) for noise, level in product(Noise, levels)]
    others = sorted({levels[0], levels[-1]}), entities // 2, OTHER_SOURCES[2:3] if given.smoke else OTHER_SOURCES
    results = run(tables, recipes, {**METHODS, **trained(*others)})
    show(results)
    if given.smoke or given.entities != ENTITIES:
        print("the smoke size, or another number of entities: nothing written")
        return
    written = record.write("integration_noise", SEED, settings(entities), {"mean": means(results), "by table": results})
    print(f"wrote {written.relative_to(record.REPOSITORY)}")
    print(f"drew {draw(means(results), (), record.RESULTS / 'integration_noise.svg').relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
