"""The lake's root is the boundary: nothing beyond it is read, nothing in it is written, no network is used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeindex.errors import UnreadableTable
from lakeindex.profile.walk import refuse_replaced, walk
from lakeindex.types.lake import LakeFile
from tests.hostile import command
from tests.small_lake import write_lake

WATCH = """
import os, sys

def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        with open(os.environ["WATCHED"], "a") as file:
            file.write(f"{event} {arguments[1:] if event == 'socket.connect' else arguments}\\n")
        raise PermissionError(f"{event} is forbidden here")

with open(os.environ["WATCHED"] + ".seen", "a") as file:
    file.write(" ".join(sys.orig_argv[1:4]) + "\\n")
sys.addaudithook(watch)
"""


@pytest.fixture
def watched(tmp_path: Path) -> dict[str, str]:
    """An environment in which every Python process notes and refuses to connect to anywhere."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(WATCH)
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {"PYTHONPATH": path, "WATCHED": str(tmp_path / "watched")}


def test_no_command_connects_to_anything(tmp_path: Path, watched: dict[str, str]) -> None:
    lake, folder = write_lake(tmp_path / "lake"), tmp_path / "index"
    command.index(lake, folder, **watched, LAKEINDEX_MODEL="default")
    for words in (
        ["query", "sales/orders.csv", "country"],
        ["query", "--file", lake / "sales" / "orders.csv", "country"],
        ["explain", "sales/orders.csv", "country", "geo/countries.csv", "code"],
        ["sql", 'SELECT count(*) FROM "sales/orders.csv"'],
        ["read", "sales/orders.csv"],
        ["profile", "sales/orders.csv"],
        ["status"],
    ):
        done = command.run(*words, "--index", folder, **watched, LAKEINDEX_MODEL="default")
        assert done.returncode == 0, done.stderr
    remote = command.run("sql", "SELECT * FROM 'https://example.org/t.csv'", "--index", folder, **watched)
    assert remote.returncode != 0
    assert not Path(watched["WATCHED"]).exists()
    seen = Path(watched["WATCHED"] + ".seen").read_text().splitlines()
    assert sum("lakeindex.profile.workers.start_worker" in line for line in seen) >= 2, "the workers are watched, too"
    assert sum("lakeindex.serve.cli.main" in line for line in seen) == 9


@pytest.mark.parametrize("call", ["connect(('127.0.0.1', 9))", "sendto(b'x', ('127.0.0.1', 9))"])
def test_what_watches_the_network_would_notice(watched: dict[str, str], call: str) -> None:
    code = f"import socket; socket.socket(type=socket.SOCK_DGRAM).{call}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | watched)
    assert "PermissionError" in done.stderr
    assert "127.0.0.1" in Path(watched["WATCHED"]).read_text()


def facts_of(lake: Path) -> dict[str, tuple[int, int, int, int]]:
    """What changes when something is written: mode, size, times of content and of the entry."""
    found = {}
    for path in [lake, *lake.rglob("*")]:
        facts = path.lstat()
        found[str(path)] = (facts.st_mode, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)
    return found


def test_nothing_in_the_lake_is_written(tmp_path: Path) -> None:
    lake, folder = write_lake(tmp_path / "lake"), tmp_path / "index"
    for name in ("books.duckdb", "books.duckdb.wal", "books.sqlite", "books.sqlite-wal"):
        (lake / name).write_bytes(b"not to be touched")
    for path in [*lake.rglob("*"), lake]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = facts_of(lake)
    command.index(lake, folder)
    command.index(lake, folder, "--check-content")
    for words in (
        ["query", "sales/orders.csv", "country"],
        ["sql", 'SELECT count(*) FROM "sales/orders.csv"'],
        ["read", "sales/orders.csv"],
        ["tables"],
    ):
        assert command.run(*words, "--index", folder).returncode == 0
    assert command.run("sql", f"COPY (SELECT 1) TO '{lake}/x.csv'", "--index", folder).returncode == 8
    assert facts_of(lake) == before
    for path in [lake, *(path for path in lake.rglob("*") if path.is_dir())]:
        path.chmod(0o755)


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".jsonl", ".parquet"])
@pytest.mark.parametrize("what", ["a FIFO", "a link", "a linked folder", "a directory", "nothing"])
def test_what_takes_a_files_place_after_the_walk_is_refused(tmp_path: Path, suffix: str, what: str) -> None:
    lake, outside = tmp_path / "lake", tmp_path / "outside"
    (lake / "folder").mkdir(parents=True)
    pq.write_table(pa.table({"id": [1]}), lake / "folder" / f"t{suffix}")
    (file,) = [entry for entry in walk(lake, tmp_path / "index") if isinstance(entry, LakeFile)]
    refuse_replaced(file)
    if what == "a linked folder":
        (lake / "folder").rename(outside)
        (lake / "folder").symlink_to(outside)
    else:
        file.path.rename(outside)
        replace_by(what, file.path, outside)
    expected = {"a linked folder": "a link has", "nothing": "it can't be opened any more: No such file"}.get(what, what)
    with pytest.raises(UnreadableTable, match=expected):
        refuse_replaced(file)
    if what != "a linked folder":
        with pytest.raises(OSError, match=r"taken its place|No such file"):
            file.open()


def replace_by(what: str, path: Path, outside: Path) -> None:
    if what == "a FIFO":
        os.mkfifo(path)
    elif what == "a link":
        path.symlink_to(outside)
    elif what == "a directory":
        path.mkdir()


def test_a_lake_whose_files_change_places_with_fifos_and_links_is_indexed_in_time(tmp_path: Path) -> None:
    """Swap while the command runs; whatever it meets, it ends, and reports each file."""
    lake, secret = tmp_path / "lake", tmp_path / "secret.csv"
    lake.mkdir()
    secret.write_text("canary\n" + "".join(f"canary{row}\n" for row in range(50)))
    for number in range(300):
        (lake / f"t{number}.csv").write_text(f"id\n{number}\n")
    process = subprocess.Popen(
        [*command.COMMAND, "index", lake, "--index", tmp_path / "index", "--quiet", "--report", tmp_path / "r.json"],
        env=command.environment(),
    )
    round_ = 0
    while process.poll() is None:
        round_ += 1
        for number in range(round_ % 7, 300, 7):
            path = lake / f"t{number}.csv"
            path.unlink()
            if round_ % 3 == 0:
                path.write_text(f"id\n{number}\n")
            else:
                os.mkfifo(path) if round_ % 3 == 1 else path.symlink_to(secret)
    assert process.returncode == 0
    report = json.loads((tmp_path / "r.json").read_text())["files"]
    assert all(one["status"] == "indexed" or one["reason"] for one in report)
    assert any(one["status"] != "indexed" for one in report)
    for path in (tmp_path / "index").rglob("*"):
        assert path.is_dir() or b"canary" not in path.read_bytes(), path
