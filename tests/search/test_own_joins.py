"""A lake is asked for columns whose joins it verifies itself, and what that shifts lies in its generation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lakeindex import Lake, Settings
from lakeindex.match.lake_calibration import LakeCalibration
from lakeindex.search.own_joins import own_answers
from lakeindex.store.layout import LAKE_CALIBRATION

WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "islet", "jolly", "krill", "lemon")


def codes(start: int, count: int, suffix: str) -> list[str]:
    return [f"{WORDS[n % len(WORDS)]}-{n * 7919 % 9973}-{suffix}" for n in range(start, start + count)]


def write(root: Path, name: str, **columns: list[str]) -> None:
    rows = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    (root / name).write_text("\n".join(rows) + "\n", "utf-8")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write six masters, each with its key, and six tables that refer to them."""
    root = tmp_path_factory.mktemp("database")
    for number, word in enumerate(WORDS[:6]):
        keys = codes(100 * number, 60, word)
        write(root, f"{word}.csv", **{f"{word}_code": keys, f"{word}_label": codes(900 + 100 * number, 60, f"x{word}")})
        referring = [keys[n * 3 % 40] for n in range(120)]
        amounts = [str(n % 30 + 0.5) for n in range(120)]
        write(root, f"{word}_sales.csv", **{f"{word}_code": referring, "amount": amounts})
    return root


@pytest.fixture(scope="module")
def index(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    index = tmp_path_factory.mktemp("own") / "index"
    Lake.index(database, index, Settings(model="hashing", jobs=2, memory="500MB"))
    return index


def test_the_queries_have_a_verified_join_and_their_answers_are_known(index: Path) -> None:
    lake = Lake.open(index, Settings(model="hashing"))
    own = own_answers(lake.opened.reranking, lake.opened.budget)
    assert np.unique(own.queries).tolist() == list(range(8))
    joins_a_query = np.bincount(own.queries, own.joins)
    assert joins_a_query.tolist() == [1.0] * 8
    assert 0 < own.joins.mean() < 1


def test_what_a_build_found_lies_in_its_generation_and_shifts_every_answer(index: Path) -> None:
    lake = Lake.open(index, Settings(model="hashing"))
    reranking = lake.opened.reranking
    found = LakeCalibration.open(lake.generation.folder / LAKE_CALIBRATION)
    assert (found.queries, found.joins) == (8, 8) and found.answers > 8
    assert found == LakeCalibration.of(
        own_answers(reranking, lake.opened.budget), reranking.measured_calibration.calibration
    )
    assert LAKE_CALIBRATION in lake.generation.manifest.artifacts
    shifted = reranking.calibration.weights[0] - reranking.measured_calibration.calibration.weights[0]
    assert shifted == pytest.approx(found.shift)


def test_two_builds_of_the_same_lake_find_the_same(database: Path, index: Path, tmp_path: Path) -> None:
    again = Lake.index(database, tmp_path / "index", Settings(model="hashing", jobs=1, memory="500MB"))
    first = Lake.open(index, Settings(model="hashing")).opened.reranking.lake_calibration
    assert again.opened.reranking.lake_calibration == first


def test_a_lake_without_verified_joins_has_no_shift(lake: Lake) -> None:
    assert lake.opened.reranking.lake_calibration.shift == 0.0


def test_an_index_without_values_verifies_nothing(database: Path, tmp_path: Path) -> None:
    settings = Settings(model="hashing", jobs=2, memory="500MB", values="none")
    lake = Lake.index(database, tmp_path / "index", settings)
    assert lake.opened.reranking.lake_calibration == LakeCalibration()


def test_a_slow_cross_encoder_is_not_asked_at_index_time(database: Path, tmp_path: Path) -> None:
    settings = Settings(model="hashing", jobs=2, memory="500MB", cross_encoder=str(tmp_path / "none"))
    built = Lake.index(database, tmp_path / "index", settings)
    assert built.opened.reranking.lake_calibration.queries == 8


def test_answers_are_calibrated_on_every_road_and_keep_their_ranks(index: Path) -> None:
    lake = Lake.open(index, Settings(model="hashing"))
    searching = lake.opened.reranking
    query = searching.searcher.column_at(0)
    found = searching.search(query, 0)
    assert found.by_calibration is not None and found.threshold == searching.calibration.threshold
    before = replace(found, by_calibration=None)
    assert found.answers().tolist() == before.answers().tolist()
    assert found.accepted is not None and before.accepted is not None
    assert found.accepted.tolist() == before.accepted.tolist() == (before.scores >= found.threshold).tolist()
    assert found.scores.tolist() == searching.calibration.probabilities(found.answer_features()).tolist()
    alone = searching.search(query, 0, sources=("vectors",))
    assert alone.by_calibration is None and alone.accepted is None
