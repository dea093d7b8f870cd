"""Which tuples are of one entity: by a key that a person named, or by how likely they describe the same thing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Integers
from lakeindex.integrate.disjunction.equal_join import MISSING
from lakeindex.integrate.link.link_by_tables import link_by_tables
from lakeindex.integrate.link.repeats import repeats_within
from lakeindex.integrate.link.verdicts import REJECTED, RowVerdicts, judged
from lakeindex.integrate.sets.communities import integrable_sets
from lakeindex.integrate.sets.tuple_graph import TupleGraph
from lakeindex.integrate.tuples import Tuples


def sets_by_key(tuples: Tuples, key: Sequence[int]) -> Integers:
    """Return the set of each tuple, (tuples,): those of equal keys together, those without a key alone."""
    codes = tuples.key_codes(key)
    alone = codes == MISSING
    codes = np.where(alone, codes.max(initial=MISSING) + 1 + np.cumsum(alone), codes)
    return _numbered_by_first(codes)


def sets_by_links(tuples: Tuples, verdicts: RowVerdicts) -> tuple[Integers, Integers]:
    """Return the set of each tuple, (tuples,): the communities of the graph of tuples that are likely the same.

    Tuples of pairs that a person accepted are in one set, and those of rejected ones never: the second is the pairs of
    their sets, (pairs, 2).
    """
    links = pa.concat_tables([link_by_tables(tuples.records, tuples.alignment), repeats_within(tuples.records)])
    found = judged(links, tuples.records, verdicts)
    left, right, likely = (found.links[name].to_numpy() for name in ("left", "right", "probability"))
    graph = TupleGraph(len(tuples), left, right, likely, tuples.table_of, found.verdicts if len(verdicts) else None)
    sets = _numbered_by_first(integrable_sets(graph))
    is_apart = found.verdicts == REJECTED
    return sets, np.unique(np.column_stack([sets[left[is_apart]], sets[right[is_apart]]]), axis=0)


def _numbered_by_first(sets: Integers) -> Integers:
    """Number sets by their first tuple."""
    _, first, numbers = np.unique(sets, return_index=True, return_inverse=True)
    ranks = np.empty(len(first), np.int64)
    ranks[np.argsort(first)] = np.arange(len(first))
    return ranks[numbers]
