"""The engine with one thing changed: what is left is weighed as before, and nothing stays behind afterwards."""

from __future__ import annotations

import changed_engine
import pytest
from ablation import changes, pool_recalls
from changed_engine import (
    ENGINE,
    by_signal_alone,
    guards,
    variants,
    with_tried_signal,
    without_guard,
    without_paths,
    without_repeats,
    without_rival,
    without_signal,
    without_source,
    without_trees,
)
from query_lake import query_lake
from tried_signals import TRIED, WEIGHT

from lakeindex import ColumnId, Lake, TableId
from lakeindex.match import signals
from lakeindex.match.signals import REPEATS, RIVAL, SIGNALS
from lakeindex.search.searcher import Searcher
from lakeindex.types.matches import Match
from tests.benchmarks.conftest import CITY

NAMES = [signal.name for signal in SIGNALS]


def ask(lake: Lake, **varied: object) -> list[Match]:
    """Query the lake opened anew: an open one keeps what it has found."""
    opened = Lake.open(lake.settings.index, lake.settings)
    (answer,) = opened.query_many([CITY], k=100, **varied)
    return list(answer.matches)


def values_of(matches: list[Match], name: str) -> list[float]:
    return [one.value for match in matches for one in match.evidence if one.name == name]


@pytest.mark.parametrize("name", NAMES)
def test_the_weights_of_the_others_sum_to_1_in_the_same_proportions(name: str) -> None:
    with without_signal(name):
        weights = {signal.name: signal.weight for signal in signals.SIGNALS}
    assert weights.pop(name) == 0.0
    assert sum(weights.values()) == pytest.approx(1.0)
    left = sum(signal.weight for signal in SIGNALS if signal.name != name)
    assert weights == pytest.approx({one.name: one.weight / left for one in SIGNALS if one.name != name})


def test_a_signal_that_is_left_out_has_no_value(cities: Lake) -> None:
    assert max(values_of(ask(cities), "meaning")) > 0.3
    with without_signal("meaning"):
        assert set(values_of(ask(cities), "meaning")) == {0.0}


def test_what_speaks_against_a_join_can_be_left_out(cities: Lake) -> None:
    assert max(values_of(ask(cities), RIVAL.name)) > 0.01
    assert max(values_of(ask(cities), REPEATS.name)) == 1.0
    with without_rival():
        assert set(values_of(ask(cities), RIVAL.name)) == {0.0}
    with without_repeats():
        assert set(values_of(ask(cities), REPEATS.name)) == {0.0}


@pytest.mark.parametrize("guard", guards())
def test_a_guard_is_back_after_it_was_switched_off(guard: str) -> None:
    before = getattr(signals, guard)
    with pytest.raises(ZeroDivisionError), without_guard(guard):
        assert getattr(signals, guard) == changed_engine.GUARDS[guard][1] != before
        raise ZeroDivisionError
    assert getattr(signals, guard) == before


@pytest.mark.parametrize("name", ["names", "grams"])
def test_one_signal_alone_ranks_by_its_values(cities: Lake, name: str) -> None:
    values = {match.column: value for match in ask(cities) for value in values_of([match], name)}
    with by_signal_alone(name):
        ranked = [match.column for match in ask(cities, budget=0)]
    expected = [value for value in sorted(values.values(), reverse=True) if value > 0.1]
    assert [values[column] for column in ranked if column in values][: len(expected)] == pytest.approx(expected)


@pytest.mark.parametrize("name", TRIED)
def test_a_tried_signal_takes_its_weight_from_all_others(cities: Lake, name: str) -> None:
    with with_tried_signal(name):
        *own, tried = signals.SIGNALS
        assert sum(signal.weight for signal in signals.SIGNALS) == pytest.approx(1.0)
        assert (tried.name, tried.weight, len(own)) == (name, WEIGHT, len(SIGNALS))
        assert values_of(ask(cities), name)


def test_a_source_that_is_left_out_is_not_tried(cities: Lake) -> None:
    with without_source("vectors"):
        opened = Lake.open(cities.settings.index, cities.settings)
        tried = opened.query(CITY.table, CITY.name).tried
    assert tried and "vectors" not in tried
    assert "vectors" in cities.query(CITY.table, CITY.name).tried


def test_without_trees_answers_rank_by_the_sum_of_signals(cities: Lake) -> None:
    with without_trees(), without_paths():
        matches = ask(cities, budget=0)
    sums = [
        sum(signal.weight * values_of([match], signal.name)[0] for signal in SIGNALS)
        for match in matches
        if not any(values_of([match], against.name)[0] for against in (REPEATS, RIVAL))
    ]
    assert len(sums) > 1
    assert sums == sorted(sums, reverse=True)


def test_without_paths_no_answer_rests_on_one(cities: Lake) -> None:
    names = {one.name for match in ask(cities) for one in match.evidence}
    with without_paths():
        without = {one.name for match in ask(cities) for one in match.evidence}
    assert "answers" in names
    assert not without & {"answers", "paths"}


def test_nothing_stays_changed(cities: Lake) -> None:
    before, kept = ask(cities), (signals.SIGNALS, vars(Searcher))
    for variant in variants(["vectors", "names"]):
        with variant.change():
            assert ask(cities, **variant.query) or variant.label != ENGINE
    assert (signals.SIGNALS, vars(Searcher)) == kept
    assert ask(cities) == before


def test_the_same_thing_is_not_changed_twice() -> None:
    with without_rival(), pytest.raises(LookupError, match="no module of the engine has sum_signals"), without_rival():
        pass


def test_variants_have_labels_of_their_own() -> None:
    labels = [variant.label for variant in variants(["vectors"])]
    assert len(set(labels)) == len(labels)
    assert set(labels) >= {ENGINE, "without names", "names alone", "without vectors as a source", "with lengths"}


def test_a_pool_holds_what_any_of_its_sources_proposes() -> None:
    one, other, nowhere, elsewhere = (ColumnId(TableId(name), "x") for name in ("one", "other", "nowhere", "else"))
    proposed = {"near": {CITY: [one]}, "named": {CITY: [one, other]}}
    assert pool_recalls(proposed, {CITY: {one, other, nowhere, elsewhere}}) == {
        ENGINE: 0.5,
        "without near as a source": 0.5,
        "without named as a source": 0.25,
        "near alone as a source": 0.25,
        "named alone as a source": 0.5,
    }


def test_changes_are_in_thousandths() -> None:
    figures = {
        ENGINE: {"small": {"recall_at_10": 0.9, "map_at_10": 0.8}},
        "without names": {"small": {"recall_at_10": 0.912, "map_at_10": 0.75}},
    }
    assert changes(figures) == [[ENGINE, "0.900 / 0.800"], ["without names", "+12 / -50"]]


def test_an_unchanged_engine_answers_as_the_lake_does(cities: Lake) -> None:
    (engine, *_) = variants([])
    with engine.change():
        answers = query_lake(cities, [CITY], **engine.query)
    expected = cities.query(CITY.table, CITY.name, k=100, probe=0).matches
    assert answers == {CITY: [match.column for match in expected]}
    assert len(answers[CITY]) > 2
