"""Sample the rows of a delimited text file that is not read whole, and estimate how many rows it has."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lakeindex.types.lake import LakeFile, RowCount, Rows
from lakeindex_connectors.compression import compression_of
from lakeindex_connectors.csv_files.byte_ranges import end_of_header
from lakeindex_connectors.csv_files.duckdb_scan import duckdb_scan
from lakeindex_connectors.csv_files.layout import Layout
from lakeindex_connectors.csv_files.text_blocks import Size, TextBlock, read_block
from lakeindex_connectors.opening import open_unpacked
from lakeindex_connectors.sample_blocks import BlockSizes, choose_blocks
from lakeindex_connectors.text.encoding import is_wide

_PROBES, _PROBED_BYTES, _PROBE_SEED = 30, 16 << 10, 0
_LEAST_READ = 0.9
"""The share of the probes in which records must be found."""
_UNEVEN = 0.001
_Z = 2.05  # of a two-sided 95 % interval of some thirty blocks (Student's t)


@dataclass(frozen=True, slots=True)
class SampledText:
    """A delimited text file, to be sampled."""

    file: LakeFile
    schema: pa.Schema
    layout: Layout

    @property
    def may_be_sampled(self) -> bool:
        """Whether a byte of the file is at an offset of the text."""
        return compression_of(self.file.path) is None and not is_wide(self.layout.encoding)

    def count(self, sample_rows: int) -> RowCount | None:
        """Estimate the rows of the file; None where records can't be found in its middle.

        A file that is so small that it has no more than `sample_rows` is not looked into.
        """
        most = self.file.size // len(self.schema) + 1  # a row takes a byte for each delimiter, and one for its end
        if most <= sample_rows:
            return RowCount(most, 0, most)
        if not self.may_be_sampled:
            return None
        room = self._bytes_of_rows()
        blocks = list(self._blocks(room, _PROBES, _PROBED_BYTES, _PROBE_SEED))
        found = [block.size for block in blocks if block is not None]
        return estimate_rows(found, room) if len(found) >= _LEAST_READ * len(blocks) else None

    def sampled(self, rows: Rows, sample_rows: int, seed: int) -> Iterator[pa.RecordBatch]:
        """Yield blocks of rows; `rows` is told what they are a sample of, and what was left out of them."""
        assert rows.sampled_of is not None
        sizes = BlockSizes.of(sample_rows, len(self.schema))
        size = max(1, math.ceil(sizes.rows * self.file.size / max(rows.sampled_of.rows, 1)))
        room, found = self._bytes_of_rows(), list[Size]()
        is_regular, is_damaged = True, False
        for block in self._blocks(room, sizes.blocks, size, seed):
            if block is not None:
                found.append(block.size)
                is_regular, is_damaged = is_regular and block.is_regular, is_damaged or block.is_damaged
                rows.rejected += block.rejected
                yield block.rows
        rows.sampled_of = estimate_rows(found, room)
        if is_damaged:
            rows.notes.append(f"some bytes are not {self.layout.encoding.upper()} and read as U+FFFD")
        rows.scan = duckdb_scan(self.file, self.layout) if is_regular else None

    def _blocks(self, room: int, count: int, size: int, seed: int) -> Iterator[TextBlock | None]:
        """Read blocks of so many bytes; None for a place where no record is found."""
        with open_unpacked(self.file) as raw:
            start = self.file.size - room
            for place in choose_blocks(room, min(count, max(room // size, 1)), size, seed):
                # A block begins behind the end of a line: the first one behind that of the header.
                yield read_block(raw, self.schema, self.layout, max(start + place - 1, 0), size)

    def _bytes_of_rows(self) -> int:
        """Return the bytes below the header."""
        with open_unpacked(self.file) as raw:
            return max(self.file.size - end_of_header(raw, self.layout), 0)


def estimate_rows(found: Sequence[Size], size: int) -> RowCount:
    """Estimate the rows of a text of `size` bytes from some of its blocks, by the ratio of rows to bytes.

    Cochran, Sampling Techniques, 1977, section 6.
    """
    rows, taken = np.array(found, np.float64).reshape(-1, 2).T
    ratio = float(rows.sum() / max(taken.sum(), 1.0))
    spread = float(((rows - ratio * taken) ** 2).sum()) / max(len(rows) - 1, 1)
    left = max(1.0 - float(taken.sum()) / max(size, 1), 0.0)
    error = _Z * math.sqrt(spread * len(rows) * left) / max(float(taken.sum()), 1.0) * size
    expected = ratio * size
    # A block has whole records only, and how a header and the last record end makes a row.
    low = max(math.floor(expected * (1.0 - _UNEVEN) - error) - 1, int(rows.sum()))
    high = math.ceil(expected * (1.0 + _UNEVEN) + error) + 1
    return RowCount(max(round(expected), low), low, max(high, low))
