"""Claim: a random projection of the value-column-table graph proposes no joining column that the sources miss.

FastRP (Chen et al., CIKM 2019) over three kinds of nodes: a column is joined with the values that the index keeps of
it, rare ones more strongly (IDF), and with its table. Beside the candidates of the engine, on the labelled lakes, each
alone: the recall of what FastRP proposes, of what both propose, and of what it proposes that the text vectors miss.
The weights of steps and of tables were chosen on autojoin_webtables and gdc_schema_matching.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean

import numpy as np
import numpy.typing as npt
import record
from labelled_lakes import LabelledLakes
from scipy import sparse

from lakeindex.arrays.aliases import Integers
from lakeindex.config.settings import Settings
from lakeindex.errors import NotFound
from lakeindex.index.term_stats import rarity_of
from lakeindex.lake import Lake
from lakeindex.search.retrieve import retrieve
from lakeindex.search.searcher import Searcher
from lakeindex.types.columns import Family, QueryColumn
from lakeindex.types.lake import ColumnId

LIMIT = 100
DIMENSIONS = 256
STEP_WEIGHTS = (0.0, 1.0, 1.0, 1.0)
"""Of the neighbours in so many steps, from none on: in two steps a column meets those that share values or a table."""
TABLE_WEIGHT = 0.3
"""Of the edge to its table, beside all edges to its values."""
SPARSITY = 3
SEED = 0
CHOSEN_ON = ("autojoin_webtables", "gdc_schema_matching")

Vectors = npt.NDArray[np.float32]


def column_vectors(searcher: Searcher) -> Vectors:
    """Project all columns of a lake, (columns, DIMENSIONS), unit length."""
    columns = len(searcher.directory)
    rows = searcher.terms[Family.VALUES].rows(np.arange(columns))
    values, numbers = np.unique(rows.hashes, return_inverse=True)
    rarity = rarity_of(np.bincount(numbers, minlength=len(values)), columns)
    of_values = sparse.csr_array((rarity[numbers], numbers, rows.starts), (columns, len(values)))
    tables = searcher.directory.tables.astype(np.int64)
    of_tables = sparse.csr_array((np.ones(columns), tables, np.arange(columns + 1)), (columns, tables.max() + 1))
    # What a column says of its table counts as much as what all of its values say.
    of_tables = sparse.csr_array(of_tables.multiply(TABLE_WEIGHT * np.maximum(of_values.sum(axis=1), 1)[:, None]))
    return projected(sparse.csr_array(sparse.hstack([of_values, of_tables])))


def projected(edges: sparse.csr_array) -> Vectors:
    """Project the left nodes of a bipartite graph, (left, right) weights: equations 4 to 6 of the paper, beta 0."""
    random = np.random.default_rng(SEED)
    draws = random.choice([1.0, 0.0, -1.0], (sum(edges.shape), DIMENSIONS), p=_chances(SPARSITY))
    left, right = np.split(draws * np.sqrt(SPARSITY), [edges.shape[0]])
    there, back = _averaging(edges), _averaging(sparse.csr_array(edges.T))
    mixed = STEP_WEIGHTS[0] * _unit(left)
    for weight in STEP_WEIGHTS[1:]:
        left, right = there @ right, back @ left
        mixed = mixed + weight * _unit(left)
    return _unit(mixed).astype(np.float32)


def _chances(sparsity: int) -> tuple[float, float, float]:
    return 1 / (2 * sparsity), 1 - 1 / sparsity, 1 / (2 * sparsity)


def _averaging(edges: sparse.csr_array) -> sparse.csr_array:
    sums = np.asarray(edges.sum(axis=1))
    return sparse.csr_array(sparse.diags_array(1 / np.where(sums == 0, 1, sums)) @ edges)


def _unit(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths == 0, 1, lengths))


def nearest(vectors: Vectors, query: QueryColumn, limit: int) -> Integers:
    """Return the keys of the nearest columns of other tables."""
    assert query.key is not None
    near = vectors @ vectors[query.key]
    near[query.excluded] = -np.inf
    return np.argsort(-near, kind="stable")[:limit]


def of_lake(searcher: Searcher, relevant: Mapping[ColumnId, set[ColumnId]]) -> dict[str, float]:
    """Return recalls as means over queries, of what is proposed, whatever its rank but for `fastrp_at_10`."""
    vectors = column_vectors(searcher)
    shares: dict[str, list[float]] = {}
    for column, joins in relevant.items():
        try:
            query = searcher.column(column)
            keys = np.array([searcher.directory.key_of(one) for one in joins])
        except NotFound:
            continue
        found = nearest(vectors, query, LIMIT)
        candidates = retrieve(query, list(searcher.sources.values()), LIMIT)
        by_text = searcher.sources["vectors"].candidates(query, LIMIT)
        proposals = {
            "fastrp_at_10": found[:10],
            "fastrp": found,
            "text": by_text,
            "text_and_fastrp": np.union1d(by_text, found),
            "sources": candidates,
            "sources_and_fastrp": np.union1d(candidates, found),
        }
        for name, proposed in proposals.items():
            shares.setdefault(name, []).append(float(np.isin(keys, proposed).mean()))
    return {name: fmean(values) for name, values in shares.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("LAKEINDEX_BENCH_DATA", "../shared/data"))
    given = parser.parse_args()
    lakes = LabelledLakes(Path(given.data))
    figures = {}
    for name in lakes.names():
        with tempfile.TemporaryDirectory() as folder:
            lakes.prepare(Path(folder) / "lake", [name], False)
            searcher = Lake.index(Path(folder) / "lake", Path(folder) / "index", Settings()).searcher
            figures[name] = of_lake(searcher, lakes.relevant(name))
        print(name, figures[name], flush=True)
    names = list(next(iter(figures.values())))
    record.print_table(["recall", *names], [[lake, *of.values()] for lake, of in figures.items()])
    settings = {"limit": LIMIT, "dimensions": DIMENSIONS, "step_weights": STEP_WEIGHTS, "chosen_on": CHOSEN_ON}
    written = record.write("fastrp", SEED, settings, figures)
    print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
