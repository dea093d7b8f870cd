"""The long way to the types, numbers, days and hashes of values: through all patterns and rewrites."""

from __future__ import annotations

from dataclasses import dataclass

from lakeindex.arrays.aliases import Floats, Hashes, Integers, Texts
from lakeindex.canonical.arrow_keys import ReadValues
from lakeindex.hashing.text_hash import hash_strings, spelling_hashes
from lakeindex.profile.value_types import find_days


@dataclass(frozen=True, slots=True, eq=False)
class LongWay:
    """Values in order, and what follows."""

    ordered: Texts
    types: Integers
    """(n,) with text for what turned out to be no date."""
    days: Floats
    """(n,) since 1970; nan where there is none."""
    hashes: Hashes
    """(n,)"""

    @classmethod
    def of(cls, read: ReadValues, types: Integers) -> LongWay:
        """Go it with normal values, given their types."""
        ordered = read.ordered()
        read_types, days = find_days(ordered, types)
        hashes = spelling_hashes(hash_strings(read.keys(ordered)), hash_strings(read.values))
        return cls(ordered, read_types, days, hashes)
