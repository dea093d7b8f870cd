"""Any join of the sample lake: its statement, in a plain DuckDB, gives the rows that the lake gives."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from lakeindex import Lake, Settings
from lakeindex.demo.sample_lake import build_sample_lake
from lakeindex.errors import InvalidSetting
from lakeindex.evaluate.run import columns_of
from lakeindex.join.condition import MAPPING_SCHEMA, ByMapping, JoinCondition
from lakeindex.join.kinds import How
from lakeindex.join.plan import JoinPlan

MOST_ROWS = 20_000
KNOWN = (
    ("transport/airports_us.csv", "state", "us/states.csv", "abbr"),
    ("population/un_wpp_2020.csv", "LocID", "geo/countries.csv", "numeric"),
    ("finance/currency_by_entity.csv", "entity", "geo/countries.csv", "name"),
    ("population/gapminder.parquet", "country", "population/gapminder_regions.csv", "Country"),
    ("sport/sochi_2014.jsonl", "nation", "geo/territory_names.csv", "display_name"),
    ("geo/subdivisions.parquet", "country_code", "geo/countries.csv", "alpha_2"),
    ("transport/airports_us.csv", "iata", "geo/countries.csv", "alpha_3"),
    ("films/reviews.csv", "film_id", "films/films.parquet", "ID"),
)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("sample [1] lake's")
    build_sample_lake(folder / "lake")
    return Lake.index(folder / "lake", folder / "index", Settings(model="hashing", jobs=2))


def difference(one: pa.Table, other: pa.Table) -> int:
    """Count the rows that one of two multisets has more of."""
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.register("one", one)
        connection.register("other", other)
        both_ways = (f"(FROM {a} EXCEPT ALL FROM {b})" for a, b in (("one", "other"), ("other", "one")))
        return sum(connection.sql(f"SELECT count(*) FROM {rest}").fetchall()[0][0] for rest in both_ways)


def in_plain_duckdb(statement: str) -> pa.Table:
    with duckdb.connect(config={"threads": 2}) as connection:
        return connection.sql(statement).to_arrow_table()


def with_mapping(plan: JoinPlan, seed: int) -> JoinPlan:
    """Let some values meet at random."""
    chance = random.Random(seed)
    left, right = (side.distinct_texts(200).to_pylist() for side in (plan.left, plan.right))
    pairs = {(chance.choice(left), chance.choice(right)) for _ in range(150)} if left and right else set()
    rows = [{"left_value": one, "right_value": two, "probability": chance.random()} for one, two in sorted(pairs)]
    rule = ByMapping(pa.Table.from_pylist(rows, schema=MAPPING_SCHEMA))
    return replace(plan, condition=JoinCondition("fuzzy", rule, 0.9, 0.5, "made up"))


def drawn(lake: Lake, count: int) -> Sequence[tuple[str, str, str, str]]:
    chance = random.Random(5)
    columns = columns_of(lake)
    pairs = [(chance.choice(columns), chance.choice(columns)) for _ in range(count)]
    return [(left.table, left.name, right.table, right.name) for left, right in pairs]


def check(plan: JoinPlan, out: Path) -> bool:
    if plan.counts.rows(How.FULL) > MOST_ROWS:
        return False
    for how in How:
        one = replace(plan, how=how)
        rows = one.to_arrow()
        assert difference(rows, in_plain_duckdb(one.sql(out=out, force=True))) == 0, one.sql(out=out, force=True)
        assert rows.num_rows == one.counts.rows(how)
        assert rows.schema.names[: len(plan.left.columns)] == [name for name, _ in plan.left.columns]
        assert len({name.lower() for name in rows.schema.names}) == rows.num_columns
    pairs = plan.rows()
    assert pairs.equals(in_plain_duckdb(plan.rows_sql(out=out, force=True)))
    assert pairs.num_rows == plan.counts.pairs
    return True


def test_the_statement_gives_the_rows_of_the_join(sample: Lake, tmp_path: Path) -> None:
    checked = 0
    for seed, columns in enumerate([*KNOWN, *drawn(sample, 3)]):
        for match in ("exact", "normalised"):
            try:
                plan = sample.join(*columns, match=match)
            except InvalidSetting:  # dates and numbers
                continue
            checked += check(plan, tmp_path / "out.parquet")
        checked += check(with_mapping(plan, seed), tmp_path / "out [2]'s.parquet")
    assert checked > 20


def test_the_rows_that_meet_are_rows_of_the_tables_as_they_are_read(sample: Lake) -> None:
    joined = []
    for columns in KNOWN:
        plan = sample.join(*columns, match="exact")
        left, right = (
            pa.Table.from_batches(rows.batches, rows.schema)
            for rows in (sample.read(columns[0]), sample.read(columns[2]))
        )
        pairs = plan.rows()
        texts = [
            table.column(name).take(pairs[side]).cast(pa.string()).to_pylist()
            for table, name, side in ((left, columns[1], "left_row"), (right, columns[3], "right_row"))
        ]
        assert texts[0] == texts[1]
        joined.append(pairs.num_rows > 0)
    assert sum(joined) > len(KNOWN) // 2
