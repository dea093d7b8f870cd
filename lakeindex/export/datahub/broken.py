"""Joins that broke so far that they are no relationship any more: what is said of them where they were sent before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lakeindex.drift.broken_joins import BrokenJoin
from lakeindex.export.datahub.proposals import RELATIONSHIP, Aspect, Proposal, drop_of, signed
from lakeindex.export.datahub.urns import urn_between
from lakeindex.export.described_lake import DescribedLake
from lakeindex.export.naming import Naming


@dataclass(frozen=True, slots=True)
class Lost:
    """A relationship that may have been sent before the join broke."""

    urn: str
    broken: BrokenJoin

    def proposal(self, there: Aspect) -> Proposal:
        """Return what is there, with the drift."""
        told = (there.get("customProperties") or {}) | {"lakeindex.drift": drop_of(self.broken)}
        title = f"{self.broken.column} → {self.broken.joins}"
        return signed(
            Proposal("erModelRelationship", self.urn, RELATIONSHIP, there | {"customProperties": told}, title)
        )


def lost_relationships(lake: DescribedLake, naming: Naming) -> Iterator[Lost]:
    """Yield the broken joins that no relationship tells of, as the relationships that they may have been."""
    found = {
        frozenset([(key.child, left), (key.parent, right)])
        for key in lake.references
        for left, right in zip(key.child_columns, key.parent_columns, strict=True)
    }
    for one in lake.broken:
        if frozenset([(one.column.table, one.column.name), (one.joins.table, one.joins.name)]) not in found:
            yield Lost(urn_between(naming, one.column, one.joins), one)
            yield Lost(urn_between(naming, one.joins, one.column), one)
