"""How much a profile keeps of a column."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum


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
    raw: RawValues = RawValues.SAMPLE
    personal: Personal = Personal.KEEP
    hash_key: str = field(default="", repr=False)
    """The key of the hashes, hexadecimal; empty where they have none."""

    @property
    def key(self) -> bytes:
        """Return the key of the hashes of any column; empty where they have none."""
        return bytes.fromhex(self.hash_key) if self.raw is RawValues.HASH else b""

    @property
    def keeps_all(self) -> bool:
        """Whether values of every column may be kept."""
        return self.raw is RawValues.SAMPLE and self.personal is Personal.KEEP

    @property
    def of_personal(self) -> ProfileLimits:
        """Return the limits of columns that look like personal data."""
        if self.personal is Personal.KEEP or self.raw is RawValues.NONE:
            return self
        return replace(self, raw=RawValues.NONE if self.personal is Personal.REFUSE else RawValues.HASH)
