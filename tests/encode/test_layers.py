"""Fewer layers are another, faster encoder; how many there are is kept with the index."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from lakeindex import Lake, Settings
from lakeindex.config.model_options import ModelOptions
from lakeindex.encode.encoders import make_encoder
from lakeindex.errors import InvalidSetting
from lakeindex.serve.cli.main import cli

TEXTS = ["country: Germany, France", "price: 3.20, 4.10"]


def test_some_layers_give_other_vectors_under_another_fingerprint() -> None:
    whole, half = make_encoder(ModelOptions()), make_encoder(ModelOptions(layers=3))
    every = make_encoder(ModelOptions(layers=6))
    assert np.abs(whole.encode(TEXTS) - half.encode(TEXTS)).max() > 0.01
    assert np.array_equal(whole.encode(TEXTS), every.encode(TEXTS))
    assert whole.fingerprint != half.fingerprint


@pytest.mark.parametrize("layers", [7, -1])
def test_layers_that_there_are_not_cannot_be_run(layers: int) -> None:
    with pytest.raises(InvalidSetting, match="has 6 layers"):
        make_encoder(ModelOptions(layers=layers))


def test_a_column_from_outside_is_encoded_as_the_index_was(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    (lake / "towns.csv").write_text("town,people\nBonn,3\nUlm,1\nKiel,2\n")
    (tmp_path / "query.csv").write_text("place\nBonn\nUlm\n")
    Lake.index(lake, tmp_path / "index", Settings(layers=2))
    opened = Lake.open(tmp_path / "index", Settings())
    (match, *_) = opened.query(tmp_path / "query.csv", "place", k=1).matches
    assert (match.column.table, match.column.name) == ("towns.csv", "town")


def test_the_command_line_takes_them(tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "towns.csv").write_text("town,people\nBonn,3\nUlm,1\nKiel,2\n")
    command = ["index", str(tmp_path / "lake"), "--index", str(tmp_path / "index"), "--quiet", "--layers"]
    assert CliRunner().invoke(cli, [*command, "2"]).exit_code == 0
    assert Lake.open(tmp_path / "index").generation.manifest.settings["layers"] == 2
    refused = CliRunner().invoke(cli, [*command, "9"])
    assert refused.exit_code != 0
    assert "has 6 layers" in str(refused.exception)
