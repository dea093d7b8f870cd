"""`lakeindex explain` says why in at most six reasons that add up; --full shows all parts, with units."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from lakeindex import Lake
from lakeindex.serve.cli.main import cli

PAIR = ("sales/orders.csv", "country", "geo/countries.csv", "code")
APART = ("geo/countries.csv", "capital", "sales/customers.parquet", "full name")
PART = re.compile(r"^ *([+−]\d+\.\d)% ", re.MULTILINE)


@pytest.fixture(autouse=True)
def one_lake(index_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Explain each pair once: what is tested here is how that is written."""
    monkeypatch.setattr("lakeindex.serve.cli.explain.open_lake", lambda **_: _remembering(index_folder))


@cache
def _remembering(index: Path) -> Any:
    lake = Lake.open(index)
    return SimpleNamespace(explain=cache(lake.explain), opened=lake.opened)


def explained(index: Path, *words: str) -> str:
    done = CliRunner().invoke(cli, ["explain", *words, "--index", str(index)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("pair", [PAIR, APART], ids=["joins", "does not"])
def test_at_most_six_reasons_add_up_to_the_score(index_folder: Path, pair: tuple[str, ...]) -> None:
    text = explained(index_folder, *pair)
    parts = [float(one.replace("−", "-")) for one in PART.findall(text)]
    assert 1 < len(parts) <= 6
    score = re.search(r"([\d.]+)% sure that they join: (not )?accepted", text)
    assert score is not None and sum(parts) == pytest.approx(float(score[1]), abs=1e-9)
    assert [abs(part) for part in parts[:-1]] == sorted((abs(part) for part in parts[:-1]), reverse=True)
    assert text.startswith(f"left   {pair[0]} · {pair[1]}\nright  {pair[2]} · {pair[3]}\n")
    names = [f"'{name}'" if " " in name else name for name in pair]
    assert text.endswith(f"\njoin them:\n  lakeindex join {' '.join(names)}\n")
    assert not any(word in text for word in ("log-odds", "anchor", "cross-encoder", "prior", "calibration"))


def test_the_values_that_show_it_are_shown(index_folder: Path) -> None:
    text = explained(index_folder, *PAIR)
    assert re.search(r"\bde \| es \| pt\b", text) and "country: pt, se, es | code: PT, SE, FR" in text
    assert re.search(r"kind +equi: on equal values", text) and re.search(r"cardinality +n:1:", text)


def test_all_parts_have_units_and_internals_in_full(index_folder: Path) -> None:
    text = explained(index_folder, *PAIR, "--full")
    assert "of the score" in text and "0 to 1" in text and "prior" in text and "word_containment" in text
    content = json.loads(explained(index_folder, *PAIR, "-o", "json"))
    assert all(f"{one['part']:+.4f}" in text for one in content["evidence"])
    assert "what it means" not in explained(index_folder, *PAIR)


def test_json_holds_all_parts_and_the_reasons_that_sum_them_up(index_folder: Path) -> None:
    content = json.loads(explained(index_folder, *PAIR, "-o", "json"))
    assert sum(one["part"] for one in content["evidence"]) == pytest.approx(content["score"])
    assert sum(one["part"] for one in content["reasons"]) == pytest.approx(content["score"])
    summed = [name for one in content["reasons"] for name in one["sums_up"]]
    assert sorted(summed) == sorted(one["name"] for one in content["evidence"])
    assert [one["type"] for one in content["columns"]] == ["text", "text"] and content["columns"][1]["is_key"]
    assert content["join"] == f"lakeindex join {' '.join(PAIR)}"


def test_markdown_is_the_reasons_and_csv_is_all_parts(index_folder: Path) -> None:
    lines = explained(index_folder, *PAIR, "-o", "md").splitlines()
    assert lines[0] == "| part | reason | what was seen | for example |" and 4 <= len(lines) <= 9
    assert lines[-1].startswith("| 9") and "| in all |" in lines[-1]
    full = explained(index_folder, *PAIR, "-o", "md", "--full").splitlines()
    rows = explained(index_folder, *PAIR, "-o", "csv").splitlines()
    assert len(full) == len(rows) + 1 and rows[0] == "evidence,part,strength,what it says"


def test_lines_fit_the_terminal(index_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("lakeindex.serve.cli.reasons._WIDTH", 60)
    *lines, _ = explained(index_folder, *PAIR).splitlines()
    assert max(map(len, lines)) <= 60
