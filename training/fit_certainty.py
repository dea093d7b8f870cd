"""Fit the certainty of a pair of values without any labels: the figures in `lakeindex/join/fuzzy/certainty.py`.

fit_certainty.py TABLES

TABLES is the folder that fetch_tables.py wrote. Right pairs are known in two ways: two tables have names for the same
codes (`alpha_2` and `country`), some of which are written differently; or a column of names is corrupted by
`lakeindex/synthesis`. A quarter of the references is removed, so that some values have none.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from train import PARTS, sources

from lakeindex.arrays.aliases import Texts
from lakeindex.config.model_options import BASE_MODEL, ModelOptions
from lakeindex.encode.encoders import make_encoder
from lakeindex.join.fuzzy.candidates import Candidates, Embed, near_in_meaning, near_in_spelling
from lakeindex.join.fuzzy.certainty import THRESHOLDS, BestPairs
from lakeindex.synthesis.column_pool import Lookup, Pool
from lakeindex.synthesis.corruptions import corrupted, draw_corruption
from lakeindex.synthesis.value_shapes import ValueShape
from lakeindex.training.fit.boosting import fit_logistic

SEED = 5
_LEFT_OUT = 0.25
_LEAST_SHARED, _ALIKE = 30, (0.3, 0.97)
_LEAST_NAMES, _COLUMNS = 120, 60
_MOST_CORRUPTED = 2

_DRAWN = 200_000

Near = Callable[[Texts, Texts], Candidates]
Linked = tuple[list[str], list[str], dict[str, str]]
"""Queries, references, and the right reference of each query."""


def by_codes(lookups: tuple[Lookup, ...]) -> Iterator[Linked]:
    """Yield the names of the same codes in two tables, if enough of them are equal for both to be of one domain."""
    names_of_codes = [dict(zip(one.codes.to_pylist(), one.names.to_pylist(), strict=True)) for one in lookups]
    for one, other in combinations(names_of_codes, 2):
        shared = [code for code in one if code in other and not str(code).isdigit()]
        alike = np.mean([one[code].lower() == other[code].lower() for code in shared]) if shared else 0.0
        if len(shared) >= _LEAST_SHARED and _ALIKE[0] <= alike <= _ALIKE[1]:
            yield list(one.values()), list(other.values()), {one[code]: other[code] for code in shared}


def by_corruption(pool: Pool, rng: np.random.Generator) -> Iterator[Linked]:
    """Yield columns of names with their corrupted copies."""
    able = [
        one
        for one in pool.columns
        if one.shape in (ValueShape.NAME, ValueShape.TEXT) and len(one.values) >= _LEAST_NAMES
    ]
    for place in rng.permutation(len(able))[:_COLUMNS]:
        column = able[place]
        written = np.array(column.values.to_pylist(), object)
        groups = rng.integers(0, 8, len(written))
        for group in range(1, 8):  # the first group stays as it is
            texts = pa.array(written[groups == group].tolist(), pa.large_string())
            for _ in range(int(rng.integers(1, _MOST_CORRUPTED + 1))):
                corruption = draw_corruption(column.shape, rng)
                texts = texts if corruption is None or not len(texts) else corrupted(texts, corruption, rng)
            written[groups == group] = texts.to_pylist()
        right = column.values.to_pylist()
        yield written.tolist(), right, dict(zip(written.tolist(), right, strict=True))


def measured(
    linked: Linked, near: Near, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return the features of each query's best pair, (n, 3), and whether it is right, (n,)."""
    queries, references, right = linked
    queries, references = list(dict.fromkeys(queries)), np.array(list(dict.fromkeys(references)), object)
    references = references[rng.random(len(references)) >= _LEFT_OUT].tolist()
    best = BestPairs.of(near(pa.array(queries, pa.large_string()), pa.array(references, pa.large_string())))
    features = np.column_stack([best.similarities, best.leads, best.claims])
    is_right = [right.get(one) == references[at] for one, at in zip(queries, best.references.tolist(), strict=True)]
    return features, np.array(is_right) & (best.similarities > 0)


def fit(groups: list[list[Linked]], near: Near, rng: np.random.Generator) -> None:
    """Fit the figures of a certainty and print them; groups have equal weights, and so have column pairs in a group."""
    features, right, weights = [], [], []
    for group in groups:
        for linked in group:
            one, is_right = measured(linked, near, rng)
            features.append(one)
            right.append(is_right)
            weights.append(np.full(len(one), 1 / (len(one) * len(group))))
    weight = np.concatenate(weights)
    drawn = rng.choice(len(weight), _DRAWN, p=weight / weight.sum())
    all_features, all_right = np.concatenate(features)[drawn], np.concatenate(right)[drawn]
    scales, bias = fit_logistic(all_features, all_right)
    certainties = 1 / (1 + np.exp(-(all_features @ scales + bias)))
    shares = [float(all_right[certainties >= threshold].mean()) for threshold in THRESHOLDS]
    print(f"similarity={scales[0]:.2f}, lead={scales[1]:.2f}, claim={scales[2]:.2f}, bias={bias:.2f},")
    print(f"right=({', '.join(f'{share:.3f}' for share in shares)}),")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", type=Path)
    given = parser.parse_args()
    rng = np.random.default_rng(SEED)
    pool = Pool.of(source for part in sorted(set(PARTS)) for source in sources(given.tables, part))
    embed: Embed = make_encoder(ModelOptions(BASE_MODEL)).encode
    codes, corrupted_columns = list(by_codes(pool.lookups)), list(by_corruption(pool, rng))
    print(f"{len(codes)} pairs of columns with codes, {len(corrupted_columns)} corrupted columns")
    print("by meaning:")
    fit([codes], lambda queries, references: near_in_meaning(queries, references, embed), rng)
    print("by spelling:")
    fit([codes, corrupted_columns], lambda queries, references: near_in_spelling(queries, references, embed), rng)


if __name__ == "__main__":
    main()
