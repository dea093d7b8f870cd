"""Tables in many files, from the lake to the answer: one table is indexed, asked, joined and read."""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from lakeindex import Lake, Settings
from lakeindex.build import profiling
from lakeindex.build.unseen import without_incomplete
from lakeindex.errors import LakeIndexError, NotFound
from lakeindex.lake.maintenance import forget, repair
from lakeindex.profile.workers.pool import profile_in_workers
from lakeindex.profile.workers.work_units import WorkUnit
from lakeindex.types.lake import LakeFile, TableId
from lakeindex.types.layouts import SCANS, Layout
from lakeindex.types.reports import FileOutcome, FileStatus, ReadTable
from tests.parted_lakes import added, delta_start, removed, write_commit, write_parquet, write_text

SETTINGS = Settings(model="hashing", jobs=1, memory="500MB", shrink_limit=1.0)
SHOPS = ["Aal", "Bad", "Celle", "Düren"]


def write_lake(root: Path) -> Path:
    for year in (2023, 2024):
        for month in (1, 2, 12):
            ids = range(year * 100 + month, year * 100 + month + 4)
            write_parquet(root / f"sales/year={year}/month={month:02d}/part-0.parquet", {"id": ids, "shop": SHOPS})
    write_text(root / "sales/_SUCCESS", "")
    write_text(root / "sales/shops.csv", "shop,land\n" + "".join(f"{shop},DE\n" for shop in SHOPS))
    write_parquet(root / "drift/day=2024-01-01/a.parquet", {"id": [1, 2], "old": ["x", "y"], "mixed": [1, 2]})
    write_parquet(root / "drift/day=2024-01-02/b.parquet", {"id": [2.5], "new": [True], "mixed": ["three"]})
    for land in ("de", "fr", "__HIVE_DEFAULT_PARTITION__"):
        write_text(root / f"people/land={land}/x.csv", f"name,age\n{land} one,1\n{land} two,2\n")
    write_text(root / "odd/a%20b=x%2Fy/c'd\"e=0/f.csv", "k,v\n1,a\n")
    write_text(root / "odd/a%20b=[z*]/c'd\"e=0/f.csv", "k,v\n2,b\n")
    write_parquet(root / "broken/k=1/a.parquet", {"id": [1]})
    write_text(root / "broken/k=2/a.parquet", "no parquet")
    write_text(root / "mixed/k=1/a.csv", "p,q\n1,2\n")
    write_parquet(root / "mixed/k=2/a.parquet", {"p": [5]})
    for month in (1, 2, 3):
        write_text(root / f"returns_2024_0{month}.csv", f"order,shop\n{month},Aal\n{month + 10},Bad\n")
    write_text(root / "returns_2024_04.csv", "other,columns\n1,2\n")
    write_text(root / "returns_2024_05.csv", "shop,order\nCelle,5\n")
    write_parquet(root / "delta/a.parquet", {"id": [1]})
    write_parquet(root / "delta/b.parquet", {"id": [2]})
    write_commit(root / "delta", 0, *delta_start({"id": "long"}), added("a.parquet"))
    write_commit(root / "delta", 1, removed("a.parquet"), added("b.parquet"))
    outside = root.parent / "outside"
    write_parquet(outside / "part-0.parquet", {"id": [666], "shop": ["secret"]})
    (root / "sales/year=2030").symlink_to(outside)
    return root


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("parts")
    return Lake.index(write_lake(folder / "lake"), folder / "index", SETTINGS)


def rows_of(lake: Lake, sql: str) -> list[dict[str, Any]]:
    return [row for batch in lake.sql_batches(sql)[1] for row in batch.to_pylist()]


def outcomes(lake: Lake) -> dict[str, FileOutcome]:
    assert lake.report is not None
    return {one.path: one for one in lake.report.files}


def notes_of(lake: Lake, table: str) -> str:
    return str(next(row["notes"] for row in lake.tables().to_pylist() if row["table"] == table))


def test_files_that_belong_together_are_one_table(lake: Lake) -> None:
    tables = {str(row["table"]): row["rows"] for row in lake.tables().to_pylist()}
    assert tables == {
        "sales": 24, "sales/shops.csv": 4, "drift": 3, "people": 6, "odd": 2, "broken": 1, "mixed/*.csv": 1,
        "mixed/*.parquet": 1, "returns_*.csv": 7, "returns_2024_04.csv": 1, "delta": 1,
    }  # fmt: skip


def test_the_report_names_every_file(lake: Lake) -> None:
    found = outcomes(lake)
    root = lake.root
    assert set(found) == {path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir()} | {
        "sales/year=2030"
    }
    assert found["sales/year=2030"].reason == "a link that leaves the lake"
    assert found["sales/_SUCCESS"].status is FileStatus.SKIPPED
    assert found["delta/a.parquet"].reason == "not in the Delta table's current version"
    part = found["sales/year=2024/month=12/part-0.parquet"]
    assert (part.status, [(table.id, table.rows) for table in part.tables]) == (FileStatus.INDEXED, [("sales", 4)])
    assert found["broken/k=2/a.parquet"].status is FileStatus.FAILED
    assert found["returns_2024_04.csv"].tables[0].id == "returns_2024_04.csv"


def test_keys_have_the_types_of_their_values(lake: Lake) -> None:
    monthly = "SELECT year, month, count(*) AS n, min(id) AS low FROM sales GROUP BY ALL ORDER BY ALL"
    assert rows_of(lake, monthly) == [
        {"year": year, "month": month, "n": 4, "low": year * 100 + month}
        for year in (2023, 2024)
        for month in (1, 2, 12)
    ]
    kinds = {row["column"]: row["sql_type"] for row in lake.profile("sales").to_pylist()}
    assert kinds == {"id": "BIGINT", "shop": "VARCHAR", "year": "BIGINT", "month": "BIGINT"}
    assert [row["sql_type"] for row in lake.profile("drift", "day").to_pylist()] == ["DATE"]
    assert rows_of(lake, "SELECT land, sum(age) AS age FROM people GROUP BY ALL ORDER BY ALL") == [
        {"land": "de", "age": 3},
        {"land": "fr", "age": 3},
        {"land": None, "age": 3},
    ]


def test_files_that_duckdb_reads_have_no_copy(lake: Lake) -> None:
    tables = {one.id: one for file in lake.report.in_parts for one in file.tables} if lake.report else {}
    assert {name for name, table in tables.items() if table.copy} == {"drift"}


def test_names_of_folders_are_decoded_and_quoted(lake: Lake) -> None:
    assert rows_of(lake, "SELECT * FROM odd ORDER BY k") == [
        {"k": 1, "v": "a", "a b": "x/y", "c'd\"e": 0},
        {"k": 2, "v": "b", "a b": "[z*]", "c'd\"e": 0},
    ]


def test_parts_whose_columns_differ_are_united_and_that_is_said(lake: Lake) -> None:
    assert [{k: str(v) for k, v in row.items()} for row in rows_of(lake, "SELECT * FROM drift ORDER BY id")] == [
        {"id": "1.0", "old": "x", "mixed": "1", "new": "None", "day": "2024-01-01"},
        {"id": "2.0", "old": "y", "mixed": "2", "new": "None", "day": "2024-01-01"},
        {"id": "2.5", "old": "None", "mixed": "three", "new": "True", "day": "2024-01-02"},
    ]
    assert "not all of its 2 parts have the same columns, null elsewhere: old (in 1), new (in 1)" in notes_of(
        lake, "drift"
    )
    assert "mixed (int64, string)" in notes_of(lake, "drift")


def test_a_part_that_can_t_be_read_leaves_the_others_and_is_told_of(lake: Lake) -> None:
    assert rows_of(lake, "SELECT * FROM broken") == [{"id": 1, "k": 1}]
    assert "1 of its 2 files could not be read: broken/k=2/a.parquet: not readable as Parquet" in notes_of(
        lake, "broken"
    )


def test_siblings_of_other_columns_are_tables_of_their_own(lake: Lake) -> None:
    assert rows_of(lake, 'SELECT "order", shop FROM "returns_*.csv" ORDER BY 1') == [
        {"order": order, "shop": shop}
        for order, shop in [(1, "Aal"), (2, "Aal"), (3, "Aal"), (5, "Celle"), (11, "Bad"), (12, "Bad"), (13, "Bad")]
    ]
    assert "1 files that are called alike have other columns" in notes_of(lake, "returns_*.csv")
    with pytest.raises(NotFound, match=r"returns_\*\.csv"):
        lake.query("returns_2024_01.csv", "shop")


def test_a_delta_folder_is_its_current_version(lake: Lake) -> None:
    assert rows_of(lake, "SELECT * FROM delta") == [{"id": 2}]


def test_parts_are_listed_with_their_keys(lake: Lake) -> None:
    parts = [row for row in lake.parts().to_pylist() if row["table"] in ("sales", "people", "returns_2024_04.csv")]
    assert [(row["part"], row["rows"], row["keys"]) for row in parts] == [
        ("people/land=__HIVE_DEFAULT_PARTITION__/x.csv", 2, "land=null"),
        ("people/land=de/x.csv", 2, "land=de"),
        ("people/land=fr/x.csv", 2, "land=fr"),
        *(
            (f"sales/year={year}/month={month}/part-0.parquet", 4, f"year={year}, month={month}")
            for year in (2023, 2024)
            for month in ("01", "02", "12")
        ),
    ]


def test_one_table_is_asked_and_joined(lake: Lake) -> None:
    answer = lake.query("sales/shops.csv", "shop", k=10)
    assert {str(match.column) for match in answer.matches if match.probability > 0.5} >= {
        "sales · shop",
        "returns_*.csv · shop",
    }
    (match,) = (one for one in answer.matches if one.column.table == "sales")
    assert match.containment == 1.0
    assert not any(one.column.table == "secret" for one in answer.matches)
    plan = lake.join("returns_*.csv", "shop", "sales/shops.csv", "shop")
    assert plan.counts is not None


def test_a_table_is_read_as_it_was_understood(lake: Lake) -> None:
    for table, count in (("sales", 24), ("people", 6), ("returns_*.csv", 7), ("returns_2024_04.csv", 1), ("delta", 1)):
        read = lake.read(table)
        assert sum(batch.num_rows for batch in read.batches) == count


def test_whoever_may_see_some_tables_sees_their_parts_alone(lake: Lake) -> None:
    some = Lake.open(Path(lake.settings.index), SETTINGS, allowed=["people"])
    assert {row["table"] for row in some.parts().to_pylist()} == {"people"}
    assert len(rows_of(some, "SELECT * FROM people")) == 6
    with pytest.raises(LakeIndexError):
        rows_of(some, "SELECT * FROM sales")


def test_apart_every_file_is_a_table(tmp_path: Path) -> None:
    root = tmp_path / "lake"
    write_text(root / "s/k=1/a.csv", "p,q\n1,2\n")
    write_text(root / "s/k=2/a.csv", "p,q\n3,4\n")
    lake = Lake.index(root, tmp_path / "index", replace(SETTINGS, parts="separate"))
    assert lake.tables()["table"].to_pylist() == ["s/k=1/a.csv", "s/k=2/a.csv"]
    assert lake.parts().num_rows == 0


def test_a_change_of_a_part_is_noticed(tmp_path: Path) -> None:
    root, index = tmp_path / "lake", tmp_path / "index"
    for day in (1, 2):
        write_parquet(root / f"s/day={day}/a.parquet", {"id": [day * 10, day * 10 + 1]})
    write_text(root / "other.csv", "a,b\n1,2\n")
    Lake.index(root, index, SETTINGS)
    write_parquet(root / "s/day=3/a.parquet", {"id": [30]})
    more = Lake.index(root, index, SETTINGS)
    assert outcomes(more)["other.csv"].status is FileStatus.UNCHANGED
    assert rows_of(more, "SELECT count(*) AS n, max(day) AS day FROM s") == [{"n": 5, "day": 3}]
    assert more.logical_hash == Lake.index(root, tmp_path / "anew", SETTINGS).logical_hash
    write_parquet(root / "s/day=2/a.parquet", {"id": [7]})
    (root / "s/day=3").rename(root / "s/day=4")
    (root / "s/day=1/a.parquet").unlink()
    last = Lake.index(root, index, SETTINGS)
    assert outcomes(last)["other.csv"].status is FileStatus.UNCHANGED
    assert rows_of(last, "SELECT * FROM s ORDER BY id") == [{"id": 7, "day": 2}, {"id": 30, "day": 4}]


def test_a_part_that_vanished_is_a_clear_error(tmp_path: Path) -> None:
    root, index = tmp_path / "lake", tmp_path / "index"
    for day in (1, 2):
        write_parquet(root / f"s/day={day}/a.parquet", {"id": [day]})
    Lake.index(root, index, SETTINGS).close()
    moved = tmp_path / "moved"
    root.rename(moved)
    assert rows_of(Lake.open(index, SETTINGS, lake=moved), "SELECT sum(id) AS id FROM s") == [{"id": 3}]
    (moved / "s/day=2/a.parquet").unlink()
    with pytest.raises(NotFound, match=r"day=2/a\.parquet is gone"):
        rows_of(Lake.open(index, SETTINGS, lake=moved), "SELECT * FROM s")
    (moved / "s/day=2/a.parquet").symlink_to("/etc/hostname")
    with pytest.raises(NotFound, match="leaves the lake"):
        rows_of(Lake.open(index, SETTINGS, lake=moved), "SELECT * FROM s")


@pytest.mark.slow
def test_a_thousand_partitions_are_one_table(tmp_path: Path) -> None:
    root = tmp_path / "lake"
    for number in range(1000):
        write_parquet(root / f"s/a={number // 10}/b={number % 10}/x.parquet", {"id": [number]})
    started = time.perf_counter()
    lake = Lake.index(root, tmp_path / "index", SETTINGS)
    assert time.perf_counter() - started < 60
    assert rows_of(lake, "SELECT count(*) AS n, sum(id = a * 10 + b) AS right FROM s") == [{"n": 1000, "right": 1000}]
    assert lake.parts().num_rows == 1000


def test_a_part_that_turns_out_to_be_damaged_leaves_the_others(tmp_path: Path) -> None:
    root = tmp_path / "lake"
    text = "id,text\n" + "".join(f"{number},{'x' * (number % 97)}\n" for number in range(20_000))
    for day in (1, 2, 3):
        path = write_text(root / f"s/day={day}/a.csv.gz", "")
        path.write_bytes(gzip.compress(text.encode(), mtime=0)[: -2000 if day == 2 else None])
    lake = Lake.index(root, tmp_path / "index", SETTINGS)
    assert outcomes(lake)["s/day=2/a.csv.gz"].status is FileStatus.FAILED
    assert rows_of(lake, "SELECT day, count(*) AS n FROM s GROUP BY ALL ORDER BY ALL") == [
        {"day": 1, "n": 20_000},
        {"day": 3, "n": 20_000},
    ]


def test_a_part_over_which_the_reader_crashes_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crashing(files: Sequence[LakeFile], *rest: Any) -> Iterator[WorkUnit]:
        for file in files:
            names = {part.name for part in file.parts or (file,)} - dict(file.unreadable).keys()
            if any("day=2" in name for name in names):
                yield WorkUnit((FileOutcome(file.name, FileStatus.FAILED, "its reader crashed"),), None)
            else:
                yield from profile_in_workers([file], *rest)

    monkeypatch.setattr(profiling, "profile_in_workers", crashing)
    for day in (1, 2, 3):
        write_text(tmp_path / f"lake/s/day={day}/a.csv", f"p,q\n{day},2\n")
    lake = Lake.index(tmp_path / "lake", tmp_path / "index", SETTINGS)
    assert outcomes(lake)["s/day=2/a.csv"].reason == "its reader crashed"
    assert rows_of(lake, "SELECT p, day FROM s ORDER BY ALL") == [{"p": 1, "day": 1}, {"p": 3, "day": 3}]
    assert "1 of its 3 files could not be read" in notes_of(lake, "s")


def test_an_index_of_hidden_names_tells_of_no_part(tmp_path: Path) -> None:
    root = tmp_path / "lake"
    for land in ("germany", "france"):
        write_text(root / f"people/land={land}/x.csv", "name,age\nAda,1\nBob,2\n")
    write_text(root / "plain.csv", "name,b\nAda,1\nBob,3\n")
    settings = replace(SETTINGS, names="hash", values="none")
    lake = Lake.index(root, tmp_path / "index", settings)
    assert set(outcomes(lake)) == {"people/land=france/x.csv", "people/land=germany/x.csv", "plain.csv"}
    assert {one.status for one in outcomes(Lake.index(root, tmp_path / "index", settings)).values()} == {
        FileStatus.UNCHANGED
    }
    content = b"".join(path.read_bytes() for path in (tmp_path / "index").rglob("*") if path.is_file())
    assert not any(name in content for name in (b"germany", b"france", b"people"))
    assert pa.compute.max(lake.tables()["rows"]).as_py() == 4


def test_a_table_that_lacks_a_folder_for_now_stays_as_it_was() -> None:
    part = LakeFile(Path("/lake/s/day=1/a.csv"), "s/day=1/a.csv", 1, 1)
    table = LakeFile(Path("/lake/s"), "s", 1, 1, parts=(part,), layout=Layout.HIVE, folder="s/")
    other = LakeFile(Path("/lake/t.csv"), "t.csv", 1, 1)
    folder = FileOutcome("s/day=2", FileStatus.UNSEEN, "can't list the folder: Permission denied")
    known = FileOutcome("s", FileStatus.INDEXED, tables=(ReadTable(TableId("s"), "hive", "", 2, 0, None, (), ()),))
    assert without_incomplete([table, other], [folder], {"s": known}) == (
        [other],
        [FileOutcome("s", FileStatus.UNSEEN, f"a part of it is in s/day=2: {folder.reason}")],
    )
    assert without_incomplete([table, other], [folder], {}) == ([table, other], [])
    elsewhere = FileOutcome("u", FileStatus.UNSEEN, "gone")
    assert without_incomplete([table, other], [elsewhere], {"s": known}) == ([table, other], [])


def write_visit(root: Path, day: int) -> Path:
    path = root / f"visits/day={day:02d}/part-0.parquet"
    write_parquet(path, {"id": [day, day + 100], "shop": SHOPS[day % 2 : day % 2 + 2]})
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def test_what_is_kept_of_parts_lasts_as_long_as_their_table(tmp_path: Path) -> None:
    root, index = tmp_path / "lake", tmp_path / "index"
    for day in range(64):
        write_visit(root, day)
    write_text(root / "shops.csv", "shop,land\n" + "".join(f"{shop},DE\n" for shop in SHOPS))
    (kept,) = kept_of(Lake.index(root, index, SETTINGS))
    write_text(root / "other.csv", "a,b\n1,2\n")
    assert kept_of(Lake.index(root, index, SETTINGS)) == [kept]
    write_visit(root, 64)
    later = Lake.index(root, index, SETTINGS)
    assert kept_of(later) == [kept]
    write_text(later.generation.folder / kept, "damaged")
    assert repair(index, SETTINGS).rebuilt == (kept,)
    assert kept_of(Lake.open(index, SETTINGS)) == []
    write_visit(root, 65)
    last, anew = Lake.index(root, index, SETTINGS), Lake.index(root, tmp_path / "anew", SETTINGS)
    assert last.generation.manifest.logical_hash == anew.generation.manifest.logical_hash
    assert kept_of(last) == [kept]
    forget(["visits"], index, SETTINGS)
    assert kept_of(Lake.open(index, SETTINGS)) == []


def kept_of(lake: Lake) -> list[str]:
    return [name for name in lake.generation.manifest.artifacts if name.endswith(SCANS)]
