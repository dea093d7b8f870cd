"""Training data from an index's own lake: its tables, and pairs of their columns that join."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import islice

import numpy as np
import pyarrow as pa

from lakeindex.config.text_options import TextOptions
from lakeindex.errors import LakeIndexError
from lakeindex.lake import Lake
from lakeindex.protocols import Encoder
from lakeindex.synthesis.column_pool import Pool
from lakeindex.synthesis.source_tables import SourceData
from lakeindex.training.fit.whitening import VectorPairs
from lakeindex.training.texts import text_batches
from lakeindex.types.lake import TableId
from lakeindex.types.names import title_of
from lakeindex.types.reports import Progress

_log = logging.getLogger(__name__)

_MOST_COLUMNS = 10_000
_MOST_BYTES = 1_000_000
"""Read from each table."""
_BATCHES = 40
"""Of 128 pairs each, of which 70 % join."""
_TEXTS_AT_ONCE = 1_024


def tables_of(lake: Lake, seed: int, progress: Progress) -> Iterator[SourceData]:
    """Read the first rows of tables, in an order drawn by the seed, until there are 10,000 columns."""
    names, columns = lake.opened.table_ids, 0
    for done, place in enumerate(np.random.default_rng(seed).permutation(len(names)).tolist(), 1):
        progress("tables", done, len(names))
        try:
            rows = _beginning(lake, names[place])
        except (LakeIndexError, OSError, pa.ArrowException, ValueError) as error:
            _log.warning("%s is left out, it changed since it was indexed: %s", names[place], error)
            continue
        columns += rows.num_columns
        yield SourceData(title_of(names[place]).replace(" ", "_"), rows)
        if columns >= _MOST_COLUMNS:
            progress("tables", len(names), len(names))
            return


def _beginning(lake: Lake, table: TableId) -> pa.Table:
    rows, batches, size = lake.read(table), [], 0
    for batch in rows.batches:
        batches.append(batch)
        size += batch.nbytes
        if size >= _MOST_BYTES:
            break
    return pa.Table.from_batches(batches, rows.schema)


def encoded_pairs(pool: Pool, encoder: Encoder, options: TextOptions, seed: int, progress: Progress) -> VectorPairs:
    """Encode the texts of both sides of pairs of columns that join.

    Raises InvalidSetting where the columns are too few to draw pairs from.
    """
    batches = list(islice(text_batches(pool, seed, options=options), _BATCHES))
    joins = np.concatenate([batch.join for batch in batches])
    texts = [text for side in ("left", "right") for batch in batches for text in getattr(batch, side)]
    texts = [text for text, is_joining in zip(texts, [*joins, *joins], strict=True) if is_joining]
    blocks = []
    for start in range(0, len(texts), _TEXTS_AT_ONCE):
        blocks.append(encoder.encode(texts[start : start + _TEXTS_AT_ONCE]))
        progress("pairs", min(start + _TEXTS_AT_ONCE, len(texts)), len(texts))
    left, right = np.split(np.concatenate(blocks), 2)
    return VectorPairs(left, right, np.concatenate([batch.left_lineages for batch in batches])[joins])
