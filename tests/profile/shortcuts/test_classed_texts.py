from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lakeindex.canonical.arrow_keys import ReadValues
from lakeindex.canonical.column_reading import PLAIN, ColumnReading, DateOrder
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.column_part import ColumnPart
from lakeindex.profile.normalise import is_missing
from lakeindex.profile.read_once import NormalOnce
from lakeindex.profile.shortcuts.classed_texts import ClassedTexts
from lakeindex.profile.shortcuts.long_way import LongWay
from lakeindex.profile.sketch import ANY_HASH
from lakeindex.profile.value_text import as_text
from lakeindex.profile.value_types import interpret
from tests.profile.profile_cases import VALUES

READINGS = (
    PLAIN,
    ColumnReading(has_decimal_comma=True),
    ColumnReading(date_order=DateOrder.DAY_FIRST),
    ColumnReading(date_order=DateOrder.MONTH_FIRST, is_zoned=True),
    ColumnReading(has_decimal_comma=True, is_zoned=True),
)
SIGNS = "0123456789" * 3 + "+-.,' /:tzutcgmeabXY_@é’ß１\u00a0\u200b{}"
Read = tuple[int, int, float, float]


def made_text(random: Random) -> str:
    """A text that is nearly a number, a date, a code, or something else."""

    def digits(most: int) -> str:
        return str(random.randrange(10 ** random.randrange(1, most)))

    def clock() -> str:
        return ":".join(f"{random.choice((0, 1, 23, 24, 59)):02d}" for _ in range(3))

    day = f"{random.choice((2024, 1999, 1, 999)):04d}-{random.randrange(14):02d}-{random.randrange(33):02d}"
    zone = random.choice(("", "Z", "+00", "+00:00", "+01:00", " UTC"))
    return random.choice(
        (
            random.choice(VALUES),
            "".join(random.choice(SIGNS) for _ in range(random.randrange(8))),
            random.choice(("", "-", "+")) + digits(21),
            random.choice(("", "-", "+", "0", "-0")) + digits(6) + "." + digits(6),
            digits(4) + "." + "0" * random.randrange(5),
            day,
            day + random.choice(" T") + clock() + random.choice(("", "", ".5", ".50", ".000", ".123456789")) + zone,
            random.choice("/-.:").join(str(random.randrange(40)) for _ in range(3)),
            random.choice(("urn:uuid:", "{urn:uuid:", "00", "1e", "-1e-", "2024-1-")) + digits(4) + random.choice(" x"),
            random.choice(" x") + random.choice(("true", "FALSE", "n", "n/a", "--", "Élan", "ﬁn", "İ", "\u212a")) + "!",
        )
    )


def by_shortcuts(texts: pa.LargeStringArray, reading: ColumnReading, bound: int = ANY_HASH) -> dict[int, Read]:
    """What is known of each text, by its place; of those whose hashes are above the bound nothing."""
    read = ClassedTexts.of(texts).read(reading, bound)
    facts = {
        place: known
        for place, *known in zip(
            read.places.tolist(), read.types.tolist(), read.numbers.tolist(), read.days.tolist(), strict=True
        )
    }
    return {
        place: (one, *facts[place])
        for place, one in zip(read.kept.tolist(), read.hashes.tolist(), strict=True)
        if one <= bound
    }


def the_long_way(texts: pa.LargeStringArray, reading: ColumnReading) -> dict[int, Read]:
    normal = NormalOnce.of(texts)
    types, numbers = interpret(normal.values)
    way = LongWay.of(ReadValues.of_one(normal.values, reading), types)
    missing = is_missing(normal.values).to_pylist()
    known = list(zip(way.hashes.tolist(), way.types.tolist(), numbers.tolist(), way.days.tolist(), strict=True))
    return {place: known[value] for place, value in enumerate(normal.value_of.tolist()) if not missing[value]}


@pytest.mark.parametrize("reading", READINGS, ids=repr)
def test_shortcuts_lead_to_where_the_long_way_leads(reading: ColumnReading) -> None:
    random = Random(repr(reading))
    texts = pa.array({made_text(random) for _ in range(4000)}, pa.large_string())
    expected = the_long_way(texts, reading)
    assert repr(sorted(by_shortcuts(texts, reading).items())) == repr(sorted(expected.items()))
    bound = sorted(one[0] for one in expected.values())[len(expected) // 3]
    within = sorted((place, one) for place, one in expected.items() if one[0] <= bound)
    assert repr(sorted(by_shortcuts(texts, reading, bound).items())) == repr(within)


def test_most_values_of_common_columns_take_a_shortcut() -> None:
    for made in ("name {}", "{}", "-{}.25", "2024-01-01 00:00:{:02d}", "2024-01-01T01:00:{:02d}Z", "Straße {}"):
        texts = pa.array([made.format(number) for number in range(10, 60)], pa.large_string())
        assert all(one.shortcut is not None for one in ClassedTexts.of(texts).classes), made


TYPED: dict[Any, list[Any]] = {
    pa.int64(): [0, 7, -7, 10**17, 10**18, -(10**18), 2**63 - 1, None],
    pa.uint64(): [0, 2**64 - 1, 10**18],
    pa.float64(): [0.0, -0.0, 1.5, -2.25, 1e15, 1e16, 1e-5, 0.1 + 0.2, 1 / 3, 1e300, float("nan"), float("inf"), None],
    pa.float32(): [0.1, 16777216.0, 1e-7, 2.5],
    pa.bool_(): [True, False, None],
    pa.date32(): [date(2024, 2, 29), date(1, 1, 1), date(1969, 12, 31)],
    pa.timestamp("us"): [datetime(2024, 1, 1), datetime(2024, 1, 1, 1, 2, 3), datetime(1900, 1, 1, 0, 0, 0, 120000)],
    pa.timestamp("ms", "Europe/Berlin"): [datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 6, 1, 1, 2, 3, tzinfo=UTC)],
    pa.decimal128(10, 2): [Decimal("12.30"), Decimal("-0.05"), Decimal("0.00"), Decimal("7.00")],
}


@pytest.mark.parametrize("kind", TYPED, ids=str)
@pytest.mark.parametrize("times", [1, 3000])
def test_typed_values_are_hashed_as_their_texts_are(kind: Any, times: int) -> None:
    typed: Any = pa.array(TYPED[kind] * times, kind)
    limits = ProfileLimits()
    texts = pa.array(as_text(typed).to_pylist(), pa.string())
    for reading in (PLAIN, ColumnReading(is_zoned=True)):
        one, other = (ColumnPart.of(column).scan(reading, limits) for column in (typed, texts))
        assert one.values.equals(other.values)
        assert list(one.looked_at.texts) == list(other.looked_at.texts)
        assert (one.rows, one.nulls, repr(one.spans)) == (other.rows, other.nulls, repr(other.spans))
        assert np.array_equal(one.value_types, other.value_types)
        assert np.array_equal(ColumnPart.of(typed).types(), ColumnPart.of(texts).types())
