"""Train the transformer cross-encoder that scores pairs of columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Integers
from lakeindex.config.model_options import BASE_MODEL, ModelOptions
from lakeindex.encode.cross_encoder import head_scores
from lakeindex.encode.model_folder import model_folder
from lakeindex.encode.pair_tokens import pair_tokens
from lakeindex.training.fit.cross_encoder_lora import Log, PairBatch, PairTuningOptions, tune_pairs
from lakeindex.training.ranked_pairs import ScoredLake

QUERIES = 6
"""Per batch."""
CANDIDATES = 8
"""Per query: one that joins, the others mostly hard negatives, to which the matcher gives high probabilities."""

_HARD = 5


def train_cross_encoder(lakes: Sequence[ScoredLake], options: PairTuningOptions, log: Log) -> dict[str, Any]:
    """Return the tensors of the adapters and of the head, by name."""
    folder = model_folder(ModelOptions(model=BASE_MODEL))
    return tune_pairs(folder, batches_of(lakes, options.seed), options, head_scores, log)


def batches_of(lakes: Sequence[ScoredLake], seed: int) -> Iterator[PairBatch]:
    """Yield batches of pairs endlessly: for each query, one candidate that joins and several that don't."""
    rng = np.random.default_rng(seed)
    queries = [(lake, pairs) for lake in lakes for pairs in _queries_of(lake)]
    while True:
        chosen = [queries[place] for place in rng.integers(0, len(queries), QUERIES)]
        drawn = [(lake, _drawn(lake, pairs, rng)) for lake, pairs in chosen]
        tokens = [pair_tokens(lake.columns, lake.columns, *_sides(lake, some, rng)) for lake, some in drawn]
        width = max(int(one.is_token.sum(axis=1).max()) for one in tokens)
        yield PairBatch(
            np.concatenate([_wide(one.ids, width) for one in tokens]),
            np.concatenate([_wide(one.is_candidate, width) for one in tokens]),
            np.concatenate([_wide(one.is_token, width) for one in tokens]),
            np.stack([lake.joins[some] for lake, some in drawn]),
        )


def _queries_of(lake: ScoredLake) -> list[Integers]:
    """List the places of each query's pairs, for queries with a join and enough other candidates."""
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lake.counts)])
    places = [np.arange(start, end) for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)]
    return [one for one in places if lake.joins[one].any() and (~lake.joins[one]).sum() >= CANDIDATES]


def _drawn(lake: ScoredLake, pairs: Integers, rng: np.random.Generator) -> Integers:
    joining, others = pairs[lake.joins[pairs]], pairs[~lake.joins[pairs]]
    hard = rng.permutation(others[: 3 * _HARD])[:_HARD]
    rest = rng.permutation(np.setdiff1d(others, hard))[: CANDIDATES - 1 - len(hard)]
    return np.concatenate([rng.permutation(joining)[:1], hard, rest])


def _sides(lake: ScoredLake, some: Integers, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Return the keys of both sides of pairs, swapped half of the time."""
    left, right = lake.left[some], lake.right[some]
    return (left, right) if rng.random() < 0.5 else (right, left)


def _wide(tokens: npt.NDArray[Any], width: int) -> npt.NDArray[Any]:
    """Truncate or pad to `width` tokens."""
    return np.pad(tokens[:, :width], ((0, 0), (0, max(0, width - tokens.shape[1]))))
