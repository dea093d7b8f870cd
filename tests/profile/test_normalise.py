from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.profile.normalise import as_text, is_missing, normal_keys, normal_values, normal_words, shape_of

FORMS = {
    # written: (value, words, key)
    " Paris ": ("paris", "paris", "paris"),
    "\u00a0x\u2003\t": ("x", "x", "x"),
    "São-Paulo": ("são-paulo", "sao paulo", "saopaulo"),
    "İstanbul": ("istanbul", "istanbul", "istanbul"),
    "Straße": ("straße", "straße", "straße"),
    "O'Neil,  Ann": ("o'neil,  ann", "o neil ann", "oneilann"),
    "北京": ("北京", "北京", "北京"),
    "ﬁx ½ ℂ": ("ﬁx ½ ℂ", "fix 1 2 c", "fix12c"),
    "...": ("...", "", "..."),
    "7.0": ("7", "7", "7"),
    "+7.000": ("+7", "7", "+7"),
    "7.50": ("7.50", "7 50", "7.50"),
    "-0.0": ("-0", "0", "-0"),
    "007": ("007", "007", "7"),
    "007.0": ("007", "007", "7"),
    "-007": ("-007", "007", "-007"),
    "000": ("000", "000", "0"),
    "00a": ("00a", "00a", "0a"),
    "1e5": ("1e5", "1e5", "1e5"),
    # Of a comma before three digits nobody knows; most are thousands.
    "1,234": ("1,234", "1 234", "1234"),
    "1,5": ("1,5", "1 5", "1.5"),
    "1.234,50": ("1.234,50", "1 234 50", "1234.50"),
    "1,234,567": ("1,234,567", "1 234 567", "1234567"),
    "1 234,5": ("1 234,5", "1 234 5", "1234.5"),
    "-1'234.5": ("-1'234.5", "1 234 5", "-1234.5"),
    "0,5": ("0,5", "0 5", "0.5"),
    "912 345 678": ("912 345 678", "912 345 678", "912345678"),
    "1,2,3": ("1,2,3", "1 2 3", "123"),
    "1.234": ("1.234", "1 234", "1.234"),
    "1,234.0": ("1,234.0", "1 234 0", "1234"),
    "(030) 12-34": ("(030) 12-34", "030 12 34", "301234"),
    "+44 20 7946": ("+44 20 7946", "44 20 7946", "44207946"),
    "2020-3-4": ("2020-3-4", "2020 03 04", "20200304"),
    "2020/3/4": ("2020/3/4", "2020 03 04", "20200304"),
    "2020.03.04": ("2020.03.04", "2020 03 04", "20200304"),
    "2020-03-04T00:00:00Z": ("2020-03-04t00:00:00z", "2020 03 04", "20200304"),
    "2020-03-04 12:30": ("2020-03-04 12:30", "2020 03 04 12 30", "202003041230"),
    # With slashes the month stands first where it can be one; with points the day does.
    "3/4/2020": ("3/4/2020", "2020 03 04", "20200304"),
    "13/4/2020": ("13/4/2020", "2020 04 13", "20200413"),
    "3.4.2020": ("3.4.2020", "2020 04 03", "20200403"),
    "3/4/20": ("3/4/20", "3 4 20", "3420"),
}
MARKERS = ["", "   ", "NULL", "None", "NaN", "n/a", "#N/A", "\\N", "-", "--", "?"]
NO_MARKERS = ["na", "NA", "0", "---", "nil", "unknown", ".", "''"]
SHAPES = {"ab-12": "a-9", "12 rue d'été": "9 a a'a", "été": "a", "2020-03-04": "9-9-9", "1.5e3": "9.9a9", "": ""}
WORDS = st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("aÉé07.-/ ,"), max_size=12)


def texts(values: list[str]) -> pa.LargeStringArray:
    return pa.array(values, pa.large_string())


@pytest.mark.parametrize("written", FORMS)
def test_a_value_has_three_normal_forms(written: str) -> None:
    values = normal_values(texts([written]))
    words = normal_words(values)
    keys = normal_keys(values, words)
    assert (values[0].as_py(), words[0].as_py(), keys[0].as_py()) == FORMS[written]


def test_forms_of_values_together_are_those_of_each_alone() -> None:
    values = normal_values(texts(list(FORMS)))
    words = normal_words(values)
    together = list(zip(values.to_pylist(), words.to_pylist(), normal_keys(values, words).to_pylist(), strict=True))
    assert together == list(FORMS.values())


@settings(max_examples=50, deadline=None)
@given(st.lists(WORDS, max_size=5))
def test_normalising_values_again_changes_nothing(written: list[str]) -> None:
    values = normal_values(texts(written))
    assert normal_values(values).to_pylist() == values.to_pylist()


@settings(max_examples=50, deadline=None)
@given(WORDS)
def test_words_of_words_are_the_same_words(written: str) -> None:
    words = normal_words(normal_values(texts([written])))
    assert normal_words(words).to_pylist() == words.to_pylist()


@settings(max_examples=50, deadline=None)
@given(WORDS, WORDS)
def test_no_form_depends_on_the_values_beside(one: str, other: str) -> None:
    values = normal_values(texts([one, other]))
    alone = values.slice(0, 1)
    words = normal_words(values)
    assert words[0] == normal_words(alone)[0]
    assert shape_of(values)[0] == shape_of(alone)[0]
    assert normal_keys(values, words)[0] == normal_keys(alone, words.slice(0, 1))[0]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**12), st.integers(0, 6), st.integers(1, 4))
def test_a_whole_number_has_one_key_with_leading_zeros_or_zero_decimals(number: int, zeros: int, decimals: int) -> None:
    values = normal_values(texts([f"{'0' * zeros}{number}", f"{number}.{'0' * decimals}"]))
    assert normal_keys(values, normal_words(values)).to_pylist() == [str(number)] * 2


def test_markers_stand_for_nothing_and_namibia_does_not() -> None:
    assert is_missing(normal_values(texts(MARKERS))).to_pylist() == [True] * len(MARKERS)
    assert is_missing(normal_values(texts(NO_MARKERS))).to_pylist() == [False] * len(NO_MARKERS)


@pytest.mark.parametrize("value", SHAPES)
def test_a_shape_writes_runs_of_letters_and_digits_as_one(value: str) -> None:
    assert shape_of(texts([value])).to_pylist() == [SHAPES[value]]


def test_text_that_is_not_utf8_is_refused() -> None:
    offsets = pa.array([0, 1], pa.int32()).buffers()[1]
    broken = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(b"\xff")])
    with pytest.raises(pa.ArrowInvalid, match="UTF8"):
        as_text(broken)


def test_chunks_and_dictionaries_are_rendered_as_their_values() -> None:
    chunks = pa.chunked_array([pa.array(["b", None]).dictionary_encode(), pa.array(["a", "b"]).dictionary_encode()])
    assert as_text(chunks).equals(texts(["b", None, "a", "b"]))
    assert as_text(pc.run_end_encode(pa.array([1, 1, None]))).equals(texts(["1", "1", None]))
    assert as_text(pa.chunked_array([], pa.int64())).equals(texts([]))
