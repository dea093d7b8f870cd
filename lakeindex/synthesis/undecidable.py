"""What nobody could tell of a made lake, however well they looked: it is neither learned from nor measured by.

Numbers from 1 to n under `column_3` join with the other half of their table as well as with any other such column; and
whether one survey's `age` joins with that of another is for people to say.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.synthesis.headers import HUBS
from lakeindex.synthesis.made_tables import MadeColumn
from lakeindex.synthesis.value_shapes import DOMAINS, WORDED, Look
from lakeindex.types.names import words_of

_LEAST_OWN = 3
"""Values that two columns share and no column of another origin has."""
_MEANT = WORDED | {Look.PHONE}
_NUMBERS = re.compile(r"\s?\d+")
_MUTE = re.compile(r"(var|col|column|field|unnamed|attr|[a-z])?[ _]?\d*")


def speaks(header: str) -> bool:
    """Tell whether a header says what a column holds: `id`, `x` and `V4` don't."""
    words = words_of(header)
    return words not in HUBS and _MUTE.fullmatch(words) is None


def own_values(values: Sequence[Integers], origins: Sequence[int]) -> list[Integers]:
    """Return of each column's numbered values those that no column of another origin has, ascending."""
    if not values:
        return []
    count = 1 + max((int(one.max(initial=0)) for one in values), default=0)
    lowest, highest = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    for numbers, origin in zip(values, origins, strict=True):
        lowest[numbers] = np.minimum(lowest[numbers], origin)
        highest[numbers] = np.maximum(highest[numbers], origin)
    own = lowest == highest
    return [numbers[own[numbers]] for numbers in values]


def is_tellable(left: MadeColumn, right: MadeColumn, own_shared: int) -> bool:
    """Tell whether anything shows that two columns of one origin join, which share so many values of their own.

    Those do, and so do headers, and words, whatever they are.
    """
    if (left.speaks and (right.speaks or right.is_titled)) or (left.is_titled and right.speaks):
        return True
    if "emptied" in (left.how, right.how):
        return False
    looks = {left.look, right.look}
    return own_shared >= _LEAST_OWN or (looks <= DOMAINS and bool(looks & _MEANT))


def look_alikes(columns: Sequence[MadeColumn]) -> list[list[int]]:
    """Group the places of columns that their sources call alike and whose values tell nothing, from two on.

    Numbers in names don't count: whether `wage75` joins with `wage`, or with that of a year before, is not known.
    """
    called: defaultdict[str, list[int]] = defaultdict(list)
    for place, column in enumerate(columns):
        is_silent = column.look not in DOMAINS or column.how == "emptied"
        if is_silent and (column.look is Look.DATE or speaks(column.name)):
            called[_NUMBERS.sub("", words_of(column.name)).strip()].append(place)
    return [places for places in called.values() if len(places) > 1]
