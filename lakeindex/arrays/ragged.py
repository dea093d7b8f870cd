"""Ragged arrays: many lists in one flat array, one after the other, with their starts, owners, runs and sums."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Flags, Floats, Integers, Places
from lakeindex.errors import IndexDamaged


def ranges(starts: Integers, lengths: Integers) -> Integers:
    """Return start, start + 1, ... for each of several ranges, one after the other."""
    ends = np.cumsum(lengths)
    offsets: Integers = np.repeat(starts - (ends - lengths), lengths)
    return np.arange(len(offsets)) + offsets


def owners_of(starts: Integers) -> Places:
    """Return the number of the list that each entry belongs to."""
    return np.repeat(np.arange(len(starts) - 1, dtype=np.uint32), np.diff(starts))


def starts_run(*keys: npt.NDArray[Any]) -> Flags:
    """Return which entries of sorted arrays differ from the one before."""
    starts = np.ones(len(keys[0]), bool)
    starts[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return starts


def sums(owners: Places, amounts: Floats | None, size: int) -> Floats:
    """Sum the amounts of each owner, (size,); without amounts, count its entries."""
    return np.bincount(owners, amounts, size).astype(np.float64, copy=False)


def best(numbers: Integers, scores: Floats, sizes: Floats, limit: int) -> tuple[Integers, Floats]:
    """Return the `limit` highest scores, best first; ties by the smaller size, then the lower number."""
    if len(numbers) > limit:
        kept = _places_of_best(scores, [sizes, numbers], limit)
        numbers, scores, sizes = numbers[kept], scores[kept], sizes[kept]
    order = np.lexsort((numbers, sizes, -scores))[:limit]
    return numbers[order], scores[order]


_BLOCKS, _FEW_MORE = 8, 4
"""Blocks of which the highest score is taken, and places that are kept at most, for each that is wanted."""


def _places_of_best(scores: Floats, sizes: Sequence[Floats | Integers], limit: int) -> Integers:
    """Return the places of the highest scores, of ties those of the smallest sizes in turn, and few more."""
    # As many blocks have a highest score of at least the bound. np.partition takes thirty times as long where most
    # scores tie, as those of copies do.
    starts = np.arange(0, len(scores), max(1, len(scores) // (_BLOCKS * limit)))
    bound = np.sort(np.maximum.reduceat(scores, starts))[-limit]
    places = np.flatnonzero(scores >= bound)
    if len(places) <= _FEW_MORE * limit or not sizes:
        return places
    reached = scores[places]
    edge = np.sort(reached)[-limit]
    above, tied = places[reached > edge], places[reached == edge]
    if len(tied) <= _FEW_MORE * limit:
        return np.append(above, tied)
    size, *others = (one[tied] for one in sizes)
    return np.append(above, tied[_places_of_best(-size.astype(np.float64), others, limit - len(above))])


def compact(numbers: Integers) -> Places:
    """Return numbers that are not negative in four bytes each, where those suffice."""
    largest = int(numbers.max(initial=0))
    return numbers.astype(np.uint32 if largest < 2**32 else np.uint64)


def open_array(path: Path) -> npt.NDArray[Any]:
    """Memory-map an array. Raises IndexDamaged when it can't be read."""
    try:
        # A plain view of the mapped file: numpy's memmap class makes every slice of it slow.
        return np.asarray(np.lib.format.open_memmap(path, mode="r"))
    except (OSError, ValueError, OverflowError, SyntaxError, TokenError) as error:
        raise IndexDamaged(f"{path} can't be read ({error}); build the index again") from error
