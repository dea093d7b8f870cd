"""No change of any file of an index goes unnoticed: nothing is answered from a damaged one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lakeindex import Lake
from lakeindex.errors import IndexUnusable
from lakeindex.store.current_pointer import CURRENT
from lakeindex.store.layout import ANCHORS, CATALOG, COLUMN_TOKENS, LAKE_CALIBRATION, ROWS, VECTORS
from lakeindex.store.manifest import MANIFEST
from tests.durability.accidents import accidents
from tests.durability.published_index import SETTINGS, build, changed, files, use_lists

ARRAYS = ("column_starts", "column_terms", "complete", "strengths", "term_columns", "term_starts", "terms")
ARRAYS += ("totals", "weighed")
KINDS = (
    *(CURRENT, MANIFEST, CATALOG, ROWS, VECTORS, "columns.arrow", "tables.arrow", ".parquet"),
    *(f"/{array}.npy" for array in ARRAYS),
    *(f"{COLUMN_TOKENS}/{array}.npy" for array in ("tokens", "starts")),
    *(f"{ANCHORS}/{array}.npy" for array in ("queries", "columns", "scores")),
    LAKE_CALIBRATION,
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("damage"), replace(SETTINGS, materialize=True, anchors=3))


def measure_damage(index: Path, kind: str, number: int) -> dict[str, int]:
    """Change the files of a kind so many times in all; count what was done and what was noticed, by its name."""
    counts = {"mutations": 0, "noticed": 0}
    named = [name for name in files(index) if name.endswith(kind)]
    for place, name in enumerate(named):
        share = number // len(named) + (place < number % len(named))
        for content in accidents((index / name).read_bytes(), share, name):
            counts["mutations"] += 1
            with changed(index / name, content):
                counts["noticed"] += _is_noticed(index, name)
    return counts


def _is_noticed(index: Path, name: str) -> bool:
    try:
        Lake.open(index, SETTINGS)
    except IndexUnusable as error:
        sentence = str(error)
        return (Path(name).name in sentence or "names another generation" in sentence) and "\n" not in sentence
    return False


def test_every_file_is_of_a_kind(index: Path) -> None:
    named = files(index)
    assert {kind: any(name.endswith(kind) for name in named) for kind in KINDS} == dict.fromkeys(KINDS, True)
    assert [name for name in named if not name.endswith(KINDS)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_change_is_noticed(index: Path, kind: str) -> None:
    assert measure_damage(index, kind, 20) == {"mutations": 20, "noticed": 20}
    assert Lake.open(index, SETTINGS).query("sales/orders.csv", "country").matches


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_one_of_a_thousand_changes_is_noticed(index: Path, kind: str) -> None:
    assert measure_damage(index, kind, 1000) == {"mutations": 1000, "noticed": 1000}


@pytest.fixture
def index_with_lists(tmp_path: Path) -> Iterator[Path]:
    index = build(tmp_path)
    use_lists(index)
    yield index
    assert Lake.open(index, SETTINGS).query("sales/orders.csv", "country").matches


@pytest.mark.parametrize("number", [10, pytest.param(1000, marks=pytest.mark.slow)])
def test_every_change_of_the_lists_of_a_large_lake_is_noticed(index_with_lists: Path, number: int) -> None:
    assert measure_damage(index_with_lists, VECTORS, number) == {"mutations": number, "noticed": number}


@pytest.mark.parametrize("kind", [CURRENT, CATALOG])
def test_a_command_says_in_a_sentence_which_file_is_damaged(index: Path, kind: str) -> None:
    (name,) = (name for name in files(index) if name.endswith(kind))
    (content,) = accidents((index / name).read_bytes(), 1, "command")
    command = [sys.executable, "-m", "lakeindex.serve.cli.main", "query", "sales/orders.csv", "country"]
    with changed(index / name, content):
        done = subprocess.run([*command, "--index", str(index)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (IndexUnusable.exit_code, "")
    assert done.stderr.startswith("lakeindex: ")
    assert done.stderr.count("\n") == 1
    assert Path(name).name in done.stderr or "names another generation" in done.stderr
