"""Fewer dimensions are the first ones of the whole vector; how many there are is kept with the index."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from lakeindex import Lake, Settings
from lakeindex.config.model_options import ModelOptions
from lakeindex.encode.encoders import fingerprint, make_encoder
from lakeindex.encode.matryoshka import first_dimensions
from lakeindex.errors import InvalidSetting
from lakeindex.serve.cli.main import cli

TEXTS = ["country: Germany, France", "price: 3.20, 4.10"]


@pytest.mark.parametrize("model", ["static", "hashing"])
def test_some_dimensions_are_the_first_of_the_whole_vector(model: str) -> None:
    whole, some = make_encoder(ModelOptions(model)), make_encoder(ModelOptions(model, dims=16))
    first = whole.encode(TEXTS)[:, :16]
    np.testing.assert_allclose(some.encode(TEXTS), first / np.linalg.norm(first, axis=1, keepdims=True), atol=1e-6)
    assert some.dimension == 16
    assert some.fingerprint == fingerprint(ModelOptions(model, dims=16)) != whole.fingerprint


def test_a_vector_cut_to_zeros_becomes_a_unit_vector() -> None:
    assert first_dimensions(np.array([[0, 0, 1]], np.float32), 2).tolist() == [[1, 0]]


@pytest.mark.parametrize("dims", [65, -1])
def test_dimensions_that_there_are_not_cannot_be_kept(dims: int) -> None:
    with pytest.raises(InvalidSetting, match="have 64 dimensions"):
        make_encoder(ModelOptions("hashing", dims=dims))


def test_an_index_keeps_how_many_there_are(tmp_path: Path) -> None:
    lake, index = tmp_path / "lake", tmp_path / "index"
    lake.mkdir()
    (lake / "towns.csv").write_text("town,people\nBonn,3\nUlm,1\nKiel,2\n")
    (tmp_path / "query.csv").write_text("place\nBonn\nUlm\n")
    command = ["index", str(lake), "--index", str(index), "--quiet", "--model", "static", "--dims"]
    assert CliRunner().invoke(cli, [*command, "24"]).exit_code == 0
    opened = Lake.open(index, Settings())
    assert opened.opened.searcher.vectors.vectors(np.array([0])).shape == (1, 24)
    (match, *_) = opened.query(tmp_path / "query.csv", "place", k=1).matches
    assert (match.column.table, match.column.name) == ("towns.csv", "town")
    refused = CliRunner().invoke(cli, [*command, "9999"])
    assert "dims is 1 to" in str(refused.exception)
