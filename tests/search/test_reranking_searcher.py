"""A query whose candidates are scored by a cross-encoder: within a budget, in a lake or a part of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lakeindex import Lake, Settings
from lakeindex.arrays.aliases import Integers
from lakeindex.errors import InvalidSetting, NotFound, StaleArtifact
from lakeindex.models.weights import LATE_INTERACTION, STATIC
from lakeindex.rerank.anchor_store import open_anchors
from lakeindex.rerank.cur import Plan, predict
from lakeindex.rerank.late_interaction import LateInteraction
from lakeindex.rerank.score_cache import ScoreCache
from lakeindex.search.reranking_searcher import RerankingSearcher
from lakeindex.search.scored_candidates import ScoredCandidates
from lakeindex.store.layout import ANCHORS, CROSS_ENCODER_ROLE
from lakeindex.types.columns import CrossInput, QueryColumn
from lakeindex.types.lake import ColumnId, TableId

ALL = 10**9


@pytest.fixture
def never_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    """Score even where the matcher has a clear winner."""
    monkeypatch.setattr("lakeindex.search.reranking_searcher.has_clear_winner", lambda probabilities: False)


def columns_of(lake: Lake) -> list[ColumnId]:
    return [lake.opened.searcher.directory.id_of(key) for key in range(len(lake.opened.searcher.directory))]


def reaching(lake: Lake) -> RerankingSearcher:
    return replace(lake.opened.reranking, settings=replace(lake.settings, reach="lake"))


def best_of(found: ScoredCandidates) -> int:
    return int(found.keys[np.argmax(found.scores)])


def brute_force(lake: Lake, query: QueryColumn, keys: Integers) -> np.ndarray:
    candidates = lake.opened.searcher.cross_input(keys)
    one = CrossInput(query.tokens, query.facts)
    return LateInteraction.open(LATE_INTERACTION, STATIC).scores(
        one, candidates, np.zeros(len(keys), np.int64), np.arange(len(keys))
    )


@pytest.mark.usefixtures("never_clear")
def test_a_full_budget_scores_every_candidate_as_brute_force_does(lake: Lake) -> None:
    for column in columns_of(lake):
        query = lake.opened.searcher.column(column)
        found = lake.opened.reranking.search(query, ALL)
        assert found.cross_scores is not None
        places, scores, before = found.cross_scores.places, found.cross_scores.scores, found.before_reranking
        assert sorted(places.tolist()) == np.flatnonzero(before > 0).tolist()
        assert scores == pytest.approx(brute_force(lake, query, found.keys[places]))
        expected = lake.opened.reranking.reranker.weights.probabilities(before[places], scores)
        assert found.before_calibration[places] == pytest.approx(expected)


@pytest.mark.usefixtures("never_clear")
@pytest.mark.parametrize("calls", [1, 3, 7])
def test_no_more_is_read_than_the_budget_allows(lake: Lake, calls: int) -> None:
    for column in columns_of(lake):
        found = lake.opened.reranking.search(lake.opened.searcher.column(column), calls)
        assert found.cross_scores is not None and len(found.cross_scores.places) <= calls


def test_without_a_budget_nothing_is_scored_and_no_model_is_loaded(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lakeindex.search.budgeted_rerank.make_reranker", lambda _: pytest.fail("loaded"))
    for column in columns_of(lake):
        query = lake.opened.searcher.column(column)
        found, expected = lake.opened.reranking.search(query, 0), lake.opened.searcher.search(query)
        assert found.cross_scores is None and np.array_equal(found.before_calibration, expected.scores)


@pytest.mark.usefixtures("never_clear")
def test_pairs_that_a_slow_model_scored_are_not_scored_again(lake: Lake) -> None:
    reranking = lake.opened.reranking
    reranking.__dict__["reranker"] = replace(reranking.reranker, cache=ScoreCache())
    query = lake.opened.searcher.column(columns_of(lake)[0])
    first = reranking.search(query, ALL)
    reranking.__dict__["reranker"] = replace(reranking.reranker, cross_encoder=None)  # type: ignore[arg-type]
    assert np.array_equal(reranking.search(query, ALL).scores, first.scores)


@pytest.mark.usefixtures("never_clear")
def test_explain_gives_what_query_gives_and_its_parts_sum_to_it(lake: Lake) -> None:
    for column in columns_of(lake)[:6]:
        for match in lake.query(column.table, column.name, k=100, probe=0).matches[:3]:
            explained = lake.explain(column, match.column)
            assert explained.score == pytest.approx(match.score, abs=1e-9)
            assert sum(one.part for one in explained.evidence) == pytest.approx(explained.score)
            assert explained.cross_score is not None
            assert explained.cross_score.score is not None


def test_where_the_matcher_has_clear_winner_nothing_is_read(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lakeindex.search.reranking_searcher.has_clear_winner", lambda probabilities: True)
    column = ColumnId(TableId("geo/countries.csv"), "name")
    query = lake.opened.searcher.column(column)
    found, expected = lake.opened.reranking.search(query, 50), lake.opened.searcher.search(query)
    assert np.array_equal(found.before_calibration, expected.scores)
    (first, *_) = lake.query(column.table, column.name, probe=0).matches
    explained = lake.explain(column, first.column)
    assert explained.cross_score is None


def test_only_tables_within_a_glob_answer(lake: Lake) -> None:
    tables = lake.opened.table_ids
    for column in columns_of(lake):
        for glob, allowed in ((f"{tables[1]}", {tables[1]}), ("*", set(tables))):
            answer = lake.query(column.table, column.name, k=100, probe=0, within=glob)
            assert {match.column.table for match in answer.matches} <= allowed - {column.table}
    everything = lake.query(columns_of(lake)[0].table, columns_of(lake)[0].name, k=100, probe=0)
    assert lake.query(everything.query.table, everything.query.name, k=100, probe=0, within="*") == everything
    with pytest.raises(NotFound, match="no table is called like 'nowhere"):
        lake.query(tables[0], columns_of(lake)[0].name, within="nowhere/*")


@pytest.mark.usefixtures("never_clear")
def test_reaching_into_the_lake_finds_what_no_source_proposes(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    column = columns_of(lake)[0]
    query = lake.opened.searcher.column(column)
    full = lake.opened.reranking.search(query, ALL)
    best = best_of(full)
    hidden = lake.opened.searcher.__class__.candidates
    monkeypatch.setattr(
        type(lake.opened.searcher), "candidates", lambda *given, **more: np.setdiff1d(hidden(*given, **more), [best])
    )
    assert best not in lake.opened.reranking.search(query, ALL).keys
    found = reaching(lake).search(query, ALL)
    assert best_of(found) == best
    assert not set(query.own_keys.tolist()) & set(found.keys.tolist())


def test_anchor_scores_are_kept_up_when_the_lake_changes(lake_folder: Path, tmp_path: Path) -> None:
    folder, settings = tmp_path / "lake", Settings(model="hashing", jobs=1, memory="500MB", anchors=5, reach="lake")
    for path in sorted(lake_folder.rglob("*")):
        if path.is_file():
            (folder / path.relative_to(lake_folder)).parent.mkdir(parents=True, exist_ok=True)
            (folder / path.relative_to(lake_folder)).write_bytes(path.read_bytes())
    Lake.index(folder, tmp_path / "index", settings)
    (folder / "more.csv").write_text("town,people\nbonn,3\nulm,4\nkiel,5\n")
    changed = Lake.index(folder, tmp_path / "index", settings)
    anew = Lake.index(folder, tmp_path / "anew", settings)
    kept, made = (open_anchors(one.generation.folder / ANCHORS) for one in (changed, anew))
    assert np.array_equal(kept.scores, made.scores)
    assert kept.scores.shape == (5, len(changed.opened.searcher.directory))
    assert changed.query("more.csv", "town", probe=0).query == ColumnId(TableId("more.csv"), "town")
    opened = changed.opened.reranking.anchors
    assert opened is not None and np.array_equal(opened.scores, made.scores)
    models = changed.generation.manifest.models
    with pytest.raises(StaleArtifact, match="scored by cells-of-before"), pytest.MonkeyPatch.context() as patch:
        patch.setitem(models, CROSS_ENCODER_ROLE, "cells-of-before")
        Lake(changed.generation, settings).query("more.csv", "town", probe=0, budget=2)
    assert changed.logical_hash == anew.logical_hash


def test_a_budget_is_a_number_or_all(lake: Lake) -> None:
    assert Settings(budget="all").budget == "all"
    for wrong in ("many", "-1", "1.5", ""):
        with pytest.raises(InvalidSetting):
            Settings(budget=wrong)


@pytest.mark.usefixtures("never_clear")
@pytest.mark.parametrize("calls", [0, 3, ALL])
@pytest.mark.parametrize("reaches_lake", [False, True])
def test_many_queries_are_answered_as_each_alone(
    lake: Lake, calls: int, reaches_lake: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lakeindex.search.reranking_searcher._TOGETHER", 5)
    columns = columns_of(lake)
    assert len(columns) > 10
    reranking = reaching(lake) if reaches_lake else lake.opened.reranking
    one_by_one = [reranking.search(lake.opened.searcher.column(column), calls) for column in columns]
    batch_sizes: list[int] = []
    score = LateInteraction.scores
    monkeypatch.setattr(LateInteraction, "scores", lambda *given: batch_sizes.append(len(given[1])) or score(*given))
    together = list(reranking.search_many(map(lake.opened.searcher.column, columns), calls))
    for one, other in zip(one_by_one, together, strict=True):
        assert (one.query, one.keys.tolist()) == (other.query, other.keys.tolist())
        assert other.scores == pytest.approx(one.scores, abs=1e-12)
    assert max(batch_sizes, default=0) == (0 if not calls else 5), (
        "the pairs of several queries were not scored together"
    )


def test_an_answer_to_many_is_that_to_each(lake: Lake) -> None:
    columns = columns_of(lake)[:7]
    answers = list(lake.query_many(columns, k=3, probe=1, min_probability=0.4))
    assert answers == [lake.query(one.table, one.name, 3, 1, min_probability=0.4) for one in columns]
    assert list(lake.query_many([])) == []


@pytest.mark.usefixtures("never_clear")
def test_the_score_predicted_for_an_explained_pair_is_made_of_those_of_the_others(lake: Lake) -> None:
    rows = 0
    for column in columns_of(lake):
        found = lake.opened.reranking.search(lake.opened.searcher.column(column), ALL)
        assert found.cross_scores is not None
        places, scores, before = found.cross_scores.places, found.cross_scores.scores, found.before_reranking
        if len(places) < 4:
            continue
        right = lake.opened.searcher.directory.id_of(int(found.keys[places[0]]))
        explained = lake.explain(column, right, budget=ALL).cross_score
        assert explained is not None and explained.predicted is not None
        prior = np.where(before > 0, np.log(before / (1 - before)), 0.0)
        vectors = lake.opened.searcher.vectors.vectors(found.keys)
        expected = predict(vectors, prior, places[1:], scores[1:], Plan(ALL))[places[0]]
        assert explained.predicted == pytest.approx(expected, abs=1e-4)
        rows += 1
    assert rows > 3
