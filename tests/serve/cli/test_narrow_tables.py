"""What people see of the main commands on a terminal of sixty columns, held in golden files."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from lakeindex.serve.cli.grid_cells import width_of
from lakeindex.serve.cli.main import cli

GOLDEN = Path(__file__).parent / "golden"
COMMANDS = {
    "tables": ("tables",),
    "profile": ("profile", "geo/countries.csv"),
    "query": ("query", "sales/orders.csv", "country", "--all"),
    "keys": ("keys", "geo/countries.csv"),
    "similar": ("similar", "geo/countries.csv"),
    "union": ("union", "geo/countries.csv"),
    "read": ("read", "geo/countries.csv"),
    "join": ("join", "sales/orders.csv", "country", "geo/countries.csv", "code", "--limit", "0"),
    "path": ("path", "sales/orders.csv", "geo/hauptstädte.csv.gz"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_it_fits_sixty_columns(name: str, index_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("LAKEINDEX_INDEX", str(index_folder))
    done = CliRunner().invoke(cli, COMMANDS[name], catch_exceptions=False)
    assert done.exit_code == 0
    assert max(map(width_of, done.stdout.split("\n"))) <= 60
    assert done.stdout == (GOLDEN / f"{name}.txt").read_text("utf-8")
