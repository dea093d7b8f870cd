"""An integrated table, with the origin of each of its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Integers
from lakeindex.arrays.ragged import ranges
from lakeindex.escaping.counted import counted
from lakeindex.integrate.conflicts.claims import Claims, Resolved
from lakeindex.integrate.lines import Lines
from lakeindex.integrate.provenance.write_provenance import Provenance
from lakeindex.integrate.tuples import Tuples
from lakeindex.types.frames import Frames


@dataclass(frozen=True, slots=True, eq=False)
class Integration(Frames):
    """One line an entity, with a column for each attribute, and the claims behind each cell."""

    tuples: Tuples
    claims: Claims
    """What the tuples say of the lines."""
    resolved: Resolved
    """The lines' cells that have a value."""
    lines: int
    remarks: tuple[str, ...]
    """What a person should know of the result."""

    def describe(self) -> str:
        """Say in a sentence what was made of what."""
        of = counted(len(self.tuples), "row"), counted(len(self.tuples.records), "table")
        return f"{counted(self.lines, 'line')} of {of[0]} in {of[1]}"

    def provenance(self) -> Provenance:
        """Return where each cell came from."""
        tables = [str(table) for table in self.tuples.tables]
        return Provenance(self.resolved, self.claims, self.tuples.alignment.names(), tables, np.arange(self.lines))

    def to_arrow(self) -> pa.Table:
        """Return the lines as texts, null where no table has a value."""
        names = self.tuples.alignment.names()
        columns = [self._column(attribute) for attribute in range(len(names))]
        return pa.table(dict(zip(names, columns, strict=True)))

    def _column(self, attribute: int) -> pa.LargeStringArray:
        cells = np.flatnonzero(self.resolved.attribute == attribute)
        places = np.full(self.lines, -1, np.int64)
        places[self.resolved.entity[cells]] = cells
        wanted: Any = pa.array(places, mask=places < 0)
        column: pa.LargeStringArray = self.resolved.value.take(wanted)
        return column


def spread(claims: Claims, resolved: Resolved, lines: Lines) -> tuple[Claims, Resolved]:
    """Return what is said of lines, and what was made of it, given the same of the sets of tuples behind them.

    Sets behind one line don't disagree: of an attribute that several have, the value of the surest one is taken.
    """
    order = np.argsort(claims.entity, kind="stable")
    pairs, places = _matching(claims.entity[order], lines.set)
    places = order[places]
    line = lines.line[pairs]
    own_cells = resolved.claim_cell[places]
    attribute = resolved.attribute[own_cells]
    cells, cell = np.unique(line * _width(resolved) + attribute, return_inverse=True)
    surest = _surest(cell, own_cells, resolved, len(cells))
    spread_claims = Claims(
        line, attribute, claims.source[places], claims.row[places], claims.text.take(places),
        claims.key.take(places), None if claims.moment is None else claims.moment[places],
    )  # fmt: skip
    return spread_claims, Resolved(
        cells // _width(resolved), cells % _width(resolved), resolved.value.take(surest), resolved.confidence[surest],
        resolved.decision[surest], resolved.is_tie[surest], cell, resolved.claim_group[places],
        resolved.has_won[places], resolved.notes,
    )  # fmt: skip


def _width(resolved: Resolved) -> int:
    return int(resolved.attribute.max(initial=0)) + 1


def _matching(entities: Integers, wanted: Integers) -> tuple[Integers, Integers]:
    """Return the places of all entries of each wanted entity, with the place of the wish; entities ascend."""
    starts = np.searchsorted(entities, wanted)
    lengths = np.searchsorted(entities, wanted, side="right") - starts
    return np.repeat(np.arange(len(wanted)), lengths), ranges(starts, lengths)


def _surest(cell: Integers, own_cells: Integers, resolved: Resolved, cells: int) -> Integers:
    """Return, for each cell of a line, the cell of a set whose value is the surest."""
    order = np.lexsort((own_cells, -resolved.confidence[own_cells], cell))
    firsts = np.searchsorted(cell[order], np.arange(cells))
    surest: Integers = own_cells[order][firsts]
    return surest
