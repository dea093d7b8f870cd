"""Claim: a random projection of the value-column-table graph proposes no joining column that the sources miss.

FastRP (Chen et al., CIKM 2019) over three kinds of nodes: a column is joined with the values that the index keeps of
it, rare ones more strongly (IDF), and with its table. Beside the candidates of the engine, on the labelled lakes, each
alone: the recall of what FastRP proposes, of the text vectors, of all sources, and of each with FastRP; a source's
proposals are those of `--sources`. These are recalls of candidates, not of answers: *answers* is the share that users
get among as many answers of `Lake.query_many`. The weights of steps and of tables were chosen on autojoin_webtables and
gdc_schema_matching.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean

import numpy as np
import numpy.typing as npt
import record
from labelled_lakes import add_options, open_lakes
from query_lake import answers_by_source, has_column, query_lake
from scipy import sparse

from lakeindex.arrays.aliases import Vectors
from lakeindex.catalog.directory import Directory
from lakeindex.config.settings import Settings
from lakeindex.index.inverted_index import InvertedIndex
from lakeindex.index.term_stats import rarity_of
from lakeindex.lake import Lake
from lakeindex.store.generations import open_current
from lakeindex.store.layout import TERMS
from lakeindex.types.columns import Family
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


def column_vectors(generation: Path) -> Vectors:
    """Project all columns of a lake, (columns, DIMENSIONS), unit length, in the order of their keys."""
    directory, terms = Directory.open(generation), InvertedIndex.open(generation / TERMS / Family.VALUES)
    columns = len(directory)
    rows = terms.rows(np.arange(columns))
    values, numbers = np.unique(rows.hashes, return_inverse=True)
    rarity = rarity_of(np.bincount(numbers, minlength=len(values)), columns)
    of_values = sparse.csr_array((rarity[numbers], numbers, rows.starts), (columns, len(values)))
    tables = directory.tables.astype(np.int64)
    of_tables = sparse.csr_array((np.ones(columns), tables, np.arange(columns + 1)), (columns, tables.max() + 1))
    # The edge to a column's table counts as much as all those to its values, but for the weight.
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


def nearest(vectors: Vectors, directory: Directory, query: ColumnId) -> list[ColumnId]:
    """Return the nearest columns of other tables."""
    near = vectors @ vectors[directory.key_of(query)]
    near[directory.keys_of_table(query.table)] = -np.inf
    return [directory.id_of(key) for key in np.argsort(-near, kind="stable")[:LIMIT].tolist()]


def of_lake(lake: Lake, index: Path, relevant: Mapping[ColumnId, set[ColumnId]]) -> dict[str, float]:
    """Return recalls as means over queries, of what is proposed, whatever its rank but for `fastrp_at_10`."""
    generation = open_current(index).folder
    directory, vectors = Directory.open(generation), column_vectors(generation)
    queries = [query for query in relevant if has_column(lake, query)]
    proposed, answers = answers_by_source(lake, queries, LIMIT), query_lake(lake, queries, LIMIT)
    shares: dict[str, list[float]] = {}
    for query in queries:
        found, by_text = nearest(vectors, directory, query), set(proposed["vectors"][query])
        candidates = {one for of_source in proposed.values() for one in of_source[query]}
        proposals = {
            "fastrp_at_10": set(found[:10]),
            "fastrp": set(found),
            "text": by_text,
            "text_and_fastrp": by_text | set(found),
            "sources": candidates,
            "sources_and_fastrp": candidates | set(found),
            "answers": set(answers[query]),
        }
        for name, columns in proposals.items():
            shares.setdefault(name, []).append(len(relevant[query] & columns) / len(relevant[query]))
    return {name: fmean(values) for name, values in shares.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    given = parser.parse_args()
    lakes, chosen = open_lakes(given)
    figures = {}
    for name in chosen:
        with tempfile.TemporaryDirectory() as folder:
            root, index = Path(folder) / "lake", Path(folder) / "index"
            lakes.prepare(root, [name], False)
            figures[name] = of_lake(Lake.index(root, index, Settings()), index, lakes.relevant(name))
        print(name, figures[name], flush=True)
    names = list(next(iter(figures.values())))
    record.print_table(["recall", *names], [[lake, *of.values()] for lake, of in figures.items()])
    if given.only:
        print("some benchmarks only: nothing written")
        return
    settings = {"limit": LIMIT, "dimensions": DIMENSIONS, "step_weights": STEP_WEIGHTS, "chosen_on": CHOSEN_ON}
    written = record.write("fastrp", SEED, settings, figures)
    print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
