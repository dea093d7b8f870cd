"""Claims as votes: each source has one vote a cell, for the value that it claims there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Floats, Integers, Texts
from lakeindex.arrays.ragged import starts_run, sums
from lakeindex.integrate.conflicts.claims import Claims
from lakeindex.integrate.conflicts.tolerance import near_codes
from lakeindex.integrate.conflicts.typed_values import Kind, TypedValues, read_values


@dataclass(frozen=True, slots=True, eq=False)
class Ballots:
    """Cells with the options that are claimed for them and the votes for these, whatever the order of the claims.

    Options are sorted by cell and canonical value, votes by option and source.
    """

    cell_entity: Integers
    cell_attribute: Integers
    option_cell: Integers
    option_code: Integers
    """The number of the canonical value among those of its attribute, in their order."""
    option_amount: Floats
    option_is_sound: Flags
    """Whether the option is of its attribute's kind; all are where none of a cell's is."""
    vote_option: Integers
    vote_source: Integers
    vote_weight: Floats
    """The share of the source's claims for this cell that say so."""
    like_one: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    like_other: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    """(pairs,) the options of a cell that are nearly the same text, each pair in both directions."""
    like_share: Floats = field(default_factory=lambda: np.zeros(0))
    """(pairs,) how much of the votes for the other count for the one, too."""

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return len(self.cell_entity)

    @property
    def options(self) -> int:
        """How many options all cells have together."""
        return len(self.option_cell)

    @property
    def first_options(self) -> Integers:
        """Return where the options of each cell start, (cells + 1,)."""
        return np.searchsorted(self.option_cell, np.arange(self.cells + 1))

    @property
    def vote_cell(self) -> Integers:
        """Return the cell of each vote."""
        return self.option_cell[self.vote_option]

    def of_cells(self, amounts: Floats) -> Floats:
        """Sum amounts of options by cell."""
        return sums(self.option_cell, amounts, self.cells)

    def of_options(self, amounts: Floats) -> Floats:
        """Sum amounts of votes by option."""
        return sums(self.vote_option, amounts, self.options)

    def only(self, cells: Integers) -> Ballots:
        """Return the ballots of some cells, in the order of all."""
        option = np.flatnonzero(np.isin(self.option_cell, cells))
        vote = np.flatnonzero(np.isin(self.vote_option, option))
        pair = np.flatnonzero(np.isin(self.like_one, option))
        return Ballots(
            self.cell_entity[cells], self.cell_attribute[cells],
            np.searchsorted(cells, self.option_cell[option]), self.option_code[option],
            self.option_amount[option], self.option_is_sound[option],
            np.searchsorted(option, self.vote_option[vote]), self.vote_source[vote], self.vote_weight[vote],
            np.searchsorted(option, self.like_one[pair]), np.searchsorted(option, self.like_other[pair]),
            self.like_share[pair],
        )  # fmt: skip

    def without(self, sources: Integers) -> Ballots:
        """Return the ballots without the votes of some sources; the options for which none is left stay."""
        kept = ~np.isin(self.vote_source, sources)
        votes = self.vote_option[kept], self.vote_source[kept], self.vote_weight[kept]
        return replace(self, vote_option=votes[0], vote_source=votes[1], vote_weight=votes[2])

    def of_voted_cells(self) -> Ballots:
        """Return the ballots of the cells that have votes."""
        return self.only(np.unique(self.vote_cell))


@dataclass(frozen=True, slots=True, eq=False)
class CountedClaims:
    """Claims with the ballots that they are."""

    ballots: Ballots
    option: Integers
    """(claims,) the option of each."""
    written: Texts
    """(claims,) as written, without what doesn't count."""
    kinds: dict[int, Kind]
    """Of each attribute."""
    is_shown: Flags
    """(claims,) whether it says just what its option stands for, not a value within the tolerance of it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    codes: Integers
    amounts: Floats
    is_sound: Flags
    written: Texts
    kinds: dict[int, Kind]


def count_votes(claims: Claims) -> CountedClaims:
    """Read the claims' values and count them as votes."""
    read = _read(claims)
    measured = np.isin(claims.attribute, [number for number, kind in read.kinds.items() if kind is Kind.NUMBER])
    codes = near_codes(claims, read.codes, np.where(measured, read.amounts, np.nan))
    is_shown = codes == read.codes
    order = np.lexsort((~is_shown, claims.source, codes, claims.attribute, claims.entity))
    entity, attribute, code, source = (part[order] for part in (claims.entity, claims.attribute, codes, claims.source))
    new_cell = starts_run(entity, attribute) if len(order) else np.zeros(0, bool)
    new_option = starts_run(entity, attribute, code) if len(order) else new_cell
    new_vote = new_option | (starts_run(source) if len(order) else new_cell)
    option = np.cumsum(new_option) - 1
    claim_option = np.empty(len(order), np.int64)
    claim_option[order] = option
    cell = np.cumsum(new_cell) - 1
    votes = np.flatnonzero(new_vote)
    option_cell = cell[new_option]
    amounts = read.amounts[order][new_option]
    vote_option, vote_source = option[votes], source[votes]
    ballots = Ballots(
        entity[new_cell], attribute[new_cell], option_cell, code[new_option], amounts,
        _sound(read.is_sound[order][new_option], option_cell),
        vote_option, vote_source, _weights(votes, len(order), option_cell[vote_option], vote_source),
    )  # fmt: skip
    return CountedClaims(ballots, claim_option, read.written, read.kinds, is_shown)


def _sound(is_sound: Flags, option_cell: Integers) -> Flags:
    has_sound = np.bincount(option_cell, is_sound) > 0
    return np.asarray(is_sound | ~has_sound[option_cell])


def _weights(votes: Integers, claims: int, cells: Integers, sources: Integers) -> Floats:
    """Return the share of each vote among its source's claims for the cell."""
    counts = np.diff(np.append(votes, claims)).astype(np.float64)
    order = np.lexsort((sources, cells))
    group = np.empty(len(votes), np.int64)
    if len(order):
        group[order] = np.cumsum(starts_run(cells[order], sources[order])) - 1
    return counts / np.bincount(group, counts)[group]


def _read(claims: Claims) -> _Reading:
    """Read the values of each attribute as what its values are."""
    codes, amounts = np.zeros(len(claims), np.int64), np.full(len(claims), np.nan)
    is_sound, kinds = np.ones(len(claims), bool), {}
    order = np.argsort(claims.attribute, kind="stable")
    numbers, starts = np.unique(claims.attribute[order], return_index=True)
    written: list[Texts] = []
    for number, places in zip(numbers.tolist(), np.split(order, starts[1:]), strict=False):
        distinct, typed = _distinct(claims.text.take(places), claims.key.take(places))
        codes[places], amounts[places] = _ranks(typed.keys)[distinct], typed.amounts[distinct]
        is_sound[places], kinds[number] = typed.is_sound[distinct], typed.kind
        written.append(typed.written.take(distinct))
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    texts: Any = pa.concat_arrays(written) if written else pa.array([], pa.large_string())
    return _Reading(codes, amounts, is_sound, texts.take(pa.array(back)), kinds)


def _distinct(texts: Texts, keys: Texts) -> tuple[Integers, TypedValues]:
    """Return the number of each claim's value, and the different values read."""
    text_codes: Any = texts.dictionary_encode()
    key_codes: Any = keys.dictionary_encode()
    pairs = text_codes.indices.to_numpy().astype(np.int64) * max(len(key_codes.dictionary), 1)
    pairs += key_codes.indices.to_numpy()
    _, first, distinct, counts = np.unique(pairs, return_index=True, return_inverse=True, return_counts=True)
    return distinct, read_values(texts.take(first), keys.take(first), counts)


def _ranks(keys: Texts) -> Integers:
    """Return a number for each key, in the order of the keys."""
    codes: Any = keys.dictionary_encode()
    ranks = np.empty(len(codes.dictionary), np.int64)
    ranks[pc.sort_indices(codes.dictionary).to_numpy()] = np.arange(len(ranks))
    found: Integers = ranks[codes.indices.to_numpy()]
    return found
