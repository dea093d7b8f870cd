"""The columns that several files have together, and the batches of one of them with these columns."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from lakeindex.arrays.aliases import ArrowArray
from lakeindex.profile.parts.key_values import repeated_key, type_of_keys
from lakeindex.profile.parts.plan import PlannedPart
from lakeindex.profile.value_text import as_text
from lakeindex.protocols import Connector
from lakeindex.types.lake import SourceTable
from lakeindex.types.reports import PartColumn

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Source:
    """A table of one part."""

    part: PlannedPart
    connector: Connector
    table: SourceTable

    def names(self) -> list[str]:
        """Return what the table in many files calls its columns; nothing for those that it doesn't have."""
        names, keys = self.part.names, self.part.keys
        called = [name if names is None else _called(name, names) for name in self.table.schema.names]
        # A folder's value is what the writer means, whatever the file repeats.
        return ["" if name in keys else name for name in called]


@dataclass(frozen=True, slots=True)
class UnionSchema:
    """The columns of all parts, then those that names of folders or a log give."""

    schema: pa.Schema
    keys: frozenset[str]
    as_text: frozenset[str]
    """Columns whose types in the parts have nothing in common."""
    notes: tuple[str, ...]

    @classmethod
    def of(cls, sources: Sequence[Source]) -> UnionSchema:
        """Unite the columns of parts, in the order in which they first come."""
        types: dict[str, dict[pa.DataType, int]] = {}
        for source in sources:
            for name, field in zip(source.names(), source.table.schema, strict=True):
                if name:
                    known = types.setdefault(name, {})
                    known[field.type] = known.get(field.type, 0) + 1
        united = {name: _united(list(known)) for name, known in types.items()}
        keys = dict.fromkeys(key for source in sources for key in source.part.keys)
        of_keys = {key: type_of_keys(source.part.keys.get(key) for source in sources) for key in keys}
        fields = [pa.field(name, kind or pa.string()) for name, kind in (united | of_keys).items()]
        mixed = frozenset(name for name, kind in united.items() if kind is None)
        counts = {name: sum(known.values()) for name, known in types.items()}
        counts |= Counter(key for source in sources for key in source.part.keys)
        notes = (*_notes_of_missing(counts, len(sources)), *_notes_of_mixed(types, mixed))
        return cls(pa.schema(fields), frozenset(keys), mixed, notes)

    @classmethod
    def declared(cls, schema: pa.Schema) -> UnionSchema:
        """Return the columns that a log declares, of a table without parts."""
        return cls(schema, frozenset(), frozenset(), ())

    def columns_of(self, source: Source) -> tuple[PartColumn, ...]:
        """Return the columns of a part, and which of the table's they are."""
        places = {name: place for place, name in enumerate(self.schema.names)}
        return tuple(
            PartColumn(field.name, str(field.type), places.get(name, -1) if name else -1)
            for name, field in zip(source.names(), source.table.schema, strict=True)
        )

    def keys_of(self, source: Source) -> tuple[tuple[int, str | None], ...]:
        """Return the values that a part gives to key columns, by their places."""
        keys = source.part.keys
        return tuple((place, keys.get(name)) for place, name in enumerate(self.schema.names) if name in self.keys)

    def united(self, batch: pa.RecordBatch, source: Source) -> pa.RecordBatch:
        """Return the rows of a part with the columns of all."""
        places = {name: place for place, name in enumerate(source.names()) if name}
        columns = [self._column(batch, places, source, field) for field in self.schema]
        return pa.record_batch(columns, schema=self.schema)

    def _column(
        self, batch: pa.RecordBatch, places: Mapping[str, int], source: Source, field: pa.Field[Any]
    ) -> ArrowArray:
        if field.name in self.keys:
            return repeated_key(source.part.keys.get(field.name), field.type, batch.num_rows)
        place = places.get(field.name)
        if place is None:
            nulls: ArrowArray = pa.nulls(batch.num_rows, field.type)
            return nulls
        column: ArrowArray = batch.column(place)
        if column.type == field.type:
            return column
        if field.name in self.as_text:
            return _texts(column)
        cast: ArrowArray = column.cast(field.type)
        return cast


def _called(name: str, names: Mapping[str, str]) -> str:
    """Return what a table calls a column, or the field of a struct, which stands behind a dot; nothing for others."""
    column, dot, rest = name.partition(".")
    return names.get(name) or (f"{names[column]}.{rest}" if dot and column in names else "")


def _united(types: Sequence[pa.DataType]) -> pa.DataType | None:
    """Return the type that holds the values of all types; None where only text does."""
    united = types[0]
    for kind in types[1:]:
        if united == kind:
            continue
        try:
            pair = [pa.schema([pa.field("column", one)]) for one in (united, kind)]
            united = pa.unify_schemas(pair, promote_options="permissive").field(0).type
        except pa.ArrowException:
            return None
    return united


def _texts(column: ArrowArray) -> ArrowArray:
    if pa.types.is_nested(column.type):
        written = [None if value is None else json.dumps(value, default=str) for value in column.to_pylist()]
        return pa.array(written, pa.string())
    return as_text(column).cast(pa.string())


def _notes_of_missing(counts: Mapping[str, int], parts: int) -> list[str]:
    missing = [f"{name} (in {count:,})" for name, count in counts.items() if count < parts]
    more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
    named = ", ".join(missing[:_MOST_NAMED])
    return [f"not all of its {parts:,} parts have the same columns, null elsewhere: {named}{more}"] if missing else []


def _notes_of_mixed(types: Mapping[str, Mapping[pa.DataType, int]], mixed: frozenset[str]) -> list[str]:
    named = [f"{name} ({', '.join(map(str, types[name]))})" for name in types if name in mixed]
    return [f"parts have a column in types with nothing in common, read as text: {', '.join(named)}"] if named else []
