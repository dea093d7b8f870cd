"""With `--names hash` no name of a table or column is in the index, and it is asked by names or by their hashes."""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from lakeindex import Lake
from lakeindex.errors import InvalidSetting, NotFound, Refused, StaleArtifact
from lakeindex.types.lake import ColumnId, TableId
from tests.durability.kept_values import found_in
from tests.durability.published_index import SETTINGS
from tests.hostile import command

HIDDEN = replace(SETTINGS, names="hash", hash_key="a key of these tests")
TABLES = ("zyxfolder/quorvtable.csv", "wobbletable.parquet.csv", "packzip.zip/gnarlmember.csv", "docjson.json#partkey")
COLUMNS = ("blorpcolumn", "flumpcolumn", "snerkcolumn", "vixencolumn")
CANARIES = tuple(word for name in (*TABLES, *COLUMNS) for word in name.replace("/", ".").replace("#", ".").split("."))


def write(root: Path) -> Path:
    (root / "zyxfolder").mkdir(parents=True)
    rows = "\n".join(f"value{at},{at}" for at in range(50))
    (root / TABLES[0]).write_text(f"{COLUMNS[0]},{COLUMNS[1]}\n{rows}\n", "utf-8")
    (root / TABLES[1]).write_text(f"{COLUMNS[0]},{COLUMNS[2]}\n{rows}\n", "utf-8")
    with zipfile.ZipFile(root / "packzip.zip", "w") as archive:
        archive.writestr("gnarlmember.csv", f"{COLUMNS[2]}\nvalue1\nvalue2\n")
        archive.writestr("othermember.csv", f"{COLUMNS[3]}\nvalue1\nvalue3\n")
        archive.writestr("leftmember.exe", "nothing")
    document = {"partkey": [{COLUMNS[3]: "value1"}, {COLUMNS[3]: "value9"}], "otherkey": [{COLUMNS[0]: "value1"}]}
    (root / "docjson.json").write_text(json.dumps(document), "utf-8")
    (root / "tornzyx.parquet").write_bytes(b"PAR1 blorpcolumn")
    return root


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("hidden")
    return Lake.index(write(folder / "lake"), folder / "index", HIDDEN)


def words() -> tuple[str, ...]:
    return tuple(word for word in CANARIES if word not in ("csv", "zip", "json", "parquet"))


def names_in(folder: Path) -> list[str]:
    content = b"".join(path.read_bytes().lower() for path in folder.rglob("*") if path.is_file())
    return [word for word in words() if word.encode() in content or word.encode("utf-16-le") in content]


def test_no_name_is_in_the_index(built: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    index = Path(built.settings.index)
    assert names_in(index) == []
    assert [path.name for path in index.rglob("*") if any(word in path.name for word in words())] == []
    for name in ("WORDS", "_TEXTS"):
        monkeypatch.setattr(f"tests.durability.kept_values.{name}", words())
    monkeypatch.setattr("tests.durability.kept_values._SPELLINGS", {})
    assert found_in(index) == []


def test_the_report_says_which_table_is_of_which_file(built: Lake) -> None:
    assert built.report is not None
    files = {one.path: [table.id for table in one.tables] for one in built.report.files}
    assert sorted(files) == ["docjson.json", "packzip.zip", "tornzyx.parquet", TABLES[1], TABLES[0]]
    listed = set(built.tables()["table"].to_pylist())
    assert listed == {table for tables in files.values() for table in tables}
    assert len(files["docjson.json"]) == len(files["packzip.zip"]) == 2
    assert all(name.startswith("t_") for name in listed)


def test_names_and_hashes_ask_the_same(built: Lake) -> None:
    by_name = built.query(TABLES[0], COLUMNS[0], probe=5)
    by_hash = built.query(by_name.query.table, by_name.query.name)
    assert by_name.query.name.startswith("c_")
    answers = [[(match.column, match.probability, match.exact) for match in one.matches] for one in (by_name, by_hash)]
    assert answers[0] == answers[1]
    assert built.query(TABLES[1], COLUMNS[0]).query in [match.column for match in by_name.matches]
    assert [match.exact for match in by_name.matches] == [False] * len(by_name.matches)
    for table, column in ((TABLES[2], COLUMNS[2]), (TABLES[3], COLUMNS[3])):
        assert built.query(table, column).query.table in built.tables()["table"].to_pylist()


def test_names_count_as_they_do_plainly(built: Lake, tmp_path: Path) -> None:
    plain = Lake.index(built.root, tmp_path / "plain", SETTINGS)
    column = ColumnId(TableId(TABLES[0]), COLUMNS[0])
    for source in ("names", "references"):
        found = [lake.query(column.table, column.name, probe=0, sources=(source,)) for lake in (plain, built)]
        scores = [[match.score for match in one.matches] for one in found]
        assert scores[0] == pytest.approx(scores[1])


def test_rows_are_out_of_reach_and_it_says_why(built: Lake) -> None:
    first, second = (built.query(table, COLUMNS[0]).query for table in TABLES[:2])
    for ask in (
        lambda: built.sql("SELECT 1"),
        lambda: built.read(first.table),
        lambda: built.join(first.table, first.name, second.table, second.name),
    ):
        with pytest.raises(Refused, match="names = hash"):
            ask()


def test_what_is_not_there_is_not_found(built: Lake) -> None:
    with pytest.raises(NotFound, match="no table 'nothere"):
        built.query("nothere.csv", COLUMNS[0])
    with pytest.raises(NotFound, match="has no column 'c_"):
        built.query(TABLES[0], "nothere")


def test_another_key_asks_for_other_names(built: Lake) -> None:
    other = Lake.open(built.settings.index, replace(HIDDEN, hash_key="another"))
    with pytest.raises(StaleArtifact, match="another key"):
        other.query(TABLES[0], COLUMNS[0])


def test_verdicts_are_on_hashes(built: Lake) -> None:
    left, right = (ColumnId(TableId(table), COLUMNS[0]) for table in TABLES[:2])
    built.accept(left, right)
    assert names_in(Path(built.settings.index)) == []
    assert built.feedback().num_rows == 1
    built.withdraw(left, right)
    assert built.feedback().num_rows == 0


def test_what_did_not_change_is_not_read_again(built: Lake, tmp_path: Path) -> None:
    again = Lake.index(built.root, built.settings.index, HIDDEN)
    assert again.report is not None
    assert again.generation.number == built.generation.number
    (built.root / "newfile.csv").write_text("id,blorpcolumn\n1,value1\n2,value2\n", "utf-8")
    grown = Lake.index(built.root, built.settings.index, HIDDEN)
    fresh = Lake.index(built.root, tmp_path / "fresh", HIDDEN)
    assert grown.logical_hash == fresh.logical_hash
    terms = [(Path(one.settings.index) / "generations").glob("*/terms/names/terms.npy") for one in (grown, fresh)]
    assert sorted(terms[0])[-1].read_bytes() == sorted(terms[1])[-1].read_bytes()
    (built.root / "newfile.csv").unlink()


def test_rows_are_not_copied_under_names_that_are_hidden() -> None:
    with pytest.raises(InvalidSetting, match="names = 'hash'"):
        replace(HIDDEN, materialize=True)


def test_the_command_line_asks_by_names(built: Lake, tmp_path: Path) -> None:
    index, column = built.settings.index, built.query(TABLES[0], COLUMNS[0]).query
    key = {"LAKEINDEX_HASH_KEY": HIDDEN.hash_key}
    (tmp_path / "queries.csv").write_text(f"query_table,query_column\n{TABLES[0]},{COLUMNS[0]}\n", "utf-8")
    moved = tmp_path / "moved"
    built.root.rename(moved)  # whether its files are there makes no difference
    try:
        for words in (
            ("query", TABLES[0], COLUMNS[0]),
            ("query", "--batch", tmp_path / "queries.csv"),
            ("query", "--file", moved / TABLES[0], COLUMNS[0]),
        ):
            done = command.run(*words, "--index", index, "-o", "csv", **key)
            assert (done.returncode, done.stderr.count("no answer")) == (0, 0), done.stderr
            assert len(done.stdout.splitlines()) > 1
            assert words[1] == "--file" or done.stdout.splitlines()[1].startswith(f"{column.table},{column.name},1,")
    finally:
        moved.rename(built.root)


def test_tables_are_forgotten_by_name_or_hash(tmp_path: Path) -> None:
    lake = Lake.index(write(tmp_path / "lake"), tmp_path / "index", HIDDEN)
    hashed = lake.query(TABLES[1], COLUMNS[0]).query.table
    lake.close()
    with pytest.raises(NotFound):
        Lake.forget(["nothere.csv"], lake.settings.index, HIDDEN)
    with pytest.raises(StaleArtifact, match="another key"):
        Lake.forget([TABLES[0]], lake.settings.index, replace(HIDDEN, hash_key="another"))
    Lake.forget([TABLES[0], hashed], lake.settings.index, HIDDEN)
    left = Lake.open(lake.settings.index, HIDDEN)
    with pytest.raises(NotFound):
        left.query(TABLES[0], COLUMNS[0])
    for gone in TABLES[:2]:
        (tmp_path / "lake" / gone).unlink()
    fresh = Lake.index(tmp_path / "lake", tmp_path / "fresh", HIDDEN)
    assert left.logical_hash == fresh.logical_hash
    for family in ("names", "context", "references"):
        terms = [one.generation.folder / "terms" / family / "terms.npy" for one in (left, fresh)]
        assert terms[0].read_bytes() == terms[1].read_bytes()
    left.close()
    Lake.forget([TABLES[2]], lake.settings.index, HIDDEN)
    assert Lake.open(lake.settings.index, HIDDEN).tables().num_rows == fresh.tables().num_rows - 1


def test_a_snapshot_is_restored_where_the_lake_moved(built: Lake, tmp_path: Path) -> None:
    Lake.snapshot(tmp_path / "archive.tar", built.settings.index, settings=HIDDEN)
    (tmp_path / "other").mkdir()
    with pytest.raises(NotFound, match="none of the files"):
        Lake.restore(tmp_path / "archive.tar", tmp_path / "index", tmp_path / "other", settings=HIDDEN)
    with pytest.raises(StaleArtifact, match="another key"):
        Lake.restore(
            tmp_path / "archive.tar", tmp_path / "index", built.root, settings=replace(HIDDEN, hash_key="another")
        )
    shutil.copytree(built.root, tmp_path / "moved")
    restored = Lake.restore(tmp_path / "archive.tar", tmp_path / "index", tmp_path / "moved", settings=HIDDEN)
    assert restored.generation.manifest.lake == str(tmp_path / "moved")
    again = Lake.index(tmp_path / "moved", tmp_path / "index", HIDDEN)
    assert again.report is not None
    assert {str(one.status) for one in again.report.files} == {"unchanged", "failed"}
