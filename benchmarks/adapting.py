"""Claim: `lakeindex train` finds more in a lake by what it learns of that lake's own tables, without labels.

Every labelled lake is indexed, queried by `Lake.query_many` with its defaults, tuned and queried again. Beside what is
built in stand, on two of them, other ways to fit a map, each put into an index as if it had been kept: what it gains on
the pairs that it was not fitted to, and by the labels.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import record
from answers import K
from changed_index import vectors_of, with_vectors
from labelled_lakes import MACRO, LabelledLakes, add_options, open_lakes, write_rankings
from query_lake import Answers, query_lake

from lakeindex.config.index_settings import text_options
from lakeindex.config.settings import Settings
from lakeindex.encode.encoders import make_encoder
from lakeindex.encode.linear_head import LinearHead
from lakeindex.lake import Lake
from lakeindex.search.query_encoder import model_options
from lakeindex.synthesis.column_pool import Pool
from lakeindex.training.adapt import adapt
from lakeindex.training.fit.whitening import Fit, Gain, VectorPairs, fit_whitening, held_out_gain
from lakeindex.training.own_lake import encoded_pairs, tables_of
from lakeindex.types.lake import ColumnId

SEED = 0
CHOSEN_ON = ("gdc_schema_matching", "autojoin_webtables")
"""The lakes that the way to fit and its shrinkage were chosen on; the others had no part in that."""
CLAIMED = ("gdc_schema_matching", "schematch_multi", "spider_fk")
"""The lakes of which it is claimed that they gain."""

Rows = npt.NDArray[np.float32]


def silent(stage: str, done: int, total: int) -> None:
    """Report progress to nobody."""


def ridge(pairs: VectorPairs, shrinkage: float) -> Rows:
    """Map one side to the other by least squares, shrunk to the identity."""
    ones, others = np.concatenate([pairs.left, pairs.right]), np.concatenate([pairs.right, pairs.left])
    doubt = shrinkage * len(pairs.left) / pairs.left.shape[1] * np.eye(pairs.left.shape[1])
    return np.asarray(np.linalg.solve(ones.T @ ones + doubt, ones.T @ others + doubt), np.float32)


def whitening(pairs: VectorPairs, shrinkage: float) -> Rows:
    """Make all directions count alike, whatever joins."""
    spread = np.cov(np.concatenate([pairs.left, pairs.right]).T)
    values, axes = np.linalg.eigh(spread / (np.trace(spread) / len(spread)))
    return np.asarray((axes / np.sqrt(np.maximum(values, 0) + shrinkage)) @ axes.T, np.float32)


VARIANTS: dict[str, Fit] = {
    **{f"within class, shrinkage {one:g}": partial(fit_whitening, shrinkage=one) for one in (0.3, 1, 3, 10)},
    **{f"ridge, shrinkage {one:g}": partial(ridge, shrinkage=one) for one in (0.1, 1, 4)},
    **{f"whitening, shrinkage {one:g}": partial(whitening, shrinkage=one) for one in (1, 3)},
}


class Bench:
    """A folder in which labelled lakes are indexed, tuned and queried."""

    def __init__(self, lakes: LabelledLakes, folder: Path) -> None:
        self._lakes = lakes
        self._folder = folder

    def measure(self, name: str, variants: Mapping[str, Fit]) -> dict[str, object]:
        """Tune one lake; return what that took, and both figures before and after."""
        root, settings = self._folder / name, Settings(index=str(self._folder / f"{name}.index"))
        queries = self._lakes.prepare(root, [name], False)
        lake = Lake.index(root, settings.index, settings)
        figures: dict[str, object] = {"columns": lake.generation.manifest.columns}
        before = self._scores(name, query_lake(lake, queries))
        figures["variants"] = dict(self._variants(name, lake, queries, variants))
        started = time.perf_counter()
        done = adapt(root, settings=settings)
        figures["seconds"] = round(time.perf_counter() - started, 1)
        after = self._scores(name, query_lake(Lake.open(settings.index, settings), queries))
        return figures | {"before": before, "after": after, **done.to_arrow().to_pylist()[0]}

    def _variants(
        self, name: str, lake: Lake, queries: Sequence[ColumnId], variants: Mapping[str, Fit]
    ) -> Iterator[tuple[str, dict[str, object]]]:
        if not variants:
            return
        encoder = make_encoder(model_options(lake.settings))
        pairs = encoded_pairs(Pool.of(tables_of(lake, SEED, silent)), encoder, text_options(Settings()), SEED, silent)
        index, changed = Path(lake.settings.index), self._folder / f"{name}.changed"
        vectors = vectors_of(index)
        shutil.copytree(index, changed)
        for label, fit in variants.items():
            gain: Gain = held_out_gain(pairs, fit, SEED)
            mapped = LinearHead(fit(pairs), encoder.fingerprint).mapped(vectors)
            scores = self._scores(name, query_lake(with_vectors(changed, mapped, lake.settings), queries))
            yield label, {"map": scores["map_at_10"], "held_out_gain": gain.after - gain.before, "least": gain.least}

    def _scores(self, name: str, answers: Answers) -> dict[str, float]:
        path = self._folder / f"{name}.rankings.csv"
        write_rankings(path, answers)
        return self._lakes.score(str(path), [name], False)[MACRO]


def rows(figures: Mapping[str, Mapping[str, object]]) -> Iterator[list[object]]:
    for name, of in figures.items():
        before, after = of["before"], of["after"]
        assert isinstance(before, dict) and isinstance(after, dict)
        held_out = [of["columns"], of["changed"], of["map_before"], of["map_after"], of["least_gain"]]
        yield [name, *held_out, before["map_at_10"], after["map_at_10"], of["seconds"]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--no-variants", action="store_true", help="leave out what isn't built in, and write nothing")
    given = parser.parse_args()
    lakes, chosen = open_lakes(given)
    names = [name for name in dict.fromkeys([*CLAIMED, *chosen]) if name in chosen]
    figures: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            is_varied = not given.no_variants and name in CHOSEN_ON
            figures[name] = Bench(lakes, Path(folder)).measure(name, VARIANTS if is_varied else {})
            print(name, figures[name], flush=True)
    header = ["", "columns", "changed", "held out", "after", "least gain", "MAP@10", "after", "seconds"]
    record.print_table(header, list(rows(figures)))
    if not given.only and not given.no_variants:
        settings = {"k": K, "chosen_on": CHOSEN_ON, "claimed": CLAIMED}
        written = record.write("adapting", SEED, settings, figures)
        print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
