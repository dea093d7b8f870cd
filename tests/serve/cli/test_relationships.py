from __future__ import annotations

from pathlib import Path

import pytest

from tests.lake_map.small_lakes import SETTINGS, index, write, write_shop
from tests.serve.cli.test_main import rows, run


@pytest.fixture(scope="module")
def shop_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert SETTINGS.model == "hashing"
    folder = write_shop(tmp_path_factory.mktemp("shop") / "lake")
    index(folder).close()
    return folder.parent / "lake.index"


def test_relationships_as_csv_have_the_columns_of_the_contract(shop_index: Path) -> None:
    done = run("relationships", "-o", "csv", index=shop_index)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == (
        "child_table,child_column,parent_table,parent_column,probability,cardinality,method,orphans,key,evidence"
    )
    found = {(row["child_table"], row["child_column"]): row for row in rows(done.stdout)}
    assert found["orders.csv", "customer_id"]["parent_table"] == "customers.csv"
    assert found["employees.csv", "manager_id"]["parent_column"] == "employee_id"
    assert done.stderr == ""


def test_a_lake_without_references_is_a_header_and_a_sentence(tmp_path: Path) -> None:
    write(tmp_path / "lake" / "a.csv", ["id", "name"], [(n, f"name {n}") for n in range(20)])
    index(tmp_path / "lake").close()
    done = run("relationships", "-o", "csv", index=tmp_path / "lake.index")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "child_table,child_column,parent_table,parent_column,probability,cardinality,method,orphans,key,evidence"
    ]
    assert done.stderr == "there is one table alone, and no column of it refers to another\n"


def test_keys_as_csv_have_the_columns_of_the_contract(shop_index: Path) -> None:
    done = run("keys", "order_lines.csv", "-o", "csv", index=shop_index)
    assert done.stdout.splitlines()[0] == "rank,columns,probability,evidence,method"
    assert [(row["rank"], row["columns"]) for row in rows(done.stdout)] == [("1", "order_id+line")]


def test_dependencies_are_asked_for(shop_index: Path) -> None:
    done = run("keys", "order_lines.csv", "--dependencies", "-o", "csv", index=shop_index)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "determinant,dependent,share")


def test_a_table_that_is_not_there_is_exit_code_3_with_the_nearest_names(shop_index: Path) -> None:
    done = run("keys", "order.csv", index=shop_index)
    assert (done.returncode, done.stdout) == (3, "")
    assert "'orders.csv'" in done.stderr
