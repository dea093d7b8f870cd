"""Split a Parquet file into ranges of row groups."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from pyarrow import parquet

from lakeindex.types.lake import RowRange


def split_row_groups(metadata: parquet.FileMetaData, file_bytes: int, size: int) -> Sequence[RowRange]:
    """Return ranges of row groups of about `size` bytes of the file each; none where there would be one only."""
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    ends = list(accumulate(group.total_byte_size for group in groups))
    if not ends:
        return ()
    # The footer has the bytes of unpacked columns in one place; what they take in the file is about in proportion.
    unit = max(1.0, size * max(ends[-1], 1) / max(file_bytes, 1))
    numbers = [int(max(end - 1, 0) // unit) for end in ends]
    cuts = [0, *(place for place in range(1, len(groups)) if numbers[place] != numbers[place - 1]), len(groups)]
    spans = [RowRange(start, stop, sum(one.num_rows for one in groups[start:stop])) for start, stop in pairwise(cuts)]
    return spans if len(spans) > 1 else ()
