"""The tuples of many tables, numbered one after the other, and what each says of the attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Floats, Hashes, Integers, Texts
from lakeindex.errors import NotFound
from lakeindex.integrate.alignment import Alignment
from lakeindex.integrate.conflicts.claims import Claims
from lakeindex.integrate.disjunction.equal_join import MISSING, unique_rows
from lakeindex.integrate.link.verdicts import row_hashes
from lakeindex.integrate.moments import moments
from lakeindex.integrate.records import Records
from lakeindex.types.lake import TableId


@dataclass(frozen=True)
class Tuples:
    """The rows of tables, numbered table by table, with the attributes that their columns are."""

    records: tuple[Records, ...]
    alignment: Alignment

    def __len__(self) -> int:
        return int(self.starts[-1])

    @property
    def tables(self) -> list[TableId]:
        """The tables; their places are their numbers."""
        return [one.table for one in self.records]

    @cached_property
    def starts(self) -> Integers:
        """(tables + 1,) the number of each table's first tuple."""
        return np.concatenate([[0], np.cumsum([len(one) for one in self.records])]).astype(np.int64)

    @property
    def table_of(self) -> Integers:
        """(tuples,) the number of each tuple's table."""
        return np.repeat(np.arange(len(self.records)), np.diff(self.starts))

    def row_hashes(self) -> Hashes:
        """Hash what each tuple's row holds, (tuples,)."""
        return np.concatenate([row_hashes(one) for one in self.records])

    def columns_of(self, attribute: int) -> list[tuple[int, str]]:
        """Return the number of each table that has an attribute, with the name of its column."""
        members = [(at, self.alignment.attributes[attribute].of(table)) for at, table in enumerate(self.tables)]
        return [(at, member.column.name) for at, member in members if member is not None]

    def has_column(self, sets: Integers) -> Flags:
        """Return of which attributes the tables of each set's tuples have a column, (sets, attributes)."""
        found = np.zeros((int(sets.max(initial=-1)) + 1, len(self.alignment.attributes)), bool)
        for attribute in range(found.shape[1]):
            for at, _ in self.columns_of(attribute):
                found[sets[self.starts[at] : self.starts[at + 1]], attribute] = True
        return found

    def key_codes(self, attributes: Sequence[int]) -> Integers:
        """Return a number for the values of some attributes together, (tuples,), MISSING where one has no value."""
        codes = np.full((len(self), len(attributes)), MISSING, np.int64)
        for place, attribute in enumerate(attributes):
            codes[:, place] = self._codes(attribute)
        _, numbers = unique_rows(codes)
        return np.where((codes == MISSING).any(axis=1), MISSING, numbers)

    def _codes(self, attribute: int) -> Integers:
        keys: list[Any] = [pa.nulls(len(one), pa.large_string()) for one in self.records]
        for at, name in self.columns_of(attribute):
            keys[at] = self.records[at].keys(name)
        codes: Any = pa.chunked_array(keys, pa.large_string()).dictionary_encode().combine_chunks()
        if isinstance(codes, pa.ChunkedArray):
            codes = codes.chunk(0)
        return np.asarray(codes.indices.fill_null(MISSING).to_numpy(zero_copy_only=False), np.int64)

    def claims(self, sets: Integers, moment: str | None = None) -> Claims:
        """Return what the tuples say, each of the set that it is in: `sets` is (tuples,).

        `moment` is the column that says when a row was written. Raises NotFound where no table has it.
        """
        written = None if moment is None else self._moments(moment)
        parts = [
            self._claims_of(attribute, at, name, sets)
            for attribute in range(len(self.alignment.attributes))
            for at, name in self.columns_of(attribute)
        ]
        if not parts:
            nothing = np.empty(0, np.int64)
            no_texts: Texts = pa.array([], pa.large_string())
            return Claims(nothing, nothing, nothing, nothing, no_texts, no_texts)
        entity, attribute, source, row = (np.concatenate([part[place] for part in parts]) for place in range(4))
        text, key = (cast(Texts, pa.concat_arrays([part[place] for part in parts])) for place in (4, 5))
        when = None if written is None else written[self.starts[source] + row]
        return Claims(entity, attribute, source, row, text, key, when)

    def _moments(self, name: str) -> Floats:
        """Return when each tuple was written, (tuples,), nan where that isn't told."""
        if not any(name in one.names for one in self.records):
            raise NotFound(f"no table has a column {name!r} that says when a row was written")
        nothing = [np.full(len(one), np.nan) for one in self.records]
        return np.concatenate(
            [moments(one, name) if name in one.names else none for one, none in zip(self.records, nothing, strict=True)]
        )

    def _claims_of(self, attribute: int, at: int, name: str, sets: Integers) -> tuple[Any, ...]:
        texts = self.records[at].texts(name)
        rows = np.flatnonzero(pc.is_valid(texts).to_numpy(zero_copy_only=False))
        count = len(rows)
        return (
            sets[self.starts[at] + rows],
            np.full(count, attribute, np.int64),
            np.full(count, at, np.int64),
            rows,
            texts.drop_null(),
            self.records[at].keys(name).drop_null(),
        )
