"""How the value that won is written: as most of its claims do, in the attribute's own fashion."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Integers, Texts
from lakeindex.arrays.ragged import starts_run
from lakeindex.integrate.conflicts.ballots import Ballots
from lakeindex.integrate.conflicts.typed_values import Kind
from lakeindex.profile.normalise import shape_of

_FASHIONED = (Kind.TIME, Kind.DAY)
"""Kinds of values that are as good in the form in which another cell has them."""


def written_forms(ballots: Ballots, winners: Integers) -> Texts:
    """Return the text for the option that won in each cell, (cells,)."""
    codes: Any = ballots.written.dictionary_encode()
    texts: Texts = codes.dictionary
    forms = codes.indices.to_numpy().astype(np.int64)
    option = ballots.claim_option
    attribute = ballots.cell_attribute[ballots.option_cell[option]]
    fashion = np.array([kind in _FASHIONED for kind in _kinds(ballots)], bool)[attribute]
    # Values in another cell's form are one group for the whole attribute.
    value = np.where(fashion, _value_numbers(ballots)[option], option + ballots.options)
    usual = np.where(fashion, _usual_shapes(attribute, forms, texts), 0)
    best = _best_forms(value, forms, usual, texts)
    chosen = np.where(fashion_of(ballots)[winners], _value_numbers(ballots)[winners], winners + ballots.options)
    return texts.take(best[chosen])


def fashion_of(ballots: Ballots) -> Flags:
    """Return which options are of an attribute whose values are written in one fashion."""
    return np.array([kind in _FASHIONED for kind in _kinds(ballots)], bool)[ballots.cell_attribute[ballots.option_cell]]


def _kinds(ballots: Ballots) -> list[Kind]:
    return [ballots.kinds.get(number, Kind.TEXT) for number in range(max(ballots.kinds, default=-1) + 1)]


def _value_numbers(ballots: Ballots) -> Integers:
    """Return a number for the attribute and value of each option."""
    attribute = ballots.cell_attribute[ballots.option_cell]
    pairs = attribute * (int(ballots.option_code.max(initial=0)) + 1) + ballots.option_code
    return np.unique(pairs, return_inverse=True)[1]


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
