"""How well lakeindex reads messy CSV files whose ground truth is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from statistics import fmean

import pytest

from lakeindex.demo import build_sample_lake
from lakeindex_connectors.csv_files import connector as csv_files
from tests.messy.clean_tables import clean_tables
from tests.messy.csv_scores import Score, score
from tests.messy.messy_files import POLLUTIONS, bears, combined_pollutions, encoded, polluted, single_pollutions
from tests.messy.messy_table import MessyFile
from tests.messy.reading import read_with_lakeindex

HEADER_F1 = 0.97
CELL_F1 = 0.95
LEAST_OF_A_POLLUTION = 0.9
"""No pollution is far below the others."""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("messy") / "lake"
    build_sample_lake(directory)
    return directory


def scores_of(files: Iterable[MessyFile], folder: Path) -> dict[str, list[Score]]:
    scores: dict[str, list[Score]] = defaultdict(list)
    for file in files:
        path = folder / "messy.csv"
        path.write_bytes(file.content)
        kind = file.pollutions[0] if len(file.pollutions) == 1 else "combined"
        scores[kind].append(score(read_with_lakeindex(path), file.ground_truth))
    return scores


def assert_bars(scores: dict[str, list[Score]]) -> None:
    each = list(chain.from_iterable(scores.values()))
    assert sum(one.silent for one in each) == 0
    assert fmean(one.header_f1 for one in each) >= HEADER_F1
    assert fmean(one.cell_f1 for one in each) >= CELL_F1
    low = {
        kind: means
        for kind, ones in scores.items()
        if min(means := (fmean(one.header_f1 for one in ones), fmean(one.cell_f1 for one in ones)))
        < LEAST_OF_A_POLLUTION
    }
    assert low == {}


def test_clean_tables_under_each_pollution_are_read_as_they_were(lake: Path, tmp_path: Path) -> None:
    scores = scores_of(single_pollutions(lake, seed=1), tmp_path)
    assert scores.keys() == POLLUTIONS.keys()
    assert_bars(scores)


def test_pollutions_come_together(lake: Path, tmp_path: Path) -> None:
    assert_bars(scores_of(combined_pollutions(lake, seed=2, count=300), tmp_path))


@pytest.mark.parametrize("rows", [10, 84])
def test_encodings_are_found_from_few_rows(tmp_path: Path, rows: int) -> None:
    assert_bars(scores_of(encoded(seed=rows, rows=rows), tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("tiny_bytes", [0, 8192])
def test_both_parsers_reach_the_bars_on_many_files(
    lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_bytes: int
) -> None:
    monkeypatch.setattr(csv_files, "_TINY_BYTES", tiny_bytes)
    assert_bars(scores_of(chain(single_pollutions(lake, seed=3), combined_pollutions(lake, 4, 5000)), tmp_path))


def test_the_same_seed_gives_the_same_bytes(lake: Path) -> None:
    table = clean_tables(lake)[0]
    for name in filter(lambda name: bears(table, name), POLLUTIONS):
        assert polluted(table, [name], 7).content == polluted(table, [name], 7).content


def test_a_clean_table_is_written_plainly(lake: Path) -> None:
    table = next(table for table in clean_tables(lake) if table.name == "three rows")
    file = polluted(table, ["none"], 0)
    assert file.content.decode().splitlines() == [",".join(cells) for cells in (table.header, *table.rows)]
    assert (file.ground_truth.header, file.ground_truth.rows) == (table.header, table.rows)
    assert (file.ground_truth.unfit, file.ground_truth.other_lines) == (0, 0)


def test_the_ground_truth_has_the_rows_that_a_pollution_leaves(lake: Path) -> None:
    table = next(table for table in clean_tables(lake) if table.name == "three rows")
    long = polluted(table, ["rows too long"], 0)
    assert (len(long.ground_truth.rows), long.ground_truth.unfit) == (2, 1)
    assert long.content.count(b",surplus\n") == 1
    cut = polluted(table, ["rows cut short"], 0)
    assert [row[-1] for row in cut.ground_truth.rows].count("") == 1
    assert sorted(len(line.split(",")) for line in cut.content.decode().splitlines()) == [5, 6, 6, 6]
