"""What a person should know of an integrated table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from lakeindex.escaping.counted import counted
from lakeindex.integrate.conflicts.claims import Claims, Resolved
from lakeindex.integrate.tuples import Tuples


def remarks_on_verdicts(count: int, key: Sequence[str]) -> tuple[str, ...]:
    """Say what became of people's verdicts on pairs of rows, where there are any; with a key they are not used."""
    if not count:
        return ()
    are = "verdict is" if count == 1 else "verdicts are"
    if key:
        say = "say" if len(key) > 1 else "says"
        return (f"{count:,} {are} not used: {' + '.join(key)} {say} which rows are of one entity",)
    return (f"{count:,} {are} obeyed (lakeindex verdicts lists them)",)


def remarks_on(tuples: Tuples, claims: Claims, resolved: Resolved, is_cut: bool) -> Iterator[str]:
    """Yield sentences: what was not joined, which cells are ties, which rows have no value."""
    if is_cut:
        yield (
            "the full disjunction would have more lines than --most-lines: rows were only joined where that multiplies "
            "none; name a --key, or fewer tables"
        )
    if len(tuples.records) > 1 and not any(len(one.columns) > 1 for one in tuples.alignment.attributes):
        yield "the tables have no attribute in common: their rows stand below one another"
    ties = int(resolved.is_tie.sum())
    if ties:
        yield f"{ties} of {len(resolved)} cells tie: of values that are as likely one is shown, and `why` tells"
    empty = len(tuples) - len(np.unique(tuples.starts[claims.source] + claims.row))
    if empty:
        yield f"{counted(empty, 'row')} without any value, in no line"
    yield from resolved.notes
