"""Lay out pairs of columns as the token sequences of a cross-encoder: one sequence a pair, the query's side first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Integers
from lakeindex.encode.column_tokenizer import UNIT_TOKENS, VALUES, tokenizer
from lakeindex.types.column_tokens import END
from lakeindex.types.columns import KINDS, ColumnFacts, CrossInput, Kind

MOST_TOKENS = 64
"""Of a pair, at most."""

_SPECIAL = 3
_UNITS = 2 + VALUES
_FACTORS = np.random.default_rng(0).integers(1, 2**63, UNIT_TOKENS, np.uint64)
_MOST_MAGNITUDE = 40
_KIND_TEXTS = {
    Kind.EMPTY: "empty",
    Kind.BOOLEAN: "true",
    Kind.INTEGER: "number",
    Kind.DECIMAL: "decimal",
    Kind.DATE: "date",
    Kind.TEXT: "text",
}
"""A token a kind."""


@dataclass(frozen=True, slots=True, eq=False)
class PairTokens:
    """Pairs laid out for a BERT model: (pairs, tokens) each."""

    ids: Integers
    is_candidate: npt.NDArray[np.bool_]
    """Which tokens are of the candidate's side."""
    is_token: npt.NDArray[np.bool_]

    def take(self, places: Integers) -> PairTokens:
        """Return some of the pairs, without the token columns that none of them needs."""
        width = int(self.is_token[places].sum(axis=1).max(initial=1))
        return PairTokens(self.ids[places, :width], self.is_candidate[places, :width], self.is_token[places, :width])


def pair_tokens(
    queries: CrossInput, columns: CrossInput, left: Integers, right: Integers, most: int = MOST_TOKENS
) -> PairTokens:
    """Lay out pairs of places: `[CLS] query [SEP] candidate [SEP]`, padded to the right.

    A side is the column's name, its table's title, its kind, the magnitude of its distinct values, and values: first
    those that both sides have, in the query's order, so that shared values are at the same places. Each side has
    half of the tokens, and those that the other side leaves.
    """
    ours, theirs = (_units(inputs, places) for inputs, places in ((queries, left), (columns, right)))
    both = np.asarray(np.equal(_hashes(ours)[:, :, None], _hashes(theirs)[:, None, :]))
    of_ours, of_theirs = np.where(both.any(axis=2), 0, VALUES), np.where(both.any(axis=1), both.argmax(axis=1), VALUES)
    query = _side_tokens(_in_order(ours, of_ours), queries.facts.take(left))
    candidate = _side_tokens(_in_order(theirs, of_theirs), columns.facts.take(right))
    return _joined(*_cut(query, candidate, most - _SPECIAL))


def _units(inputs: CrossInput, places: Integers) -> Integers:
    """Return the units of columns, (pairs, units, tokens), END where there is no token."""
    distinct, of = np.unique(places, return_inverse=True)
    units = inputs.column_tokens.take(distinct).padded(_UNITS, UNIT_TOKENS)
    return np.asarray(units.astype(np.int64)[of])


def _hashes(units: Integers) -> npt.NDArray[np.uint64]:
    """Hash the values, (pairs, values); equal values have equal hashes on both sides, missing ones are 0."""
    values = units[:, 2:].astype(np.uint64)
    return np.asarray((values * _FACTORS).sum(axis=2, dtype=np.uint64))


def _in_order(units: Integers, ranks: Integers) -> Integers:
    """Sort the values by their ranks, (pairs, values); missing ones come last."""
    is_present = units[:, 2:, 0] != END
    order = np.argsort(np.where(is_present, ranks, VALUES + 1), axis=1, kind="stable")
    values = np.take_along_axis(units[:, 2:], order[:, :, None], axis=1)
    return np.concatenate([units[:, :2], values], axis=1)


def _side_tokens(units: Integers, facts: ColumnFacts) -> Integers:
    """Return the tokens of one side, (pairs, tokens), padded by END."""
    comma = np.where(units[:, :, :1] != END, _token(","), END)
    laid = np.concatenate([units, comma], axis=2).reshape(len(units), _UNITS * (UNIT_TOKENS + 1))
    names, values = np.split(laid, [2 * (UNIT_TOKENS + 1)], axis=1)
    magnitude = np.minimum(np.rint(np.log2(facts.distinct + 1.0)), _MOST_MAGNITUDE).astype(np.int64)
    figures = np.column_stack([_kind_tokens()[facts.kinds], _magnitudes()[magnitude]])
    return _to_the_left(np.concatenate([names, figures, values], axis=1))


def _cut(query: Integers, candidate: Integers, room: int) -> tuple[Integers, Integers]:
    """Keep the beginnings of both sides, `room` tokens together."""
    ours, theirs = ((side != END).sum(axis=1) for side in (query, candidate))
    ours = np.minimum(ours, np.maximum(room // 2, room - theirs))
    lengths = (ours, np.minimum(theirs, room - ours))
    kept = [
        np.where(np.arange(side.shape[1]) < length[:, None], side, END)[:, :room]
        for side, length in zip((query, candidate), lengths, strict=True)
    ]
    return kept[0], kept[1]


def _joined(query: Integers, candidate: Integers) -> PairTokens:
    pairs = len(query)
    start, stop = np.full((pairs, 1), _token("[CLS]")), np.full((pairs, 1), _token("[SEP]"))
    laid = np.concatenate([start, query, stop, candidate, stop], axis=1)
    sides = np.broadcast_to(np.arange(laid.shape[1]) >= query.shape[1] + 2, laid.shape)
    order = np.argsort(laid == END, axis=1, kind="stable")
    ids, is_candidate = np.take_along_axis(laid, order, axis=1), np.take_along_axis(sides, order, axis=1)
    return PairTokens(ids, is_candidate & (ids != END), ids != END)


def _to_the_left(tokens: Integers) -> Integers:
    return np.take_along_axis(tokens, np.argsort(tokens == END, axis=-1, kind="stable"), axis=-1)


@cache
def _token(text: str) -> int:
    found = tokenizer().token_to_id(text)
    assert found is not None, f"{text!r} is no token"
    return int(found)


@cache
def _kind_tokens() -> Integers:
    return np.array([_token(_KIND_TEXTS[kind]) for kind in KINDS], np.int64)


@cache
def _magnitudes() -> Integers:
    return np.array([_token(str(number)) for number in range(_MOST_MAGNITUDE + 1)], np.int64)
