"""A wide table that says what all tables of a field should have, beside a narrow one in the words of another author."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Integers
from lakeindex.synthesis.coded_values import recoded
from lakeindex.synthesis.reworded_headers import Wording, draw_wording
from lakeindex.synthesis.source_tables import Source
from lakeindex.synthesis.split_tables import Part, PartColumn, Splitter, attributes_of, part_column
from lakeindex.synthesis.value_shapes import NUMBER_SHAPES, ValueShape
from lakeindex.types.names import is_positional, sql_names, title_of, words_of

ATTRIBUTES_A_SOURCE = 10_000
"""Attributes of different sources lie so far apart."""

_WIDTHS, _NARROW_WIDTHS, _LENGTHS = (40, 80, 160, 400), (8, 16, 30), (10, 30, 100, 400)
"""Columns of a standard before those are left out that bear one name, columns of the table, and its rows."""
_FEWEST_ROWS, _MOST_ROWS = 6, 400
_FOLLOWED, _OTHERS = 2, 2
"""Sources of the standard that the table has columns of, and other sources."""
_LISTED, _WITH_TITLES, _PLAIN, _RECODED = 0.5, 0.4, 0.4, 0.3
_OVERLAPS, _CORRUPTED = (0.0, 0.0, 0.2, 0.5), (0.0, 0.3, 0.6)
_MOST_LISTED = 150
_UNKNOWNS, _WITH_AN_UNKNOWN = ("Unknown", "Not reported", "Other", "None"), 0.25


@dataclass(frozen=True, slots=True, eq=False)
class StandardTables:
    """Makes standards out of the tables of a lake, each with a table that partly follows it."""

    splitter: Splitter

    def draw(self, sources: Sequence[Source]) -> list[Part]:
        """Draw a standard and a table; none where the sources are too small.

        The attributes of columns of different sources lie ATTRIBUTES_A_SOURCE apart.
        """
        order = self._rng.permutation([n for n, one in enumerate(sources) if one.rows >= _FEWEST_ROWS]).tolist()
        width = int(self._rng.choice(_WIDTHS))
        wide = [sources[number].columns for number in order]
        count = int(np.searchsorted(np.cumsum([0, *map(len, wide)]), width))
        if sum(map(len, wide[:count])) < _NARROW_WIDTHS[0]:
            return []
        halves = [_halves(sources[number].rows, self._rng) for number in order]
        first, second = (
            [list(_columns(sources[number], number, rows)) for number, rows in zip(order, some, strict=True)]
            for some in zip(*halves, strict=True)
        )
        every = _of_distinct_names(chain(*first[:count]))
        standard = every[:width]
        attributes = {one.attribute for one in standard}
        followed = [one for one in _of_distinct_names(chain(*second[:_FOLLOWED])) if one.attribute in attributes]
        others = _of_distinct_names(chain(every[width:], *second[count : count + _OTHERS]), standard)
        return [self._standard(standard, sources), self._narrow(followed, others)] if followed else []

    def _standard(self, columns: Sequence[PartColumn], sources: Sequence[Source]) -> Part:
        if self._happens(_LISTED):
            columns = [replace(one, texts=self._permitted(one)) for one in columns]
        rows = max(1, *(len(one.texts) for one in columns))
        has_titles, wording = self._happens(_WITH_TITLES), draw_wording(self._rng)
        if self._happens(_PLAIN):
            wording = replace(wording, share=0.0)
        titles = [sources[one.attribute // ATTRIBUTES_A_SOURCE].name if has_titles else "" for one in columns]
        named = [self._named(one, wording, title) for one, title in zip(columns, titles, strict=True)]
        return _table([replace(one, texts=_padded(one.texts, rows)) for one in named])

    def _narrow(self, columns: Sequence[PartColumn], others: Sequence[PartColumn]) -> Part:
        count = int(self._rng.choice(_NARROW_WIDTHS))
        kept = self._some(columns, count) + self._some(others, int(self._rng.integers(0, count)))
        wording, rate = draw_wording(self._rng), float(self._rng.choice(_CORRUPTED))
        rows = min(max(len(one.texts) for one in kept), int(self._rng.choice(_LENGTHS)))
        return _table([self._named(self._rewritten(one, rows, rate), wording, "") for one in kept])

    def _some(self, columns: Sequence[PartColumn], count: int) -> list[PartColumn]:
        return [columns[place] for place in self._rng.permutation(len(columns))[:count].tolist()]

    def _rewritten(self, column: PartColumn, rows: int, rate: float) -> PartColumn:
        texts = _padded(column.texts, rows)
        if self._happens(_RECODED):
            texts = recoded(texts, self._rng)
        return self.splitter.values_changed(replace(column, texts=texts), rate)

    def _permitted(self, column: PartColumn) -> pa.Array[Any]:
        """List the values that a column may have; none where these are numbers, or too many."""
        values = column.texts.drop_null().unique().sort()
        if column.shape in NUMBER_SHAPES or column.shape is ValueShape.DATE or len(values) > _MOST_LISTED:
            return column.texts[:0]
        more = [one for one in _UNKNOWNS if self._happens(_WITH_AN_UNKNOWN)]
        listed: pa.Array[Any] = pa.concat_arrays([values, pa.array(more, values.type)])
        return listed

    def _named(self, column: PartColumn, wording: Wording, title: str) -> PartColumn:
        synonyms = self.splitter.synonyms.get(column.name, ())
        header = wording.header(f"{title_of(title)} {column.name}", synonyms, self._rng)
        return replace(column, header=header)

    def _happens(self, share: float) -> bool:
        return bool(self._rng.random() < share)

    @property
    def _rng(self) -> np.random.Generator:
        return self.splitter.rng


def _halves(rows: int, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Draw the rows of a standard, and those of the table, of which some may be the same."""
    order, half = rng.permutation(rows), rows // 2
    shared = int(rng.choice(_OVERLAPS) * (rows - half))
    return np.sort(order[: half + shared][:_MOST_ROWS]), np.sort(order[half:][-_MOST_ROWS:])


def _columns(source: Source, number: int, rows: Integers) -> Iterator[PartColumn]:
    for column, attribute in zip(source.columns, attributes_of(source.columns), strict=True):
        yield part_column(column.take(rows), attribute + number * ATTRIBUTES_A_SOURCE if attribute >= 0 else attribute)


def _of_distinct_names(columns: Iterable[PartColumn], known: Sequence[PartColumn] = ()) -> list[PartColumn]:
    """Keep the first column of each name that tells something, and that none of those known has."""
    kept = {words_of(one.name): one for one in known}
    for column in columns:
        words = words_of(column.name)
        if column.attribute >= 0 and not is_positional(words):
            kept.setdefault(words, column)
    return list(kept.values())[len(known) :]


def _padded(texts: pa.Array[Any], rows: int) -> pa.Array[Any]:
    return pa.concat_arrays([texts[:rows], pa.nulls(max(rows - len(texts), 0), texts.type)])


def _table(columns: Sequence[PartColumn]) -> Part:
    unique = sql_names([one.header.strip() or f"column_{n}" for n, one in enumerate(columns, 1)])
    return tuple(replace(one, header=name) for one, name in zip(columns, unique, strict=True))
