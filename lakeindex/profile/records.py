"""Profiles as Arrow rows: how they leave the worker, and how the catalog keeps them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence, Sized
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakeindex.profile.column_profile import ColumnProfile, Extremes, Limits, SampledText
from lakeindex.profile.grams import gram_sketches
from lakeindex.profile.quantiles import quantiles_of
from lakeindex.profile.sketch import Sketch
from lakeindex.types import TableId

Array: TypeAlias = "pa.Array[Any]"

_HASHES = pa.large_list(pa.uint64())
_COUNTS = pa.large_list(pa.int64())
_LOW_AND_HIGH = pa.struct([("low", pa.float64()), ("high", pa.float64())])
_TEXT = pa.struct(
    [("value_hash", pa.uint64()), ("text_hash", pa.uint64()), ("text", pa.large_string()), ("rows", pa.int64())]
)
_SCALARS: tuple[tuple[str, pa.DataType], ...] = (
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
_EXTREMES = ("numbers", "days")
SKETCHES = ("values", "words", "grams")

_FIELDS: list[tuple[str, pa.DataType]] = [
    ("table_id", pa.string()),
    ("position", pa.int32()),
    ("name", pa.string()),
    *_SCALARS,
    *[(name, _COUNTS) for name in _HISTOGRAMS],
    *[(name, _LOW_AND_HIGH) for name in _EXTREMES],
    ("quantiles", pa.large_list(pa.float64())),
    *[(f"{name}_{part}", kind) for name in SKETCHES for part, kind in (("hashes", _HASHES), ("counts", _COUNTS))],
    ("texts", pa.large_list(_TEXT)),
    ("digest", pa.string()),
]
PROFILE_SCHEMA = pa.schema(_FIELDS)


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
    arrays: dict[str, Array] = {
        "table_id": pa.array([column.table_id for column in columns], pa.string()),
        "position": pa.array([column.position for column in columns], pa.int32()),
        "name": pa.array([column.name for column in columns], pa.string()),
        "texts": _texts([profile.texts for profile in profiles]),
        "digest": pa.array([_digest(profile) for profile in profiles], pa.string()),
    }
    for name, kind in _SCALARS:
        arrays[name] = pa.array([getattr(profile, name) for profile in profiles], kind)
    for name in _HISTOGRAMS:
        arrays[name] = _lists([getattr(profile, name) for profile in profiles], np.int64)
    for name in _EXTREMES:
        extremes: list[Extremes] = [getattr(profile, name) for profile in profiles]
        arrays[name] = pa.array([(one.low, one.high) for one in extremes], _LOW_AND_HIGH)
    arrays["quantiles"] = _lists(quantiles_of(profiles), np.float64)
    for name in SKETCHES:
        sketches: list[Sketch] = (
            gram_sketches(profiles, limits.grams)
            if name == "grams"
            else [getattr(profile, name) for profile in profiles]
        )
        arrays[f"{name}_hashes"] = _lists([sketch.hashes for sketch in sketches], np.uint64)
        arrays[f"{name}_counts"] = _lists([sketch.counts for sketch in sketches], np.int64)
    return pa.table(arrays).select(PROFILE_SCHEMA.names).cast(PROFILE_SCHEMA)


def from_records(records: pa.Table, limits: Limits) -> list[ColumnProfile]:
    """Read profiles back, in the records' order."""
    fields: dict[str, Sequence[Any]] = {
        "rows": _rows(records, "rows"),
        "nulls": _rows(records, "nulls"),
        "texts": [tuple(SampledText(**text) for text in texts) for texts in _rows(records, "texts")],
    }
    for name in _HISTOGRAMS:
        fields[name] = _slices(records[name])
    for name in _EXTREMES:
        fields[name] = [Extremes(**extremes) for extremes in _rows(records, name)]
    for name, size in (("values", limits.values), ("words", limits.words)):
        hashes, counts = _slices(records[f"{name}_hashes"]), _slices(records[f"{name}_counts"])
        fields[name] = [Sketch(*parts, size) for parts in zip(hashes, counts, strict=True)]
    return [
        ColumnProfile(text_limit=limits.texts, **{field: each[row] for field, each in fields.items()})
        for row in range(len(records))
    ]


def _digest(profile: ColumnProfile) -> str:
    """Hash all that a profile says, so that two builds can be compared column by column."""
    scalars = repr((profile.rows, profile.nulls, profile.numbers, profile.days))
    texts = [f"{text.value_hash} {text.text_hash} {text.rows} {text.text}" for text in profile.texts]
    digest = hashlib.blake2b("\0".join([scalars, *texts]).encode("utf-8"), digest_size=16)
    for sketch in (profile.values, profile.words):
        digest.update(sketch.hashes.tobytes() + sketch.counts.tobytes())
    for histogram in (profile.looks, profile.lengths, profile.patterns):
        digest.update(histogram.tobytes())
    return digest.hexdigest()


def _lists(arrays: Sequence[npt.NDArray[Any]], kind: type[np.generic]) -> Array:
    flat = np.concatenate([np.zeros(0, kind), *arrays])
    return _large_list(_offsets(arrays), pa.array(flat))


def _texts(each: Sequence[tuple[SampledText, ...]]) -> Array:
    texts = list(chain.from_iterable(each))
    structs = pa.StructArray.from_arrays(
        [pa.array([getattr(text, field.name) for text in texts], field.type) for field in _TEXT],
        fields=list(_TEXT),
    )
    return _large_list(_offsets(each), structs)


def _large_list(offsets: Array, items: Array) -> Array:
    lists: Array = pa.LargeListArray.from_arrays(offsets, items)  # type: ignore[call-overload]
    return lists


def _offsets(lists: Sequence[Sized]) -> Array:
    return pa.array(np.cumsum([0, *[len(one) for one in lists]], dtype=np.int64))


def _rows(records: pa.Table, name: str) -> list[Any]:
    return records[name].to_pylist()


def _slices(lists: pa.ChunkedArray[Any]) -> list[npt.NDArray[Any]]:
    """Return the items of each list as an array."""
    parts: list[npt.NDArray[Any]] = []
    chunks: list[Any] = lists.chunks
    for chunk in chunks:
        flat, offsets = chunk.flatten().to_numpy(), chunk.offsets.to_numpy()
        parts += np.split(flat, (offsets - offsets[0])[1:-1]) if len(chunk) else []
    return parts
