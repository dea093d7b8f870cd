"""Split tables into several, of which it is known which columns are the same attribute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Integers
from lakeindex.synthesis.corruptions import corrupted, draw_corruption
from lakeindex.synthesis.headers import HEADER_CHANGES, HeaderPlace
from lakeindex.synthesis.made_tables import DISTRACTORS
from lakeindex.synthesis.own_ids import OwnIds, draw_own_ids
from lakeindex.synthesis.source_tables import Source, SourceColumn, texts_of
from lakeindex.synthesis.value_shapes import ValueShape
from lakeindex.types.names import sql_names

UNDECIDED = -1
"""The attribute of a column of which nobody can tell whether it is another's."""
OWN = -1_000
"""Attributes up to this one are of columns that one part has; whether one of the same name is it, nobody can tell."""

_MOST_ROWS, _MOST_COLUMNS = 600, 30
_FEWEST_ROWS, _FEWEST_COLUMNS = 6, 2
_PARTS, _SHARES_OF_PARTS = (2, 3, 4, 5), (0.45, 0.25, 0.2, 0.1)
_OVERLAPS = (0.0, 0.0, 0.1, 0.3, 0.6, 1.0)
_KEPT_COLUMNS = (1.0, 0.7, 0.5, 0.3)
_CORRUPTED = (0.0, 0.0, 0.2, 0.5)
"""The share of a part's columns whose values are written otherwise."""
_IN_ORDER, _COLUMNS_IN_ORDER = 0.5, 0.5
_WITH_OWN_IDS, _WITH_OWN_COLUMN = 0.5, 0.6
_EMPTIED, _THINNED = 0.02, 0.1
_LISTED = 0.06
"""Of parts that only list which values each column may have, as a data dictionary does."""
_SPELLINGS = (
    "without vowels", "first letters", "truncated", "renamed", "renamed", "with table", "snake case", "camel case",
    "upper case", "spaced", "prefixed", "code prefixed", "hub",
)  # fmt: skip
_FOREIGN, _SYNONYM = "foreign", "synonym"
_STYLES = (
    (0.45, 0.0, _SPELLINGS), (0.15, 0.3, _SPELLINGS), (0.1, 0.8, _SPELLINGS), (0.2, 0.8, (_SYNONYM,)),
    (0.02, 0.7, (_FOREIGN,)), (0.04, 1.0, ("opaque",)), (0.04, 1.0, ("empty",)),
)  # fmt: skip
"""How often a part has its headers changed in a way, the share of them that are, and the changes to draw from."""


@dataclass(frozen=True, slots=True, eq=False)
class PartColumn:
    """A column of a part of a table."""

    header: str
    texts: pa.Array[Any]
    shape: ValueShape
    attribute: int
    """Columns of the same one, of parts of one table, are the same attribute; or UNDECIDED, or up to OWN."""
    name: str
    """The header in the source."""


Part = tuple[PartColumn, ...]
"""A part of a table, as another source might publish it."""


@dataclass(frozen=True, slots=True, eq=False)
class Splitter:
    """Splits sources."""

    headers: Sequence[str]
    """Those of other tables, which a column may misleadingly bear."""
    synonyms: Mapping[str, Sequence[str]]
    """What a header may be called elsewhere."""
    rng: np.random.Generator

    def split(self, source: Source) -> list[Part]:
        """Split a source by rows and by columns into 2 to 5 parts; into none where it is too small."""
        if source.rows < _FEWEST_ROWS or len(source.columns) < _FEWEST_COLUMNS:
            return []
        count = int(self.rng.choice(_PARTS, p=_SHARES_OF_PARTS))
        kept = float(self.rng.choice(_KEPT_COLUMNS))
        return self._styled([self._columns(source, rows, kept) for rows in self._rows(source.rows, count)], source.name)

    def restyle(self, sources: Sequence[Source]) -> list[Part]:
        """Make parts of tables that have one schema already."""
        numbers = {name: place for place, name in enumerate(sorted({c.name for one in sources for c in one.columns}))}
        parts = []
        for source in sources:
            rows = np.sort(self.rng.permutation(source.rows)[:_MOST_ROWS])
            columns = [part_column(one.take(rows), numbers[one.name]) for one in source.columns[:_MOST_COLUMNS]]
            # Two tables that both count their rows: the same name is no proof.
            parts.append([replace(c, attribute=UNDECIDED) if c.shape is ValueShape.SERIAL else c for c in columns])
        return self._styled(parts, sources[0].name)

    def _rows(self, rows: int, count: int) -> list[Integers]:
        """Draw the rows of each part: some that all share, and its own, which may be neighbours in the source."""
        overlap = float(self.rng.choice(_OVERLAPS))
        order = np.arange(rows) if self._happens(_IN_ORDER) else self.rng.permutation(rows)
        size = min(_MOST_ROWS, max(3, int(rows / (count - (count - 1) * overlap))))
        shared = self.rng.permutation(rows)[: round(overlap * size)]
        own = order[~np.isin(order, shared)]
        taken = count * (size - len(shared))
        start = int(self.rng.integers(0, max(1, len(own) - taken + 1)))
        parts = np.array_split(own[start : start + taken], count)
        return [np.sort(np.concatenate([shared, part])).astype(np.int64) for part in parts]

    def _columns(self, source: Source, rows: Integers, kept: float) -> list[PartColumn]:
        count = min(max(_FEWEST_COLUMNS, round(kept * len(source.columns))), _MOST_COLUMNS)
        chosen = np.sort(self.rng.permutation(len(source.columns))[:count])
        attributes = attributes_of(source.columns)
        return [part_column(source.columns[place].take(rows), attributes[place]) for place in chosen.tolist()]

    def _styled(self, parts: Sequence[list[PartColumn]], title: str) -> list[Part]:
        ids = draw_own_ids(self.rng) if self._happens(_WITH_OWN_IDS) else None
        return [self._one_styled(columns, title, ids, number) for number, columns in enumerate(parts)]

    def _one_styled(self, columns: list[PartColumn], title: str, ids: OwnIds | None, number: int) -> Part:
        rows, rate = len(columns[0].texts), float(self.rng.choice(_CORRUPTED))
        written = [self.values_changed(one, rate) for one in columns]
        if self._happens(_LISTED):
            written = [replace(one, texts=_listed(one.texts)) for one in written]
        if not self._happens(_COLUMNS_IN_ORDER):
            written = [written[place] for place in self.rng.permutation(len(written)).tolist()]
        style = int(self.rng.choice(len(_STYLES), p=[share for share, _, _ in _STYLES]))
        _, share, changes = _STYLES[style]
        named = [
            replace(one, header=self._header(HeaderPlace(one.header, title, place), changes))
            if self._happens(share)
            else one
            for place, one in enumerate(written, 1)
        ]
        if self._happens(_WITH_OWN_COLUMN):
            named.append(self._own_column(rows))
        if ids is not None:
            attribute = UNDECIDED if ids.are_alike else -2 - number
            named.insert(0, PartColumn(ids.header, ids.values(rows, number), ValueShape.CODE, attribute, ids.header))
        unique = sql_names([" ".join(one.header.split()) or f"column_{n}" for n, one in enumerate(named, 1)])
        return tuple(replace(one, header=name) for one, name in zip(named, unique, strict=True))

    def values_changed(self, column: PartColumn, rate: float) -> PartColumn:
        """Write the values of a column otherwise, at a rate, or leave some or all of them out."""
        texts = column.texts
        corruption = draw_corruption(column.shape, self.rng) if self._happens(rate) else None
        if corruption is not None:
            texts = corrupted(texts, corruption, self.rng)
        if self._happens(_EMPTIED):
            texts = pa.nulls(len(texts), texts.type)
        elif self._happens(_THINNED):
            texts = _without(texts, self.rng.random(len(texts)) < self.rng.random())
        return replace(column, texts=texts)

    def _header(self, place: HeaderPlace, changes: Sequence[str]) -> str:
        change = changes[int(self.rng.integers(len(changes)))]
        if change == _FOREIGN:
            return self.headers[int(self.rng.integers(len(self.headers)))]
        if change == _SYNONYM:
            known = self.synonyms.get(place.header, ())
            return known[int(self.rng.integers(len(known)))] if known else HEADER_CHANGES["renamed"](place, self.rng)
        return HEADER_CHANGES[change](place, self.rng)

    def _own_column(self, rows: int) -> PartColumn:
        """Make a column that only this part has, though others may have one that is called alike."""
        headers, shape, draw = DISTRACTORS[int(self.rng.integers(len(DISTRACTORS)))]
        header = headers[int(self.rng.integers(len(headers)))]
        return PartColumn(header, texts_of(draw(rows, self.rng)), shape, OWN - int(self.rng.integers(2**31)), header)

    def _happens(self, share: float) -> bool:
        return bool(self.rng.random() < share)


def part_column(column: SourceColumn, attribute: int) -> PartColumn:
    """Take a column of a source as one of a part."""
    return PartColumn(column.name, column.texts(), column.shape, attribute, column.name)


def attributes_of(columns: Sequence[SourceColumn]) -> list[int]:
    """Number the columns of a source; those that repeat another are undecided, and so is that one."""
    by_content: dict[bytes, list[int]] = {}
    for place, column in enumerate(columns):
        by_content.setdefault(column.codes.tobytes() + str(column.distinct.to_pylist()).encode(), []).append(place)
    alone = {places[0] for places in by_content.values() if len(places) == 1}
    return [place if place in alone else UNDECIDED for place in range(len(columns))]


def _listed(texts: pa.Array[Any]) -> pa.Array[Any]:
    """Return the distinct values, in order, and null for the rest of the rows."""
    values = texts.drop_null().unique().sort()
    return pa.concat_arrays([values, pa.nulls(len(texts) - len(values), texts.type)])


def _without(texts: pa.Array[Any], gone: Flags) -> pa.Array[Any]:
    nothing: Any = pa.scalar(None, texts.type)
    kept: pa.Array[Any] = pc.if_else(pa.array(gone), nothing, texts)
    return kept
