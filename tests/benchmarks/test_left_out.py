"""Leaving one thing out: what is left is weighed as before, and nothing of it stays behind."""

from __future__ import annotations

import left_out
import numpy as np
import pytest
from ablation import Ablation, Pool, changes, pool_recalls
from left_out import ENGINE, against, fused, guards, score_variants, switched_off, without

from lakeindex import Lake
from lakeindex.arrays.aliases import Floats
from lakeindex.match import signals
from lakeindex.match.signal_sum import fuse
from lakeindex.match.signals import SIGNALS, measure
from lakeindex.search.scored_candidates import LEAST_SCORE
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.pairs import Pairs

CAPITALS = ColumnId(TableId("geo/countries.csv"), "capital")
CITIES = ColumnId(TableId("geo/hauptstädte.csv.gz"), "stadt")
NAMES = [signal.name for signal in SIGNALS]


@pytest.fixture
def pairs(lake: Lake) -> Pairs:
    query = lake.searcher.column(CAPITALS)
    return lake.searcher.pairs(query, Pool.of(lake.searcher, query).keys())


@pytest.fixture
def perfect(pairs: Pairs) -> dict[str, Floats]:
    """Two candidates that all speak for, and nothing against."""
    return {name: np.full(2, float(name in NAMES)) for name in measure(pairs)}


@pytest.mark.parametrize("name", NAMES)
def test_the_weights_of_the_others_sum_to_the_whole(perfect: dict[str, Floats], name: str) -> None:
    apart = np.arange(2)
    assert fused(without(perfect, name), apart) == pytest.approx(fused(perfect, apart))


@pytest.mark.parametrize("name", NAMES)
def test_a_signal_that_is_left_out_adds_nothing(pairs: Pairs, name: str) -> None:
    added = {signal.name: part for signal, _, part in fuse(without(measure(pairs), name), pairs.tables).parts}
    assert added[name].tolist() == [0.0] * len(pairs.keys)


def test_the_others_keep_their_proportions(pairs: Pairs) -> None:
    values = measure(pairs)
    scale = 1 / (1 - SIGNALS[0].weight)
    left = without(values, SIGNALS[0].name)
    assert left[SIGNALS[1].name] == pytest.approx(scale * values[SIGNALS[1].name])


def test_what_speaks_against_goes_without_a_change_of_weights(pairs: Pairs) -> None:
    values = measure(pairs)
    for name in against(values):
        left = without(values, name)
        assert not left[name].any()
        assert all(left[other].tolist() == values[other].tolist() for other in NAMES)


@pytest.mark.parametrize("guard", guards())
def test_a_guard_is_back_after_it_was_switched_off(guard: str) -> None:
    before = getattr(signals, guard)
    with pytest.raises(ZeroDivisionError), switched_off(guard):
        assert getattr(signals, guard) == left_out.GUARDS[guard][1] != before
        raise ZeroDivisionError
    assert getattr(signals, guard) == before


def test_everything_together_scores_as_the_engine_does(lake: Lake, pairs: Pairs) -> None:
    found = lake.searcher.search(lake.searcher.column(CAPITALS), 100)
    scores = score_variants(pairs)
    assert pairs.keys.tolist() == found.pairs.keys.tolist()
    answers = [(pairs.keys[place], scores[ENGINE][place]) for place in np.flatnonzero(scores[ENGINE])]
    untrained = zip(found.pairs.keys.tolist(), found.scored.scores.tolist(), strict=True)
    expected = {lake.searcher.directory.id_of(key): score for key, score in untrained if score > LEAST_SCORE}
    assert {lake.searcher.directory.id_of(int(key)): score for key, score in answers} == pytest.approx(expected)
    assert scores[f"{NAMES[0]} alone"].tolist() == measure(pairs)[NAMES[0]].tolist()


def test_a_pool_without_a_source_lacks_what_only_that_source_proposes() -> None:
    pool = Pool({"near": np.array([5, 3, 9]), "named": np.array([9, 7])}, own_keys=np.array([3]))
    assert pool.keys().tolist() == [5, 7, 9]
    assert pool.keys("near").tolist() == [7, 9]
    assert pool.keys("named").tolist() == [5, 9]


def test_recall_counts_the_relevant_columns_in_the_pool(lake: Lake) -> None:
    ablation = Ablation()
    nowhere = ColumnId(TableId("no/such.csv"), "x")
    ablation.ask(lake.searcher, CAPITALS, "small", {CITIES, nowhere})
    ablation.ask(lake.searcher, nowhere, "small", {CITIES})
    assert pool_recalls(ablation)[ENGINE] == {"small": 0.25, "macro mean": 0.25}
    assert ablation.rankings[ENGINE][CAPITALS][0] == CITIES
    assert set(ablation.rankings) >= {"without vectors as a source", f"without {NAMES[0]}"}
    assert nowhere not in ablation.rankings[ENGINE]


def test_changes_are_told_in_thousandths() -> None:
    figures = {
        ENGINE: {"small": {"recall_at_10": 0.9, "map_at_10": 0.8}},
        "without names": {"small": {"recall_at_10": 0.912, "map_at_10": 0.75}},
    }
    assert changes(figures) == [[ENGINE, "0.900 / 0.800"], ["without names", "+12 / -50"]]
