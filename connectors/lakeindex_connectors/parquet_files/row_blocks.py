"""Blocks of rows out of the row groups of a Parquet file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from lakeindex_connectors.sample_blocks import BlockSizes, choose_blocks

_LEAST_GROUPS = 25

Place = tuple[int, int]
"""The first row of a block in its row group, and how many rows it has."""


def blocks_by_group(
    metadata: parquet.FileMetaData, sample_rows: int, columns: int, seed: int
) -> Iterator[tuple[int, list[Place]]]:
    """Choose blocks; yield the row groups that have some, ascending, each with the places of its blocks."""
    counts = [metadata.row_group(place).num_rows for place in range(metadata.num_row_groups)]
    of_one = BlockSizes.of(sample_rows, columns)
    for group, share in _shares(counts, sample_rows, seed):
        most = min(max(round(share), 1), counts[group])
        blocks = min(max(round(most / of_one.rows), 1), most)
        rows = most // blocks
        yield group, [(start, rows) for start in choose_blocks(counts[group], blocks, rows, seed + group)]


def _shares(counts: Sequence[int], sample_rows: int, seed: int) -> list[tuple[int, float]]:
    """Return how many rows to read of which row groups: pages before a block are decoded, so that a few are chosen."""
    rows = sum(counts)
    wanted = max(_LEAST_GROUPS, -(-2 * sample_rows * len(counts) // max(rows, 1)))
    if wanted >= len(counts):
        return [(group, sample_rows * count / rows) for group, count in enumerate(counts) if count]
    chosen = np.searchsorted(list(accumulate(counts)), choose_blocks(rows, wanted, 0, seed), side="right")
    groups, times = np.unique(chosen, return_counts=True)
    return list(zip(groups.tolist(), (times * sample_rows / wanted).tolist(), strict=True))


def cut_blocks(batches: Iterable[pa.RecordBatch], places: Sequence[Place]) -> Iterator[pa.RecordBatch]:
    """Cut blocks out of the batches of a row group; no batch is read behind the last block."""
    waiting = list(places)
    parts: list[pa.RecordBatch] = []
    before = 0
    for batch in batches:
        while waiting and waiting[0][0] < before + batch.num_rows:
            start, rows = waiting[0]
            parts.append(batch.slice(max(start - before, 0), start + rows - max(start, before)))
            if start + rows > before + batch.num_rows:
                break
            yield _joined(parts)
            parts = []
            waiting.pop(0)
        before += batch.num_rows
        if not waiting:
            return


def _joined(parts: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    table = pa.Table.from_batches(parts).combine_chunks()
    batch: pa.RecordBatch = table.to_batches()[0]
    return batch
