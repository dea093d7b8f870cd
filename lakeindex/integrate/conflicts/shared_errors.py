"""How sure a value can be at most, however many say so: sources may share their errors, and few of them hide that.

That two sources agree shows that they are right only as far as they don't err together. Truth discovery finds copies
where sources are many; of few, what they say is the same whether each is right by itself or all are wrong alike.
"""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Floats
from lakeindex.arrays.ragged import starts_run
from lakeindex.integrate.conflicts.ballots import Ballots
from lakeindex.integrate.conflicts.source_accuracy import TYPICAL


def most_confidence(ballots: Ballots) -> Floats:
    """Return how sure the value of each cell can be, (cells,).

    A typical source is wrong in some cells. Which share of its errors others have, too, the sources of an attribute
    tell by what they disagree about; before that, all shares are as likely, so that n sources leave 1 / n of it open.
    """
    return 1 - (1 - TYPICAL) / np.maximum(_sources_of_attributes(ballots), 1)[ballots.cell_attribute]


def _sources_of_attributes(ballots: Ballots) -> Floats:
    """Return how many sources say something of each attribute, (attributes,)."""
    attribute = ballots.cell_attribute[ballots.vote_cell]
    order = np.lexsort((ballots.vote_source, attribute))
    first = order[starts_run(attribute[order], ballots.vote_source[order])] if len(order) else order
    return np.bincount(attribute[first], minlength=int(ballots.cell_attribute.max(initial=-1)) + 1).astype(np.float64)
