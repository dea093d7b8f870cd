"""Profile many columns in one pass: their distinct values are normalised and hashed together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.profile.column_profile import (
    LENGTH_BINS,
    LOOKS,
    PATTERN_BINS,
    ColumnProfile,
    Limits,
    SampledText,
    length_bin,
)
from lakeindex.profile.looks import days_and_numbers, look_of
from lakeindex.profile.normalise import as_text, is_missing, normal_keys, normal_values, normal_words, shape_of
from lakeindex.profile.sketch import Sketch
from lakeindex.text_hash import HashedText, Hashes, Positions


def profile_columns(columns: Sequence[pa.Array | pa.ChunkedArray], limits: Limits) -> list[ColumnProfile]:
    """Profile each column; many small ones together cost little more than one."""
    counted = [pc.value_counts(as_text(column).drop_null()) for column in columns]
    texts = pa.concat_arrays([pc.struct_field(one, "values") for one in counted] or [pa.array([], pa.large_string())])
    rows = np.concatenate([pc.struct_field(one, "counts").to_numpy() for one in counted] or [np.zeros(0, np.int64)])
    owners = np.repeat(np.arange(len(columns)), [len(one) for one in counted])
    values = normal_values(texts)
    present = ~is_missing(values).to_numpy(zero_copy_only=False)
    kept = pa.array(np.flatnonzero(present))
    scanned = _Scanned(texts.take(kept), values.take(kept), rows[present], owners[present], len(columns), limits)
    return [scanned.profile(number, len(column)) for number, column in enumerate(columns)]


class _Scanned:
    """The distinct values of several columns, ordered by column, with all that is known of each."""

    def __init__(
        self,
        texts: pa.Array,
        values: pa.Array,
        rows: npt.NDArray[np.int64],
        owners: Positions,
        columns: int,
        limits: Limits,
    ) -> None:
        words = normal_words(values)
        hashed_words = HashedText.from_arrow(words)
        self.limits = limits
        self.texts = texts
        self.rows = rows
        self.bounds = np.searchsorted(owners, np.arange(columns + 1))
        self.text_hashes = HashedText.from_arrow(texts).strings()
        self.value_hashes = HashedText.from_arrow(values).strings()
        self.key_hashes = HashedText.from_arrow(normal_keys(values, words)).strings()
        self.word_hashes, self.word_owners = hashed_words.words()
        self.looks = look_of(values)
        self.numbers = days_and_numbers(values, self.looks)
        self.lengths = length_bin(pc.utf8_length(values).to_numpy().astype(np.int64))
        shapes = HashedText.from_arrow(shape_of(values)).strings()
        self.patterns = (shapes % np.uint64(PATTERN_BINS)).astype(np.int64)

    def profile(self, number: int, total_rows: int) -> ColumnProfile:
        start, end = int(self.bounds[number]), int(self.bounds[number + 1])
        own, rows = slice(start, end), self.rows[start:end]
        numbers = self.numbers[own]
        known = numbers[~np.isnan(numbers)]
        return ColumnProfile(
            rows=total_rows,
            nulls=total_rows - int(rows.sum()),
            values=Sketch.from_hashes(self.value_hashes[own], rows, self.limits.values),
            keys=Sketch.from_hashes(self.key_hashes[own], rows, self.limits.values),
            words=self._words(start, end),
            texts=self._texts(start, end),
            text_limit=self.limits.texts,
            looks=_histogram(self.looks[own], rows, len(LOOKS)),
            lengths=_histogram(self.lengths[own], rows, LENGTH_BINS),
            patterns=_histogram(self.patterns[own], rows, PATTERN_BINS),
            minimum=float(known.min()) if len(known) else np.nan,
            maximum=float(known.max()) if len(known) else np.nan,
        )

    def _words(self, start: int, end: int) -> Sketch:
        first, last = np.searchsorted(self.word_owners, [start, end])
        owners = self.word_owners[first:last]
        return Sketch.from_hashes(self.word_hashes[first:last], self.rows[owners], self.limits.words)

    def _texts(self, start: int, end: int) -> tuple[SampledText, ...]:
        hashes: Hashes = self.value_hashes[start:end]
        order = np.lexsort((self.text_hashes[start:end], hashes))
        distinct, first = np.unique(hashes[order], return_index=True)
        totals = np.add.reduceat(self.rows[start:end][order], first) if len(first) else first
        chosen = order[first[: self.limits.texts]] + start
        return tuple(
            SampledText(value_hash, text_hash, text, rows)
            for value_hash, text_hash, text, rows in zip(
                distinct.tolist(), self.text_hashes[chosen].tolist(), self.texts.take(pa.array(chosen)).to_pylist(),
                totals.tolist(), strict=False,
            )
        )


def _histogram(bins: npt.NDArray[np.int64], rows: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.int64]:
    return np.bincount(bins, weights=rows, minlength=size).astype(np.int64)
