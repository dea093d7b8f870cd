from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from lakeindex.config.load_settings import load_settings
from lakeindex.config.settings import LATE_INTERACTION, TRANSFORMER, Settings
from lakeindex.config.settings_files import FILE
from lakeindex.config.trusted_settings import SHIPPED_MODELS, TRUST
from lakeindex.encode.encoders import HASHING
from lakeindex.errors import InvalidSetting

OWN_ALONE = [
    'index = "/elsewhere"',
    'index = "../elsewhere"',
    'index = "sub/../../elsewhere"',
    'model = "models/mine"',
    'model = "/models/mine"',
    'model = "somebody/a-model"',
    'cross_encoder = "somebody/a-model"',
    "allow_download = true",
    'hash_key = "known to somebody"',
    "materialize = true",
    'memory = "64GB"',
    'memory_per_file = "64GB"',
    'output_per_file = "1TB"',
    "seconds_per_file = 1e5",
    "keep = 0",
]
ANYONES = [
    'index = "sub/index"',
    'index = "./a/../.lakeindex"',
    'model = "static"',
    'cross_encoder = "transformer"',
    "allow_download = false",
    'memory = "500MB"',
    'memory_per_file = "100MB"',
    'output_per_file = "10MB"',
    "seconds_per_file = 5",
    'values = "hash"',
    'values = "none"',
    "check_content = true",
    "keep = 3",
    'header = "no"',
    'budget = "all"',
    "jobs = 2",
    "text_title = true",
    'reach = "lake"',
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lake").mkdir()
    return tmp_path / "lake"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of the user's own configuration, which isn't there yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "configuration"))
    path = tmp_path / "configuration" / "lakeindex" / FILE
    path.parent.mkdir(parents=True)
    return path


def loaded(folder: Path, environment: dict[str, str] | None = None, **flags: Any) -> Settings:
    return load_settings(flags, environment or {}, folder)


def name_of(line: str) -> str:
    return line.split(" =")[0]


def test_every_setting_says_what_a_folder_may_set() -> None:
    assert set(TRUST) == {field.name for field in fields(Settings)}


def test_the_shipped_models_are_those_that_need_no_file_of_others() -> None:
    assert {"auto", "default", "base", "static", HASHING, LATE_INTERACTION, "cells", TRANSFORMER} == SHIPPED_MODELS


@pytest.mark.parametrize("line", OWN_ALONE)
def test_a_folders_file_may_not_lead_elsewhere_fetch_or_weaken(folder: Path, own: Path, line: str) -> None:
    (folder / FILE).write_text(line)
    name = name_of(line)
    with pytest.raises(InvalidSetting) as caught:
        loaded(folder)
    message = str(caught.value)
    assert message.startswith(f"{folder / FILE} sets {name}")
    assert f"LAKEINDEX_{name.upper()}" in message
    assert str(own) in message


@pytest.mark.parametrize("line", OWN_ALONE)
def test_the_users_own_file_may_set_all_of_it(folder: Path, own: Path, line: str) -> None:
    own.write_text(line)
    before = getattr(Settings(), name_of(line))
    assert getattr(loaded(folder), name_of(line)) != before
    # A folder that repeats what the user has set asks for nothing.
    (folder / FILE).write_text(line)
    assert getattr(loaded(folder), name_of(line)) != before


@pytest.mark.parametrize("line", ANYONES)
def test_a_folders_file_may_set_what_is_harmless(folder: Path, own: Path, line: str) -> None:
    (folder / FILE).write_text(line)
    expected = load_settings({}, {f"LAKEINDEX_{name_of(line).upper()}": line.split("= ")[1].strip('"')}, own.parent)
    assert loaded(folder) == expected


def test_a_secret_is_not_repeated_in_the_message(folder: Path, own: Path) -> None:
    (folder / FILE).write_text('hash_key = "known to somebody"')
    with pytest.raises(InvalidSetting) as caught:
        loaded(folder)
    assert "known to somebody" not in str(caught.value)


def test_what_a_variable_or_a_flag_overrides_stops_nobody(folder: Path, own: Path) -> None:
    (folder / FILE).write_text('index = "/elsewhere"\nmodel = "somebody/a-model"\nkeep = 2\n')
    settings = loaded(folder, {"LAKEINDEX_MODEL": "static"}, index="here")
    assert (settings.index, settings.model, settings.keep) == ("here", "static", 2)


def test_flags_beat_variables_beat_the_folder_beats_the_users_own_file(folder: Path, own: Path) -> None:
    own.write_text("keep = 1\nlayers = 1\ndims = 1\nanchors = 1\n")
    (folder / FILE).write_text("keep = 2\nlayers = 2\ndims = 2\n")
    settings = loaded(folder, {"LAKEINDEX_KEEP": "3", "LAKEINDEX_LAYERS": "3"}, keep=4)
    assert (settings.keep, settings.layers, settings.dims, settings.anchors) == (4, 3, 2, 1)


def test_less_than_the_users_own_setting_is_weaker_too(folder: Path, own: Path) -> None:
    own.write_text('values = "none"\ncheck_content = true\nkeep = 5\noutput_per_file = "1MB"\n')
    for line in ('values = "hash"', 'values = "sample"', "check_content = false", "keep = 4"):
        (folder / FILE).write_text(line)
        with pytest.raises(InvalidSetting, match=f"sets {name_of(line)} to .* your own setting"):
            loaded(folder)
    (folder / FILE).write_text('output_per_file = "2MB"')
    with pytest.raises(InvalidSetting, match="allows more than your own setting, '1MB'"):
        loaded(folder)


def test_a_path_through_a_link_is_where_the_link_leads(folder: Path, own: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    (folder / FILE).write_text('index = "link/index"')
    with pytest.raises(InvalidSetting, match="sets index to 'link/index', which leads out of the folder"):
        loaded(folder)


def test_a_file_that_is_a_link_out_of_the_folder_is_not_followed(folder: Path, own: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("keep = 7")
    (folder / FILE).symlink_to(tmp_path / "secret")
    with pytest.raises(InvalidSetting, match="is a link that leaves its folder"):
        loaded(folder)
    (folder / FILE).unlink()
    (folder / "other.toml").write_text("keep = 7")
    (folder / FILE).symlink_to("other.toml")
    assert loaded(folder).keep == 7


def test_a_fifo_or_a_huge_file_in_its_place_is_refused_at_once(folder: Path, own: Path) -> None:
    os.mkfifo(folder / FILE)
    with pytest.raises(InvalidSetting, match="a FIFO has taken its place"):
        loaded(folder)
    (folder / FILE).unlink()
    with (folder / FILE).open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(InvalidSetting, match="more than 1,048,576 bytes"):
        loaded(folder)


def test_an_own_file_that_anybody_can_write_to_is_not_the_users_own(folder: Path, own: Path) -> None:
    own.write_text("keep = 7")
    own.chmod(0o666)
    with pytest.raises(InvalidSetting, match="others can write to it"):
        loaded(folder)
    own.chmod(0o600)
    assert loaded(folder).keep == 7


def test_a_configuration_folder_that_depends_on_the_current_one_is_not_the_users(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", "configuration")
    monkeypatch.chdir(folder)
    (folder / "configuration" / "lakeindex").mkdir(parents=True)
    (folder / "configuration" / "lakeindex" / FILE).write_text("keep = 7")
    assert loaded(folder).keep == Settings().keep


def test_the_command_writes_nothing_where_a_strangers_file_says(folder: Path, own: Path, tmp_path: Path) -> None:
    (folder / "a.csv").write_text("id,name\n1,x\n2,y\n")
    (folder / FILE).write_text(f'index = "{tmp_path / "elsewhere"}"\nmodel = "hashing"\n')
    command = [sys.executable, "-m", "lakeindex.serve.cli.main", "index", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "sets index" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "elsewhere").exists()
    again = subprocess.run([*command, "--index", "own"], cwd=folder, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert (folder / "own" / "CURRENT").exists()
    assert not (tmp_path / "elsewhere").exists()


def test_a_folders_own_index_may_not_be_a_link_that_leads_elsewhere(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "a stranger's", tmp_path / "mine"
    folder.mkdir()
    elsewhere.mkdir()
    (folder / ".lakeindex").symlink_to(elsewhere)
    with pytest.raises(InvalidSetting, match="leads out of the folder"):
        load_settings({}, {}, folder)
    assert load_settings({"index": ".lakeindex"}, {}, folder).index == ".lakeindex"
    assert load_settings({}, {"LAKEINDEX_INDEX": ".lakeindex"}, folder).index == ".lakeindex"
    (folder / ".lakeindex").unlink()
    (folder / "inside").mkdir()
    (folder / ".lakeindex").symlink_to("inside")
    assert load_settings({}, {}, folder).index == ".lakeindex"
