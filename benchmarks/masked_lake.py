"""A lake as it would be if some of its columns held half of their values, few rows or no name, without indexing it.

Terms are hashes: which half of its values a column keeps is decided by one bit of them, so that two columns that keep
different halves share no value. A word or a sequence of characters stays in both halves where several values have it.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Hashes, Integers
from lakeindex.arrays.ragged import owners_of
from lakeindex.catalog.directory import Directory
from lakeindex.config.index_settings import text_options
from lakeindex.config.text_options import TextOptions
from lakeindex.encode.column_text import DescribedColumn, Lengths, describe
from lakeindex.hashing.text_hash import KEY_MASK
from lakeindex.index.inverted_index import InvertedIndex
from lakeindex.index.term_rows import TermRows
from lakeindex.index.term_stats import STRENGTH_STEP
from lakeindex.index.vector_index import VectorIndex
from lakeindex.lake import Lake
from lakeindex.protocols import Encoder
from lakeindex.search.searcher import Searcher
from lakeindex.types.columns import Family, Kind
from lakeindex.types.names import title_of

WHOLE = 2
"""The half of a column that keeps all of its values."""
_BIT = np.uint64(30)
"""Of a hash, among those that a value shares with its key, and far from those that a sketch chooses by."""
_FACTS = """
    SELECT table_id, name, kind, rows, "distinct", minimum, maximum,
        coalesce(list_transform("values", lambda one: one.text), []) AS texts
    FROM columns ORDER BY key
"""
_NAMELESS, _CUT, _EMPTY = 0.2, 0.2, 0.03
"""Shares of the columns."""
_LEFT_OF_CUT = (0.05, 0.5)
_SECOND_DRAW = np.uint64(0x9E3779B97F4A7C15)
_PARTS_OF_VALUES = (Family.WORDS, Family.GRAMS)
_OF_NAMES = (Family.NAMES, Family.CONTEXT, Family.REFERENCES)


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """What is hidden of each column of a lake, (columns,)."""

    halves: Integers
    """0 or 1: which half of its values it keeps; WHOLE: all."""
    kept: Floats
    """The share of those values that is left, as of a table of which few rows are."""
    is_named: Flags

    @classmethod
    def nothing(cls, columns: int) -> Mask:
        """Hide nothing."""
        return cls(np.full(columns, WHOLE), np.ones(columns), np.ones(columns, bool))

    @classmethod
    def draw(cls, columns: int, rng: np.random.Generator) -> Mask:
        """Draw what is hidden: of two columns in three half of the values, of some the name, most rows, or all."""
        halves = rng.integers(0, 3, columns)
        kept = np.where(rng.random(columns) < _CUT, rng.uniform(*_LEFT_OF_CUT, columns), 1.0)
        kept[rng.random(columns) < _EMPTY] = 0.0
        return cls(halves, kept, rng.random(columns) >= _NAMELESS)

    def hides(self, query: int, others: Integers) -> Flags:
        """Return which columns share no value with a query any more, (n,)."""
        own, their = self.halves[query], self.halves[others]
        return np.asarray((own != WHOLE) & (their != WHOLE) & (own != their))


@dataclass(frozen=True, slots=True, eq=False)
class MaskableLake:
    """A lake that is masked again and again."""

    searcher: Searcher
    columns: Sequence[DescribedColumn]
    """What the texts of its columns are written from, by key."""
    encoder: Encoder
    options: TextOptions

    @classmethod
    def of(cls, lake: Lake, encoder: Encoder) -> MaskableLake:
        """Take what an index knows of its lake; `encoder` is the one that it was built with."""
        facts = lake.opened.catalog.fetch(_FACTS).to_pylist()
        described = [
            DescribedColumn(
                title=title_of(one["table_id"]),
                name=one["name"],
                kind=Kind(one["kind"]),
                rows=one["rows"],
                distinct=one["distinct"],
                lengths=Lengths.of(one["texts"]),
                minimum=math.nan if one["minimum"] is None else one["minimum"],
                maximum=math.nan if one["maximum"] is None else one["maximum"],
                values=one["texts"],
            )
            for one in facts
        ]
        return cls(lake.opened.searcher, described, encoder, text_options(lake.settings))

    def masked(self, mask: Mask) -> Searcher:
        """Return a searcher of the masked lake."""
        every = np.arange(len(self.columns))
        vectors = self.encoder.encode(
            [describe(_masked(one, mask, place), self.options) for place, one in enumerate(self.columns)]
        )
        terms = _masked_terms(self.searcher, mask)
        return replace(self.searcher, terms=terms, vectors=VectorIndex.build(vectors, every))


def _masked(column: DescribedColumn, mask: Mask, place: int) -> DescribedColumn:
    """Hide values, and the name."""
    half = int(mask.halves[place])
    digests = [zlib.crc32(value.strip().casefold().encode("utf-8", "replace")) for value in column.values]
    limit = mask.kept[place] * 2**31
    kept = [
        value
        for value, digest in zip(column.values, digests, strict=True)
        if (half == WHOLE or digest & 1 == half) and digest >> 1 < limit
    ]
    name = column.name if mask.is_named[place] else ""
    return replace(column, name=name, values=kept, distinct=max(1, column.distinct // (1 if half == WHOLE else 2)))


def _masked_terms(searcher: Searcher, mask: Mask) -> dict[Family, InvertedIndex]:
    every = np.arange(len(searcher.directory))
    terms: dict[Family, InvertedIndex] = {}
    for family, index in searcher.terms.items():
        if family is Family.KEYS:
            continue
        rows = index.rows(every)
        terms[family] = InvertedIndex.build(_kept(rows, _are_kept(family, rows, mask, searcher.directory)))
    keys = terms[Family.VALUES].folded(KEY_MASK)
    alternates = terms[Family.ALTERNATES].folded(KEY_MASK)
    return {**terms, Family.KEYS: keys, Family.ALTERNATES: alternates}


def _are_kept(family: Family, rows: TermRows, mask: Mask, directory: Directory) -> Flags:
    """Return which terms of the rows are kept, (terms,)."""
    columns = owners_of(rows.starts)
    if family in _OF_NAMES:
        return mask.is_named[columns]
    halves = mask.halves[columns]
    is_of_half = (halves == WHOLE) | ((rows.hashes >> _BIT & np.uint64(1)).astype(np.int64) == halves)
    if family in _PARTS_OF_VALUES:
        is_of_half |= _in_both_halves(rows, columns, halves, directory)
    return np.asarray(is_of_half & (_uniform(rows.hashes, 2) < mask.kept[columns]))


def _in_both_halves(rows: TermRows, columns: Integers, halves: Integers, directory: Directory) -> Flags:
    """Return which words are of so many values that both halves have some of these, by chance, (terms,)."""
    if rows.strengths is None:
        return np.zeros(len(rows.hashes), bool)
    facts = directory.facts
    of_a_value = facts.distinct / np.maximum(facts.rows - facts.nulls, 1)
    values = np.expm1(rows.strengths * STRENGTH_STEP) * of_a_value[columns]
    return np.asarray(_uniform(rows.hashes, halves) < 1 - 2.0 ** (1 - np.maximum(values, 1.0)))


def _uniform(hashes: Hashes, draws: Integers | int) -> Floats:
    """Return a number in [0, 1) that each hash decides, another one for each draw, (terms,)."""
    mixed = hashes * _SECOND_DRAW + np.asarray(draws, np.uint64) * np.uint64(0xD1B54A32D192ED03)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray((mixed >> np.uint64(11)).astype(np.float64) / 2.0**53)


def _kept(rows: TermRows, kept: Flags) -> TermRows:
    lengths = np.bincount(owners_of(rows.starts)[kept], minlength=len(rows))
    return TermRows(
        hashes=rows.hashes[kept],
        strengths=None if rows.strengths is None else rows.strengths[kept],
        starts=np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]),
        complete=rows.complete,
        is_weighed=rows.is_weighed,
    )
