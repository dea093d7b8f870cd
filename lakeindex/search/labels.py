"""Labelled pairs as a query needs them: the verdicts on its candidates, and a memory of the pairs' features."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from lakeindex.arrays.aliases import Codes, Features, Floats, Integers
from lakeindex.catalog.directory import Directory
from lakeindex.files.user_folders import cache_slot
from lakeindex.match.label_memory import ColumnVectors, LabelMemory, undirected
from lakeindex.match.labelled_pairs import LabelledPairs
from lakeindex.match.user_verdicts import ACCEPTED, NO_VERDICT, REJECTED
from lakeindex.store.feedback_log import FeedbackFile, LabelledPair
from lakeindex.store.verdict_file import Stamp, Verdict
from lakeindex.types.lake import ColumnId, TableId

_SIGNS = {Verdict.ACCEPTED: ACCEPTED, Verdict.REJECTED: REJECTED}


class PairDescriber(Protocol):
    """Computes the features of pairs of columns, which takes as long as a query."""

    def describe(self, key: int, others: Integers) -> tuple[Features, Floats]:
        """Return the features, (m, f), and the probabilities, (m,), of the pairs of a column with others, by key."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class PairLabels:
    """The labelled pairs of which the index has both columns, an entry each."""

    pairs: LabelledPairs
    memory: LabelMemory

    def accepted_with(self, key: int) -> Integers:
        """Return the keys of the columns that people accepted as matches of a column."""
        others, verdicts = self._labelled_with(key)
        return np.asarray(others[verdicts == ACCEPTED])

    def verdicts_on(self, key: int, candidates: Integers) -> Codes:
        """Return the verdict on the pair of a column with each candidate, (n,), given the keys, (n,), ascending."""
        others, given = self._labelled_with(key)
        _, places, labelled = np.intersect1d(candidates, others, assume_unique=True, return_indices=True)
        verdicts = np.full(len(candidates), NO_VERDICT, np.int8)
        verdicts[places] = given[labelled]
        return verdicts

    def _labelled_with(self, key: int) -> tuple[Integers, Codes]:
        ahead, back = self.pairs.lefts == key, self.pairs.rights == key
        others = np.concatenate([self.pairs.rights[ahead], self.pairs.lefts[back]])
        return others, np.concatenate([self.pairs.verdicts[ahead], self.pairs.verdicts[back]])


@dataclass(slots=True, eq=False)
class LabelReader:
    """The labels of an index, read again whenever somebody changed them."""

    directory: Directory
    vectors: ColumnVectors
    made_with: str
    """What features depend on besides the pair: the generation and the matcher."""
    _read: tuple[Stamp | None, PairLabels | None] = field(default=(None, None), init=False)

    def labels(self, file: FeedbackFile, describer: PairDescriber) -> PairLabels | None:
        """Return the current labels; None where the index has both columns of no labelled pair.

        Raises IndexDamaged when they can't be read.
        """
        stamp = file.stamp()
        if self._read[0] != stamp:
            self._read = stamp, self._labels(file, describer, [self.made_with, str(stamp)])
        return self._read[1]

    def _labels(self, file: FeedbackFile, describer: PairDescriber, state: Sequence[str]) -> PairLabels | None:
        pairs, made_for = LabelledPairs.nothing(), state[:0]
        # A folder that can't be found, or written, only means that all pairs are described again.
        path: Path | None = None
        with suppress(RuntimeError):
            # Whoever sees other tables has other pairs, and other rivals in their features.
            path = cache_slot("feedback", "\0".join([str(file.index.resolve()), *self.directory.globs.named()]))
            pairs, made_for = LabelledPairs.open(path)
        if list(made_for) != state:
            is_of_this_index = list(made_for[:1]) == state[:1]
            before = pairs if is_of_this_index else LabelledPairs.nothing()
            pairs = self._described(file.read(), describer, before)
            if path is not None:
                with suppress(OSError):
                    pairs.save(path, state)
        if not len(pairs):
            return None
        residuals = (pairs.verdicts == ACCEPTED) - pairs.probabilities
        lefts, rights = self.vectors.vectors(pairs.lefts), self.vectors.vectors(pairs.rights)
        return PairLabels(pairs, LabelMemory(pairs.features, lefts, rights, residuals))

    def _described(
        self, labelled: Iterable[LabelledPair], describer: PairDescriber, before: LabelledPairs
    ) -> LabelledPairs:
        """Compute the features of the labelled pairs; those that `before` has are taken over."""
        lefts, rights, verdicts = self._keys_and_verdicts(labelled)
        is_new = before.places_of(lefts, rights) < 0
        groups = [(left, rights[is_new & (lefts == left)]) for left in np.unique(lefts[is_new]).tolist()]
        known = before.joined([_describe_group(describer, left, others) for left, others in groups])
        return known.take(known.places_of(lefts, rights), verdicts)

    def _keys_and_verdicts(self, labelled: Iterable[LabelledPair]) -> tuple[Integers, Integers, Codes]:
        """Return the keys of both columns and the verdicts, (m,) each, of the pairs whose columns both exist."""
        labels = list(labelled)
        tables = {column.table for one in labels for column in one.pair}
        keys = {column: key for table in tables for column, key in self._keys_of(table)}
        rows = [
            (keys[one.left], keys[one.right], _SIGNS[one.verdict])
            for one in labels
            if one.left in keys and one.right in keys
        ]
        lefts, rights, verdicts = np.array(rows, np.int64).reshape(-1, 3).T
        return lefts, rights, verdicts.astype(np.int8)

    def _keys_of(self, table: TableId) -> Iterator[tuple[ColumnId, int]]:
        keys = self.directory.keys_of_table(table).tolist() if self.directory.has_table(table) else []
        return ((self.directory.id_of(key), key) for key in keys)


def _describe_group(describer: PairDescriber, left: int, others: Integers) -> LabelledPairs:
    features, probabilities = describer.describe(left, others)
    lefts, verdicts = np.full(len(others), left), np.full(len(others), NO_VERDICT, np.int8)
    return LabelledPairs(lefts, others, verdicts, undirected(features), probabilities)
