"""A lake that moved, or is closed: estimates with a note, one sentence with the way out, and --lake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import InvalidSetting, LakeIndexError, NotFound
from lakeindex.files.lake_folder import why_unreachable
from tests.serve.cli.test_main import run
from tests.small_lake import write_lake

QUERY, OTHER = ("sales/orders.csv", "country"), ("geo/countries.csv", "code")
COUNT = 'SELECT count(*) AS n FROM "sales/orders.csv"'


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> tuple[Path, Path, Path]:
    """Where a lake was when it was indexed, where it is now, and its index."""
    folder = tmp_path_factory.mktemp("moved")
    was, now = folder / "lake", folder / "elsewhere" / "lake"
    Lake.index(write_lake(was), folder / "index", settings)
    now.parent.mkdir()
    was.rename(now)
    return was, now, folder / "index"


def test_a_query_gives_estimates_and_says_why_once(moved: tuple[Path, Path, Path]) -> None:
    was, now, index = moved
    done = run("query", *QUERY, "-o", "json", "--probe", "5", index=index)
    assert done.returncode == 0
    found = json.loads(done.stdout)["matches"]
    assert [match["exact"] for match in found] == [False] * len(found)
    best = found[0]["table"], found[0]["containment"], found[0]["reverse_containment"]
    assert best == ("geo/countries.csv", 1.0, 0.75)
    assert f"{was}/sales/orders.csv is gone" in found[0]["note"]
    assert done.stderr == (
        f"figures are estimates: the lake is gone from {was}; if it moved, say where it is now: --lake FOLDER "
        "(in Python: Lake.open(..., lake=FOLDER))\n"
    )
    quiet = run("query", *QUERY, "--quiet", index=index)
    assert (quiet.returncode, quiet.stderr) == (0, "")
    counted = run("query", *QUERY, "-o", "json", "--lake", now, index=index)
    assert counted.stderr == ""
    assert json.loads(counted.stdout)["matches"][0]["exact"] is True


def test_an_explanation_gives_estimates_and_says_why(moved: tuple[Path, Path, Path]) -> None:
    _, now, index = moved
    done = run("explain", *QUERY, *OTHER, "-o", "json", index=index)
    assert (done.returncode, json.loads(done.stdout)["exact"]) == (0, False)
    assert done.stderr.count("--lake FOLDER") == 1
    counted = run("explain", *QUERY, *OTHER, "-o", "json", "--lake", now, index=index)
    assert (counted.stderr, json.loads(counted.stdout)["joined_rows"]) == ("", 40)


@pytest.mark.parametrize("words", [("join", *QUERY, *OTHER), ("read", "sales/orders.csv"), ("sql", COUNT)])
def test_what_needs_rows_is_an_error_of_one_sentence(moved: tuple[Path, Path, Path], words: tuple[str, ...]) -> None:
    was, now, index = moved
    done = run(*words, index=index)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        f"lakeindex: the lake is gone from {was}; if it moved, say where it is now: --lake FOLDER "
        "(in Python: Lake.open(..., lake=FOLDER))\n"
    )
    there = run(*words, "-o", "csv", "--lake", now, index=index)
    assert there.returncode == 0
    assert there.stdout.count("\n") == (2 if words[0] == "sql" else 41)


def test_a_table_that_is_not_there_is_named_before_the_lake(moved: tuple[Path, Path, Path]) -> None:
    done = run("read", "sales/order.csv", index=moved[2])
    assert (done.returncode, done.stderr.partition(";")[0]) == (
        3,
        "lakeindex: the index has no table 'sales/order.csv'",
    )


def test_python_says_the_same(moved: tuple[Path, Path, Path], settings: Settings) -> None:
    was, now, index = moved
    gone = Lake.open(index, settings)
    for call in (lambda: gone.join(*QUERY, *OTHER), lambda: gone.sql(COUNT), lambda: gone.read(QUERY[0])):
        with pytest.raises(NotFound, match=f"^the lake is gone from {was}; .*lake=FOLDER"):
            call()
    for where in (now, str(now)):
        there = Lake.open(index, settings, lake=where)
        assert there.root == now
        assert there.sql(COUNT).to_pylist() == [{"n": 40}]
        assert there.join(*QUERY, *OTHER).to_arrow().num_rows == 40
        assert there.query(*QUERY).matches[0].exact
        assert there.query(now / "sales" / "orders.csv", "country").same_as is not None
    with pytest.raises(NotFound, match="there is no folder /nowhere: --lake names the folder"):
        Lake.open(index, settings, lake="/nowhere")


def test_a_variable_names_the_folder_and_a_file_of_settings_does_not(
    moved: tuple[Path, Path, Path], settings: Settings, tmp_path: Path
) -> None:
    from lakeindex.config.load_settings import load_settings

    _, now, index = moved
    named = load_settings({"index": index}, {"LAKEINDEX_LAKE": str(now), "LAKEINDEX_MODEL": "hashing"}, tmp_path)
    assert Lake.open(index, named).root == now
    (tmp_path / "lakeindex.toml").write_text("lake = '/etc'")
    with pytest.raises(InvalidSetting, match="which is for you alone to say"):
        load_settings({}, {}, tmp_path)


def test_rows_that_the_index_keeps_need_no_lake(tmp_path: Path) -> None:
    lake, index = write_lake(tmp_path / "lake"), tmp_path / "index"
    keeping = Settings(model="hashing", jobs=2, memory="500MB", materialize=True)
    Lake.index(lake, index, keeping)
    lake.rename(tmp_path / "moved")
    opened = Lake.open(index, keeping)
    assert opened.sql(COUNT).to_pylist() == [{"n": 40}]
    assert opened.opened.why_no_rows() == ""
    with pytest.raises(LakeIndexError, match="the lake is gone from"):
        opened.read("sales/orders.csv")


def test_a_folder_where_nothing_is_mounted_is_empty(tmp_path: Path) -> None:
    assert why_unreachable(tmp_path).startswith(
        f"the lake's folder {tmp_path} is empty now; say where it is now: --lake"
    )
    (tmp_path / "file").write_text("")
    assert why_unreachable(tmp_path) == ""
    assert why_unreachable(tmp_path / "file").startswith(f"the lake is gone from {tmp_path}/file; ")
    assert why_unreachable(tmp_path / "none").startswith(f"the lake is gone from {tmp_path}/none; ")
