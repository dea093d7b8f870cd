from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import NotFound
from lakeindex.files.user_folders import cache_slot
from lakeindex.store.generations import numbers_in
from lakeindex.store.staging import Staging
from lakeindex.types.lake import ColumnId, TableId
from tests.durability.builds import run_command
from tests.durability.kept_values import _values_of
from tests.small_lake import write_lake

SETTINGS = Settings(model="hashing", jobs=1, memory="500MB", keep=2)
EVERYTHING = replace(SETTINGS, materialize=True, anchors=2)
SECRET = "hr/zyxfolk.csv"
NAMES = ("zyxfolk", "zyxwage", "zyxname")
"""Of the table and its columns."""
CANARIES = ("Zyxquorv", "Wobblefen Gnarltoothe", "qqtrace@canary.example", "60061357913")


def found(folder: Path) -> list[str]:
    """Find names and values of the secret table below a folder: in any file's name, bytes, arrays and tables."""
    where = []
    for path in sorted(folder.rglob("*")):
        texts = [str(path)]
        if path.is_file():
            content = path.read_bytes()
            texts += [
                content.decode("latin-1"),
                content.decode("utf-8", "replace"),
                content.decode("utf-16-le", "replace"),
            ]
            texts += list(_values_of(path))
        where += [
            f"{path.relative_to(folder)}: {canary}"
            for canary in (*NAMES, *CANARIES)
            if any(canary.lower() in text.lower() for text in texts)
        ]
    return where


def add_secret(lake: Path) -> None:
    (lake / "hr").mkdir()
    # A ragged line: DuckDB can't read the file, so that the index gets a Parquet copy of its rows.
    rows = [f'"{CANARIES[place % 3]} \\"{place}\\"",{CANARIES[3]}{place}' for place in range(20)]
    (lake / SECRET).write_text("\n".join(["zyxname,zyxwage", *rows, "x,1,2"]) + "\n", "utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index a lake twice, with anchors, rows, verdicts and what a killed build leaves; keep a copy of both."""
    root = tmp_path_factory.mktemp("forget")
    lake, index = write_lake(root / "lake"), root / "index"
    add_secret(lake)
    Lake.index(lake, index, EVERYTHING)
    (lake / "late.csv").write_text("code\nFR\nDE\nES\nPT\n")
    opened = Lake.index(lake, index, EVERYTHING)
    secret = ColumnId(TableId(SECRET), "zyxname")
    opened.accept(secret, ColumnId(TableId("geo/countries.csv"), "name"), note="Zyxquorv says so")
    opened.reject(ColumnId(TableId("sales/orders.csv"), "order_id"), ColumnId(TableId("sales/customers.parquet"), "id"))
    (index / "feedback.jsonl.bak").write_bytes((index / "feedback.jsonl").read_bytes())
    (index / "feedback.jsonl.bak1").write_text("Zyxquorv, damaged")
    staging = Staging(index / "staging")
    staging.open(["zyxfolk"])
    (staging.copies / "left").write_text("Zyxquorv")
    for folder in (lake, index):
        shutil.copytree(folder, root / "original" / folder.name)
    return root


def put_back(folder: Path) -> Path:
    """Put a folder back as it was built, in its place: the index is the one that this user built."""
    shutil.rmtree(folder, ignore_errors=True)
    return shutil.copytree(folder.parent / "original" / folder.name, folder)


@pytest.fixture
def lake(built: Path) -> Path:
    return put_back(built / "lake")


@pytest.fixture
def without(tmp_path: Path) -> Path:
    return write_lake(tmp_path / "without")


@pytest.fixture
def index(lake: Path) -> Path:
    index = put_back(lake.with_name("index"))
    Lake.open(index, EVERYTHING).query("sales/orders.csv", "country")  # describes pairs with verdicts, in the cache
    return index


def test_of_a_forgotten_table_nothing_is_left(index: Path) -> None:
    assert {line.split(":")[0].split("/")[0] for line in found(index)} >= {"generations", "feedback.jsonl", "staging"}
    assert any("rows.duckdb" in line for line in found(index))
    assert any("copies/" in line for line in found(index))
    forgotten = Lake.forget([SECRET], index, SETTINGS)
    assert found(index) == []
    assert not cache_slot("feedback", index.resolve()).exists()
    assert (forgotten.tables, forgotten.removed, forgotten.still_read, forgotten.verdicts) == ((SECRET,), (1, 2), (), 2)
    assert numbers_in(index) == [forgotten.generation.number] == [3]
    assert [one.damages for one in Lake.verify(index)] == [()]


def test_the_index_is_that_of_the_lake_without_the_table(index: Path, without: Path, tmp_path: Path) -> None:
    (without / "late.csv").write_text("code\nFR\nDE\nES\nPT\n")
    Lake.index(without, tmp_path / "other", EVERYTHING)
    Lake.forget([SECRET], index, SETTINGS)
    forgotten, other = Lake.open(index, EVERYTHING), Lake.open(tmp_path / "other", EVERYTHING)
    assert forgotten.generation.manifest.logical_hash == other.generation.manifest.logical_hash
    assert forgotten.generation.manifest.settings == other.generation.manifest.settings
    for table, column in (("sales/orders.csv", "country"), ("geo/countries.csv", "name"), ("late.csv", "code")):
        one, two = (
            [(str(match.column), round(match.score, 6)) for match in opened.query(table, column, probe=0).matches]
            for opened in (forgotten, other)
        )
        assert [name for name, _ in one] == [name for name, _ in two]
    assert [row["left_table"] for row in forgotten.feedback().to_pylist()] == ["sales/orders.csv"]
    count = 'SELECT count(*) AS n FROM "sales/orders.csv"'
    assert forgotten.sql(count).to_pylist() == other.sql(count).to_pylist() == [{"n": 40}]


def test_neither_the_lake_nor_the_model_is_needed(index: Path, lake: Path, tmp_path: Path) -> None:
    shutil.move(lake, tmp_path)
    Lake.forget([SECRET], index, replace(SETTINGS, model="no-such-model"))
    assert found(index) == []


def test_the_next_build_takes_the_table_in_again_unless_its_file_is_moved_away(index: Path, lake: Path) -> None:
    Lake.forget([SECRET], index, SETTINGS)
    assert SECRET in Lake.index(lake, index, EVERYTHING).tables()["table"].to_pylist()
    (lake / SECRET).unlink()
    Lake.forget([SECRET], index, SETTINGS)
    report = Lake.index(lake, index, EVERYTHING).report
    assert report is not None
    assert (report.tables, report.generation) == (6, 5)  # nothing has changed, and nothing is published
    assert found(index) == []


def test_globs_and_several_names_and_a_wrong_one_changes_nothing(index: Path) -> None:
    before = found(index)
    with pytest.raises(NotFound, match=r"no table 'hr/zyxfolks\.csv'.*hr/zyxfolk\.csv"):
        Lake.forget(["late.csv", "hr/zyxfolks.csv"], index, SETTINGS)
    assert (found(index), sorted(numbers_in(index))) == (before, [1, 2])
    forgotten = Lake.forget(["hr/*", "late.csv"], index, SETTINGS)
    assert forgotten.tables == (SECRET, "late.csv")
    assert found(index) == []


def test_all_tables_can_be_forgotten(index: Path) -> None:
    Lake.forget(["*"], index, SETTINGS)
    opened = Lake.open(index, SETTINGS)
    assert (opened.tables().num_rows, opened.feedback().num_rows) == (0, 0)


def test_of_an_archive_the_other_members_stay_and_it_is_read_again(tmp_path: Path) -> None:
    lake, index = write_lake(tmp_path / "lake"), tmp_path / "index"
    with zipfile.ZipFile(lake / "two.zip", "w") as archive:
        archive.writestr("zyxfolk.csv", "zyxname,zyxwage\n" + "".join(f"{one},1\n" for one in CANARIES))
        archive.writestr("colours.csv", "colour,n\nred,1\ngreen,2\nblue,3\n")
    Lake.index(lake, index, SETTINGS)
    Lake.forget(["two.zip/zyxfolk.csv"], index, SETTINGS)
    assert found(index) == []
    assert "two.zip/colours.csv" in Lake.open(index, SETTINGS).tables()["table"].to_pylist()
    again = Lake.index(lake, index, SETTINGS)
    assert "two.zip/zyxfolk.csv" in again.tables()["table"].to_pylist()


def test_a_generation_that_is_read_stays_and_is_told_of(index: Path) -> None:
    reader = Lake.open(index, SETTINGS)
    forgotten = Lake.forget([SECRET], index, SETTINGS)
    assert (forgotten.removed, forgotten.still_read) == ((1,), (2,))
    done = run_command("forget", SECRET, index=index)
    assert done.returncode == 7
    assert "generation 2, which may hold" in done.stderr
    assert reader.tables().num_rows == 7
    reader.generation.read_lock.release()  # type: ignore[union-attr]
    del reader
    again = Lake.forget([SECRET], index, SETTINGS)
    assert (again.generation.number, again.removed, again.still_read) == (3, (2,), ())
    assert found(index) == []


def test_the_command_says_what_was_done_and_that_the_next_build_indexes_it_again(index: Path) -> None:
    done = run_command("forget", SECRET, index=index)
    assert (done.returncode, done.stdout) == (0, f"{SECRET}\n")
    assert "generation 3 answers now" in done.stderr
    assert "removed: generation 1, 2" in done.stderr
    assert "the next build indexes it again while the file is in the lake: move it away" in done.stderr
    assert run_command("query", SECRET, "zyxname", index=index).returncode == 3
    assert run_command("forget", SECRET, index=index).returncode == 3


_DYING = """
import os, signal, sys
from pathlib import Path
from lakeindex import Lake, Settings
steps = 0
def on_event(event, arguments):
    global steps
    if event not in {"os.rename", "os.remove", "os.rmdir", "shutil.rmtree", "os.link"}:
        return
    if sys.argv[2] not in str(arguments[0]):
        return
    steps += 1
    if steps == int(sys.argv[4]):
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(on_event)
Lake.forget([sys.argv[3]], sys.argv[1], Settings(model="hashing", jobs=1, memory="500MB"))
"""


def test_one_that_is_killed_is_finished_by_the_same_command(index: Path) -> None:
    for step in (1, 4, 8, 9, 10, 12, 20):
        command = [sys.executable, "-c", _DYING, str(index), index.name, SECRET, str(step)]
        subprocess.run(command, capture_output=True, check=False)
        assert Lake.open(index, SETTINGS).tables().num_rows in (6, 7)
    try:
        Lake.forget([SECRET], index, SETTINGS)
    except NotFound:
        assert json.dumps(found(index)) == "[]"
    assert found(index) == []


def test_what_finds_canaries_finds_them_in_compressed_copies(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": ["Zyxquorv"] * 1000}), tmp_path / "copy.parquet", compression="zstd")
    assert found(tmp_path) == ["copy.parquet: Zyxquorv"]
