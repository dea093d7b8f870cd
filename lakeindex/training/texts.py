"""Labelled pairs of columns as the texts that an encoder is tuned on."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

import numpy as np

from lakeindex.config.index_settings import text_options
from lakeindex.config.settings import Settings
from lakeindex.config.text_options import TextOptions
from lakeindex.encode.column_text import DescribedColumn, describe
from lakeindex.synthesis.column_pool import Pool
from lakeindex.synthesis.labelled_pairs import PairColumn, pairs_of
from lakeindex.training.fit.contrastive import TextBatch
from lakeindex.types.columns import Kind

_POSITIVES = 0.7
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_MOST = 0.9

BATCH = 128
"""Pairs per batch."""

NAME_ALONE = 0.3
"""The share of left sides whose text is only the column's name (header-only views, M2TRec, 2022)."""


def text_batches(
    pool: Pool, seed: int, name_alone: float = NAME_ALONE, options: TextOptions | None = None
) -> Iterator[TextBatch]:
    """Yield batches of pairs as the texts that the encoder takes, endlessly; a share of `name_alone` are names only."""
    rng, options = np.random.default_rng(seed + 1), options or text_options(Settings())
    stream = pairs_of(pool, seed, _POSITIVES)
    while True:
        pairs = [next(stream) for _ in range(BATCH)]
        yield TextBatch(
            left=[_text(pair.left, options, rng.random() < name_alone) for pair in pairs],
            right=[_text(pair.right, options, False) for pair in pairs],
            join=np.array([pair.label for pair in pairs]),
            left_lineages=np.array([pair.left.lineage for pair in pairs]),
            right_lineages=np.array([pair.right.lineage for pair in pairs]),
        )


def _text(column: PairColumn, options: TextOptions, name_alone: bool) -> str:
    values = () if name_alone and column.name else column.values
    described = DescribedColumn(
        column.table, column.name, _kind(values), column.distinct, column.distinct, None, math.nan, math.nan, values
    )
    return describe(described, options)


def _kind(values: Sequence[str]) -> Kind:
    """Return whether values are numbers or texts, which decides how many of them the text contains."""
    numbers = sum(_NUMBER.fullmatch(value) is not None for value in values)
    return Kind.DECIMAL if values and numbers >= _MOST * len(values) else Kind.TEXT
