from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.synthesis.coded_values import recoded
from lakeindex.synthesis.reworded_headers import draw_wording
from lakeindex.synthesis.source_tables import Source, SourceData, to_sources
from lakeindex.synthesis.split_tables import Part, Splitter
from lakeindex.synthesis.standard_tables import ATTRIBUTES_A_SOURCE, StandardTables
from lakeindex.types.names import words_of


@cache
def _sources() -> list[Source]:
    tables = [
        SourceData(
            f"t{number}",
            pa.table(
                {
                    "id": range(40),
                    f"kind of {number}": ["red", "blue"] * 20,
                    f"count of {number}": range(7, 327, 8),
                    f"name {number}": [f"word{number} {row}" for row in range(40)],
                }
            ),
        )
        for number in range(6)
    ]
    return to_sources(tables)


def _drawn(seed: int) -> list[Part]:
    return StandardTables(Splitter(["other"], {}, np.random.default_rng(seed))).draw(_sources())


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 200))
def test_a_table_follows_its_standard_in_part(seed: int) -> None:
    standard, narrow = _drawn(seed)
    of_standard = {one.attribute: one for one in standard}
    assert len(of_standard) == len(standard)
    followed = [one for one in narrow if one.attribute in of_standard]
    assert followed
    assert all(one.name == of_standard[one.attribute].name for one in followed)
    sources = _sources()
    for one in (*standard, *narrow):
        column = sources[one.attribute // ATTRIBUTES_A_SOURCE].columns[one.attribute % ATTRIBUTES_A_SOURCE]
        assert column.name == one.name


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 200))
def test_no_two_columns_bear_the_same_original_name(seed: int) -> None:
    standard, narrow = _drawn(seed)
    names = [words_of(one.name) for one in standard]
    assert len(set(names)) == len(names)
    of_standard = {one.attribute for one in standard}
    assert not {words_of(one.name) for one in narrow if one.attribute not in of_standard} & set(names)


def test_columns_of_a_part_have_one_length_and_names_of_their_own() -> None:
    for part in (*_drawn(1), *_drawn(2)):
        assert len({len(one.texts) for one in part}) == 1
        assert len({one.header.lower() for one in part}) == len(part)


def test_the_same_seed_draws_the_same() -> None:
    one, other = _drawn(5), _drawn(5)
    assert [[(c.header, c.texts.to_pylist()) for c in part] for part in one] == [
        [(c.header, c.texts.to_pylist()) for c in part] for part in other
    ]


def test_too_few_columns_draw_nothing() -> None:
    assert StandardTables(Splitter([], {}, np.random.default_rng(0))).draw(_sources()[:1]) == []
    assert StandardTables(Splitter([], {}, np.random.default_rng(0))).draw([]) == []


@given(st.lists(st.sampled_from(["yes", "no", "maybe", None]), min_size=1), st.integers(0, 50))
def test_codes_tell_values_apart_as_before(values: list[str | None], seed: int) -> None:
    texts = pa.array(values, pa.large_string())
    coded = recoded(texts, np.random.default_rng(seed)).to_pylist()
    assert [one is None for one in coded] == [one is None for one in values]
    assert len(set(zip(values, coded, strict=True))) == len(set(values)) == len(set(coded))


def test_many_values_are_not_coded() -> None:
    texts = pa.array([f"v{number}" for number in range(13)], pa.large_string())
    assert recoded(texts, np.random.default_rng(0)).equals(texts)


@given(st.text(max_size=20), st.integers(0, 100))
def test_a_header_is_never_empty(header: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert words_of(draw_wording(rng).header(header, (), rng))


def test_headers_are_worded_otherwise() -> None:
    rng = np.random.default_rng(3)
    found = {words_of(draw_wording(rng).header("customer_price", (), rng)) for _ in range(400)}
    assert {"customer price", "client price", "price"} <= found
