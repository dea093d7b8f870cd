"""Profiles as Arrow rows: how they leave the worker, and how the catalog keeps them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakeindex.profile.column_profile import ColumnProfile, Limits, SampledText
from lakeindex.profile.grams import gram_sketches
from lakeindex.profile.sketch import Sketch
from lakeindex.types import TableId

_HASHES = pa.large_list(pa.uint64())
_COUNTS = pa.large_list(pa.int64())
_TEXT = pa.struct(
    [("value_hash", pa.uint64()), ("text_hash", pa.uint64()), ("text", pa.large_string()), ("rows", pa.int64())]
)
_SCALARS = (
    ("kind", pa.string()),
    ("sql_type", pa.string()),
    ("rows", pa.int64()),
    ("nulls", pa.int64()),
    ("distinct", pa.int64()),
    ("is_key", pa.bool_()),
    ("minimum", pa.float64()),
    ("maximum", pa.float64()),
)
_HISTOGRAMS = ("looks", "lengths", "patterns")
SKETCHES = ("values", "keys", "words", "grams")

PROFILE_SCHEMA = pa.schema(
    [
        ("table_id", pa.string()),
        ("position", pa.int32()),
        ("name", pa.string()),
        *_SCALARS,
        *[(name, _COUNTS) for name in _HISTOGRAMS],
        *[(f"{name}_{part}", kind) for name in SKETCHES for part, kind in (("hashes", _HASHES), ("counts", _COUNTS))],
        ("texts", pa.large_list(_TEXT)),
        ("digest", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class ProfiledColumn:
    """A column's place in its table, and its profile."""

    table_id: TableId
    position: int
    name: str
    profile: ColumnProfile


def to_records(columns: Sequence[ProfiledColumn], limits: Limits) -> pa.Table:
    """Lay profiles out as PROFILE_SCHEMA, a row a column, in their order."""
    profiles = [column.profile for column in columns]
    sketches = {name: [getattr(profile, name) for profile in profiles] for name in SKETCHES if name != "grams"}
    sketches["grams"] = gram_sketches(profiles, limits.grams)
    arrays = [
        pa.array([column.table_id for column in columns], pa.string()),
        pa.array([column.position for column in columns], pa.int32()),
        pa.array([column.name for column in columns], pa.string()),
        *[pa.array([getattr(profile, name) for profile in profiles], kind) for name, kind in _SCALARS],
        *[_lists([getattr(profile, name) for profile in profiles], np.int64) for name in _HISTOGRAMS],
    ]
    for name in SKETCHES:
        arrays.append(_lists([sketch.hashes for sketch in sketches[name]], np.uint64))
        arrays.append(_lists([sketch.counts for sketch in sketches[name]], np.int64))
    arrays.append(_texts(profiles))
    arrays.append(pa.array([_digest(profile) for profile in profiles], pa.string()))
    return pa.Table.from_arrays(arrays, schema=PROFILE_SCHEMA)


def _digest(profile: ColumnProfile) -> str:
    """Hash all that a profile says, so that two builds can be compared column by column."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr((profile.rows, profile.nulls, profile.minimum, profile.maximum, profile.texts)).encode("utf-8"))
    for sketch in (profile.values, profile.keys, profile.words):
        digest.update(sketch.hashes.tobytes() + sketch.counts.tobytes())
    for histogram in (profile.looks, profile.lengths, profile.patterns):
        digest.update(histogram.tobytes())
    return digest.hexdigest()


def from_records(records: pa.Table, limits: Limits) -> list[ColumnProfile]:
    """Read profiles back, in the records' order."""
    return [_profile(records.slice(row, 1), limits) for row in range(len(records))]


def _lists(arrays: Sequence[npt.NDArray[np.generic]], kind: type[np.generic]) -> pa.LargeListArray:
    offsets = np.concatenate([[0], np.cumsum([len(array) for array in arrays])]).astype(np.int64)
    flat = np.concatenate(arrays) if arrays else np.zeros(0, kind)
    return pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(flat.astype(kind)))


def _texts(profiles: Sequence[ColumnProfile]) -> pa.LargeListArray:
    def flat(value: Callable[[SampledText], object], kind: pa.DataType) -> pa.Array:
        return pa.array([value(text) for text in _all_texts(profiles)], kind)

    offsets = np.concatenate([[0], np.cumsum([len(profile.texts) for profile in profiles])]).astype(np.int64)
    structs = pa.StructArray.from_arrays(
        [
            flat(lambda text: text.value_hash, pa.uint64()),
            flat(lambda text: text.text_hash, pa.uint64()),
            flat(lambda text: text.text, pa.large_string()),
            flat(lambda text: text.rows, pa.int64()),
        ],
        fields=list(_TEXT),
    )
    return pa.LargeListArray.from_arrays(pa.array(offsets), structs)


def _all_texts(profiles: Sequence[ColumnProfile]) -> Iterable[SampledText]:
    return (text for profile in profiles for text in profile.texts)


def _profile(record: pa.Table, limits: Limits) -> ColumnProfile:
    def array(field: str, kind: type[np.generic]) -> npt.NDArray[np.generic]:
        return record[field].combine_chunks().flatten().to_numpy(zero_copy_only=False).astype(kind)

    def sketch(name: str, size: int) -> Sketch:
        return Sketch(array(f"{name}_hashes", np.uint64), array(f"{name}_counts", np.int64), size)  # type: ignore[arg-type]

    return ColumnProfile(
        rows=record["rows"][0].as_py(),
        nulls=record["nulls"][0].as_py(),
        values=sketch("values", limits.values),
        keys=sketch("keys", limits.values),
        words=sketch("words", limits.words),
        texts=tuple(SampledText(**text) for text in record["texts"][0].as_py()),
        text_limit=limits.texts,
        looks=array("looks", np.int64),  # type: ignore[arg-type]
        lengths=array("lengths", np.int64),  # type: ignore[arg-type]
        patterns=array("patterns", np.int64),  # type: ignore[arg-type]
        minimum=record["minimum"][0].as_py(),
        maximum=record["maximum"][0].as_py(),
    )
