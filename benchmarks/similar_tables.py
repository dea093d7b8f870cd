"""Claim: of a table that was split, copied or edited, `similar` gives the other part first, and says what it is.

similar_tables.py LAKES [--splits 500] [--seed 7]

LAKES is a folder of lakes that nobody made, each with its files in `tables`. Tables of the lakes that the models were
not trained on are made into two, and lie in one lake together with the tables of the others. A query is the first table
of each pair. Reported are: whether the second one is first, by what the split dropped and renamed, and apart from
sources that have siblings (tables of the same columns in their lake); the F1 of the aligned columns; and the verdicts.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import record

from lakeindex.config.settings import Settings
from lakeindex.lake import Lake
from lakeindex.synthesis.partner_tables import DUPLICATE, SUBSET
from lakeindex.synthesis.source_tables import SourceData
from lakeindex.training.read_sources import read_sources
from lakeindex.training.similar_tables import MadePair, make_partner_lake
from lakeindex.types.lake import ReadOptions
from lakeindex.types.names import words_of
from lakeindex.types.reports import FileOutcome

MOST_BYTES, OF_OTHERS, WIDEST = 150_000, 6, 60
FEWEST_ROWS, FEWEST_COLUMNS = 8, 2


@dataclass(frozen=True)
class Query:
    """What was found of a table that was made into two."""

    pair: MadePair
    is_first: bool
    verdict: str
    counts: tuple[int, int, int]
    """Columns that are aligned rightly, aligned, and the same."""


def is_held_out(lake: str) -> bool:
    return int(hashlib.sha1(lake.encode()).hexdigest(), 16) % 4 == 0


def tables_of(folder: Path, most: int, rng: np.random.Generator) -> list[SourceData]:
    found = [
        one
        for one in read_sources(folder / "tables", folder / ".none", ReadOptions(batch_rows=4_096), MOST_BYTES)
        if not isinstance(one, FileOutcome)
        and one.table.num_rows >= FEWEST_ROWS
        and FEWEST_COLUMNS <= one.table.num_columns <= WIDEST
    ]
    return [found[place] for place in np.sort(rng.permutation(len(found))[:most]).tolist()]


def siblings(tables: list[SourceData]) -> set[str]:
    """Return the names of the tables that have the columns of another one."""
    of_columns = defaultdict(list)
    for one in tables:
        of_columns[frozenset(map(words_of, one.table.column_names))].append(one.name)
    return {name for names in of_columns.values() if len(names) > 1 for name in names}


def query(lake: Lake, pair: MadePair) -> Query:
    found = lake.similar(pair.first, 10)
    place = next((at for at, one in enumerate(found.tables) if one.table == pair.second), None)
    if place is None:
        return Query(pair, False, "", (0, 0, len(pair.partners.same)))
    partner = found.tables[place]
    aligned, same = {(one.left, one.right) for one in partner.pairs}, set(pair.partners.same)
    return Query(pair, place == 0, str(found.judge(partner)), (len(aligned & same), len(aligned), len(same)))


def groups(one: Query, of_siblings: set[str]) -> Iterator[str]:
    """Yield the names of the rows of the report that a query counts in."""
    made = one.pair.partners
    yield "all"
    yield "with siblings" if made.source in of_siblings else "without siblings"
    yield made.partition.relation
    if made.partition.relation == "split":
        yield f"split, {made.partition.dropped:.0%} of the columns dropped"
        yield f"split, {made.partition.overlap:.0%} of the rows in both"
    yield f"{made.partition.renamed:.0%} of the headers changed"


def f1(queries: list[Query]) -> float:
    right, taken, same = np.sum([one.counts for one in queries], axis=0).tolist()
    return 2 * right / max(taken + same, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lakes", type=Path)
    parser.add_argument("--splits", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    folders = sorted(one for one in given.lakes.iterdir() if (one / "tables").is_dir())
    own = [one for folder in folders if is_held_out(folder.name) for one in tables_of(folder, 10_000, rng)]
    others = [one for folder in folders if not is_held_out(folder.name) for one in tables_of(folder, OF_OTHERS, rng)]
    # Four in five become two.
    drawn = [own[place] for place in np.sort(rng.permutation(len(own))[: given.splits * 5 // 4]).tolist()]
    made = make_partner_lake(drawn, others, given.seed)
    with TemporaryDirectory() as folder:
        made.write(Path(folder) / "lake")
        lake = Lake.index(Path(folder) / "lake", Path(folder) / "index", Settings())
        start = time.perf_counter()
        queries = [query(lake, pair) for pair in made.pairs]
        seconds = (time.perf_counter() - start) / len(queries)
    report(
        queries,
        siblings(own),
        {"tables": len(made.tables), "queries": len(queries), "seconds a query": seconds},
        given.seed,
    )


def report(queries: list[Query], of_siblings: set[str], sizes: dict[str, float], seed: int) -> None:
    grouped: dict[str, list[Query]] = defaultdict(list)
    for one in queries:
        for group in groups(one, of_siblings):
            grouped[group].append(one)
    rows = {
        name: {"queries": len(some), "first": float(np.mean([one.is_first for one in some])), "f1": f1(some)}
        for name, some in sorted(grouped.items())
    }
    record.print_table(["", "queries", "first", "F1 of columns"], [[name, *of.values()] for name, of in rows.items()])
    verdicts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in queries:
        verdicts[one.pair.partners.partition.relation][one.verdict or "none"] += 1
    for relation, counts in verdicts.items():
        print(relation, dict(counts))
    right = {
        name: float(np.mean([one.verdict == name for one in queries if one.pair.partners.partition.relation == name]))
        for name in (DUPLICATE, SUBSET)
    }
    print(right, sizes)
    record.write("similar_tables", seed, {}, {"groups": rows, "verdicts": verdicts, "right": right, **sizes})


if __name__ == "__main__":
    main()
