"""How the value that won is written: as most of its claims do, in the attribute's own fashion."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Integers, Texts
from lakeindex.arrays.ragged import starts_run
from lakeindex.integrate.conflicts.ballots import CountedClaims
from lakeindex.integrate.conflicts.typed_values import Kind
from lakeindex.profile.normalise import shape_of

_FASHIONED = (Kind.TIME, Kind.DAY)
"""Kinds of values that are as good in the form in which another cell has them."""


def written_forms(counted: CountedClaims, winners: Integers) -> Texts:
    """Return the text for the option that won in each cell, (cells,)."""
    codes: Any = counted.written.dictionary_encode()
    texts: Texts = codes.dictionary
    forms = codes.indices.to_numpy().astype(np.int64)
    ballots = counted.ballots
    attribute = ballots.cell_attribute[ballots.option_cell]
    fashioned = [number for number, kind in counted.kinds.items() if kind in _FASHIONED]
    is_fashioned = np.isin(attribute, fashioned)
    # Values that may be written as in another cell are one group for the whole attribute.
    of_value = np.unique(attribute * (int(ballots.option_code.max(initial=0)) + 1) + ballots.option_code)
    group = np.searchsorted(of_value, attribute * (int(ballots.option_code.max(initial=0)) + 1) + ballots.option_code)
    group = np.where(is_fashioned, group, np.arange(ballots.options) + len(of_value))
    shapes = _usual_shapes(attribute[counted.option], forms, texts)
    usual = np.where(is_fashioned[counted.option], shapes, 0)
    return texts.take(_best_forms(group[counted.option], forms, usual, texts)[group[winners]])


def _usual_shapes(attribute: Integers, forms: Integers, texts: Texts) -> Integers:
    """Return how many claims of the attribute are of the same shape as each claim is."""
    shapes: Any = shape_of(pc.utf8_lower(texts)).dictionary_encode()
    pairs = attribute * (len(shapes.dictionary) + 1) + shapes.indices.to_numpy()[forms]
    _, numbers, counts = np.unique(pairs, return_inverse=True, return_counts=True)
    usual: Integers = counts[numbers]
    return usual


def _best_forms(value: Integers, forms: Integers, usual: Integers, texts: Texts) -> Integers:
    """Return the best form of each value: the most usual shape, most claims, mixed case, the longest, the first."""
    pairs = value * (len(texts) + 1) + forms
    different, first, counts = np.unique(pairs, return_index=True, return_counts=True)
    values, form = different // (len(texts) + 1), different % (len(texts) + 1)
    rank = np.empty(len(texts), np.int64)
    rank[pc.sort_indices(texts).to_numpy()] = np.arange(len(texts))
    length = pc.utf8_length(texts).to_numpy()
    shouting = pc.or_(pc.equal(pc.utf8_upper(texts), texts), pc.equal(pc.utf8_lower(texts), texts)).to_numpy(
        zero_copy_only=False
    )
    order = np.lexsort((rank[form], -length[form], shouting[form], -counts, -usual[first], values))
    heads = order[starts_run(values[order])] if len(order) else order
    best = np.zeros(int(values.max(initial=-1)) + 1, np.int64)
    best[values[heads]] = form[heads]
    return best
