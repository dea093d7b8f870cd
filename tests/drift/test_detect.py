"""Joins that break between two generations are named, each direction once, and nothing else is."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeindex import Lake, Settings, WatchedJoins, WatchRules
from lakeindex.drift.broken_joins import BROKEN_SCHEMA
from lakeindex.errors import InvalidSetting, NotFound, StaleArtifact

CUSTOMERS = [f"c{number:04d}" for number in range(100)]
ORDERS = CUSTOMERS * 3
CHILD, PARENT = "orders.csv · customer_id", "customers.csv · customer_id"


def write_customers(root: Path, customers: Iterable[str] = CUSTOMERS, header: str = "customer_id") -> None:
    rows = [f"{customer},{number % 7} road" for number, customer in enumerate(customers)]
    (root / "customers.csv").write_text("\n".join([f"{header},address", *rows]) + "\n")


def write_orders(root: Path, customers: Iterable[str] = ORDERS) -> None:
    rows = [f"o-{number},{customer}" for number, customer in enumerate(customers)]
    (root / "orders.csv").write_text("\n".join(["order_no,customer_id", *rows]) + "\n")


def write_both(root: Path) -> None:
    root.mkdir()
    write_customers(root)
    write_orders(root)
    (root / "metals.csv").write_text("metal,density\nlead,11.3\niron,7.9\n")


@pytest.fixture
def after(tmp_path: Path, settings: Settings) -> Callable[..., WatchedJoins]:
    """Index the lake, change it, index it again and watch."""

    def watch(change: Callable[[Path], object], before: Callable[[Path], object] = write_both) -> WatchedJoins:
        root, index = tmp_path / "lake", tmp_path / "index"
        before(root)
        Lake.index(root, index, settings)
        change(root)
        return Lake.index(root, index, settings).watch_joins()

    return watch


def rows_of(watched: WatchedJoins) -> list[tuple[str, str, float, float, str]]:
    return [
        (str(one.column), str(one.joins), one.containment_before, one.containment_now, str(one.reason))
        for one in watched.broken
    ]


def nothing_broke(watched: WatchedJoins, compared: int) -> bool:
    return (watched.since, watched.now, watched.broken, watched.watched) == (1, 2, (), compared)


def test_values_that_a_parent_lost_break_the_join_of_its_child(after: Callable[..., WatchedJoins]) -> None:
    watched = after(lambda root: write_customers(root, CUSTOMERS[:60]))
    assert rows_of(watched) == [(CHILD, PARENT, 1.0, 0.6, "values changed")]
    assert (watched.since, watched.now, watched.watched) == (1, 2, 2)
    assert watched.broken[0].kind == "equi"


def test_the_score_is_that_of_the_earlier_generation(tmp_path: Path, settings: Settings) -> None:
    write_both(tmp_path / "lake")
    before = Lake.index(tmp_path / "lake", tmp_path / "index", settings)
    score = before.query("customers.csv", "customer_id").matches[0].score
    write_customers(tmp_path / "lake", CUSTOMERS[:60])
    assert Lake.index(tmp_path / "lake", tmp_path / "index", settings).watch_joins().broken[0].score_before == score


def test_replaced_values_break_both_directions(after: Callable[..., WatchedJoins]) -> None:
    watched = after(lambda root: write_orders(root, [f"customer {one}" for one in ORDERS]))
    assert rows_of(watched) == [
        (PARENT, CHILD, 1.0, 0.0, "values changed"),
        (CHILD, PARENT, 1.0, 0.0, "values changed"),
    ]


def test_the_largest_fall_comes_first(after: Callable[..., WatchedJoins]) -> None:
    half_known = [*CUSTOMERS[:20], *(f"z{number}" for number in range(20))]
    assert rows_of(after(lambda root: write_orders(root, half_known))) == [
        (PARENT, CHILD, 1.0, 0.2, "values changed"),
        (CHILD, PARENT, 1.0, 0.5, "values changed"),
    ]


def test_a_renamed_column_is_gone(after: Callable[..., WatchedJoins]) -> None:
    watched = after(lambda root: write_customers(root, header="client"))
    assert rows_of(watched) == [
        (PARENT, CHILD, 1.0, 0.0, "column is gone"),
        (CHILD, PARENT, 1.0, 0.0, "column is gone"),
    ]


def test_a_deleted_table_is_gone(after: Callable[..., WatchedJoins]) -> None:
    watched = after(lambda root: (root / "customers.csv").unlink())
    assert rows_of(watched) == [
        (PARENT, CHILD, 1.0, 0.0, "table is gone"),
        (CHILD, PARENT, 1.0, 0.0, "table is gone"),
    ]


def test_a_file_that_is_no_table_any_more_differs_from_one_that_is_gone(
    after: Callable[..., WatchedJoins],
) -> None:
    watched = after(lambda root: (root / "customers.csv").write_bytes(b""))
    assert {row[-1] for row in rows_of(watched)} == {"table can't be read"}
    assert len(watched) == 2


def test_a_column_without_values_joins_with_nothing(after: Callable[..., WatchedJoins]) -> None:
    watched = after(lambda root: write_customers(root, [""] * 100))
    assert rows_of(watched) == [
        (PARENT, CHILD, 1.0, 0.0, "values changed"),
        (CHILD, PARENT, 1.0, 0.0, "values changed"),
    ]


def test_both_tables_gone_are_reported_once_a_direction(after: Callable[..., WatchedJoins]) -> None:
    def delete(root: Path) -> None:
        (root / "customers.csv").unlink()
        (root / "orders.csv").unlink()

    assert [row[:2] for row in rows_of(after(delete))] == [(PARENT, CHILD), (CHILD, PARENT)]


def test_a_renamed_file_breaks_nothing(after: Callable[..., WatchedJoins]) -> None:
    assert nothing_broke(after(lambda root: (root / "customers.csv").rename(root / "clients.csv")), compared=0)


def test_what_joined_with_a_renamed_file_is_reported_under_its_new_name(after: Callable[..., WatchedJoins]) -> None:
    def change(root: Path) -> None:
        (root / "orders.csv").rename(root / "sold.csv")
        write_customers(root, CUSTOMERS[:60])

    assert rows_of(after(change)) == [("sold.csv · customer_id", PARENT, 1.0, 0.6, "values changed")]


def test_a_name_that_another_table_took_over_is_the_one_that_is_watched(after: Callable[..., WatchedJoins]) -> None:
    def rotate(root: Path) -> None:
        (root / "customers.csv").rename(root / "customers_old.csv")
        write_customers(root, CUSTOMERS[:60])

    assert rows_of(after(rotate)) == [(CHILD, PARENT, 1.0, 0.6, "values changed")]


def test_shuffled_rows_break_nothing(after: Callable[..., WatchedJoins]) -> None:
    shuffled = random.Random(1).sample(ORDERS, len(ORDERS))
    assert nothing_broke(after(lambda root: write_orders(root, shuffled)), compared=0)


def test_an_unrelated_table_breaks_nothing(after: Callable[..., WatchedJoins]) -> None:
    assert nothing_broke(after(lambda root: (root / "metals.csv").write_text("metal,density\ngold,19.3\n")), compared=0)


def test_values_in_another_case_are_the_same_values(after: Callable[..., WatchedJoins]) -> None:
    assert nothing_broke(after(lambda root: write_customers(root, [one.upper() for one in CUSTOMERS])), compared=0)


def test_a_candidate_that_grew_breaks_nothing(after: Callable[..., WatchedJoins]) -> None:
    def before(root: Path) -> None:
        write_both(root)
        write_customers(root, CUSTOMERS[:80])

    assert nothing_broke(after(write_customers, before), compared=2)


def test_a_parent_with_rows_that_no_child_needs_yet_breaks_nothing(after: Callable[..., WatchedJoins]) -> None:
    new = [*CUSTOMERS, *(f"c{number:04d}" for number in range(500, 900))]
    assert nothing_broke(after(lambda root: write_customers(root, new)), compared=2)


def test_a_child_with_values_that_its_parent_lacks_breaks(after: Callable[..., WatchedJoins]) -> None:
    unknown = [f"n{number}" for number in range(100)]
    assert rows_of(after(lambda root: write_orders(root, [*ORDERS, *unknown]))) == [
        (CHILD, PARENT, 1.0, 0.5, "values changed")
    ]


@pytest.mark.parametrize(("left", "broken"), [(90, []), (89, [(CHILD, PARENT, 1.0, 0.89, "values changed")])])
def test_a_tenth_may_be_lost(after: Callable[..., WatchedJoins], left: int, broken: list[object]) -> None:
    assert rows_of(after(lambda root: write_customers(root, CUSTOMERS[:left]))) == broken


def test_rules_decide_what_is_watched_and_what_is_broken(tmp_path: Path, settings: Settings) -> None:
    root, index = tmp_path / "lake", tmp_path / "index"
    write_both(root)
    Lake.index(root, index, settings)
    write_customers(root, CUSTOMERS[:60])
    lake = Lake.index(root, index, settings)
    assert len(lake.watch_joins(rules=WatchRules(tolerance=0.4))) == 0
    assert len(lake.watch_joins(rules=WatchRules(tolerance=0.39))) == 1
    assert lake.watch_joins(rules=WatchRules(least_score=1.0)).watched == 0
    with pytest.raises(InvalidSetting, match=r"tolerance is a number from 0 to 1, not 1\.5"):
        WatchRules(tolerance=1.5)


def test_any_generation_that_is_kept_can_be_compared_with(tmp_path: Path, settings: Settings) -> None:
    root, index = tmp_path / "lake", tmp_path / "index"
    keeping = replace(settings, keep=2)
    write_both(root)
    only = Lake.index(root, index, keeping).watch_joins()
    assert (only.since, only.now, only.broken, only.watched) == (None, 1, (), 0)
    for left in (80, 65, 50):
        write_customers(root, CUSTOMERS[:left])
        lake = Lake.index(root, index, keeping)
    assert rows_of(lake.watch_joins()) == [(CHILD, PARENT, 0.65, 0.5, "values changed")]
    assert rows_of(lake.watch_joins(since=2)) == [(CHILD, PARENT, 0.8, 0.5, "values changed")]
    assert rows_of(lake.watch_joins(since=4)) == []
    with pytest.raises(NotFound, match=r"no generation 1; there are: 2, 3, 4"):
        lake.watch_joins(since=1)


def test_what_another_version_left_is_compared_with_on_request_only(tmp_path: Path, settings: Settings) -> None:
    root, index = tmp_path / "lake", tmp_path / "index"
    write_both(root)
    Lake.index(root, index, settings)
    write_customers(root, CUSTOMERS[:60])
    lake = Lake.index(root, index, settings)
    manifest = index / "generations" / "1" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 1}))
    assert lake.watch_joins().since is None
    with pytest.raises(StaleArtifact, match="has format 1"):
        lake.watch_joins(since=1)


def test_every_child_of_a_parent_is_watched_whatever_its_score(tmp_path: Path, settings: Settings) -> None:
    """Numbers that count from 1 are weak evidence: such foreign keys score low, and break most often."""
    root, index = tmp_path / "lake", tmp_path / "index"
    root.mkdir()
    (root / "customers.csv").write_text("id,city\n" + "".join(f"{n},town {n}\n" for n in range(1, 201)))
    for table, column in (("orders", "customer_id"), ("returns", "customer_id"), ("visits", "customer")):
        rows = "".join(f"{table}-{n},{1 + n % 200}\n" for n in range(600))
        (root / f"{table}.csv").write_text(f"{table}_no,{column}\n" + rows)
    rules = WatchRules(least_score=0.2, sure_score=0.9)  # the encoder of the tests understands no names
    Lake.index(root, index, settings)
    (root / "customers.csv").write_text("id,city\n" + "".join(f"{n},town {n}\n" for n in range(1, 101)))
    watched = Lake.index(root, index, settings).watch_joins(rules=rules)
    parent = "customers.csv · id"
    found = [row for row in rows_of(watched) if row[1] == parent]
    assert found == [
        ("orders.csv · customer_id", parent, 1.0, 0.5, "values changed"),
        ("returns.csv · customer_id", parent, 1.0, 0.5, "values changed"),
        ("visits.csv · customer", parent, 1.0, 0.5, "values changed"),
    ]


def test_an_index_without_values_has_no_joins_to_watch(tmp_path: Path, settings: Settings) -> None:
    root, index = tmp_path / "lake", tmp_path / "index"
    write_both(root)
    Lake.index(root, index, replace(settings, values="none"))
    lake = Lake.index(root, index, settings)
    with pytest.raises(InvalidSetting, match="generation 1 knows no values"):
        lake.watch_joins()


def test_hashes_under_another_key_break_nothing(tmp_path: Path, settings: Settings) -> None:
    root, index = tmp_path / "lake", tmp_path / "index"
    write_both(root)
    Lake.index(root, index, replace(settings, values="hash", hash_key="another"))
    lake = Lake.index(root, index, replace(settings, values="hash", hash_key="secret"))
    assert nothing_broke(lake.watch_joins(), compared=0)
    write_customers(root, CUSTOMERS[:60])
    again = Lake.index(root, index, replace(settings, values="hash", hash_key="secret"))
    assert rows_of(again.watch_joins()) == [(CHILD, PARENT, 1.0, 0.6, "values changed")]


def test_a_header_that_is_read_as_data_takes_its_columns_away(tmp_path: Path, settings: Settings) -> None:
    root, index = tmp_path / "lake", tmp_path / "index"
    write_both(root)
    Lake.index(root, index, settings)
    lake = Lake.index(root, index, replace(settings, header="no"))
    assert rows_of(lake.watch_joins()) == [
        (PARENT, CHILD, 1.0, 0.0, "column is gone"),
        (CHILD, PARENT, 1.0, 0.0, "column is gone"),
    ]


@pytest.mark.parametrize("values", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_the_noise_of_sketches_breaks_nothing(tmp_path: Path, settings: Settings, values: int) -> None:
    root, index = tmp_path / "lake", tmp_path / "index"
    root.mkdir()
    names = [f"account {number}" for number in range(values)]
    write_column(root / "accounts.parquet", names)
    write_column(root / "payments.parquet", names)
    Lake.index(root, index, settings)
    write_column(root / "payments.parquet", [*names[5_000:], *(f"other {number}" for number in range(5_000))])
    watched = Lake.index(root, index, settings).watch_joins()
    assert nothing_broke(watched, compared=2)
    write_column(root / "payments.parquet", names[values // 3 :])
    broken = Lake.index(root, index, settings).watch_joins().broken
    assert [(one.column.table, one.joins.table) for one in broken] == [("accounts.parquet", "payments.parquet")]
    assert broken[0].containment_now == pytest.approx(2 / 3, abs=0.04)


def write_column(path: Path, values: list[str]) -> None:
    pq.write_table(pa.table({"account_name": values}), path)


def test_the_result_is_a_table_and_readable(after: Callable[..., WatchedJoins]) -> None:
    watched = after(lambda root: write_customers(root, CUSTOMERS[:60]))
    rows = watched.to_arrow()
    assert rows.schema == BROKEN_SCHEMA
    assert rows.drop_columns("score_before").to_pylist() == [
        {
            "table": "orders.csv",
            "column": "customer_id",
            "joins_table": "customers.csv",
            "joins_column": "customer_id",
            "kind": "equi",
            "containment_before": 1.0,
            "containment_now": 0.6,
            "reason": "values changed",
        }
    ]
    assert repr(watched) == (
        "1 join broke from generation 1 to 2; 2 confident joins of changed columns were compared\n"
        "100.0% →  60.0%  values changed  orders.csv · customer_id  ⋈  customers.csv · customer_id"
    )
    assert "<td>orders.csv</td><td>customer_id</td>" in watched._repr_html_()
