"""Link the tuples of two tables, of one, or of many, that describe the same thing; with probabilities, no labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Floats, Hashes, Integers
from lakeindex.errors import InvalidSetting, NotFound
from lakeindex.integrate.alignment import AlignedPair, Alignment
from lakeindex.integrate.link.blocking import Pairs
from lakeindex.integrate.link.candidates import equal_pairs, find_candidates
from lakeindex.integrate.link.comparison import ComparedTuples, Scale
from lakeindex.integrate.link.competition import Rivals
from lakeindex.integrate.link.explain import explain_pair
from lakeindex.integrate.link.own_neighbours import own_neighbours
from lakeindex.integrate.link.rehearsal import by_content, rehearse
from lakeindex.integrate.link.scoring import KnownPairs, Supervision, score_pairs
from lakeindex.integrate.link.tuples import AttributeValues, Tuples
from lakeindex.integrate.link.verdicts import RowVerdicts, row_hashes
from lakeindex.integrate.records import Records

_PROBABILITY: pa.Field[Any] = pa.field("probability", pa.float64())
LINK_SCHEMA = pa.schema([*(pa.field(name, pa.int64()) for name in ("left_row", "right_row")), _PROBABILITY])
LINKS_SCHEMA = pa.schema([*(pa.field(name, pa.int64()) for name in ("left", "right")), _PROBABILITY])
MATCH = 0.5
"""A pair of at least this probability counts as a match."""
LEAST = 0.01
"""Pairs less probable are not listed."""


@dataclass(frozen=True, slots=True, eq=False)
class LinkOptions:
    """What a person says of a link."""

    block: str | None = None
    """The attribute, by its left name, in which tuples must be equal to be compared."""
    verdicts: RowVerdicts = field(default_factory=RowVerdicts.none)
    explain: tuple[int, int] | None = None
    """The rows of a pair to be explained."""


NOTHING_SAID = LinkOptions()


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """The tuples that may be the same thing."""

    pairs: pa.Table
    """As LINK_SCHEMA, by left and right row."""
    left_out: int = 0
    """How many tuples are in blocks that are too large."""
    explanation: pa.Table | None = None
    """As EXPLANATION_SCHEMA, of the pair that was asked for."""


def link_records(
    left: Records, right: Records, pairs: Sequence[AlignedPair], options: LinkOptions = NOTHING_SAID
) -> Linked:
    """Find the tuples of two tables that are the same thing; which of them is the left one makes no difference.

    Raises NotFound where the block is no aligned column, or a row to be explained isn't there.
    """
    is_turned = right.table < left.table
    first, second = (right, left) if is_turned else (left, right)
    columns = [(one.left, (one.right, one.left) if is_turned else (one.left, one.right)) for one in pairs]
    tuples = Tuples.of_two(first, second, sorted(columns, key=lambda one: first.names.index(one[1][0])))
    hashes = np.concatenate([row_hashes(first), row_hashes(second)])
    found = _found(tuples, hashes, options, (1, 0) if is_turned else (0, 1))
    return _turned(found) if is_turned else _with_rows(found, LINK_SCHEMA)


def dedupe_records(records: Records, options: LinkOptions = NOTHING_SAID) -> Linked:
    """Find the tuples of one table that are the same thing; the left row is the smaller one. Raises as above."""
    return _with_rows(_found(Tuples.of_one(records), row_hashes(records), options), LINK_SCHEMA)


def link_many(records: Sequence[Records], alignment: Alignment, verdicts: RowVerdicts | None = None) -> pa.Table:
    """Find the tuples of some tables, and within each, that are the same thing, as LINKS_SCHEMA.

    Tuples are numbered through all tables in the given order; apart from the numbers it makes no difference.
    """
    order = sorted(range(len(records)), key=lambda place: records[place].table)
    sizes = np.array([len(one) for one in records], np.int64)
    starts = (np.cumsum(sizes) - sizes)[order]
    tuples = Tuples.of_many([records[place] for place in order], alignment)
    hashes = np.concatenate([np.zeros(0, np.uint64), *(row_hashes(records[place]) for place in order)])
    options = NOTHING_SAID if verdicts is None else LinkOptions(verdicts=verdicts)
    found = _found(tuples, hashes, options)
    numbers = starts[tuples.tables] + tuples.rows
    ends = numbers[found.pairs.left], numbers[found.pairs.right]
    return _listed((np.minimum(*ends), np.maximum(*ends)), found.likely, LINKS_SCHEMA)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    tuples: Tuples
    pairs: Pairs
    likely: Floats
    left_out: int
    explanation: pa.Table | None


def _found(tuples: Tuples, hashes: Hashes, options: LinkOptions, sides: tuple[int, int] = (0, 0)) -> _Found:
    """Score the candidates; `sides` are the numbers of the tables that a person calls the left and the right one."""
    compared = ComparedTuples.of(tuples)
    asked = _asked(tuples, options.explain, sides)
    found = find_candidates(compared, None if options.block is None else _attribute(tuples, options.block))
    same = equal_pairs(hashes, tuples)
    pairs = found.pairs.with_others([same, asked, options.verdicts.pairs(hashes, tuples.tables, tuples.is_within)])
    if not len(pairs):
        return _Found(tuples, pairs, np.zeros(0), found.left_out, None)
    comparison, rivals = compared.compare(pairs), Rivals.of(pairs, tuples.tables)
    is_same = hashes[pairs.left] == hashes[pairs.right]
    known = KnownPairs(options.verdicts.on(pairs, hashes), is_same)
    scored = score_pairs(pairs, comparison, rivals, known, _supervision(compared, comparison.scale))
    explained = explain_pair(tuples, comparison, scored, pairs.place_of(asked)) if len(asked) else None
    return _Found(tuples, pairs, scored.probabilities, found.left_out, explained)


def _supervision(compared: ComparedTuples, scale: Scale) -> Supervision:
    tuples = compared.tuples
    neighbours = None if tuples.is_within else own_neighbours(compared, scale, by_content(tuples))
    return Supervision(partial(rehearse, compared, scale), neighbours)


def _asked(tuples: Tuples, rows: tuple[int, int] | None, sides: tuple[int, int]) -> Pairs:
    if rows is None:
        return Pairs.none()
    ends = []
    for row, side, table in zip(rows, ("left", "right"), sides, strict=True):
        known = np.flatnonzero(tuples.tables == table)
        if not 0 <= row < len(known):
            raise NotFound(f"the {side} table has no row {row}: its rows are numbered from 0 to {len(known) - 1}")
        ends.append(known[row : row + 1])
    if ends[0] == ends[1]:
        raise InvalidSetting(f"row {rows[0]} is one row: give two rows to compare")
    return Pairs.of(ends[0], ends[1], len(tuples))


def _attribute(tuples: Tuples, name: str) -> AttributeValues:
    for one in tuples.attributes:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in tuples.attributes) or "none"
    raise NotFound(f"{name!r} is no column that the tables have in common; those are: {known}")


def _with_rows(found: _Found, schema: pa.Schema) -> Linked:
    rows = found.tuples.rows
    pairs = _listed((rows[found.pairs.left], rows[found.pairs.right]), found.likely, schema)
    return Linked(pairs, found.left_out, found.explanation)


def _turned(found: _Found) -> Linked:
    """Return what was found of two tables for those who call the second one the left one."""
    rows = found.tuples.rows
    pairs = _listed((rows[found.pairs.right], rows[found.pairs.left]), found.likely, LINK_SCHEMA)
    if found.explanation is None:
        return Linked(pairs, found.left_out)
    names = {"left": "right", "right": "left"}
    explanation = found.explanation.rename_columns([names.get(one, one) for one in found.explanation.column_names])
    return Linked(pairs, found.left_out, explanation.select(found.explanation.column_names))


def _listed(ends: tuple[Integers, Integers], likely: Floats, schema: pa.Schema) -> pa.Table:
    order = np.lexsort((ends[1], ends[0]))
    kept = order[likely[order] >= LEAST]
    return pa.table([ends[0][kept], ends[1][kept], likely[kept]], schema=schema)
