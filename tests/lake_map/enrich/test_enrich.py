"""Which joins help to predict a column: one that explains it, one that is noise, one that is the column itself."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import InvalidSetting, NotFound
from lakeindex.lake_map.enrich.gain import Losses, gain_of
from lakeindex.lake_map.enrich.mutual_information import entropy, mutual_information
from lakeindex.lake_map.enrich.predictors import Predictor, Target


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Lake:
    folder = tmp_path_factory.mktemp("enrich")
    draw = random.Random(3)
    rates = [draw.random() * 100 for _ in range(80)]
    products = ["product_code,rate"] + [f"PR{place:04},{rate:.3f}" for place, rate in enumerate(rates)]
    clerks = ["clerk_code,desk"] + [f"CL{place:03},{draw.randrange(40)}" for place in range(25)]
    sales, ledger = ["sale_ref,product_code,clerk_code,amount"], ["sale_ref,booked"]
    for place in range(600):
        product, clerk = draw.randrange(80), draw.randrange(25)
        amount = f"{rates[product] * 3 + draw.gauss(0, 2):.2f}"
        sales.append(f"SA{place:06},PR{product:04},CL{clerk:03},{amount}")
        ledger.append(f"SA{place:06},{amount}")
    tables = {"products": products, "clerks": clerks, "sales": sales, "ledger": ledger}
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return Lake.index(folder, tmp_path_factory.mktemp("index"), settings)


def test_the_join_that_explains_the_target_gains_and_noise_does_not(lake: Lake) -> None:
    found = {one.hop.right.table: one for one in lake.enrich("sales.csv", "amount").found}
    products, clerks = found["products.csv"], found["clerks.csv"]
    assert products.gain.low > 0.02
    assert products.gain.after > 0.95
    assert products.columns[0].column.name == "rate"
    assert products.found == 1.0
    assert clerks.gain.low <= 0.005


def test_a_copy_of_the_target_is_named_and_gains_nothing(lake: Lake) -> None:
    rows = lake.enrich("sales.csv", "amount").to_arrow().to_pylist()
    (ledger,) = [row for row in rows if row["table"] == "ledger.csv"]
    assert ledger["copies"] == "booked"
    assert ledger["gain"] < 0.01


def test_what_cannot_be_predicted_is_an_error(lake: Lake) -> None:
    with pytest.raises(NotFound, match="the nearest: 'amount'"):
        lake.enrich("sales.csv", "amounts")
    with pytest.raises(InvalidSetting, match="can't be predicted"):
        lake.enrich("sales.csv", "sale_ref")
    with pytest.raises(InvalidSetting, match="too few to learn from"):
        lake.enrich("clerks.csv", "desk")


def test_mutual_information_is_that_of_its_definition() -> None:
    draw = np.random.default_rng(1)
    left = draw.integers(0, 4, 20_000)
    assert mutual_information(left, left) == pytest.approx(entropy(left), abs=1e-3)
    assert mutual_information(left, draw.integers(0, 5, 20_000)) < 1e-3
    half = np.where(draw.random(20_000) < 0.5, left, draw.integers(0, 4, 20_000))
    joint = np.full((4, 4), 0.5 / 16) + np.eye(4) * 0.5 / 4
    assert mutual_information(left, half) == pytest.approx(float((joint * np.log(joint * 16)).sum()), abs=0.02)


def test_the_interval_of_a_gain_holds_the_gain_of_other_rows() -> None:
    draw = np.random.default_rng(2)
    inside = 0
    for _ in range(100):
        before, after = draw.random(400), draw.random(400) * 0.9
        found = gain_of(Losses(before, 1.0), Losses(after, 1.0))
        inside += found.low <= 0.05 <= found.high
    assert inside >= 88


def test_columns_become_numbers_or_categories() -> None:
    assert Predictor.of("x", pa.chunked_array([pa.array(["a", "b", "c"])])) is None
    assert Predictor.of("x", pa.chunked_array([pa.array([7, 7, None])])) is None
    codes = Predictor.of("x", pa.chunked_array([pa.array(["b", "a", "b", None])]))
    assert codes is not None and codes.is_category
    assert codes.values[:3].tolist() == [1.0, 2.0, 1.0] and np.isnan(codes.values[3])
    assert Target.of(pa.chunked_array([pa.array(["yes", "no", "yes"])])) is not None
