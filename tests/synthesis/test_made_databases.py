from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from lakeindex.synthesis.made_databases import MadeDatabase, make_database
from lakeindex.synthesis.source_tables import Source, SourceData, to_sources


def sources(seed: int) -> list[Source]:
    rng = np.random.default_rng(seed)
    made = []
    for name in ("cities", "rivers", "events"):
        codes = rng.integers(0, 8, 60)
        columns = {
            "code": [f"{name[0].upper()}{number:03d}" for number in range(60)],
            "region": [f"{name} region {code}" for code in codes.tolist()],
            "chief": [f"chief {code}" for code in codes.tolist()],
            "size": np.round(rng.random(60), 3),
        }
        made.append(SourceData(name, pa.table(columns)))
    return to_sources(made)


@pytest.fixture(scope="module")
def databases() -> list[MadeDatabase]:
    return [make_database(sources(seed), seed) for seed in range(40)]


def test_what_refers_is_there_and_hardly_ever_an_orphan(databases: list[MadeDatabase]) -> None:
    shares = []
    for database in databases:
        for key in database.foreign:
            (child,), (parent,) = key.child_columns, key.parent_columns
            values = pc.unique(database.tables[key.child][child].combine_chunks().drop_null())
            held = pc.is_in(values, value_set=database.tables[key.parent][parent].combine_chunks())
            shares.append(pc.mean(held.cast(pa.float64())).as_py() if len(values) else 1.0)
    assert len(shares) > 100
    assert np.mean(np.array(shares) == 1) > 0.8
    assert np.mean(shares) > 0.95


def test_a_key_is_unique_and_has_no_gaps(databases: list[MadeDatabase]) -> None:
    for database in databases:
        for table, key in database.primary.items():
            values = database.tables[table][key]
            assert len(pc.unique(values)) == len(values), (table, key)
            assert values.null_count == 0


def test_the_same_seed_makes_the_same_database(databases: list[MadeDatabase]) -> None:
    again = make_database(sources(3), 3)
    assert again.foreign == databases[3].foreign
    assert all(table.equals(databases[3].tables[name]) for name, table in again.tables.items())


def test_names_tell_tables_and_columns_apart_whatever_their_case(databases: list[MadeDatabase]) -> None:
    for database in databases:
        assert len({name.lower() for name in database.tables}) == len(database.tables)
        for table in database.tables.values():
            assert len({name.lower() for name in table.column_names}) == table.num_columns
