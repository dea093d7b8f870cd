"""What reaches stderr, and how much of it."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lakeindex.serve.cli.main import cli


@pytest.fixture
def call(index_folder: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.setenv("LAKEINDEX_INDEX", str(index_folder))
    monkeypatch.setenv("COLUMNS", "60")

    def called(*words: str) -> Result:
        return CliRunner().invoke(cli, words, catch_exceptions=False)

    return called


@pytest.mark.parametrize("words", [("-q", "tables"), ("tables", "-q"), ("tables", "--quiet")])
def test_quiet_stands_before_or_behind_the_command(words, call) -> None:  # type: ignore[no-untyped-def]
    assert "no room for: file, notes" in call("tables").stderr
    quiet = call(*words)
    assert (quiet.exit_code, quiet.stderr) == (0, "")
    assert "no room for" in call("tables").stderr, "what one run is told, the next is not"


@pytest.mark.parametrize("words", [("--log-format", "json", "tables"), ("tables", "--log-format", "json")])
def test_messages_are_lines_of_json_with_one_id_a_run(words, call) -> None:  # type: ignore[no-untyped-def]
    first, second = call(*words), call(*words)
    assert first.stdout == second.stdout == call("tables").stdout
    (one,), (other,) = ([json.loads(line) for line in done.stderr.splitlines()] for done in (first, second))
    assert list(one) == ["time", "run", "level", "logger", "message"]
    assert (one["level"], one["logger"]) == ("info", "lakeindex.cli")
    assert one["message"].startswith("no room for: file, notes")
    assert datetime.fromisoformat(one["time"]).utcoffset() is not None
    assert one["run"] != other["run"] and len(one["run"]) == 12


@pytest.mark.parametrize(
    ("flags", "levels"), [((), ["warning"]), (("-v",), ["info", "warning"]), (("-vv",), ["debug", "info", "warning"])]
)
def test_records_of_the_engine_are_told_by_how_much_is_wanted(flags, levels, call, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def tables(_):  # type: ignore[no-untyped-def]
        log = logging.getLogger("lakeindex.build.anything")
        log.debug("a file")
        log.info("a stage")
        log.warning("odd: \x1b[2J")
        raise SystemExit(0)

    monkeypatch.setattr("lakeindex.lake.lake.Lake.tables", tables)
    lines = call("--log-format", "json", *flags, "tables").stderr.splitlines()
    assert [json.loads(line)["level"] for line in lines] == levels
    assert {json.loads(line)["logger"] for line in lines} == {"lakeindex.build.anything"}
    assert call("tables").stderr == "odd: \\x1b[2J\n"
    assert call("tables", "-q").stderr == ""
