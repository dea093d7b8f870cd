from __future__ import annotations

import random
from collections import Counter
from dataclasses import fields, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeindex.canonical.arrow_keys import ReadValues
from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.config.profile_limits import ProfileLimits, RawValues
from lakeindex.hashing.text_hash import HashedText
from lakeindex.profile.column_profile import ColumnProfile, Extremes, Spans
from lakeindex.profile.grams import gram_sketches
from lakeindex.profile.normalise import normal_values
from lakeindex.profile.profile_table import PROFILE_SCHEMA, ProfiledColumn, to_records
from lakeindex.profile.sampled_texts import SampledTexts
from lakeindex.profile.sampling.estimates import ColumnEstimates, CountEstimate
from lakeindex.profile.sketch import Sketch
from lakeindex.profile.sketch_sizes import sketch_sizes
from lakeindex.types.columns import Family
from lakeindex.types.lake import TableId
from tests.profile.profile_cases import COLUMNS, SMALL, few, profile

LIMITS = ProfileLimits()
RICH = profile(["Paris", "paris", "2020-01-01", "7", "-1.5", "1,234", "1.234", None])


def records_of(profiles: list[ColumnProfile], limits: ProfileLimits = SMALL) -> pa.Table:
    return to_records([ProfiledColumn(TableId("t.csv"), n, f"c{n}", made) for n, made in enumerate(profiles)], limits)


def digest_of(made: ColumnProfile) -> str:
    digest: str = records_of([made])["digest"][0].as_py()
    return digest


def changed(value: object) -> object:
    if isinstance(value, int):
        return value + 1
    if isinstance(value, SampledTexts):
        return replace(value, rows=value.rows + 1)
    if isinstance(value, ColumnReading):
        return replace(value, is_zoned=not value.is_zoned)
    if isinstance(value, Spans):
        return replace(value, numbers=Extremes(-1.5, 8.0))
    if isinstance(value, Sketch):
        return replace(value, counts=value.counts + 1)
    if value is None:
        return ColumnEstimates(1, *[CountEstimate(1, 1, 1)] * 3)
    assert isinstance(value, np.ndarray)
    return value + 1


@few
@given(st.lists(COLUMNS, max_size=5))
def test_a_record_holds_the_smallest_hashes_that_its_kind_keeps(columns: list[list[str | None]]) -> None:
    profiles = [profile(column) for column in columns]
    records = records_of(profiles)
    assert records.schema.equals(PROFILE_SCHEMA)
    for record, made in zip(records.to_pylist(), profiles, strict=True):
        for family, sketch in ((Family.VALUES, made.values), (Family.WORDS, made.words)):
            limit = sketch_sizes(family, [made.kind])[0]
            assert record[f"{family}_hashes"] == sketch.hashes.tolist()[:limit]
            assert record[f"{family}_counts"] == sketch.counts.tolist()[:limit]


def test_numbers_have_no_words_and_no_trigrams() -> None:
    (numbers, words) = records_of([profile(["10", "20"]), profile(["ten", "twenty"])]).to_pylist()
    assert [len(numbers[f"{name}_hashes"]) for name in ("values", "words", "grams")] == [2, 0, 0]
    assert [len(words[f"{name}_hashes"]) for name in ("values", "words")] == [2, 2]


def test_a_record_holds_the_place_of_the_column_and_its_facts() -> None:
    column = ProfiledColumn(TableId("a/b.csv"), 3, "größe", profile(["1", "2", "2", None], LIMITS))
    (record,) = to_records([column], LIMITS).to_pylist()
    scalars = {name: record[name] for name in PROFILE_SCHEMA.names[:13]}
    assert scalars == {
        "table_id": "a/b.csv",
        "position": 3,
        "name": "größe",
        "kind": "integer",
        "sql_type": "BIGINT",
        "reading": "",
        "rows": 4,
        "nulls": 1,
        "distinct": 2,
        "is_key": False,
        "is_serial": True,
        "minimum": 1.0,
        "maximum": 2.0,
    }
    assert sorted(text["text"] for text in record["texts"]) == ["1", "2"]


def test_what_is_excluded_of_the_values_is_not_in_the_records() -> None:
    column = ProfiledColumn(TableId("t.csv"), 0, "c", profile(["4711", "4712", "4712"], LIMITS))
    hashed, nothing = (replace(LIMITS, raw=raw) for raw in (RawValues.HASH, RawValues.NONE))
    for limits in (hashed, nothing):
        (record,) = to_records([column], limits).to_pylist()
        assert [record[name] for name in ("minimum", "maximum", "quantiles", "numbers", "days")] == [None] * 5
        assert record["values"] == []
        assert (record["rows"], record["distinct"], record["is_key"]) == (3, 2, False)
    (record,) = to_records([column], nothing).to_pylist()
    assert record["texts"] == record["values_hashes"] == record["words_hashes"] == record["grams_hashes"] == []
    same_counts = ProfiledColumn(TableId("t.csv"), 0, "c", profile(["5711", "5712", "5712"], LIMITS))
    assert to_records([same_counts], nothing)["digest"] == to_records([column], nothing)["digest"]


def test_hashes_under_a_key_overlap_as_those_without_do() -> None:
    words = ["Paris", "paris", "São Paulo", "42", "007", "2020-01-01"]
    plain, keyed = LIMITS, replace(LIMITS, raw=RawValues.HASH, hash_key="0f" * 16)
    for limits in (plain, keyed):
        one, other = (profile(values, limits) for values in (words, words[2:]))
        assert len(one.values.hashes) == 5
        assert np.isin(other.values.hashes, one.values.hashes).all()
    found = [to_records([ProfiledColumn(TableId("t"), 0, "c", profile(words, one))], one) for one in (plain, keyed)]
    for family in ("values", "words", "grams"):
        hashes = [set(pc.list_flatten(records[f"{family}_hashes"]).to_pylist()) for records in found]
        assert len(hashes[0]) == len(hashes[1]) > 0
        assert not hashes[0] & hashes[1]


def test_the_most_frequent_values_are_kept_and_clipped() -> None:
    (record,) = records_of([profile(["b", "b", "x" * 300])]).to_pylist()
    assert record["values"] == [{"text": "b", "rows": 2}, {"text": "x" * 100, "rows": 1}]


def test_no_columns_make_an_empty_table_of_the_same_schema() -> None:
    assert to_records([], LIMITS).equals(PROFILE_SCHEMA.empty_table())


@few
@given(COLUMNS, st.integers(0, 2**32))
def test_the_same_rows_in_another_order_have_the_same_digest(rows: list[str | None], seed: int) -> None:
    shuffled = random.Random(seed).sample(rows, len(rows))
    assert digest_of(profile(shuffled)) == digest_of(profile(rows))


# The limits are the index's, not the column's: `text_limit` is no part of the digest.
@pytest.mark.parametrize("name", [field.name for field in fields(ColumnProfile)])
def test_the_digest_changes_with_any_field(name: str) -> None:
    assert digest_of(replace(RICH, **{name: changed(getattr(RICH, name))})) != digest_of(RICH)


def test_the_digest_of_a_column_never_changes() -> None:
    # When it does, two builds of the same lake by two versions differ in every column.
    assert digest_of(RICH) == "4fd71c088c76bc39123bd6a7e71348a7"


@few
@given(st.lists(COLUMNS, max_size=4))
def test_grams_are_the_trigrams_of_the_words_between_spaces(columns: list[list[str | None]]) -> None:
    ascii_columns = [[value for value in column if value and value.isascii()] for column in columns]
    wide = ProfileLimits(grams=10_000)
    profiles = [profile(list(column), wide) for column in ascii_columns]
    for sketch, made in zip(gram_sketches(profiles, [wide] * len(profiles)), profiles, strict=True):
        counts = Counter(hash_of(gram) for text in made.texts for gram in trigrams(text.text, made.reading))
        assert list(zip(sketch.hashes.tolist(), sketch.counts.tolist(), strict=True)) == sorted(counts.items())


def test_a_text_is_counted_once_in_the_grams_however_many_rows_hold_it() -> None:
    (sketch,) = gram_sketches([profile(["Ab-c", "ab-c", "ab-c"], LIMITS)], [LIMITS])
    grams = [" ab", "ab ", "b c", " c "]
    assert sketch.hashes.tolist() == sorted(hash_of(gram) for gram in grams)
    assert sketch.counts.tolist() == [1, 1, 1, 1]


def trigrams(text: str, reading: ColumnReading) -> list[str]:
    padded = f" {words_of(text, reading)} "
    return [padded[start : start + 3] for start in range(max(len(padded) - 2, 1))]


def words_of(text: str, reading: ColumnReading) -> str:
    read = ReadValues.of_one(normal_values(pa.array([text], pa.large_string())), reading)
    words: str = read.words(read.ordered())[0].as_py()
    return words


def hash_of(text: str) -> int:
    return int(HashedText.from_arrow(pa.array([text], pa.large_string())).strings()[0])
