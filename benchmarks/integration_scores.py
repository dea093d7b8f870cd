"""Score sets of tuples and the cells made of them against what is known to be true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pyarrow as pa
from noisy_sources import NoisySources

from lakeindex.arrays.aliases import Integers, Texts
from lakeindex.integrate.conflicts.claims import Claims, Resolved, Rule
from lakeindex.integrate.conflicts.resolve import resolve
from lakeindex.integrate.integration import Integration
from lakeindex.integrate.records import canonical_keys
from lakeindex.integrate.tuples import Tuples


def pairwise_f1(sets: Integers, truth: Integers) -> float:
    """Return F1 of the pairs of tuples that are in one set, where pairs of one entity are right."""
    both = np.unique(np.column_stack([sets, truth]), axis=0, return_counts=True)[1]
    found, true = (np.unique(one, return_counts=True)[1] for one in (sets, truth))
    right, made, wanted = ((counts * (counts - 1) / 2).sum() for counts in (both, found, true))
    return float(2 * right / (made + wanted)) if made + wanted else 1.0


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of the tuples that were read, and of the attributes that their columns were made."""

    made: NoisySources
    entities: Integers
    """(tuples,)"""
    attributes: dict[int, int]
    """By column of the clean table: the attribute that most of its copies are in."""
    cells: tuple[tuple[int, int], ...]
    """Entity and column of those of which a source could tell the value."""
    accepted: tuple[frozenset[str | None], ...]
    """(cells,) what is right there."""

    @classmethod
    def of(cls, made: NoisySources, tuples: Tuples) -> Truth:
        by_name = {source.name: source for source in made.sources}
        entities = np.concatenate([by_name[str(table)].entities for table in tuples.tables])
        votes: dict[int, Counter[int]] = {}
        for number, attribute in enumerate(tuples.alignment.attributes):
            for member in attribute.columns:
                source = by_name[str(member.column.table)]
                place = source.columns[source.header.index(member.column.name)]
                votes.setdefault(place, Counter())[number] += 1
        best = {place: max(sorted(of), key=of.__getitem__) for place, of in votes.items()}
        cells = _told(made)
        names = [sorted(made.accepted(*cell)) for cell in cells]
        keys = iter(_keys([name for of in names for name in of]))
        return cls(made, entities, best, cells, tuple(frozenset(islice(keys, len(of))) for of in names))

    def share_right(self, lines: Integers, values: dict[tuple[int, int], str]) -> float:
        """Return the share of cells that are right, given each entity's line and the values by line and attribute."""
        found = [values.get((int(lines[entity]), self.attributes[place]), "") for entity, place in self.cells]
        return float(np.mean([key in right for key, right in zip(_keys(found), self.accepted, strict=True)]))

    def lines_of(self, tuples: Integers, lines: Integers) -> Integers:
        """Return the line that holds most of each entity's tuples, (entities,), -1 where none does."""
        holders: dict[int, Counter[int]] = {}
        for entity, line in zip(self.entities[tuples].tolist(), lines.tolist(), strict=True):
            holders.setdefault(entity, Counter())[line] += 1
        best = np.full(len(self.made.clean.rows), -1)
        for entity, of in holders.items():
            best[entity] = max(sorted(of), key=of.__getitem__)
        return best


def _keys(texts: Sequence[str]) -> list[str | None]:
    keys: list[str | None] = canonical_keys(pa.array(texts, pa.large_string())).to_pylist()
    return keys


def accuracy_of_sets(truth: Truth, tuples: Tuples, sets: Integers, rule: Rule) -> float:
    """Return the share of right cells of sets by a rule, before any set is joined with another."""
    resolved = resolve(tuples.claims(sets), rule)
    return truth.share_right(truth.lines_of(np.arange(len(tuples)), sets), _values(resolved))


def accuracy_of_product(truth: Truth, made: Integration) -> float:
    """Return the share of right cells of an integrated table."""
    pairs = np.unique(np.column_stack([_tuples(made.tuples, made.claims), made.claims.entity]), axis=0)
    return truth.share_right(truth.lines_of(pairs[:, 0], pairs[:, 1]), _values(made.resolved))


def best_possible(truth: Truth, tuples: Tuples) -> float:
    """Return the share of cells for which a source tells what is right, its columns aligned as they are."""
    claims = tuples.claims(truth.entities)
    told: dict[tuple[int, int], set[str | None]] = {}
    cells = zip(claims.entity.tolist(), claims.attribute.tolist(), strict=True)
    for cell, key in zip(cells, _keys(_texts(claims.text)), strict=True):
        told.setdefault(cell, set()).add(key)
    return float(np.mean([
        not right.isdisjoint(told.get((entity, truth.attributes[place]), set()))
        for (entity, place), right in zip(truth.cells, truth.accepted, strict=True)
    ]))  # fmt: skip


def _told(made: NoisySources) -> tuple[tuple[int, int], ...]:
    told = {(entity, place) for one in made.sources for entity in one.entities.tolist() for place in one.columns}
    return tuple(sorted(cell for cell in told if made.accepted(*cell)))


def _texts(texts: Texts) -> list[str]:
    return [str(one) for one in texts.to_pylist()]


def _tuples(tuples: Tuples, claims: Claims) -> Integers:
    numbers: Integers = tuples.starts[claims.source] + claims.row
    return numbers


def _values(resolved: Resolved) -> dict[tuple[int, int], str]:
    cells = zip(resolved.entity.tolist(), resolved.attribute.tolist(), strict=True)
    return dict(zip(cells, _texts(resolved.value), strict=True))
