"""How much a profile keeps of a column."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from lakeindex.hashing.name_hasher import NameHasher


class RawValues(StrEnum):
    """What an index keeps of the values in the cells."""

    SAMPLE = "sample"
    """Some of them, the range of numbers, and hashes."""
    HASH = "hash"
    """Only hashes under a key, without which nobody can find by trial which value a hash is of."""
    NONE = "none"
    """Nothing: columns are compared by their names alone."""


class Personal(StrEnum):
    """What an index keeps of columns that look like personal data."""

    KEEP = "keep"
    """What it keeps of others; they are only named."""
    HASH = "hash"
    """Only hashes of values under a key."""
    REFUSE = "refuse"
    """Nothing: such columns are compared by their names alone."""


class Names(StrEnum):
    """What an index keeps of the names of tables and columns."""

    PLAIN = "plain"
    """The names."""
    HASH = "hash"
    """Only hashes under a key, of names and of what they are compared by."""


LEAST_FIRST: dict[str, tuple[str, ...]] = {
    "values": (RawValues.NONE, RawValues.HASH, RawValues.SAMPLE),
    "personal": (Personal.REFUSE, Personal.HASH, Personal.KEEP),
    "names": (Names.HASH, Names.PLAIN),
}
"""By setting, what an index may keep of values and names, from the least on."""


@dataclass(frozen=True, slots=True)
class ProfileLimits:
    """How much a profile keeps; it is the same for all profiles of an index, or they could not be merged."""

    values: int = 2048
    """Hashes in the sketch of values."""
    words: int = 512
    """Hashes in the sketch of words."""
    grams: int = 256
    """Hashes in the sketch of character trigrams."""
    alternates: int = 256
    """Hashes in the sketch of alternate keys."""
    texts: int = 256
    """Values kept as text, those with the smallest hashes."""
    looks: int = 8192
    """Values of which words, shapes and lengths are counted, those with the smallest hashes."""
    look_bytes: int = 4 << 20
    """What these take at most: of a column of long texts fewer are looked at."""
    raw: RawValues = RawValues.SAMPLE
    personal: Personal = Personal.KEEP
    names: Names = Names.PLAIN
    hash_key: str = field(default="", repr=False)
    """The key of the hashes, hexadecimal; empty where they have none."""

    @property
    def key(self) -> bytes:
        """Return the key of the hashes of any column; empty where they have none."""
        return bytes.fromhex(self.hash_key) if self.raw is RawValues.HASH else b""

    @property
    def kept(self) -> tuple[int, ...]:
        """Return how much is kept of values, of personal data and of names, each as its place in LEAST_FIRST."""
        chosen = (self.raw, self.personal, self.names)
        return tuple(order.index(one) for order, one in zip(LEAST_FIRST.values(), chosen, strict=True))

    @property
    def keeps_all(self) -> bool:
        """Whether values of every column may be kept, and its name."""
        return self.kept == tuple(len(order) - 1 for order in LEAST_FIRST.values())

    @property
    def name_hasher(self) -> NameHasher | None:
        """Return what hides names; None where they are kept."""
        if self.names is Names.PLAIN:
            return None
        return NameHasher(hashlib.blake2b(bytes.fromhex(self.hash_key), digest_size=16, person=b"names").digest())

    @property
    def of_personal(self) -> ProfileLimits:
        """Return the limits of columns that look like personal data."""
        if self.personal is Personal.KEEP or self.raw is RawValues.NONE:
            return self
        return replace(self, raw=RawValues.NONE if self.personal is Personal.REFUSE else RawValues.HASH)


def limits_from_json(read: Mapping[str, Any]) -> ProfileLimits:
    """Return limits that were written as JSON."""
    kept = {"raw": RawValues(read["raw"]), "personal": Personal(read["personal"]), "names": Names(read["names"])}
    return ProfileLimits(**{**read, **kept})
