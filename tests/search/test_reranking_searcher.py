"""A query whose candidates are read: within a budget, in a lake or a part of it, and as it is explained."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from lakeindex import Lake, Settings
from lakeindex.arrays.aliases import Integers
from lakeindex.errors import InvalidSetting, NotFound, StaleArtifact
from lakeindex.match.matcher import Judged
from lakeindex.models.weights import LATE_INTERACTION, STATIC
from lakeindex.rerank.anchor_store import open_anchors
from lakeindex.rerank.cur import Plan, predict
from lakeindex.rerank.late_interaction import LateInteraction
from lakeindex.search.load_cross_encoder import make_reranker
from lakeindex.search.reranking_searcher import RerankingSearcher
from lakeindex.store.layout import ANCHORS, CROSS_ENCODER_ROLE
from lakeindex.types.columns import QueryColumn
from lakeindex.types.cross_input import CrossInput
from lakeindex.types.lake import ColumnId, TableId

ALL = 10**9


@pytest.fixture
def never_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read even where the matcher is sure."""
    monkeypatch.setattr("lakeindex.search.reranking_searcher.is_sure", lambda probabilities: False)


def columns_of(lake: Lake) -> list[ColumnId]:
    return [lake.opened.searcher.directory.id_of(key) for key in range(len(lake.opened.searcher.directory))]


def brute_force(lake: Lake, query: QueryColumn, keys: Integers) -> np.ndarray:
    read = lake.opened.searcher.read_of(keys)
    one = CrossInput(query.cross_score, query.facts)
    return LateInteraction.open(LATE_INTERACTION, STATIC).scores(one, read, np.zeros(len(keys), np.int64), np.arange(len(keys)))


def judged_of(reranking: RerankingSearcher, query: QueryColumn, k: int, calls: int) -> tuple[Integers, Judged]:
    found = reranking.search(query, k, calls)
    assert found.judged is not None
    return found.pairs.keys, found.judged


@pytest.mark.usefixtures("never_sure")
def test_a_full_budget_reads_every_candidate_as_brute_force_does(lake: Lake) -> None:
    for column in columns_of(lake):
        query = lake.opened.searcher.column(column)
        keys, judged = judged_of(lake.opened.reranking, query, 100, ALL)
        assert judged.reranked is not None
        said = judged.reranked.said
        assert sorted(said.places.tolist()) == np.flatnonzero(judged.reranked.before > 0).tolist()
        assert said.scores == pytest.approx(brute_force(lake, query, keys[said.places]))
        expected = lake.opened.reranking.reranker.weights.probabilities(judged.reranked.before[said.places], said.scores)
        assert judged.probabilities[said.places] == pytest.approx(expected)


@pytest.mark.usefixtures("never_sure")
@pytest.mark.parametrize("calls", [1, 3, 7])
def test_no_more_is_read_than_the_budget_allows(lake: Lake, calls: int) -> None:
    for column in columns_of(lake):
        judged = judged_of(lake.opened.reranking, lake.opened.searcher.column(column), 10, calls)[1]
        assert judged.reranked is not None and len(judged.reranked.said.places) <= calls


def test_without_a_budget_nothing_is_read_and_no_model_is_loaded(lake: Lake) -> None:
    def load() -> object:
        raise AssertionError("a model was loaded")

    reranking = RerankingSearcher(lake.opened.searcher, load)  # type: ignore[arg-type]
    for column in columns_of(lake):
        query = lake.opened.searcher.column(column)
        assert np.array_equal(reranking.search(query, 10, 0).ranking.keys, lake.opened.searcher.search(query, 10).ranking.keys)


@pytest.mark.usefixtures("never_sure")
def test_pairs_that_were_read_are_not_read_again(lake: Lake) -> None:
    reranker = make_reranker(lake.settings)
    reranking = RerankingSearcher(lake.opened.searcher, lambda: reranker)
    query = lake.opened.searcher.column(columns_of(lake)[0])
    first = reranking.search(query, 10, ALL)
    object.__setattr__(reranker, "cross_encoder", None)
    assert np.array_equal(reranking.search(query, 10, ALL).scores, first.scores)


@pytest.mark.usefixtures("never_sure")
def test_explain_says_what_query_says_and_its_parts_sum_to_it(lake: Lake) -> None:
    for column in columns_of(lake)[:6]:
        for match in lake.query(column.table, column.name, k=100, probe=0).matches[:3]:
            explained = lake.explain(column, match.column)
            assert explained.score == pytest.approx(match.score)
            assert sum(one.part for one in explained.evidence) == pytest.approx(explained.score)
            assert explained.cross_score is not None
            assert explained.cross_score.score is not None


def test_where_the_matcher_is_sure_nothing_is_read(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lakeindex.search.reranking_searcher.is_sure", lambda probabilities: True)
    column = ColumnId(TableId("geo/countries.csv"), "name")
    query = lake.opened.searcher.column(column)
    assert np.array_equal(lake.opened.reranking.search(query, 10, 50).scores, lake.opened.searcher.search(query, 50).scores)
    (first, *_) = lake.query(column.table, column.name, probe=0).matches
    explained = lake.explain(column, first.column)
    assert explained.cross_score is not None
    assert explained.cross_score.lines() == [
        "the cross-encoder was not asked: which candidate is the best is clear without it"
    ]


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


@pytest.mark.usefixtures("never_sure")
def test_reaching_into_the_lake_finds_what_no_source_proposes(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    column = columns_of(lake)[0]
    query = lake.opened.searcher.column(column)
    full = lake.opened.reranking.search(query, 100, ALL)
    best = int(full.ranking.keys[0])
    hidden = lake.opened.searcher.__class__.candidates
    monkeypatch.setattr(
        type(lake.opened.searcher), "candidates", lambda *given, **more: np.setdiff1d(hidden(*given, **more), [best])
    )
    assert best not in lake.opened.reranking.search(query, 100, ALL).pairs.keys
    reaching = replace(lake.opened.reranking, reaches_lake=True)
    found = reaching.search(query, 100, ALL)
    assert int(found.ranking.keys[0]) == best
    assert not set(query.own_keys.tolist()) & set(found.ranking.keys.tolist())


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
    opened = changed.opened.reranking.open_anchors()
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


@pytest.mark.usefixtures("never_sure")
@pytest.mark.parametrize("calls", [0, 3, ALL])
@pytest.mark.parametrize("reaches_lake", [False, True])
def test_many_queries_are_answered_as_each_alone(
    lake: Lake, calls: int, reaches_lake: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lakeindex.search.reranking_searcher._TOGETHER", 5)
    columns = columns_of(lake)
    assert len(columns) > 10
    reranking = replace(lake.opened.reranking, reaches_lake=reaches_lake)
    one_by_one = [reranking.search(lake.opened.searcher.column(column), 10, calls) for column in columns]
    asked: list[int] = []
    score = LateInteraction.scores
    monkeypatch.setattr(LateInteraction, "scores", lambda *given: asked.append(len(given[1])) or score(*given))
    fresh = replace(lake.opened.reranking, reaches_lake=reaches_lake, make_reranker=partial(make_reranker, lake.settings))
    together = list(fresh.search_many(map(lake.opened.searcher.column, columns), 10, calls))
    for one, other in zip(one_by_one, together, strict=True):
        assert (one.query, one.ranking.keys.tolist()) == (other.query, other.ranking.keys.tolist())
        assert other.scores == pytest.approx(one.scores, abs=1e-12)
    assert max(asked, default=0) == (0 if not calls else 5), "the pairs of several queries were not read together"


def test_an_answer_to_many_is_that_to_each(lake: Lake) -> None:
    columns = columns_of(lake)[:7]
    answers = list(lake.query_many(columns, k=3, probe=1, min_probability=0.4))
    assert answers == [lake.query(one.table, one.name, 3, 1, min_probability=0.4) for one in columns]
    assert list(lake.query_many([])) == []


@pytest.mark.usefixtures("never_sure")
def test_what_is_expected_of_an_explained_pair_is_what_the_others_foretell(lake: Lake) -> None:
    rows = 0
    for column in columns_of(lake):
        query = lake.opened.searcher.column(column)
        keys, judged = judged_of(lake.opened.reranking, query, 100, ALL)
        assert judged.reranked is not None
        said, before = judged.reranked.said, judged.reranked.before
        if len(said.places) < 4:
            continue
        explained = lake.explain(column, lake.opened.searcher.directory.id_of(int(keys[said.places[0]])), budget=ALL).cross_score
        assert explained is not None and explained.predicted is not None
        if explained.candidates != len(keys):
            continue  # of one that is explained, the rest of its table is judged, too
        prior = np.where(before > 0, np.log(before / (1 - before)), 0.0)
        vectors = lake.opened.searcher.vectors.vectors(keys)
        foretold = predict(vectors, prior, said.places[1:], said.scores[1:], Plan(ALL))[said.places[0]]
        assert explained.predicted == pytest.approx(foretold, abs=1e-4)
        rows += 1
    assert rows > 3
