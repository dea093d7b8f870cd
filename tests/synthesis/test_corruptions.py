"""Each corruption changes and keeps what its description says."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from lakeindex.synthesis import codes, dates, numbers, text_variants, typos
from lakeindex.synthesis.corruptions import CORRUPTIONS, applicable, corrupted, draw_corruption, shuffle_cells
from lakeindex.synthesis.value_shapes import ValueShape
from lakeindex.types.matches import JoinKind

NAMES = ["Ada Lovelace", "New York City", "Côte d'Ivoire", "United Kingdom", "University of Oslo", "Zürich", "Li"]
BY_SHAPE = {
    ValueShape.NAME: NAMES,
    ValueShape.TEXT: [
        "The first of many words that stand here and there",
        "Another long text, about the national company",
    ],
    ValueShape.CODE: ["AB-10", "CD-25", "EF-31", "SO-08"],
    ValueShape.INTEGER: ["5", "12000", "731", "99"],
    ValueShape.SERIAL: ["1", "2", "3", "4", "10"],
    ValueShape.DECIMAL: ["1234.5", "0.25", "17.125", "99.9"],
    ValueShape.DATE: ["2020-01-31", "1999-12-05", "2024-02-29", "1969-07-20"],
    ValueShape.PHONE: ["030-555-1234", "(212) 555-0000", "+1 415 555 9876"],
}


def texts(values: list[str]) -> pa.LargeStringArray:
    return pa.array(values, pa.large_string())


def seeds(count: int = 25) -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in range(count)]


def test_names_are_unique_and_corruptions_apply_to_these_shapes() -> None:
    names = [one.name for one in CORRUPTIONS]
    assert len(set(names)) == len(names) == 27
    assert {shape for shape in ValueShape if applicable(shape)} == set(BY_SHAPE)
    assert draw_corruption(ValueShape.BOOLEAN, np.random.default_rng(0)) is None


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda one: one.name)
def test_each_changes_columns_of_its_shapes_and_only_where_there_is_a_value(corruption) -> None:
    for shape in corruption.shapes:
        before = texts(BY_SHAPE[shape])
        after = [corrupted(before, corruption, rng) for rng in seeds()]
        assert any(not one.equals(before) for one in after)
        assert {len(one) for one in after} == {len(before)}
        assert {one.null_count for one in after} == {0}
        assert all(value.strip() for one in after for value in one.to_pylist())
        again = corrupted(before, corruption, np.random.default_rng(3))
        assert again.equals(after[3])


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda one: one.name)
def test_equal_values_stay_equal_and_nulls_stay_null(corruption) -> None:
    value, other = BY_SHAPE[min(corruption.shapes)][:2]
    column = pa.array([value, None, other, value, None], pa.large_string())
    for rng in seeds(5):
        first, none, _, again, last = corrupted(column, corruption, rng).to_pylist()
        assert first == again
        assert none is last is None
    empty = pa.array([None, None], pa.large_string())
    assert corrupted(empty, corruption, np.random.default_rng(0)).equals(empty)


@pytest.mark.parametrize("form", dates.DATE_FORMATS)
def test_a_date_in_another_format_is_the_same_date(form: str) -> None:
    days = [(date(1950, 1, 1) + timedelta(days=397 * n)).isoformat() for n in range(70)]
    written = dates._written(texts([*days, "2023-02-31", "unknown"]), form).to_pylist()
    assert [datetime.strptime(one, form).date().isoformat() for one in written[:-2]] == days
    assert written[-2:] == ["2023-02-31", "unknown"]
    assert not set(written[:-2]) & set(days)


def test_times_are_of_the_same_day_and_coarser_dates_of_the_same_month_or_year() -> None:
    days = BY_SHAPE[ValueShape.DATE]
    for rng in seeds():
        timed = dates.add_times(texts(days), rng).to_pylist()
        assert [datetime.fromisoformat(one).date().isoformat() for one in timed] == days
        coarse = dates.coarsen(texts(days), rng).to_pylist()
        assert all(day[:4] in one for day, one in zip(days, coarse, strict=True))


def test_zero_padding_keeps_the_number_and_makes_one_width() -> None:
    for rng in seeds():
        padded = codes.pad(texts(["7", "12", "12000"]), rng).to_pylist()
        assert [int(one) for one in padded] == [7, 12, 12000]
        assert len({len(one) for one in padded}) == 1
        assert len(padded[0]) > 5
    assert codes.pad(texts(["-7", "x"]), np.random.default_rng(0)).to_pylist() == ["-7", "x"]


def test_a_prefix_and_a_suffix_are_the_same_for_all_and_can_be_taken_off() -> None:
    values = BY_SHAPE[ValueShape.CODE]
    for rng in seeds():
        before = codes.prefix(texts(values), rng).to_pylist()
        assert len({one.removesuffix(value) for one, value in zip(before, values, strict=True)}) == 1
        after = codes.suffix(texts(values), rng).to_pylist()
        assert len({one.removeprefix(value) for one, value in zip(after, values, strict=True)}) == 1


def test_separators_and_phone_formats_keep_letters_and_digits() -> None:
    def signs(values: pa.LargeStringArray, pattern: str) -> list[str]:
        return pc.replace_substring_regex(values, pattern, "").to_pylist()

    for rng in seeds():
        for values in (BY_SHAPE[ValueShape.CODE], ["AB10", "CD25"]):
            assert signs(codes.separate(texts(values), rng), r"[^A-Z\d]") == signs(texts(values), r"[^A-Z\d]")
        dialled = codes.redial(texts(BY_SHAPE[ValueShape.PHONE]), rng)
        assert [one[-10:] for one in signs(dialled, r"\D")] == ["0305551234", "2125550000", "4155559876"]


def test_digits_are_grouped_by_thousands_and_the_number_stays() -> None:
    written = {tuple(numbers.group_digits(texts(["1234567.5", "999", "-1000"]), rng).to_pylist()) for rng in seeds()}
    assert written == {("1,234,567.5", "999", "-1,000"), ("1.234.567,5", "999", "-1.000")}
    assert numbers.decimal_comma(texts(["1.5", "2", ".25"]), seeds(1)[0]).to_pylist() == ["1,5", "2", ",25"]
    filled = {tuple(numbers.fill_decimals(texts(["3", "1.5"]), rng).to_pylist()) for rng in seeds()}
    assert filled == {("3.0", "1.5"), ("3.00", "1.5")}


def test_units_are_one_factor_and_other_texts_stay() -> None:
    for rng in seeds():
        converted = numbers.convert(texts(["10", "n.a.", "2.5", "0"]), rng).to_pylist()
        assert converted[1] == "n.a."
        assert float(converted[3]) == 0
        assert float(converted[0]) == pytest.approx(4 * float(converted[2]), rel=1e-4)
        assert any(float(converted[0]) == pytest.approx(10 * unit, rel=1e-4) for unit in numbers.UNITS)


def test_rounding_keeps_significant_digits_and_noise_the_magnitude() -> None:
    rounded = {tuple(numbers.round_off(texts(["1234.5", "0.04567"]), rng).to_pylist()) for rng in seeds()}
    assert {tuple(float(one) for one in pair) for pair in rounded} == {(1000, 0.05), (1200, 0.046), (1230, 0.0457)}
    for rng in seeds():
        (again,) = numbers.measure_again(texts(["250.5"]), rng).to_pylist()
        assert 225 < float(again) < 276


def test_a_typo_is_one_edit_within_the_word() -> None:
    words = texts(["Washington", "Stockholm", "Helsinki", "naïveté", "of", ""])
    changed = 0
    for rng in seeds(60):
        for before, after in zip(words.to_pylist(), typos.mistype(words, rng).to_pylist(), strict=True):
            assert _distance(before, after) <= (2 if len(before) == len(after) else 1)  # two letters swapped are two
            assert after[:1] == before[:1]
            assert before not in ("of", "") or after == before
            changed += before != after
    assert 0.4 < changed / (60 * 4) < 0.75


def _distance(left: str, right: str) -> int:
    row = list(range(len(right) + 1))
    for i, one in enumerate(left, 1):
        above, row = row, [i]
        for j, other in enumerate(right, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (one != other)))
    return row[-1]


def test_a_typo_hits_a_key_beside_or_below() -> None:
    assert set(map(chr, typos._NEIGHBOURS[ord("q")])) == {"w", "a"}
    assert set(map(chr, typos._NEIGHBOURS[ord("G")])) == {"F", "H", "B", "V"}
    assert typos._NEIGHBOURS[ord("1")].tolist() == [0, 0, 0, 0]


def test_ocr_confuses_characters_that_look_alike() -> None:
    misread = {one for rng in seeds(40) for one in typos.misread(texts(["corner 10"]), rng).to_pylist()}
    assert "comer 10" in misread
    assert any("l0" in one or "1O" in one for one in misread)
    assert {one.translate(str.maketrans("OolIe", "0011c")).replace("rn", "m") for one in misread} == {"c0mcr 10"}


def test_texts_have_variants() -> None:
    rng = np.random.default_rng(0)
    people = texts(["Ada Lovelace", "Grace Brewster Hopper", "Prince"])
    orders = {tuple(text_variants.reorder(people, one).to_pylist()) for one in seeds()}
    assert orders == {
        ("Lovelace, Ada", "Hopper, Grace Brewster", "Prince"),
        ("Lovelace Ada", "Hopper Grace Brewster", "Prince"),
    }
    back = text_variants.reorder(texts(["Lovelace, Ada", "Hopper, Grace Brewster"]), rng).to_pylist()
    assert back == ["Ada Lovelace", "Grace Brewster Hopper"]
    initials = {text_variants.initial(people, one).to_pylist()[0] for one in seeds()}
    assert initials == {"A. Lovelace", "A Lovelace"}
    assert text_variants.acronym(texts(["United Kingdom", "France", "Côte d'Ivoire"]), rng).to_pylist() == [
        "UK",
        "France",
        "CD",
    ]
    shortened = text_variants.shorten_words(
        texts(["University of North Dakota", "Northern Company and Sons", "Andes"]), rng
    )
    assert shortened.to_pylist() == ["Univ. of N Dakota", "N. Co. & Sons", "Andes"]
    assert text_variants.drop_vowels(texts(["Berlin", "Oslo", "Ulm Au"]), rng).to_pylist() == ["Brln", "Osl", "Ulm A"]
    assert text_variants.strip_accents(texts(["Côte d'Ivoire"]), rng).to_pylist() == ["Cote d Ivoire"]
    cases = {tuple(text_variants.recase(texts(["new York"]), one).to_pylist()) for one in seeds()}
    assert cases == {("NEW YORK",), ("new york",), ("New York",)}


def test_cutting_keeps_beginnings_and_additions_keep_all() -> None:
    for rng in seeds():
        cut = text_variants.cut(texts(NAMES), rng).to_pylist()
        assert all(before.startswith(after) for before, after in zip(NAMES, cut, strict=True))
        added = text_variants.add_words(texts(NAMES), rng).to_pylist()
        assert all(before in after for before, after in zip(NAMES, added, strict=True))
        joined = text_variants.repunctuate(texts(["New York"]), rng).to_pylist()[0]
        assert joined in {"New-York", "New_York", "New.York", "New/York", "New  York"}


def test_at_most_two_in_five_cells_are_shuffled() -> None:
    column = texts([str(n) for n in range(100)])
    for rng in seeds():
        shuffled = shuffle_cells(column, 0.4, rng)
        assert sorted(shuffled.to_pylist()) == sorted(column.to_pylist())
        moved = sum(one != other for one, other in zip(shuffled.to_pylist(), column.to_pylist(), strict=True))
        assert 20 <= moved <= 40
    assert shuffle_cells(column, 0.0, np.random.default_rng(0)).equals(column)
    with pytest.raises(ValueError, match=r"at most 0.4, not 0.5"):
        shuffle_cells(column, 0.5, np.random.default_rng(0))


def test_kinds_are_those_of_the_values() -> None:
    kinds = {one.name: one.kind for one in CORRUPTIONS}
    assert kinds["date format"] == kinds["zero padding"] == kinds["case"] == JoinKind.TRANSFORM
    assert kinds["typos"] == kinds["token order"] == JoinKind.FUZZY
    assert kinds["acronyms"] is JoinKind.SEMANTIC
    assert kinds["another unit"] is JoinKind.NUMERIC
    assert kinds["coarser dates"] is JoinKind.TEMPORAL
    assert kinds["zero decimals"] is JoinKind.EQUI
