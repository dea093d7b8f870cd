"""Find the references of single columns: candidates, their log-odds, the choice of all together, counts in the rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Features, Flags, Floats
from lakeindex.arrays.proportions import log_odds_of, probability_of
from lakeindex.lake_map.foreign_keys.choose_references import BARRED, GIVEN, choose_references, standings
from lakeindex.lake_map.foreign_keys.count_orphans import OrphanCounter
from lakeindex.lake_map.foreign_keys.describe_reference import describe_references
from lakeindex.lake_map.foreign_keys.key_columns import KeyColumns
from lakeindex.lake_map.foreign_keys.key_names import KeyNames
from lakeindex.lake_map.foreign_keys.reference import Reference
from lakeindex.lake_map.foreign_keys.reference_features import reference_features
from lakeindex.lake_map.foreign_keys.reference_model import ReferenceModel
from lakeindex.lake_map.foreign_keys.reference_pairs import ReferencePairs, find_reference_pairs
from lakeindex.lake_map.known_references import KnownReferences
from lakeindex.lake_map.relationship import Method
from lakeindex.models.weights import REFERENCES
from lakeindex.search.searcher import Searcher

_SURE = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class SingleReferences:
    """The references of single columns."""

    references: list[Reference]
    circular: int
    """How many were left out that close a circle of keys."""


def find_single_references(
    searcher: Searcher, columns: KeyColumns, known: KnownReferences, counter: OrphanCounter | None, least: float
) -> SingleReferences:
    """Find the references that are at least so probable; counted in the rows by `counter`, if any."""
    stays = [pair for pair, how in known.pairs.items() if how is not None]
    pairs = find_reference_pairs(searcher, columns, stays)
    features = reference_features(pairs, columns, KeyNames.of(searcher.directory))
    log_odds = ReferenceModel.open(REFERENCES).log_odds(features)
    standing = standings(pairs, {pair: BARRED if how is None else GIVEN for pair, how in known.pairs.items()})
    choice = choose_references(pairs, log_odds, standing, columns.may_be_parents, float(log_odds_of(least, 0)))
    chosen, kept = pairs.take(choice.places), features[choice.places]
    references = list(_references(chosen, kept, log_odds[choice.places], known, _counted(chosen, columns, counter)))
    return SingleReferences(references, choice.circular)


def _references(
    pairs: ReferencePairs, features: Features, log_odds: Floats, known: KnownReferences, counts: tuple[Floats, Flags]
) -> Iterator[Reference]:
    evidence = describe_references(pairs, features)
    for place, (probability, orphans, is_unique) in enumerate(zip(probability_of(log_odds), *counts, strict=True)):
        child, parent = int(pairs.children[place]), int(pairs.parents[place])
        method = known.pairs.get((child, parent)) or Method.INFERRED
        sure = float(probability) if method is Method.INFERRED else _SURE
        yield Reference((child,), (parent,), sure, method, float(orphans), bool(is_unique), evidence[place])


def _counted(pairs: ReferencePairs, columns: KeyColumns, counter: OrphanCounter | None) -> tuple[Floats, Flags]:
    """Return the share of orphans of each pair, and whether its child has each value once."""
    orphans, is_unique = 1 - pairs.contained, columns.directory.facts.is_key[pairs.children].copy()
    for place in np.flatnonzero(~pairs.is_exact).tolist() if counter is not None else ():
        assert counter is not None
        child, parent = (columns.directory.id_of(int(keys[place])) for keys in (pairs.children, pairs.parents))
        if (counted := counter.count([child], [parent])) is not None:
            orphans[place], is_unique[place] = counted.orphans, counted.is_unique
    return orphans, is_unique
