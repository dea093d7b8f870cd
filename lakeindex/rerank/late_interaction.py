"""Score pairs of columns by late interaction: MaxSim features of their cells, and boosted trees.

Each cell of the one column is compared with the cell of the other that is nearest in meaning (a vector a cell, as in
the late interaction of ColBERT; Khattab and Zaharia, SIGIR 2020), in both directions, and so are the names. From these
features, boosted trees, monotone in all likenesses, predict the log-odds of a join.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt
from cachetools import LRUCache
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from lakeindex.arrays.aliases import Flags, Floats, Integers, Vectors
from lakeindex.arrays.proportions import alike
from lakeindex.errors import IndexDamaged
from lakeindex.hashing.content_hash import hash_content
from lakeindex.models.boosted_trees import Trees, from_file, to_arrays
from lakeindex.models.monotone import EITHER, FOR
from lakeindex.models.static_embeddings import TokenVectors
from lakeindex.rerank.nearest_cells import NearestCells
from lakeindex.types.column_tokens import END, NAME, TITLE
from lakeindex.types.columns import CrossInput

UNITS, UNIT_TOKENS = 18, 8
"""The units of a column: the name, the title and 16 cells, and how many tokens of each count."""
CELLS = slice(2, UNITS)

LIKENESSES = (
    "cells found, mean",
    "cells found in turn, mean",
    "cells found nearly",
    "cells found in turn nearly",
    "cells found",
    "cells found in turn",
    "best cell",
    "worst cell",
    "worst cell in turn",
    "middle cell",
    "middle cell in turn",
    "mean of cells",
    "names",
    "titles",
    "name in title",
    "title in name",
    "name and title",
    "lengths",
    "patterns",
    "kinds",
)
SIZES = ("distinct", "distinct there", "uniqueness", "uniqueness there", "lows apart", "highs apart")
PAIR_FEATURES = (*LIKENESSES, *SIZES)
"""The features of a pair, in the order of the columns of `pair_features`."""
DIRECTIONS = (*(FOR for _ in LIKENESSES), *(EITHER for _ in SIZES))
"""Of each feature in PAIR_FEATURES: no likeness ever counts against a join."""

_NOTHING = -1.0
"""The likeness of what isn't there."""
_NEARLY, _ALIKE = 0.8, 0.99
_PAIRS_AT_ONCE = 1_024
_RECENT = 4_096
"""Columns whose vectors stay in memory, about five kilobytes each."""
_TREES = "joins"


@dataclass(frozen=True, slots=True, eq=False)
class CellVectors:
    """Columns with a vector for each of their units, computed once a column."""

    vectors: Vectors
    """(columns, UNITS, d) of unit length, 0 where there is no such unit."""
    there: Flags
    """(columns, UNITS) where there is such a unit."""
    columns: CrossInput

    @classmethod
    def of(cls, columns: CrossInput, tokens: TokenVectors) -> CellVectors:
        """Look up the vectors of columns."""
        padded = columns.column_tokens.padded(UNITS, UNIT_TOKENS)
        flat = np.where(padded == END, tokens.no_token, padded).reshape(-1, UNIT_TOKENS)
        sums = tokens.sums(flat).reshape(len(columns), UNITS, tokens.dimension)
        lengths = np.linalg.norm(sums, axis=2, keepdims=True)
        vectors = np.asarray(sums / np.where(lengths == 0, 1, lengths), np.float32)
        return cls(vectors, lengths[:, :, 0] > 0, columns)


@dataclass(frozen=True, eq=False)
class LateInteraction:
    """A reranker that needs no torch and scores thousands of pairs a second."""

    tokens: TokenVectors
    joins: Trees
    """Trained to separate pairs that join from pairs that don't."""
    files: tuple[Path, Path]
    """The file of the weights, and that of the token vectors."""
    _recent: LRUCache[bytes, Vectors] = field(default_factory=lambda: LRUCache(_RECENT), init=False, repr=False)
    """The vectors of columns that were scored lately, by their tokens."""
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    @classmethod
    def open(cls, weights: Path, tokens: Path) -> LateInteraction:
        """Read trained weights. Raises IndexDamaged where there are none, or they were trained on other features."""
        try:
            with safe_open(weights, "numpy") as file:
                trees = from_file(file, _TREES, len(PAIR_FEATURES))
                trained_on = json.loads((file.metadata() or {})["seen"])
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise IndexDamaged(f"{weights} holds no cross-encoder ({error}); install lakeindex again") from error
        if trained_on != list(PAIR_FEATURES):
            raise IndexDamaged(f"the cross-encoder in {weights} was trained on other figures; train it again")
        return cls(TokenVectors.open(tokens), trees, (weights, tokens))

    @cached_property
    def fingerprint(self) -> str:
        """A fingerprint of the trees and the token vectors."""
        return fingerprint_of(*self.files)

    def scores(self, queries: CrossInput, columns: CrossInput, left: Integers, right: Integers) -> Floats:
        """Return the score of each pair of places, (p,), in log-odds of a join but for a constant."""
        return self.tree_scores(pair_features(self._vectors_of(queries), self._vectors_of(columns), left, right))

    def _vectors_of(self, columns: CrossInput) -> CellVectors:
        """Look up the vectors of columns; those of columns that were scored lately are still there."""
        contents = columns.column_tokens.contents()
        with self._lock:
            known = {content: self._recent[content] for content in contents if content in self._recent}
        new = np.array([place for place, content in enumerate(contents) if content not in known], np.int64)
        if len(new):
            made = CellVectors.of(columns.take(new), self.tokens)
            known |= {contents[place]: made.vectors[number] for number, place in enumerate(new.tolist())}
            with self._lock:
                self._recent.update(known)
        vectors = np.stack([known[content] for content in contents])
        return CellVectors(vectors, np.asarray(vectors.any(axis=2)), columns)

    def tree_scores(self, features: npt.NDArray[np.float64]) -> Floats:
        """Return the trees' scores, (p,), in log-odds, of pairs by their features, (p, PAIR_FEATURES)."""
        parts = [features[start : start + _PAIRS_AT_ONCE] for start in range(0, len(features), _PAIRS_AT_ONCE)]
        return np.concatenate([np.zeros(0), *map(self.joins.sums, parts)])


def fingerprint_of(weights: Path, tokens: Path) -> str:
    """Return a fingerprint of the files that decide the scores of a `LateInteraction`, without opening one."""
    with weights.open("rb") as trained, tokens.open("rb") as distilled:
        return f"cells-{hash_content(trained)[:16]}-{hash_content(distilled)[:16]}"


def write_late_interaction(path: Path, joins: Trees, remarks: Mapping[str, str]) -> None:
    """Write trained trees, with remarks on how they came about."""
    arrays, metadata = to_arrays({_TREES: joins})
    save_file(arrays, path, metadata | {"seen": json.dumps(PAIR_FEATURES)} | dict(remarks))


def pair_features(
    queries: CellVectors, columns: CellVectors, left: Integers, right: Integers
) -> npt.NDArray[np.float64]:
    """Return the features, (p, PAIR_FEATURES), of pairs, given as places, (p,) each, in queries and in columns."""
    parts = [
        np.column_stack([_likenesses(queries, columns, *some), _sizes(queries, columns, *some)])
        for start in range(0, len(left), _PAIRS_AT_ONCE)
        for some in [(left[start : start + _PAIRS_AT_ONCE], right[start : start + _PAIRS_AT_ONCE])]
    ]
    return np.concatenate([np.zeros((0, len(PAIR_FEATURES))), *parts])


def _likenesses(queries: CellVectors, columns: CellVectors, left: Integers, right: Integers) -> npt.NDArray[np.float64]:
    ours, theirs = queries.vectors[left], columns.vectors[right]
    here, there = queries.there[left], columns.there[right]
    cosines = np.where(here[:, :, None] & there[:, None, :], ours @ theirs.transpose(0, 2, 1), _NOTHING)
    of_cells = cosines[:, CELLS, CELLS]
    # Both directions at once: the cells of the queries, then those of the columns.
    nearest = NearestCells.of(
        np.maximum(np.concatenate([of_cells.max(axis=2), of_cells.max(axis=1)]), 0),
        np.concatenate([here[:, CELLS], there[:, CELLS]]),
    )
    ahead, back = nearest.count.reshape(2, -1)
    have_cells = (ahead > 0) & (back > 0)
    of_values = [
        *nearest.mean().reshape(2, -1),
        *(one for least in (_NEARLY, _ALIKE) for one in nearest.share_above(least).reshape(2, -1)),
        nearest.best()[: len(left)],
        *nearest.worst().reshape(2, -1),
        *nearest.median().reshape(2, -1),
        _cosine(ours[:, CELLS].sum(axis=1), theirs[:, CELLS].sum(axis=1)),
    ]
    facts, others = queries.columns.facts, columns.columns.facts
    return np.column_stack(
        [
            *(np.where(have_cells, one, _NOTHING) for one in of_values),
            cosines[:, NAME, NAME],
            cosines[:, TITLE, TITLE],
            cosines[:, NAME, TITLE],
            cosines[:, TITLE, NAME],
            _cosine(ours[:, NAME] + ours[:, TITLE], theirs[:, NAME] + theirs[:, TITLE]),
            alike(facts.lengths[left], others.lengths[right]),
            alike(facts.patterns[left], others.patterns[right]),
            facts.kinds[left] == others.kinds[right],
        ]
    )


def _sizes(queries: CellVectors, columns: CellVectors, left: Integers, right: Integers) -> npt.NDArray[np.float64]:
    sides = (queries.columns.facts, left), (columns.columns.facts, right)
    distinct = [facts.distinct[places] for facts, places in sides]
    sizes = [np.log1p(one) for one in distinct]
    sizes += [one / np.maximum(facts.rows[places], 1) for one, (facts, places) in zip(distinct, sides, strict=True)]
    ours, theirs = (_folded(np.stack([facts.lows[places], facts.highs[places]])) for facts, places in sides)
    return np.column_stack([*sizes, *np.abs(ours - theirs)])


def _folded(numbers: Floats) -> Floats:
    """Return logarithms that keep the sign, so that numbers of all sizes can be compared; 0 for none."""
    return np.asarray(np.nan_to_num(np.sign(numbers) * np.log1p(np.abs(numbers))))


def _cosine(ones: Vectors, others: Vectors) -> Floats:
    lengths = np.linalg.norm(ones, axis=1) * np.linalg.norm(others, axis=1)
    return np.asarray((ones * others).sum(axis=1) / np.where(lengths == 0, 1, lengths), np.float64)
