from __future__ import annotations

import logging
from pathlib import Path

import pytest

from lakeindex.config.settings import Settings
from lakeindex.evaluate.run import EVALUATION_SCHEMA, columns_of, evaluate_lake
from lakeindex.lake import Lake

TABLES = {
    "people.csv": "name,country\nAda,France\nBo,Norway\nCy,Peru\nDi,Chile\n",
    "geo/states.csv": "country,capital\nFrance,Paris\nNorway,Oslo\nPeru,Lima\nChile,Santiago\n",
    "capitals.csv": "city,inhabitants\nParis,2100000\nOslo,700000\nLima,10000000\nSantiago,6000000\n",
}
QUERIES = "query_table,query_column\npeople.csv,country\ngeo/states.csv,capital\ncapitals.csv,inhabitants\n"
QRELS = (
    "query_table,query_column,candidate_table,candidate_column,grade\n"
    "people.csv,country,geo/states.csv,country,2\n"
    "geo/states.csv,capital,capitals.csv,city,2\n"
    "geo/states.csv,capital,gone.csv,city,1\n"
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("evaluated")
    for name, text in TABLES.items():
        path = root / "lake" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "queries.csv").write_text(QUERIES)
    (root / "qrels.csv").write_text(QRELS)
    return root


@pytest.fixture(scope="module")
def lake(root: Path) -> Lake:
    return Lake.index(root / "lake", root / "index", Settings(model="hashing", jobs=1))


def test_lakeindex_is_the_first_row_and_the_baselines_follow(
    lake: Lake, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        rows = evaluate_lake(lake, root / "queries.csv", root / "qrels.csv")
    assert rows.schema == EVALUATION_SCHEMA
    assert rows["system"].to_pylist() == ["lakeindex", "names", "Jaccard", "BM25 words"]
    assert rows["queries"].to_pylist() == [2, 2, 2, 2]
    # A column of a table that isn't there can't be found: 1 of 1 and 1 of 2 are the most.
    assert rows["recall"].to_pylist() == [0.75, 0.75, 0.75, 0.75]
    assert rows["precision_at_1"].to_pylist()[2:] == [1.0, 1.0]
    assert [record.message for record in caplog.records] == [
        "1 queries have no relevant column in the labels and are left out, the first: capitals.csv · inhabitants",
        "1 labelled columns are in tables that the lake doesn't have and can't be found, the first: gone.csv · city",
    ]


def test_the_lake_can_be_evaluated_again_and_alone(lake: Lake, root: Path) -> None:
    rows = evaluate_lake(lake, root / "queries.csv", root / "qrels.csv", k=1, baselines=False)
    assert rows["system"].to_pylist() == ["lakeindex"]
    assert rows["k"].to_pylist() == [1]
    again = evaluate_lake(lake, root / "queries.csv", root / "qrels.csv", k=1)
    assert again["map"].to_pylist() == [1.0, 1.0, 1.0, 1.0]


def test_every_column_of_the_lake_is_listed(lake: Lake) -> None:
    assert sorted(map(str, columns_of(lake))) == [
        "capitals.csv · city",
        "capitals.csv · inhabitants",
        "geo/states.csv · capital",
        "geo/states.csv · country",
        "people.csv · country",
        "people.csv · name",
    ]


def test_a_file_that_is_gone_leaves_its_names(root: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    copy = tmp_path / "lake"
    for name, text in TABLES.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text(text)
    lake = Lake.index(copy, tmp_path / "index", Settings(model="hashing", jobs=1))
    (copy / "capitals.csv").unlink()
    rows = evaluate_lake(lake, root / "queries.csv", root / "qrels.csv")
    assert rows["recall"].to_pylist()[2] == 0.5
    assert "the baselines know 1 tables by name only" in caplog.text
