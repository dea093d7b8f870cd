"""Profiles as Arrow rows, as the worker sends them and the catalog keeps them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence, Sized
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import ArrowArray, Texts
from lakeindex.config.profile_limits import ProfileLimits, RawValues
from lakeindex.profile.column_profile import ColumnProfile, Extremes
from lakeindex.profile.grams import gram_sketches
from lakeindex.profile.quantiles import quantiles_of
from lakeindex.profile.sampled_texts import NO_TEXTS, SampledTexts
from lakeindex.profile.sampling.estimates import ColumnEstimates
from lakeindex.profile.sketch import NO_SKETCH, Sketch
from lakeindex.profile.sketch_sizes import SKETCH_SIZES, sketch_sizes
from lakeindex.types.columns import Family
from lakeindex.types.lake import TableId
from lakeindex.types.personal import PersonalData

_HASHES = pa.large_list(pa.uint64())
_COUNTS = pa.large_list(pa.int64())
_LOW_AND_HIGH = pa.struct([("low", pa.float64()), ("high", pa.float64())])
_TEXT = pa.struct(
    [("value_hash", pa.uint64()), ("text_hash", pa.uint64()), ("text", pa.large_string()), ("rows", pa.int64())]
)
_SCALARS: tuple[tuple[str, pa.DataType], ...] = (
    ("kind", pa.string()),
    ("rows", pa.int64()),
    ("nulls", pa.int64()),
    ("distinct", pa.int64()),
    ("is_key", pa.bool_()),
    ("is_serial", pa.bool_()),
    ("minimum", pa.float64()),
    ("maximum", pa.float64()),
)
_BOUNDS = tuple(f"{name}_{end}" for name in ("rows", "nulls", "distinct") for end in ("low", "high"))
"""Of figures that are estimated from a sample; null where they are counted."""
_SKETCHED = {Family.ALTERNATES: "likely_alternates"}
_HISTOGRAMS = ("value_types", "lengths", "patterns")
_EXTREMES = ("numbers", "days")
_MEASURES = ("minimum", "maximum", "quantiles", *_EXTREMES)

_VALUE = pa.struct([("text", pa.large_string()), ("rows", pa.int64())])
_VALUES = 10
_VALUE_CHARACTERS = 100

_FIELDS: list[tuple[str, pa.DataType]] = [
    ("table_id", pa.string()),
    ("position", pa.int32()),
    ("name", pa.string()),
    ("sql_type", pa.string()),
    ("reading", pa.string()),
    *_SCALARS,
    *[(name, _COUNTS) for name in _HISTOGRAMS],
    *[(name, _LOW_AND_HIGH) for name in _EXTREMES],
    *[(name, pa.int64()) for name in _BOUNDS],
    ("sampled", pa.int64()),
    ("quantiles", pa.large_list(pa.float64())),
    *[(f"{name}_{part}", kind) for name in SKETCH_SIZES for part, kind in (("hashes", _HASHES), ("counts", _COUNTS))],
    ("texts", pa.large_list(_TEXT)),
    ("values", pa.large_list(_VALUE)),
    ("digest", pa.string()),
    ("personal", pa.string()),
    ("personal_share", pa.float64()),
]
PROFILE_SCHEMA = pa.schema(_FIELDS)


@dataclass(frozen=True, slots=True)
class ProfiledColumn:
    """A column's place in its table, and its profile."""

    table_id: TableId
    position: int
    name: str
    profile: ColumnProfile
    sql_type: str | None = None
    """Where its values don't show it: of bytes."""
    personal: PersonalData | None = None
    """What personal data its values look like."""
    texts: Texts | None = None
    """Its values, where they may have to be profiled anew, under a key."""
    is_named_by_row: bool = False
    """Whether its name stands in a row, and may be a value itself."""

    def limits(self, limits: ProfileLimits) -> ProfileLimits:
        """Return what is kept of it, given what is kept of any column."""
        return limits if self.personal is None else limits.of_personal


def to_records(columns: Sequence[ProfiledColumn], limits: ProfileLimits) -> pa.Table:
    """Return profiles as PROFILE_SCHEMA, a row a column, in their order; without what `limits` exclude.

    The column `texts` is what a column's text is made of; `values` are the values that the catalog keeps.
    """
    profiles = [column.profile for column in columns]
    each = [column.limits(limits) for column in columns]
    raws = [one.raw for one in each]
    are_sampled = [raw is RawValues.SAMPLE for raw in raws]
    is_text_known = [raw is limits.raw is not RawValues.NONE for raw in raws]
    arrays: dict[str, ArrowArray] = {
        "table_id": pa.array([column.table_id for column in columns], pa.string()),
        "position": pa.array([column.position for column in columns], pa.int32()),
        "name": pa.array([column.name for column in columns], pa.string()),
        "texts": _texts(_texts_where(is_text_known, profiles)),
        "values": _frequent_values(_texts_where(are_sampled, profiles)),
        "digest": pa.array(_digests(profiles, each), pa.string()),
        "personal": pa.array([column.personal and column.personal.kind for column in columns], pa.string()),
        "personal_share": pa.array([column.personal and column.personal.share for column in columns], pa.float64()),
    }
    for name, kind in _SCALARS:
        arrays[name] = pa.array([getattr(profile, name) for profile in profiles], kind)
    sql_types = [column.sql_type or column.profile.sql_type for column in columns]
    arrays |= {
        "sql_type": pa.array(sql_types, pa.string()),
        "reading": pa.array([profile.reading.to_json() for profile in profiles], pa.string()),
    }
    for name in _HISTOGRAMS:
        arrays[name] = _lists([getattr(profile, name) for profile in profiles], np.int64)
    for name in _EXTREMES:
        extremes: list[Extremes] = [getattr(profile.spans, name) for profile in profiles]
        arrays[name] = pa.array([(one.low, one.high) for one in extremes], _LOW_AND_HIGH)
    arrays |= _sampled(profiles)
    arrays |= _sketches(profiles, each)
    if any(are_sampled):
        arrays["quantiles"] = _lists(quantiles_of(profiles), np.float64)
    else:
        arrays["quantiles"] = pa.nulls(len(profiles), PROFILE_SCHEMA.field("quantiles").type)
    if not all(are_sampled):
        kept = pa.array([place if is_kept else None for place, is_kept in enumerate(are_sampled)], pa.int64())
        arrays |= {name: arrays[name].take(kept) for name in _MEASURES}
    return pa.table(arrays).select(PROFILE_SCHEMA.names).cast(PROFILE_SCHEMA)


def _sampled(profiles: Sequence[ColumnProfile]) -> dict[str, ArrowArray]:
    """Return how many rows a sample of each column's table has, 0 where all were read, and the bounds of estimates."""
    estimates = [profile.estimates for profile in profiles]
    bounds: dict[str, ArrowArray] = {
        f"{name}_{end}": pa.array([one and getattr(getattr(one, name), end) for one in estimates], pa.int64())
        for name in ("rows", "nulls", "distinct")
        for end in ("low", "high")
    }
    return bounds | {"sampled": pa.array([one.read if one else 0 for one in estimates], pa.int64())}


def _texts_where(are_kept: Sequence[bool], profiles: Sequence[ColumnProfile]) -> list[SampledTexts]:
    return [profile.texts if is_kept else NO_TEXTS for profile, is_kept in zip(profiles, are_kept, strict=True)]


def _sketches(profiles: Sequence[ColumnProfile], limits: Sequence[ProfileLimits]) -> dict[str, ArrowArray]:
    kinds = [profile.kind for profile in profiles]
    arrays: dict[str, ArrowArray] = {}
    for family in SKETCH_SIZES:
        sizes = [
            0 if one.raw is RawValues.NONE else size
            for one, size in zip(limits, sketch_sizes(family, kinds).tolist(), strict=True)
        ]
        sketched = [place for place, size in enumerate(sizes) if size]
        some = [profiles[place] for place in sketched]
        sketches = iter(
            gram_sketches(some, [limits[place] for place in sketched])
            if family is Family.GRAMS
            else [getattr(profile, _SKETCHED.get(family, family)) for profile in some]
        )
        sized: list[tuple[Sketch, int]] = [(next(sketches) if size else NO_SKETCH, size) for size in sizes]
        arrays[f"{family}_hashes"] = _lists([sketch.hashes[:size] for sketch, size in sized], np.uint64)
        arrays[f"{family}_counts"] = _lists([sketch.counts[:size] for sketch, size in sized], np.int64)
    return arrays


def _digests(profiles: Sequence[ColumnProfile], limits: Sequence[ProfileLimits]) -> list[str]:
    """Hash each profile, but for what its limits exclude, so that two builds can be compared column by column."""
    return [
        _digest(
            profile,
            repr((profile.rows, profile.nulls, *_bounds(profile)))
            if one.raw is RawValues.NONE
            else "\0".join([_scalars(profile), *texts]),
            one,
        )
        for profile, texts, one in zip(profiles, _written_texts(profiles), limits, strict=True)
    ]


def _scalars(profile: ColumnProfile) -> str:
    spans = profile.spans
    extremes = spans.numbers, spans.thousands, spans.dotted, spans.days
    return repr((profile.rows, profile.nulls, *extremes, profile.reading, *_bounds(profile)))


def _bounds(profile: ColumnProfile) -> tuple[ColumnEstimates, ...]:
    """Return what was estimated; nothing where all was counted."""
    return () if profile.estimates is None else (profile.estimates,)


def _written_texts(profiles: Sequence[ColumnProfile]) -> Iterator[list[str]]:
    """Yield the texts of each profile with their hashes and rows, all of a profile as one; nothing without any."""
    each = [profile.texts for profile in profiles]
    texts = SampledTexts.joined(each)
    numbers: list[Any] = [
        pa.array(one).cast(pa.large_string()) for one in (texts.value_hashes, texts.text_hashes, texts.rows)
    ]
    lines: Any = pc.binary_join_element_wise(*numbers, texts.texts, pa.scalar(" ", pa.large_string()))
    offsets: Any = _offsets(each).cast(pa.int32())
    lists: Any = pa.ListArray.from_arrays(offsets, lines)
    joined: Any = pc.binary_join(lists, pa.scalar("\0", pa.large_string()))
    yield from ([written] if len(one) else [] for one, written in zip(each, joined.to_pylist(), strict=True))


def _digest(profile: ColumnProfile, content: str, limits: ProfileLimits) -> str:
    digest = hashlib.blake2b(content.encode("utf-8"), digest_size=16, key=limits.key)
    for sketch in (
        (profile.values, profile.words, profile.likely_alternates) if limits.raw is not RawValues.NONE else ()
    ):
        digest.update(sketch.hashes.tobytes() + sketch.counts.tobytes())
    for histogram in (profile.value_types, profile.lengths, profile.patterns):
        digest.update(histogram.tobytes())
    return digest.hexdigest()


def _frequent_values(each: Sequence[SampledTexts]) -> ArrowArray:
    """Return the most frequent of the sampled values of each column, long ones clipped."""
    texts = SampledTexts.joined(each)
    owners = np.repeat(np.arange(len(each)), [len(one) for one in each])
    places = texts.most_frequent(_VALUES, owners)
    chosen = texts.take(places)
    clipped: Any = pc.utf8_slice_codeunits(chosen.texts, 0, _VALUE_CHARACTERS)
    structs = pa.StructArray.from_arrays([clipped, pa.array(chosen.rows)], fields=list(_VALUE))
    counts = np.bincount(owners[places], minlength=len(each))
    return _large_list(pa.array(np.cumsum([0, *counts.tolist()], dtype=np.int64)), structs)


def _lists(arrays: Sequence[npt.NDArray[Any]], kind: type[np.generic]) -> ArrowArray:
    flat = np.concatenate([np.zeros(0, kind), *arrays])
    return _large_list(_offsets(arrays), pa.array(flat))


def _texts(each: Sequence[SampledTexts]) -> ArrowArray:
    """Return the sampled texts of each column."""
    texts = SampledTexts.joined(each)
    parts: list[Any] = [pa.array(texts.value_hashes), pa.array(texts.text_hashes), texts.texts, pa.array(texts.rows)]
    return _large_list(_offsets(each), pa.StructArray.from_arrays(parts, fields=list(_TEXT)))


def _large_list(offsets: ArrowArray, items: ArrowArray) -> ArrowArray:
    lists: ArrowArray = pa.LargeListArray.from_arrays(offsets, items)  # type: ignore[call-overload]
    return lists


def _offsets(lists: Sequence[Sized]) -> ArrowArray:
    return pa.array(np.cumsum([0, *[len(one) for one in lists]], dtype=np.int64))
