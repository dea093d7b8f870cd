"""Read each different value once, in whichever columns it stands: what is known of it holds wherever it is read alike.

Wide tables and tables of codes repeat few values in many columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lakeindex.arrays.aliases import Flags, Integers, Texts
from lakeindex.arrays.ragged import ranges
from lakeindex.canonical.arrow_keys import ReadValues
from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.profile.normalise import normal_values


@dataclass(frozen=True, slots=True)
class NormalOnce:
    """The different normal values of some texts, and which each text has."""

    texts: Texts
    """The different texts."""
    values: Texts
    """Their different normal forms."""
    text_of: Integers
    """(n,) the place of each text in `texts`."""
    value_of: Integers
    """(n,) that of its normal form in `values`; several texts may share one."""

    @classmethod
    def of(cls, written: Texts) -> NormalOnce:
        """Normalise texts without null, each different one once."""
        texts, text_of = _once(written)
        values, value_of_text = _once(normal_values(texts))
        return cls(texts, values, text_of, value_of_text[text_of])

    def take(self, places: Integers) -> NormalOnce:
        """Return what is known of the texts at some places."""
        return NormalOnce(self.texts, self.values, self.text_of[places], self.value_of[places])


@dataclass(frozen=True, slots=True)
class ReadOnce:
    """Each different normal value once for each different way in which columns read it."""

    values: ReadValues
    value_of: Integers
    """Their places among the normal values."""
    may_be_moment: Flags
    """Which of them are of columns whose numbers may be moments."""
    read_of: Integers
    """(n,) the place in here of each value of a column."""

    @classmethod
    def of(
        cls, normal: NormalOnce, owners: Integers, readings: Sequence[ColumnReading], may_be_moments: Flags
    ) -> ReadOnce:
        """Group the values of columns by how they are read; `owners` (n,) are the places of columns in `readings`."""
        ways: dict[tuple[ColumnReading, bool], int] = {}
        ways_of_columns = [
            ways.setdefault((reading.as_read(), is_moment), len(ways))
            for reading, is_moment in zip(readings, may_be_moments.tolist(), strict=True)
        ]
        different = max(len(ways), 1)
        pairs = normal.value_of * different + np.array(ways_of_columns, np.int64)[owners]
        is_used = np.zeros(len(normal.values) * different, bool)
        is_used[pairs] = True
        used = np.flatnonzero(is_used)
        value_of, way_of = used // different, used % different
        values: Any = normal.values.take(value_of)
        read = ReadValues(values, [reading for reading, _ in ways], way_of)
        may_be_moment = np.array([is_moment for _, is_moment in ways], bool)[way_of]
        return cls(read, value_of, may_be_moment, (np.cumsum(is_used) - 1)[pairs])

    def expanded(self, owners: Integers) -> tuple[Integers, Integers]:
        """Return, for every value of a column, the entries that it owns, and for each of these that value's place.

        `owners` are the places in here that own the entries, ascending.
        """
        starts = np.searchsorted(owners, np.arange(len(self.value_of) + 1))
        counts = np.diff(starts)[self.read_of]
        return ranges(starts[:-1][self.read_of], counts), np.repeat(np.arange(len(self.read_of)), counts)


def _once(texts: Texts) -> tuple[Texts, Integers]:
    """Return each different text once, and where the text of each entry is among them."""
    encoded: Any = texts.dictionary_encode()
    return encoded.dictionary, encoded.indices.to_numpy().astype(np.int64)
