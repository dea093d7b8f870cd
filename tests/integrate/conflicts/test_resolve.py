from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.integrate.conflicts.claims import Claims, Decision, Rule
from lakeindex.integrate.conflicts.resolve import resolve
from lakeindex.integrate.records import canonical_keys
from tests.integrate.conflicts.made_claims import claims_of
from tests.integrate.conflicts.made_worlds import World, is_right, make, share_right

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "flights_conflict"


def test_one_value_is_the_only_one_and_many_that_agree_are_agreed() -> None:
    found = resolve(claims_of([(3, 1, 0, "Paris"), (3, 0, 0, "7"), (3, 0, 1, "7.0")]))
    assert found.entity.tolist() == [3, 3]
    assert found.attribute.tolist() == [0, 1]
    assert found.value.to_pylist() == ["7.0", "Paris"]
    assert found.decisions() == [Decision.AGREED, Decision.ONLY]
    assert found.is_tie.tolist() == [False, False]
    assert found.confidence[0] > found.confidence[1] > 0.5


@pytest.mark.parametrize("rule", [Rule.AUTO, Rule.MAJORITY, Rule.TRUTH_DISCOVERY, Rule.RECENCY])
def test_two_sources_that_disagree_are_a_tie(rule: Rule) -> None:
    found = resolve(claims_of([(0, 0, 0, "Paris"), (0, 0, 1, "Lyon")]), rule)
    assert found.decisions() == [Decision.TIE]
    assert found.is_tie.tolist() == [True]
    assert found.value.to_pylist() == ["Lyon"]
    assert found.has_won.tolist() == [False, True]
    assert found.claim_group.tolist() == [1, 0]


def test_no_claims_are_no_cells() -> None:
    found = resolve(claims_of([]))
    assert (len(found), len(found.value), len(found.has_won)) == (0, 0, 0)


def test_the_newer_value_wins_a_tie_and_by_recency_always() -> None:
    made = [(0, 0, 0, "old"), (0, 0, 1, "new"), (1, 0, 0, "same"), (1, 0, 1, "same"), (1, 0, 2, "newest")]
    claims = claims_of(made, moments=[1, 2, 1, 1, 9])
    assert resolve(claims).value.to_pylist()[0] == "new"
    assert resolve(claims).decisions()[0] is Decision.RECENCY
    assert not resolve(claims).is_tie[0]
    recent = resolve(claims, Rule.RECENCY)
    assert recent.value.to_pylist() == ["new", "newest"]
    assert recent.decisions() == [Decision.RECENCY, Decision.RECENCY]


def test_unknown_moments_decide_nothing() -> None:
    found = resolve(claims_of([(0, 0, 0, "a"), (0, 0, 1, "b")], moments=[float("nan"), float("nan")]))
    assert found.decisions() == [Decision.TIE]


def test_a_source_has_one_vote_a_cell_however_often_it_claims() -> None:
    made = [(0, 0, 0, "often")] * 50 + [(0, 0, 1, "right"), (0, 0, 2, "right")]
    found = resolve(claims_of(made))
    assert found.value.to_pylist() == ["right"]
    assert found.has_won.tolist() == [False] * 50 + [True, True]


def test_the_value_is_written_as_most_write_it_in_mixed_case() -> None:
    made = [(0, 0, 0, "NEW YORK"), (0, 0, 1, "New York"), (0, 0, 2, "new york"), (0, 0, 3, "Boston")]
    assert resolve(claims_of(made)).value.to_pylist() == ["New York"]


def test_a_time_is_written_in_the_attributes_fashion_though_its_cell_has_none_such() -> None:
    usual = [(entity, 0, 0, f"{entity % 12 + 1}:30 p.m.") for entity in range(20)]
    found = resolve(claims_of([*usual, (20, 0, 1, "12/1/2011 7:30 PM")]))
    assert found.value.to_pylist()[-1] == "7:30 p.m."


def test_what_is_no_time_loses_against_a_time_however_many_say_it() -> None:
    usual = [(entity, 0, 0, f"{entity % 12 + 1}:30 p.m.") for entity in range(40)]
    made = [
        *usual,
        *[(40, 0, source, "Not Available") for source in (1, 2, 3)],
        (40, 0, 0, "7:30 p.m."),
        (41, 0, 1, "Not Available"),
    ]
    assert resolve(claims_of(made)).value.to_pylist()[40:] == ["7:30 p.m.", "Not Available"]


@pytest.mark.parametrize("shift", ["a year later", "in pounds"])
def test_sources_that_always_differ_alike_follow_another_convention(shift: str) -> None:
    made = []
    for entity in range(60):
        for source in (0, 1, 2):
            if source and entity % 3 == 0:
                continue
            year, weight = 1940 + entity + (source > 0), (50 + entity * 1.37) * (2.20462 if source else 1)
            made.append((entity, 0, source, f"{year}-01-01" if shift == "a year later" else f"{weight:.3f}"))
    alone = [
        (entity, 0, 0, f"{1900 + entity % 40}-01-01" if shift == "a year later" else f"{entity}.5")
        for entity in range(60, 200)
    ]
    found = resolve(claims_of([*made, *alone]))
    assert found.value.to_pylist()[1] == ("1941-01-01" if shift == "a year later" else "51.370")
    assert {found.decisions()[entity] for entity in range(60) if entity % 3} == {Decision.CONVENTION}


WORLDS = {
    "sources that differ": World((0.95, 0.9, 0.6, 0.6, 0.5, 0.5, 0.4)),
    "one good among bad": World((0.95, 0.5, 0.5, 0.5, 0.5)),
    "three sources": World((0.9, 0.6, 0.6)),
    "copiers of a bad one": World((0.9, 0.8, 0.8, 0.7, 0.5), copiers=(4, 4, 4, 4)),
    "copiers of popular errors": World((0.9, 0.8, 0.8, 0.7, 0.5), copiers=(4, 4, 4), popularity=1.0),
    "trust differs by attribute": World((0.8, 0.75, 0.7, 0.7, 0.65, 0.6), spread=0.35, attributes=6),
}  # fmt: skip


@pytest.mark.parametrize("name", WORLDS)
def test_truth_discovery_is_right_more_often_than_the_majority(name: str) -> None:
    made = [make(replace(WORLDS[name], seed=seed)) for seed in range(3)]
    found = np.array(
        [[share_right(resolve(claims, rule), truth) for rule in (Rule.AUTO, Rule.MAJORITY)] for claims, truth in made]
    )
    assert found[:, 0].mean() >= found[:, 1].mean() + 0.01


@pytest.mark.parametrize("accuracy", [0.9, 0.8, 0.7])
def test_sources_that_are_equally_good_lose_nothing(accuracy: float) -> None:
    made = [make(World((accuracy,) * 6, seed=seed)) for seed in range(3)]
    found = np.array(
        [[share_right(resolve(claims, rule), truth) for rule in (Rule.AUTO, Rule.MAJORITY)] for claims, truth in made]
    )
    assert found[:, 0].mean() >= found[:, 1].mean() - 0.005


def test_confidence_is_the_share_that_is_right() -> None:
    claims, truth = make(World((0.9, 0.8, 0.7, 0.6, 0.5, 0.5), entities=600))
    found = resolve(claims)
    right, bins = is_right(found, truth), np.minimum((found.confidence * 10).astype(int), 9)
    gaps = [
        abs(right[bins == one].mean() - found.confidence[bins == one].mean()) * (bins == one).mean()
        for one in np.unique(bins)
    ]
    # These sources err independently, which six alone can't show: their confidence is less by what is left open.
    assert sum(gaps) <= 0.04 + 0.2 / 6


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_order_of_claims_does_not_matter(data: st.DataObject) -> None:
    texts = st.sampled_from(["a", "A", "b", "c|d", "d;c", "7:30 pm", "19:30", "1", "1.0", "2", "", "é"])
    one = st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 5), texts)
    made = data.draw(st.lists(one, min_size=1, max_size=60))
    order = data.draw(st.permutations(range(len(made))))
    first, second = resolve(claims_of(made)), resolve(claims_of([made[place] for place in order]))
    assert first.value.to_pylist() == second.value.to_pylist()
    assert first.decisions() == second.decisions()
    assert first.confidence.tolist() == pytest.approx(second.confidence.tolist(), abs=1e-9)
    assert [bool(first.has_won[place]) for place in order] == second.has_won.tolist()
    assert [int(first.claim_group[place]) for place in order] == second.claim_group.tolist()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 5), st.text(max_size=6)), max_size=40))
def test_any_text_is_resolved_to_a_value_that_won(made: list[tuple[int, int, int, str]]) -> None:
    claims = claims_of(made)
    found = resolve(claims)
    assert len(found) == len({(entity, attribute) for entity, attribute, _, _ in made})
    assert np.bincount(found.claim_cell, found.has_won, len(found)).min(initial=1) >= 1
    assert ((found.confidence >= 0) & (found.confidence <= 1)).all()


def test_one_entity_with_many_thousand_claims_is_one_answer() -> None:
    made = [(0, 0, place % 20, f"value {place % 7}") for place in range(10_000)]
    assert len(resolve(claims_of(made))) == 1


@pytest.mark.skipif(not DATA.is_dir(), reason="the labelled flights are not here")
def test_the_labelled_flights_are_right_in_19_of_20_cells() -> None:
    names = ["sched_dep_time", "act_dep_time", "sched_arr_time", "act_arr_time"]
    made: list[tuple[str, int, int, str]] = []
    for source, path in enumerate(sorted((DATA / "tables").iterdir())):
        with path.open(newline="", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                made += [(row["flight"], place, source, row[name]) for place, name in enumerate(names) if row[name]]
    flights = sorted({one[0] for one in made})
    texts = pa.array([one[3] for one in made], pa.large_string())
    numbers = np.array([[flights.index(one[0]), one[1], one[2]] for one in made])
    found = resolve(Claims(*numbers.T, np.arange(len(made)), texts, canonical_keys(texts)))
    said = {
        (flights[e], names[a]): v
        for e, a, v in zip(found.entity, found.attribute, found.value.to_pylist(), strict=True)
    }
    with (DATA / "gold.csv").open(newline="", encoding="utf-8-sig") as file:
        gold = {(row["flight"], name): row[name] for row in csv.DictReader(file) for name in names}
    assert np.mean([said[cell].casefold() == value.casefold() for cell, value in gold.items()]) >= 0.95


def test_amounts_that_are_measured_support_one_another_and_their_median_is_shown() -> None:
    chance = np.random.default_rng(0)
    truth = chance.uniform(10, 500, 80)
    made = [
        (entity, 0, source, f"{truth[entity] + chance.normal(0, 0.05):.3f}")
        for entity in range(80)
        for source in range(4)
    ]
    made += [(entity, 0, source, f"{900 - truth[entity]:.3f}") for entity in range(0, 80, 8) for source in (4, 5)]
    found = resolve(claims_of(made))
    assert np.abs(np.array(found.value.to_pylist(), float) - truth).max() < 0.2
    assert {one for entity, one in enumerate(found.decisions()) if entity % 8} == {Decision.TOLERANCE}
    assert found.has_won[:320].mean() >= 0.98
    assert not found.has_won[320:].any()
    assert set(found.value.to_pylist()) <= {one[3] for one in made}


def test_numbers_that_sources_mostly_agree_on_are_only_equal_or_not() -> None:
    made = [
        (entity, 0, source, str(1000 + 37 * entity + (source == 3 and entity % 2)))
        for entity in range(40)
        for source in range(4)
    ]
    found = resolve(claims_of(made))
    assert found.value.to_pylist() == [str(1000 + 37 * entity) for entity in range(40)]
    assert Decision.TOLERANCE not in found.decisions()


def test_a_misspelt_name_supports_the_name_that_other_cells_have() -> None:
    usual = [(entity, 0, source, f"Name {'abcdefgh'[entity % 8]}lberto") for entity in range(40) for source in range(4)]
    made = [(40, 0, 0, "Name alberto"), (40, 0, 1, "Name albrto"), (40, 0, 2, "Another one"), (40, 0, 3, "Else")]
    assert resolve(claims_of([*usual, *made])).value.to_pylist()[40] == "Name alberto"


def test_texts_that_differ_in_a_digit_do_not_support_one_another() -> None:
    made = [(0, 0, 0, "Flat 17, High Street"), (0, 0, 1, "Flat 18, High Street"), (0, 0, 2, "Mill"), (0, 0, 3, "Mill")]
    assert resolve(claims_of(made)).value.to_pylist() == ["Mill"]
