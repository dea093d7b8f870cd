from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from lakeindex.synthesis.own_ids import draw_own_ids
from lakeindex.synthesis.source_tables import Source, SourceData, normal
from lakeindex.synthesis.split_tables import OWN, UNDECIDED, Part, Splitter


def _source() -> Source:
    rows = 120
    table = pa.table(
        {
            "code": [f"AB-{n:03d}" for n in range(rows)],
            "city": [f"town {n % 17}" for n in range(rows)],
            "size": [n * n for n in range(rows)],
            "again": [f"AB-{n:03d}" for n in range(rows)],
        }
    )
    return Source.of(SourceData("places", table))


def _parts(seed: int) -> list[Part]:
    return Splitter(["weight", "colour"], {"city": ["municipality"]}, np.random.default_rng(seed)).split(_source())


@pytest.mark.parametrize("seed", range(30))
def test_a_part_has_unique_headers_and_one_column_an_attribute(seed: int) -> None:
    parts = _parts(seed)
    assert 2 <= len(parts) <= 5
    for part in parts:
        headers = [column.header.lower() for column in part]
        decided = [column.attribute for column in part if column.attribute >= 0]
        assert len(headers) == len(set(headers))
        assert len(decided) == len(set(decided))
        assert len({len(column.texts) for column in part}) == 1


@pytest.mark.parametrize("seed", range(30))
def test_a_column_that_repeats_another_is_undecided(seed: int) -> None:
    for part in _parts(seed):
        found = {column.name: column.attribute for column in part if column.attribute > OWN}
        assert all(found[name] == UNDECIDED for name in ("code", "again") if name in found)
        assert found.get("city", 1) == 1


def test_the_same_seed_makes_the_same_parts() -> None:
    assert [[(c.header, c.texts.to_pylist()) for c in part] for part in _parts(7)] == [
        [(c.header, c.texts.to_pylist()) for c in part] for part in _parts(7)
    ]


def test_a_small_source_is_not_split() -> None:
    few = Source.of(SourceData("few", pa.table({"a": [1, 2, 3], "b": [4, 5, 6]})))
    assert Splitter([], {}, np.random.default_rng(0)).split(few) == []


def test_tables_of_one_schema_keep_their_attributes() -> None:
    splitter = Splitter(["weight"], {}, np.random.default_rng(3))
    parts = splitter.restyle([_source(), _source()])
    names = [{column.attribute: column.name for column in part if column.attribute >= 0} for part in parts]
    assert names[0] == names[1]
    assert set(names[0].values()) == {"code", "city", "size", "again"}


@pytest.mark.parametrize("seed", range(20))
def test_ids_of_two_sources_never_meet_unless_they_only_count(seed: int) -> None:
    ids = draw_own_ids(np.random.default_rng(seed))
    one, other = (set(normal(ids.values(50, source)).to_pylist()) for source in (0, 1))
    assert len(one) == len(other) == 50
    assert (one == other) if ids.are_alike else not one & other
