from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from lakeindex.integrate.conflicts.typed_values import Kind, TypedValues, read_values, without_markup
from lakeindex.integrate.records import canonical_keys


def read(texts: list[str]) -> TypedValues:
    array = pa.array(texts, pa.large_string())
    return read_values(array, canonical_keys(array), np.ones(len(texts), np.int64))


def test_times_are_read_whatever_stands_beside_them() -> None:
    usual = ["7:45 p.m.", "8:00 a.m.", "12:00 a.m.", "12:30 p.m.", "1:05 p.m.", "9:15 a.m.", "9:16 a.m.", "9:17 a.m."]
    noisy = [
        "10:39 p.m.&nbsp(Estimated)", "12/1/2011 10:39 PM", "10:39pDec 1", "Thu  22:39", "10:39P 12-01-11",
        "22:39:00", "10:39 p.m. (+8:00)", "10:39 P.M.*", "Dec 01 10:39 pm",
    ]  # fmt: skip
    found = read([*usual * 3, *noisy, "Not Available"])
    assert found.kind is Kind.TIME
    assert found.amounts[:4].tolist() == [19.75 * 3600, 8 * 3600, 0, 12.5 * 3600]
    assert set(found.amounts[24:33].tolist()) == {(22 * 60 + 39) * 60}
    assert len(set(found.keys.to_pylist()[24:33])) == 1
    assert found.is_sound.tolist() == [True] * 33 + [False]
    assert found.keys[33].as_py() == "?notavailable"


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1975-01-01", "1976-02-03"], Kind.DAY),
        (["1975-01-01", "19760203"], Kind.TEXT),
        (["7", "8.5", "-3", "1,000"], Kind.NUMBER),
        (["5 km", "7 km", "3"], Kind.NUMBER),
        (["$5.00", "€7", "3 %"], Kind.NUMBER),
        (["a|b", "c"], Kind.SET),
        (["Paris", "Lyon at 10:30", "Rome"], Kind.TEXT),
        (["Hamlet (1948)", "Hamlet (1996)"], Kind.TEXT),
        (["1.2.3", "1.2.4"], Kind.TEXT),
        (["192.168.0.1", "10.0.0.1"], Kind.TEXT),
        ([".", "-"], Kind.TEXT),
        ([""], Kind.TEXT),
        ([], Kind.TEXT),
    ],
)
def test_an_attribute_is_what_nearly_all_its_values_are(texts: list[str], kind: Kind) -> None:
    assert read(texts).kind is kind


def test_a_number_with_the_usual_unit_is_the_number_and_with_another_is_not() -> None:
    found = read(["5 km", "5", "5.0", "5 mi", "7 km", "8 km"])
    assert found.keys.to_pylist() == ["5", "5", "5", "5mi", "7", "8"]
    assert found.amounts[:3].tolist() == [5, 5, 5]
    assert np.isnan(found.amounts[3])


def test_currency_and_separators_do_not_count() -> None:
    assert len(set(read(["$1,234.50", "1234.5", "$1234.50"]).keys.to_pylist())) == 1


def test_sets_are_the_same_in_any_order() -> None:
    found = read(["Ann Lee|Bob Ray", "bob ray; ANN LEE", "Ann Lee", "Ann Lee|Ann Lee"])
    assert found.kind is Kind.SET
    assert found.keys.to_pylist() == ["annlee|bobray", "annlee|bobray", "annlee", "annlee"]


def test_markup_is_decoded() -> None:
    texts = pa.array(["a&nbsp;b", "AT&amp;T", " x\u00a0 y\ufeff ", "&amp;lt;", "R&D"], pa.large_string())
    assert without_markup(texts).to_pylist() == ["a b", "AT&T", "x y", "&lt;", "R&D"]


def test_february_30_is_no_day() -> None:
    found = read(["1975-02-30", *[f"1975-03-{day:02}" for day in range(1, 20)]])
    assert found.kind is Kind.DAY
    assert found.is_sound.tolist() == [False] + [True] * 19
