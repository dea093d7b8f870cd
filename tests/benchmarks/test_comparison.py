"""A comparison from end to end, on the small lake and without a language model; and how its figures add up."""

from __future__ import annotations

import csv
from pathlib import Path

import compare_table
import pytest
import record
from answers import read_rankings
from comparison import Comparison
from costs import Costs, cost_row, of_all_parts, over_lakes

from lakeindex.types.lake import ColumnId, TableId

CAPITALS = ColumnId(TableId("geo/countries.csv"), "capital")
CITIES = ColumnId(TableId("geo/hauptstädte.csv.gz"), "stadt")
NOWHERE = ColumnId(TableId("no/such.csv"), "x")


@pytest.fixture(scope="module")
def compared(lake_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    folder = tmp_path_factory.mktemp("comparison")
    queries = folder / "queries.csv"
    with queries.open("w", newline="", encoding="utf-8") as handle:
        rows = [(column.table, column.name) for column in (CAPITALS, NOWHERE)]
        csv.writer(handle).writerows([("query_table", "query_column"), *rows])
    comparison = Comparison(folder, ["names", "jaccard"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAKEINDEX_MODEL", "hashing")
        comparison.run("small", lake_folder, queries)
    return comparison


def test_every_system_answers_in_its_own_processes(compared: Comparison) -> None:
    assert compared.systems == ["lakeindex", "names", "Jaccard"]
    best = {system: read_rankings(compared.rankings(system, "small"))[CAPITALS][0] for system in compared.systems}
    assert best["lakeindex"] == CITIES
    assert best["Jaccard"] == CITIES


def test_a_query_that_the_lake_lacks_has_no_answer(compared: Comparison) -> None:
    for system in compared.systems:
        assert NOWHERE not in read_rankings(compared.rankings(system, "small"))


def test_what_a_system_took_is_complete(compared: Comparison) -> None:
    for system, costs in compared.costs["small"].items():
        assert costs.columns == 13
        assert len(costs.milliseconds) == 2
        assert costs.index_seconds > (costs.reading_seconds or 0) >= 0
        assert costs.index_bytes > 0
        assert (costs.reading_seconds is None) is (system == "lakeindex")
    assert set(compared.settings) == set(compared.systems)


def test_a_system_that_fails_ends_the_comparison_with_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "queries.csv").write_text("query_table,query_column\n", "utf-8")
    with pytest.raises(SystemExit, match=r"(?s)failed with 3: .*lakeindex index .*no lake at"):
        Comparison(tmp_path, []).run("none", tmp_path / "nothing", tmp_path / "queries.csv")


FIRST = Costs(100, 10.0, 4.0, 1_000_000, 30, 50_000_000, (1.0, 2.0, 3.0))
SECOND = Costs(100, 6.0, 5.0, 2_000_000, 40, 60_000_000, (10.0, 20.0, 30.0))


def test_costs_on_several_lakes_add_up() -> None:
    both = over_lakes([FIRST, SECOND])
    assert both == Costs(200, 16.0, 9.0, 3_000_000, 40, 60_000_000, (1.0, 2.0, 3.0, 10.0, 20.0, 30.0))
    assert both.columns_per_second == 12.5


def test_a_fusion_reads_once_and_takes_all_else_of_its_parts() -> None:
    fused = of_all_parts([FIRST, SECOND], [0.5, 0.5, 0.5])
    assert fused == Costs(100, 12.0, 5.0, 3_000_000, 70, 110_000_000, (11.5, 22.5, 33.5))


def test_a_row_shows_what_is_known() -> None:
    costs = Costs(1234, 2.0, None, 1_500_000, None, None, tuple(map(float, range(101))))
    assert cost_row("x", costs.to_record()) == ["x", "1,234", "-", "2.0", "617", "1.5", "-", "50.0", "95.0", "99.0"]


def test_the_summary_stands_in_markdown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    with pytest.raises(SystemExit, match=r"nothing to lay out: expected .*compare_alone\.json"):
        compare_table.markdown()
    metrics = {"recall_at_10": 1.0, "map_at_10": 0.5, "ndcg_at_10": 0.5, "precision_at_1": 0.0}
    systems = {"lakeindex": {"one": metrics, "macro mean": metrics}}
    figures = {"systems": systems, "costs": {"lakeindex": FIRST.to_record()}, "lakes": {}}
    for name in ("compare_alone", "compare_wild"):
        record.write(name, None, {}, figures)
    assert compare_table.markdown().split("\n")[:3] == [
        "| system | alone: R@10 / MAP@10 | wild: R@10 / MAP@10 | columns/s | index MB | peak MB | p50 / p95 / p99 ms |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| lakeindex | 1.000 / .500 | 1.000 / .500 | 10 | 1.0 | 50 | 2.0 / 2.9 / 3.0 |",
    ]
    assert "| one | 1.000 / .500 |" in compare_table.markdown()


def test_a_package_that_isnt_installed_is_left_out_of_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "PACKAGES", ("numpy", "no-such-package-anywhere"))
    assert [package for package in record.PACKAGES if record._version(package)] == ["numpy"]
