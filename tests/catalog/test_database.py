from __future__ import annotations

import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.catalog import database
from lakeindex.catalog.database import connect, glob_escaped, reason_of, scan_sql
from lakeindex.errors import InvalidSetting
from lakeindex.sql import literal, quoted
from lakeindex.types.lake import Scan

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20)
NAMES = [
    "glob[1].csv",
    "glob1.csv",
    "a*b?.csv",
    "aXbY.csv",
    "**.csv",
    "[a-z].csv",
    "[!a].csv",
    "d.csv",
    "[.csv",
    "].csv",
    "{x,y}.csv",
    "x.csv",
    "it's.csv",
    'say "hi".csv',
    "back\\slash.csv",
    "$HOME.csv",
    "~.csv",
    "a%20b#c.csv",
    "Zürich 東京.csv",
]
MEMORY = "500MB"


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(None, MEMORY) as opened:
        yield opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder, itself named like a glob, in which every file holds its own place in NAMES."""
    folder = tmp_path_factory.mktemp("files") / "dir[1]*"
    folder.mkdir()
    for place, name in enumerate(NAMES):
        (folder / name).write_text(f"place\n{place}\n")
    return folder


@pytest.mark.parametrize("name", [name for name in NAMES if "\\" not in name])
def test_a_path_opens_the_file_of_that_name_and_no_other(
    connection: duckdb.DuckDBPyConnection, folder: Path, name: str
) -> None:
    scan = scan_sql(Scan("read_csv", (("header", True),)), folder / name, [("place", "BIGINT")])
    assert connection.sql(f"SELECT * FROM {scan}").fetchall() == [(NAMES.index(name),)]


def test_a_backslash_in_a_name_is_no_escape(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "back\\slash.csv").write_text("place\n1\n")
    (tmp_path / "backslash.csv").write_text("place\n2\n")
    path = literal(glob_escaped(tmp_path / "back\\slash.csv"))
    assert connection.sql(f"SELECT * FROM read_csv({path})").fetchall() == [(1,)]


def test_a_backslash_beside_a_glob_sign_opens_nothing_rather_than_another_file(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for name in ("a\\*b.csv", "axb.csv", "a*b.csv"):
        (tmp_path / name).write_text("place\n1\n")
    path = literal(glob_escaped(tmp_path / "a\\*b.csv"))
    with pytest.raises(duckdb.IOException, match="No files found"):
        connection.sql(f"SELECT * FROM read_csv({path})")


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_any_text_comes_back_from_a_literal_and_any_name_from_its_quotes(
    connection: duckdb.DuckDBPyConnection, text: str
) -> None:
    relation = connection.sql(f"SELECT {literal(text)} AS {quoted(text)}")
    assert (relation.columns, relation.fetchall()) == ([text], [(text,)])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-12, "-12"),
        ("it's", "'it''s'"),
        ("", "''"),
        (("a", "b'c"), "['a', 'b''c']"),
        ((), "[]"),
    ],
)
def test_every_kind_of_value_has_its_literal(value: str | int | bool | tuple[str, ...], expected: str) -> None:
    assert literal(value) == expected


def test_a_scan_is_written_with_its_options_and_the_types_of_its_columns() -> None:
    scan = Scan("read_csv", (("delim", ";"), ("header", True), ("nullstr", ("", "NA"))))
    assert scan_sql(scan, Path("/lake/a[1].csv"), [("it's", "DATE"), ("n", "BIGINT")]) == (
        "read_csv('/lake/a[[]1].csv', delim = ';', header = true, nullstr = ['', 'NA'], "
        "columns = {'it''s': 'DATE', 'n': 'BIGINT'})"
    )
    assert scan_sql(Scan("read_parquet"), Path("/lake/a.parquet"), [("n", "BIGINT")]) == (
        "read_parquet('/lake/a.parquet')"
    )


@pytest.mark.parametrize("memory", ["lots", "", "2 potatoes"])
def test_memory_that_is_no_amount_is_an_error_with_one_that_is(memory: str) -> None:
    with pytest.raises(InvalidSetting, match=f"'{memory}' is no amount of memory; write it as 2GB or 500MB"):
        connect(None, memory)


def test_memory_that_is_too_little_to_open_a_file_is_an_error(tmp_path: Path) -> None:
    with connect(tmp_path / "some.duckdb", MEMORY) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    with pytest.raises(InvalidSetting, match="'1KB' is too little memory"):
        connect(tmp_path / "some.duckdb", "1KB", read_only=True)


def test_a_connection_keeps_to_its_limits_and_fetches_no_extension() -> None:
    with connect(None, "1GiB", threads=3) as connection:
        names = ["memory_limit", "threads", "autoinstall_known_extensions", "autoload_known_extensions"]
        settings_now = connection.sql(f"SELECT {', '.join(f'current_setting({literal(name)})' for name in names)}")
        assert settings_now.fetchall() == [("1.0 GiB", 3, False, False)]
        with pytest.raises(duckdb.Error, match="httpfs"):
            connection.sql("SELECT * FROM read_csv('https://example.com/x.csv')")


def test_a_database_opened_for_reading_takes_no_writes(tmp_path: Path) -> None:
    with connect(tmp_path / "some.duckdb", MEMORY) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    with connect(tmp_path / "some.duckdb", MEMORY, read_only=True) as connection:
        assert connection.sql("SELECT n FROM kept").fetchall() == [(7,)]
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            connection.execute("DROP TABLE kept")


_SPILLING = "SELECT count(*) FROM (SELECT md5(range::VARCHAR) AS hash, range FROM range(600000) ORDER BY hash)"


def test_connections_of_one_process_to_a_published_file_have_settings_of_their_own(tmp_path: Path) -> None:
    with connect(tmp_path / "some.duckdb", MEMORY) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    with (
        connect(tmp_path / "some.duckdb", "512MiB", threads=1, read_only=True) as connection,
        connect(tmp_path / "some.duckdb", "1GiB", threads=2, read_only=True) as another,
        connect(tmp_path / "next.duckdb", MEMORY) as writing,
    ):
        writing.execute(f"ATTACH {literal(str(tmp_path / 'some.duckdb'))} AS earlier (READ_ONLY)")
        assert writing.sql("SELECT n FROM earlier.kept").fetchall() == [(7,)]
        for one, limit in ((connection, "512.0 MiB"), (another, "1.0 GiB")):
            assert one.sql("SELECT n, current_setting('memory_limit') FROM kept").fetchall() == [(7, limit)]


def names_beside(folder: Path, connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Sort more than fits into memory; list what then lies in a folder, hidden or not."""
    assert connection.sql(_SPILLING).fetchall() == [(600_000,)]
    return sorted(path.name for path in folder.iterdir())


def test_what_a_query_does_not_hold_in_memory_goes_neither_into_the_current_folder_nor_beside_a_published_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, published = tmp_path / "lake", tmp_path / "published"
    lake.mkdir()
    published.mkdir()
    monkeypatch.chdir(lake)
    with connect(None, "32MB", threads=1) as connection:
        assert names_beside(lake, connection) == []
    with connect(published / "some.duckdb", MEMORY) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    with (
        connect(published / "some.duckdb", "32MB", threads=1, read_only=True) as connection,
        connect(published / "some.duckdb", MEMORY, read_only=True) as another,
    ):
        assert names_beside(published, connection) == ["some.duckdb"]
        assert another.sql("SELECT n FROM kept").fetchall() == [(7,)]


def test_nobody_else_reads_what_a_query_does_not_hold_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    find = database._spilling_folder.__wrapped__
    folder = find()
    assert (folder.parent, stat.S_IMODE(folder.stat().st_mode)) == (tmp_path, 0o700)
    assert find() == folder
    folder.chmod(0o755)
    another = find()
    assert another != folder
    assert stat.S_IMODE(another.stat().st_mode) == 0o700
    folder.rmdir()
    folder.symlink_to(another)
    assert find() not in (folder, another)


def test_a_query_that_fits_into_memory_needs_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_spilling_folder", lambda: None)
    with connect(None, "32MB", threads=1) as connection:
        assert connection.sql("SELECT 7").fetchall() == [(7,)]
        with pytest.raises(duckdb.OutOfMemoryException):
            connection.sql(_SPILLING).fetchall()


def test_files_are_written_for_the_oldest_duckdb_that_is_allowed(tmp_path: Path) -> None:
    with connect(tmp_path / "written.duckdb", "500MB") as connection:
        connection.execute("CREATE TABLE t AS SELECT i, 'v' || i AS s, [i] AS l FROM range(5000) x(i)")
    header = (tmp_path / "written.duckdb").read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:], "little") <= 67  # the newest storage that DuckDB 1.4 reads
    with connect(tmp_path / "written.duckdb", "500MB", read_only=True) as connection:
        assert connection.sql("SELECT count(*), sum(i) FROM t").fetchall() == [(5000, 12497500)]


def test_of_a_file_that_a_newer_duckdb_wrote_it_is_said_what_to_do() -> None:
    message = (
        "IO Error: Trying to read a database file with version number 999, but we can only read versions between 64 "
        "and 67.\nThe database file was created with an newer version of DuckDB.\n\nSee the storage page"
    )
    assert reason_of(duckdb.IOException(message)) == (
        f"a newer DuckDB wrote it than the {duckdb.__version__} that is installed: pip install --upgrade duckdb"
    )
    assert reason_of(duckdb.IOException("IO Error: no such file\nLINE 1")) == "IO Error: no such file"
