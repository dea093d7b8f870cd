"""Tests of what is learned from perturbed copies of tuples."""

from __future__ import annotations

import numpy as np
import pytest

from lakeindex.integrate.link.blocking import Pairs
from lakeindex.integrate.link.comparison import UNSCALED, ComparedTuples, Scale
from lakeindex.integrate.link.contrastive import fit_contrastive
from lakeindex.integrate.link.link_records import dedupe_records
from lakeindex.integrate.link.logistic import WeightPrior
from lakeindex.integrate.link.noise_rates import USUAL, noise_rates
from lakeindex.integrate.link.perturbation import NoiseRates, perturbed
from lakeindex.integrate.link.rehearsal import rehearse
from lakeindex.integrate.link.tuples import Tuples
from tests.integrate.link.records_of import records
from tests.integrate.link.test_link_records import PRICES, THINGS

TABLE = records("one", name=THINGS, price=PRICES)


def test_copies_without_noise_are_equal() -> None:
    tuples = Tuples.of_one(TABLE)
    copies = perturbed(tuples, [NoiseRates(0, 0)] * 2, np.random.default_rng(0))
    assert [one.texts.to_pylist() for one in copies.attributes] == [one.texts.to_pylist() for one in tuples.attributes]
    assert [one.keys.to_pylist() for one in copies.attributes] == [one.keys.to_pylist() for one in tuples.attributes]


@pytest.mark.parametrize("rates", [NoiseRates(0.1, 0.3), NoiseRates(0.3, 0.1)])
def test_values_are_missing_and_changed_as_often_as_said(rates: NoiseRates) -> None:
    tuples = Tuples.of_one(records("many", name=[f"the {one} thing" for one in THINGS * 50]))
    (copies,) = perturbed(tuples, [rates], np.random.default_rng(0)).attributes
    before, after = tuples.attributes[0].texts.to_pylist(), copies.texts.to_pylist()
    missing = np.mean([one == "" for one in after])
    changed = np.mean([one not in ("", other) for one, other in zip(after, before, strict=True)])
    assert missing == pytest.approx(rates.missing, abs=0.03)
    assert changed == pytest.approx(rates.changed, abs=0.05)  # a letter may be put in place of the same letter


def test_copies_differ_as_often_as_the_pairs_that_surely_match() -> None:
    count = 380
    names = [f"thing {place}" for place in range(count)]
    other = [name if place % 2 else f"{name} x" for place, name in enumerate(names)]
    color = ["red" if place % 4 else None for place in range(count)]
    tuples = Tuples.of_one(records("both", name=[*names, *other], color=["red"] * count + color))
    assert noise_rates(tuples, Pairs.none()) == (USUAL, USUAL)
    rates = noise_rates(tuples, Pairs(np.arange(count), np.arange(count) + count))
    # As many as twenty pairs of the usual rates come on top.
    assert [one.missing for one in rates] == pytest.approx([1 / 400, 96 / 400])
    assert [one.changed for one in rates] == pytest.approx([194 / 400, 4 / 305])


def test_a_number_that_is_written_in_another_way_is_near_the_first() -> None:
    tuples = Tuples.of_one(records("numbers", price=[str(one) for one in range(100, 400)]))
    (copies,) = perturbed(tuples, [NoiseRates(0, 1)], np.random.default_rng(0)).attributes
    gaps = [abs(float(one) / place - 1) for place, one in zip(range(100, 400), copies.texts.to_pylist(), strict=True)]
    assert max(gaps) < 0.2


def test_what_is_learned_from_copies_hardly_depends_on_the_order_of_rows() -> None:
    order = np.random.default_rng(1).permutation(len(THINGS)).tolist()
    shuffled = records("one", name=[THINGS[row] for row in order], price=[PRICES[row] for row in order])
    weights = [weights_of(table) for table in (TABLE, shuffled)]
    # Of neighbours that are equally near, others may be taken.
    assert weights[0] == pytest.approx(weights[1], abs=0.02)


def weights_of(table) -> np.ndarray:  # type: ignore[no-untyped-def,type-arg]
    compared = ComparedTuples.of(Tuples.of_one(table))
    size = 1 + 5 + 4 + 5 - 1
    scale = Scale(np.zeros(size), np.ones(size))
    rehearsal = rehearse(compared, scale)
    assert rehearsal is not None
    return rehearsal.weights()


def test_nothing_is_learned_from_tuples_that_hold_nothing() -> None:
    compared = ComparedTuples.of(Tuples.of_one(records("one", name=[None, None])))
    assert rehearse(compared, UNSCALED) is None


def test_the_gradient_of_the_contrastive_loss_is_zero_where_it_ends() -> None:
    rng = np.random.default_rng(0)
    features, groups = rng.normal(size=(60, 3)), np.repeat(np.arange(15), 4)
    is_own = np.tile([True, False, False, False], 15)
    weights = fit_contrastive(features, groups, is_own, WeightPrior(np.zeros(3), 0.5))
    raised = np.exp(features @ weights).reshape(15, 4)
    shares = raised / raised.sum(axis=1, keepdims=True)
    slope = features[is_own].sum(axis=0) - (features.reshape(15, 4, 3) * shares[..., None]).sum(axis=(0, 1))
    assert slope == pytest.approx(0.5 * weights, abs=1e-4)


def test_few_duplicates_are_found_among_many_rows_that_have_none() -> None:
    names = [*THINGS, f"{THINGS[7]} x", f"{THINGS[30]} x"]
    found = dedupe_records(records("one", name=names, price=[*PRICES, PRICES[7], PRICES[30]])).pairs.to_pylist()
    matches = {(one["left_row"], one["right_row"]) for one in found if one["probability"] >= 0.5}
    assert {(7, 60), (30, 61)} <= matches
