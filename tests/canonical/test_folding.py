from __future__ import annotations

import unicodedata

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.canonical.folding import fold, fold_character, fold_sql
from lakeindex.catalog.database import connect

TEXTS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x1f"), max_size=6), min_size=1, max_size=8)


def test_blanks_and_format_characters_of_every_kind_are_folded() -> None:
    every = [chr(code) for code in range(0x80, 0x30000) if unicodedata.category(chr(code)) in ("Zs", "Cf")]
    assert {fold_character(one) for one in every if unicodedata.category(one) == "Cf"} == {""}
    assert {fold_character(one) for one in every if unicodedata.category(one) == "Zs"} == {" "}


def test_what_folds_alike_without_accents_and_what_does_not() -> None:
    together = [("ß", "ss"), ("Ⅷ", "viii"), ("ﬃ", "ffi"), ("Ａ", "a"), ("İ", "i"), ("ı", "i"), ("é", "e"), ("ſ", "s")]
    assert [fold_character(one) for one, _ in together] == [folded for _, folded in together]
    assert fold_character("А") == "а" != "a"  # Cyrillic
    assert fold_character("é", is_bare=False) == "e\u0301"
    assert fold_character("ø") == "ø"


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.booleans())
def test_a_column_is_folded_in_arrow_and_in_sql_as_character_by_character(texts: list[str], is_bare: bool) -> None:
    expected = ["".join(one if one.isascii() else fold_character(one, is_bare) for one in text) for text in texts]
    if is_bare:
        assert fold(pa.array(texts, pa.large_string())).to_pylist() == expected
    with connect(None, "500MB") as connection:
        connection.register("texts", pa.table({"value": pa.array(texts, pa.string()), "n": range(len(texts))}))
        sql = f"SELECT {fold_sql('value', ''.join(texts), is_bare)} FROM texts ORDER BY n"
        assert [one for (one,) in connection.sql(sql).fetchall()] == expected


def test_slices_and_separators_are_folded_as_they_are() -> None:
    whole = pa.array(["x", "é\x1fa", "", "Ünal", "y"], pa.large_string())
    assert fold(whole.slice(1, 3)).to_pylist() == ["e a", "", "unal"]
