"""People's verdicts on pairs of tuples, by what the tuples hold, so that they outlive a change of row numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Codes, Flags, Hashes, Integers
from lakeindex.arrays.ragged import ranges
from lakeindex.hashing.siphash import siphash
from lakeindex.hashing.text_hash import HashedText
from lakeindex.integrate.link.blocking import Pairs
from lakeindex.integrate.records import Records

ACCEPTED, REJECTED, NONE = np.int8(1), np.int8(0), np.int8(-1)
_MOST_COPIES = 100
"""Tuples with the same values that a verdict stands for at most, where blocking doesn't pair them."""


@dataclass(frozen=True, slots=True, eq=False)
class RowVerdicts:
    """Verdicts on pairs of tuples; the order of the two has no meaning."""

    left: Hashes
    right: Hashes
    accepted: Flags
    key: bytes = b""
    """Under which the hashes of tuples were hashed again; empty where they weren't."""

    @classmethod
    def none(cls) -> RowVerdicts:
        """Return no verdict."""
        return cls(np.zeros(0, np.uint64), np.zeros(0, np.uint64), np.zeros(0, bool))

    @classmethod
    def of(cls, given: Iterable[tuple[int, int, bool]], key: bytes = b"") -> RowVerdicts:
        """Return verdicts, each the hashes of both tuples and whether it is accepted; the later of two counts."""
        left, right, accepted = zip(*given, strict=True) if (given := list(given)) else ((), (), ())
        return cls(np.array(left, np.uint64), np.array(right, np.uint64), np.array(accepted, bool), key)

    def __len__(self) -> int:
        return len(self.accepted)

    def count_on(self, hashes: Hashes) -> int:
        """Return how many are on rows that are there, given the hashes of all."""
        hashes = under_key(hashes, self.key)
        return int((np.isin(self.left, hashes) & np.isin(self.right, hashes)).sum())

    def on(self, pairs: Pairs, hashes: Hashes) -> Codes:
        """Return ACCEPTED, REJECTED or NONE for each pair of tuples with some hashes, (pairs,)."""
        if not len(self):
            return np.full(len(pairs), NONE)
        hashes = under_key(hashes, self.key)
        given = _combined(self.left, self.right)
        order = np.argsort(given, kind="stable")
        asked = _combined(hashes[pairs.left], hashes[pairs.right])
        # Of two verdicts on a pair, the later one counts.
        places = np.searchsorted(given[order], asked, side="right") - 1
        at = order[np.maximum(places, 0)]
        is_given = (places >= 0) & (given[at] == asked)
        return np.where(is_given, self.accepted[at], NONE).astype(np.int8)

    def pairs(self, hashes: Hashes, tables: Integers, is_within: bool) -> Pairs:
        """Return the pairs of tuples that verdicts are on, (pairs,), but for tuples of which there are many copies."""
        if not len(self):
            return Pairs.none()
        hashes = under_key(hashes, self.key)
        order = np.argsort(hashes, kind="stable")
        sides = [_places(hashes[order], side) for side in (self.left, self.right)]
        (starts, counts), (other_starts, other_counts) = sides
        few = (counts <= _MOST_COPIES) & (other_counts <= _MOST_COPIES)
        counts, other_counts = np.where(few, counts, 0), np.where(few, other_counts, 0)
        first = order[np.repeat(ranges(starts, counts), np.repeat(other_counts, counts))]
        second = order[ranges(np.repeat(other_starts, counts), np.repeat(other_counts, counts))]
        is_pair = (first != second) if is_within else (tables[first] != tables[second])
        return Pairs.of(first[is_pair], second[is_pair], len(hashes))


def row_hashes(records: Records) -> Hashes:
    """Hash what each row holds, (rows,): the canonical forms of its values, by the names of their columns."""
    parts = [_named(records, name) for name in sorted(records.names)]
    between: Any = pa.scalar("\x1e", pa.large_string())
    start: Any = pa.array([""] * len(records), pa.large_string())
    return HashedText.from_arrow(
        reduce(lambda whole, one: pc.binary_join_element_wise(whole, one, between), parts, start)
    ).strings()


def under_key(hashes: Hashes, key: bytes) -> Hashes:
    """Hash hashes again under a key, so that nobody without it finds by trial what they are of; as they are without."""
    return siphash(hashes, key) if key else hashes


@dataclass(frozen=True, slots=True, eq=False)
class JudgedLinks:
    """Links with the verdicts on them."""

    links: pa.Table
    """left, right, probability: those with a verdict are there, too, and have the probability 1 or 0."""
    verdicts: Codes
    """(links,) ACCEPTED, REJECTED or NONE."""


def judged(links: pa.Table, records: Sequence[Records], verdicts: RowVerdicts) -> JudgedLinks:
    """Add the pairs of tuples that verdicts are on, and overrule the probabilities of those that are there.

    Links are of tuples numbered through all tables in the given order; so are those returned, by left and right tuple.
    """
    if not len(verdicts):
        return JudgedLinks(links, np.full(links.num_rows, NONE))
    hashes = np.concatenate([row_hashes(one) for one in records])
    left, right = links["left"].to_numpy(), links["right"].to_numpy()
    everywhere = np.zeros(len(hashes), np.int64)
    pairs = Pairs.of(left, right, len(hashes)).with_others([verdicts.pairs(hashes, everywhere, is_within=True)])
    likely = np.zeros(len(pairs))
    known = np.minimum(left, right) * len(hashes) + np.maximum(left, right)
    likely[np.searchsorted(pairs.left * len(hashes) + pairs.right, known)] = links["probability"].to_numpy()
    said = verdicts.on(pairs, hashes)
    likely = np.where(said == NONE, likely, said)
    return JudgedLinks(pa.table([pairs.left, pairs.right, likely], schema=links.schema), said)


def _named(records: Records, name: str) -> Any:
    prefix: Any = pa.scalar(f"{name}\x1f", pa.large_string())
    nothing: Any = pa.scalar("", pa.large_string())
    keys: Any = pc.fill_null(records.written_keys(name), nothing)
    return pc.binary_join_element_wise(prefix, keys, nothing)


def _combined(left: Hashes, right: Hashes) -> Hashes:
    lower, higher = np.minimum(left, right), np.maximum(left, right)
    return np.asarray(lower * np.uint64(0x9E3779B97F4A7C15) ^ higher)


def _places(ascending: Hashes, wanted: Hashes) -> tuple[Integers, Integers]:
    starts = np.searchsorted(ascending, wanted, side="left")
    return starts, np.searchsorted(ascending, wanted, side="right") - starts
