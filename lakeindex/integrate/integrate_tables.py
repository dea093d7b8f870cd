"""The flow: read the tables, align their columns, find entities, resolve conflicts, join what agrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.errors import InvalidSetting
from lakeindex.integrate.align.align import align
from lakeindex.integrate.alignment import Alignment
from lakeindex.integrate.conflicts.claims import Claims, Resolved
from lakeindex.integrate.conflicts.language_model import Judge, judge
from lakeindex.integrate.conflicts.resolve import resolve
from lakeindex.integrate.entities import sets_by_key, sets_by_links
from lakeindex.integrate.find_equivalents import LookupSearch, with_equivalents
from lakeindex.integrate.integration import Integration, spread
from lakeindex.integrate.key_attributes import with_key
from lakeindex.integrate.lines import kept_apart, lines_of, value_codes
from lakeindex.integrate.plan import IntegrationPlan
from lakeindex.integrate.records import Records, read_records
from lakeindex.integrate.remarks import remarks_on, remarks_on_verdicts
from lakeindex.integrate.request import IntegrateRequest
from lakeindex.integrate.tuples import Tuples
from lakeindex.join.lake_tables import LakeTables
from lakeindex.search.searcher import Searcher


@dataclass(frozen=True, slots=True, eq=False)
class Entities:
    """The tuples, and the set that each is in: the tuples of a set describe one entity."""

    tuples: Tuples
    sets: Integers
    """(tuples,)"""
    key: tuple[int, ...]
    """The attributes of the key."""
    apart: Integers
    """(pairs, 2) sets that a person told apart."""
    verdicts: int
    """People's verdicts on the tuples."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a person should know of how they were found."""
        names = self.tuples.alignment.names()
        return remarks_on_verdicts(self.verdicts, [names[place] for place in self.key])


def integrate(tables: LakeTables, searcher: Searcher, request: IntegrateRequest) -> Integration:
    """Integrate tables into one of a line an entity.

    Raises NotFound for a table or a key that isn't there, InvalidSetting for no table or one that is named twice,
    UnreadableTable when a file is gone or no longer what it was.
    """
    found = find_entities(tables, searcher, request)
    claims = found.tuples.claims(found.sets, request.moment)
    resolved = _resolved(found, claims, request)
    has_column = found.tuples.has_column(found.sets)
    codes = value_codes(claims, resolved, has_column.shape)
    if len(found.apart):
        codes = np.column_stack([codes, kept_apart(codes, found.apart)])
        has_column = np.column_stack([has_column, np.zeros(len(has_column), bool)])
    lines = lines_of(codes, has_column, found.key, request.most_lines)
    claims, resolved = spread(claims, resolved, lines)
    remarks = (*found.remarks, *remarks_on(found.tuples, claims, resolved, lines.is_cut))
    return Integration(found.tuples, claims, resolved, lines.count, remarks)


def _resolved(found: Entities, claims: Claims, request: IntegrateRequest) -> Resolved:
    """Decide which value of each cell is right, by the rules, and where they don't by the model that may be asked."""
    resolved = resolve(claims, request.rule)
    if request.judge is None:
        return resolved
    return judge(resolved, claims, Judge(request.judge, found.tuples.alignment.names()))


def plan(tables: LakeTables, searcher: Searcher, request: IntegrateRequest) -> IntegrationPlan:
    """Return what `integrate` would do with the same request. Raises what it does."""
    found = find_entities(tables, searcher, request)
    return replace(IntegrationPlan.of(found.tuples, found.sets, found.key), remarks=found.remarks)


def find_entities(tables: LakeTables, searcher: Searcher, request: IntegrateRequest) -> Entities:
    """Read the tables and find which of their tuples describe one entity."""
    names = sorted(request.tables)
    if not names:
        raise InvalidSetting("name the tables to integrate, or all of them with --all")
    if len(set(names)) < len(names):
        twice = next(one for one, other in pairwise(names) if one == other)
        raise InvalidSetting(f"{twice} is named twice")
    alignment = request.alignment or align(names, searcher)
    alignment, key = with_key(alignment, request.key)
    records = [read_records(tables, name) for name in names]
    tuples = Tuples(_with_equivalents(tables, searcher, records, alignment), alignment)
    said = request.verdicts.count_on(tuples.row_hashes()) if len(request.verdicts) else 0
    if key:
        return Entities(tuples, sets_by_key(tuples, key), tuple(key), np.zeros((0, 2), np.int64), said)
    sets, apart = sets_by_links(tuples, request.verdicts)
    return Entities(tuples, sets, (), apart, said)


def _with_equivalents(
    tables: LakeTables, searcher: Searcher, records: Sequence[Records], alignment: Alignment
) -> tuple[Records, ...]:
    """Return tables with what lookup tables say of the values of the attributes that several have, or the only one."""
    attributes = [[one.column for one in attribute.columns] for attribute in alignment.attributes]
    attributes = [columns for columns in attributes if len(columns) >= min(len(records), 2)]
    shared = frozenset(column for columns in attributes for column in columns)
    return with_equivalents(LookupSearch(searcher, tables, shared), records, attributes)
