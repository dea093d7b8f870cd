"""What the benchmark scripts rest on; the scripts themselves run as `benchmarks/quality.py --smoke`."""

from __future__ import annotations

import argparse
import csv
import importlib
from pathlib import Path
from types import ModuleType

import pytest

from tests.evaluate import shared_evaluator
from tests.evaluate.duckdb_lake import column

PRINTED = """\
benchmark                        queries     R@10   MAP@10  nDCG@10     P@1
autofj_dbpedia                        50    0.200    0.059    0.091    0.020
(kbwt_mapping_tables)                 30    0.350    0.273    0.315    0.233
macro mean                                  0.275    0.166    0.203    0.127
"""


@pytest.fixture
def labelled_lakes(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    return importlib.import_module("labelled_lakes")


def test_the_evaluators_table_is_read_back(labelled_lakes: ModuleType) -> None:
    figures = labelled_lakes.parse_scores(PRINTED)
    assert list(figures) == ["autofj_dbpedia", "(kbwt_mapping_tables)", "macro mean"]
    assert figures["macro mean"] == {
        "recall_at_10": 0.275,
        "map_at_10": 0.166,
        "ndcg_at_10": 0.203,
        "precision_at_1": 0.127,
    }


def test_rankings_are_written_as_the_evaluator_reads_them(labelled_lakes: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "rankings.csv"
    query, found, other = column("a.csv", 'x, "y"'), column("b.csv", "é"), column("c.csv", "z")
    labelled_lakes.write_rankings(path, {query: [found, other]})
    with path.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert [(row["query_column"], row["rank"], row["table"], row["column"]) for row in rows] == [
        ('x, "y"', "1", "b.csv", "é"),
        ('x, "y"', "2", "c.csv", "z"),
    ]


def test_systems_stand_side_by_side(labelled_lakes: ModuleType) -> None:
    figures = labelled_lakes.parse_scores(PRINTED)
    rows = labelled_lakes.side_by_side({"one": figures, "two": figures})
    assert rows[0] == ["autofj_dbpedia", *["0.200 / 0.059 / 0.091 / 0.020"] * 2]


def test_absent_data_ends_with_the_way_out(labelled_lakes: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"no labelled lakes: expected .*none .*try --smoke"):
        labelled_lakes.LabelledLakes(tmp_path / "none")


def test_some_benchmarks_are_chosen_or_the_script_ends(labelled_lakes: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "evaluate.py").write_text(
        "def benchmarks():\n    return ['one', 'two']\n\n\ndef allowed_tables(name):\n"
        "    return {'q.csv': {'c.csv'}} if name == 'two' else None\n"
    )
    parser = argparse.ArgumentParser()
    labelled_lakes.add_options(parser)
    options = ["--data", str(tmp_path / "data")]
    lakes, names = labelled_lakes.open_lakes(parser.parse_args([*options, "--only", "two"]))
    assert names == ["two"]
    assert (lakes.names_for_the_wild(), lakes.candidates("two")) == (["one"], {"q.csv": {"c.csv"}})
    assert labelled_lakes.open_lakes(parser.parse_args(options))[1] == ["one", "two"]
    with pytest.raises(SystemExit, match="no such benchmark; there are: one, two"):
        labelled_lakes.open_lakes(parser.parse_args([*options, "--only", "three"]))


def test_the_shared_evaluator_scores_what_we_write(labelled_lakes: ModuleType, tmp_path: Path) -> None:
    data = shared_evaluator.PATH.parent / "data"
    if not data.is_dir():
        pytest.skip("there are no labelled lakes beside this checkout")
    lakes = labelled_lakes.LabelledLakes(data)
    names = ["kbwt_mapping_tables", "relbench_f1_fk"]
    assert set(names) <= set(lakes.names_for_the_wild()) < set(lakes.names())
    lake = tmp_path / "lake"
    queries = lakes.prepare(lake, names, wild=False)
    assert len(queries) == 47
    assert {query.table for query in queries} <= {path.name for path in lake.iterdir()}
    labelled_lakes.write_rankings(tmp_path / "wild.csv", {})
    figures = lakes.score(str(tmp_path / "wild.csv"), names, wild=True)
    assert list(figures) == ["(kbwt_mapping_tables)", "relbench_f1_fk", "macro mean"]
    assert set(figures["macro mean"].values()) == {0.0}
