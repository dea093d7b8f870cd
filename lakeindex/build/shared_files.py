"""Large files, which several processes read together, each some pieces of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lakeindex.profile.pieces.ranged_pieces import RANGE_BYTES
from lakeindex.types.lake import LakeFile
from lakeindex.types.share import Share

SHARED_BYTES = 64 << 20
"""Files from this size on are read by several processes."""
_IN_RANGES = (".parquet", ".pq", ".csv", ".tsv", ".txt")
"""Of files that perhaps can be read so. One that then can't is read by one process."""
_FIRST = 1 << 20
"""A share of as many holds the first piece alone."""


def is_shared(file: LakeFile) -> bool:
    """Return whether several processes read a file, as far as its name tells."""
    return file.size >= SHARED_BYTES and (bool(file.parts) or file.name.lower().endswith(_IN_RANGES))


def first_pieces(files: Iterable[LakeFile]) -> Iterator[LakeFile]:
    """Yield the files, each to be read as far as others must have it: where its pieces begin, and what they hold."""
    return (replace(file, share=Share(1, _FIRST)) for file in files)


def shares_of(files: Iterable[LakeFile], share: Share, processes: int) -> Iterator[LakeFile]:
    """Yield each file once for each process, with its part of a share.

    Pieces are dealt on where those of the file before ended, so that the first shares don't get one more of each.
    """
    parts, dealt = share.of * processes, 0
    for file in files:
        for number in range(processes):
            place = share.number - 1 + share.of * number - dealt
            yield replace(file, share=Share(1 + place % parts, parts))
        dealt += -(-file.size // RANGE_BYTES)
