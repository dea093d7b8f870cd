"""Write where each cell of a result came from, batch by batch, into a file that is whole or not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lakeindex.arrays.aliases import Flags, Integers
from lakeindex.arrays.ragged import ranges
from lakeindex.errors import InvalidSetting
from lakeindex.integrate.conflicts.claims import DECISIONS, Claims, Resolved
from lakeindex.integrate.provenance.file_format import SCHEMA, schema_of
from lakeindex.join.write_file import unfinished_beside

_BATCH = 20_000
"""Cells in a row group: one is read for an answer."""


@dataclass(frozen=True, slots=True, eq=False)
class Provenance:
    """Where the cells of a result came from."""

    resolved: Resolved
    claims: Claims
    attributes: Sequence[str]
    """The name of each attribute, which is a column of the result."""
    tables: Sequence[str]
    """The name of each source."""
    lines: Integers | None = None
    """(entities,) the row of the result that each entity is, -1 for none; None where an entity is the row."""


def write_provenance(path: Path, provenance: Provenance, force: bool = False) -> int:
    """Write a provenance file, whole or not at all; return how many cells it is of.

    Raises InvalidSetting for claims of tables or attributes that have no name, Refused where a file exists, unless
    `force`.
    """
    _require_names(provenance)
    row, order = _ordered_cells(provenance)
    rows = int(row.max(initial=-1)) + 1 if provenance.lines is None else int(provenance.lines.max(initial=-1)) + 1
    schema = schema_of(rows, provenance.attributes)
    with unfinished_beside(path, force) as unfinished, pq.ParquetWriter(unfinished, schema, compression="zstd") as file:
        for batch in _batches(provenance, row, order):
            file.write_batch(batch.cast(schema))
    return len(order)


def _require_names(provenance: Provenance) -> None:
    for numbers, names, what in (
        (provenance.claims.source, provenance.tables, "tables"),
        (provenance.claims.attribute, provenance.attributes, "attributes"),
    ):
        if int(numbers.max(initial=-1)) >= len(names):
            raise InvalidSetting(f"claims are of {int(numbers.max()) + 1} {what}, of which {len(names)} have a name")


def _ordered_cells(provenance: Provenance) -> tuple[Integers, Integers]:
    """Return the row of each cell, and the cells that are in the result in its order."""
    resolved, lines = provenance.resolved, provenance.lines
    row = resolved.entity if lines is None else lines[resolved.entity]
    order = np.lexsort((resolved.attribute, row))
    return row, order[row[order] >= 0]


def _batches(provenance: Provenance, row: Integers, order: Integers) -> Iterator[pa.RecordBatch]:
    claims, resolved = provenance.claims, provenance.resolved
    by_cell = np.lexsort((claims.row, claims.source, resolved.claim_group, resolved.claim_cell))
    starts = np.searchsorted(resolved.claim_cell[by_cell], np.arange(len(resolved) + 1))
    columns, rules = (_texts(names) for names in (provenance.attributes, [str(one) for one in DECISIONS]))
    for start in range(0, len(order), _BATCH):
        cells = order[start : start + _BATCH]
        own = by_cell[ranges(starts[cells], np.diff(starts)[cells])]
        place = np.repeat(np.arange(len(cells)), np.diff(starts)[cells])
        has_won = resolved.has_won[own]
        yield pa.record_batch(
            [
                pa.array(row[cells]),
                _named(resolved.attribute[cells], columns),
                resolved.value.take(cells),
                _named(resolved.decision[cells], rules),
                pa.array(resolved.confidence[cells]),
                pa.array(resolved.is_tie[cells]),
                _claim_lists(provenance, own, place, has_won, len(cells)),
                _claim_lists(provenance, own, place, ~has_won, len(cells)),
            ],
            schema=SCHEMA,
        )


def _named(numbers: Any, names: Any) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32)), names)


def _texts(names: Sequence[str]) -> Any:
    return pa.array(list(names), pa.string())


def _claim_lists(provenance: Provenance, own: Integers, place: Integers, which: Flags, cells: int) -> Any:
    """Return the claims of each cell that are chosen, (cells,) lists."""
    claims, chosen = provenance.claims, own[which]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(place[which], minlength=cells))])
    kinds = SCHEMA.field("sources").type.value_type
    tables = _texts(provenance.tables).cast(pa.large_string()).take(claims.source[chosen])
    columns: list[Any] = [tables, pa.array(claims.row[chosen]), claims.text.take(chosen)]
    members = pa.StructArray.from_arrays(columns, fields=[kinds.field(at) for at in range(kinds.num_fields)])
    return pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), members)
