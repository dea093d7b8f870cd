"""Every setting, its value, and where it comes from."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lakeindex import Settings
from lakeindex.config.load_settings import BESIDE_SETTINGS
from lakeindex.serve.cli.main import cli

SOURCES = Path(__file__).resolve().parents[3] / "lakeindex"


def show(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(cli, ["config", "show", "--origin", "-o", "csv", *words], env=environment)


def shown(done: Result) -> dict[str, tuple[str, str]]:
    assert done.exit_code == 0, done.output
    return {row["setting"]: (row["value"], row["origin"]) for row in csv.DictReader(io.StringIO(done.stdout))}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    return tmp_path


def test_every_setting_is_shown_with_its_origin(folder: Path) -> None:
    (folder / "home" / "lakeindex").mkdir(parents=True)
    own, here = folder / "home" / "lakeindex" / "lakeindex.toml", folder / "lakeindex.toml"
    own.write_text("jobs = 2\nkeep = 2\nmemory = '3GB'\n")
    here.write_text("jobs = 3\nkeep = 3\n")
    found = shown(show("--index", "elsewhere", LAKEINDEX_JOBS="4"))
    assert set(found) == {one.name for one in fields(Settings)}
    assert found["index"] == ("elsewhere", "flag")
    assert found["jobs"] == ("4", "LAKEINDEX_JOBS")
    assert found["keep"] == ("3", str(here))
    assert found["memory"] == ("3GB", str(own))
    assert found["materialize"] == ("false", "default")


def test_without_origin_values_alone_are_shown() -> None:
    done = CliRunner().invoke(cli, ["config", "show", "-o", "csv"])
    assert done.stdout.startswith("setting,value\nindex,.lakeindex\n")


def test_a_secret_is_never_shown(folder: Path) -> None:
    secret = "correct horse battery"
    for done in (
        show(LAKEINDEX_HASH_KEY=secret),
        CliRunner().invoke(cli, ["config", "show"], env={"LAKEINDEX_HASH_KEY": secret}),
    ):
        assert done.exit_code == 0
        assert secret not in done.output
    assert shown(show(LAKEINDEX_HASH_KEY=secret))["hash_key"] == ("(set, not shown)", "LAKEINDEX_HASH_KEY")
    assert shown(show())["hash_key"] == ("", "default")


@pytest.mark.parametrize(
    ("variable", "note"),
    [
        ("LAKEINDEX_JOB", "the variable LAKEINDEX_JOB is no setting of lakeindex and changes nothing; did you mean "
         "LAKEINDEX_JOBS?\n"),
        ("LAKEINDEX_TRACEBAK", "did you mean LAKEINDEX_TRACEBACK?\n"),
        ("LAKEINDEX_QQQ", "the variable LAKEINDEX_QQQ is no setting of lakeindex and changes nothing\n"),
    ],
)  # fmt: skip
def test_a_variable_that_is_no_setting_is_named_with_the_nearest(variable: str, note: str) -> None:
    assert show(**{variable: "3"}).stderr.endswith(note)


def test_a_quiet_command_keeps_it_to_itself(index_folder: Path) -> None:
    words = ["query", "sales/orders.csv", "country", "--probe", "0", "--index", str(index_folder)]
    environment = {"LAKEINDEX_JOB": "3"}
    assert "LAKEINDEX_JOBS?" in CliRunner().invoke(cli, words, env=environment).stderr
    assert "LAKEINDEX" not in CliRunner().invoke(cli, [*words, "--quiet"], env=environment).stderr


def test_every_variable_that_the_sources_name_is_known() -> None:
    settings = {f"LAKEINDEX_{one.name.upper()}" for one in fields(Settings)}
    placeholders = {"LAKEINDEX_", "LAKEINDEX_FIELD", "LAKEINDEX_SETTING", "LAKEINDEX_COMPLETE"}
    named = {
        name for path in SOURCES.rglob("*.py") for name in re.findall(r"LAKEINDEX_[A-Z_]*", path.read_text("utf-8"))
    }
    assert named - placeholders <= settings | set(BESIDE_SETTINGS)
    assert {"LAKEINDEX_TRACEBACK", "LAKEINDEX_CHAT_URL", "LAKEINDEX_INDEX"} <= named
