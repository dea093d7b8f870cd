"""Claim: a lake of files that break readers is indexed in minutes, every entry is reported, and the lake answers.

The files are copied to a temporary folder; a FIFO, a link that leaves the lake and a link that loops join them.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import record
from peak_memory import PeakMemory

from lakeindex import Lake, Settings
from lakeindex.errors import LakeIndexError

COMMAND = [sys.executable, "-m", "lakeindex.serve.cli.main"]


def write_lake(files: Path, lake: Path) -> None:
    shutil.copytree(files, lake, copy_function=shutil.copyfile)
    os.mkfifo(lake / "pipe.csv")
    (lake / "escape.csv").symlink_to("/etc/hostname")
    (lake / "loop.csv").symlink_to(lake / "loop.csv")


def entries_of(lake: Path) -> dict[str, tuple[int, int, int]]:
    """List every entry that is no folder, with what changes when it is written to."""
    found = {}
    for folder, folders, names in os.walk(lake):
        for name in [*names, *(one for one in folders if (Path(folder) / one).is_symlink())]:
            facts = (Path(folder) / name).lstat()
            path = os.fsencode((Path(folder) / name).relative_to(lake)).decode("utf-8", "backslashreplace")
            found[path] = (facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)
    return found


def measure(files: Path, folder: Path, memory: str, model: str) -> dict[str, Any]:
    lake, index, written = folder / "lake", folder / "index", folder / "report.json"
    write_lake(files, lake)
    before = entries_of(lake)
    command = [*COMMAND, "index", lake, "--index", index, "--report", written, "--memory", memory, "--quiet"]
    started = time.perf_counter()
    process = subprocess.Popen(command, env=os.environ | {"LAKEINDEX_MODEL": model})
    with PeakMemory(process.pid) as peak:
        code = process.wait()
    seconds = time.perf_counter() - started
    report = json.loads(written.read_text(encoding="utf-8"))
    after = entries_of(lake)
    return {
        "exit_code": code,
        "seconds": seconds,
        "peak_bytes": peak.bytes,
        "entries": len(before),
        "entries_reported": len({one["path"] for one in report["files"]} & before.keys()),
        "statuses": dict(sorted(Counter(one["status"] for one in report["files"]).items())),
        "without_reason": [one["path"] for one in report["files"] if one["status"] != "indexed" and not one["reason"]],
        "stages": report["stages"],
        "written_into_the_lake": sorted(path for path in before.keys() | after if before.get(path) != after.get(path)),
        **query(Lake.open(index, Settings(index=str(index), model=model)), report),
    }


def query(lake: Lake, report: dict[str, Any]) -> dict[str, Any]:
    """Count the rows of every view and query a column of each table."""
    rows = {table["table"]: table["rows"] for table in lake.tables().to_pylist()}
    assert len(rows) == report["tables"]
    counted_otherwise, answered = [], 0
    for table, expected in rows.items():
        quoted = '"' + table.replace('"', '""') + '"'
        try:
            counted = lake.sql(f"SELECT count(*) AS n FROM {quoted}")["n"][0].as_py()
        except LakeIndexError as error:
            counted = str(error)
        if counted != expected:
            counted_otherwise.append({"table": table, "read": expected, "counted": counted})
        lake.query(table, lake.profile(table)["column"][0].as_py(), probe=0)
        answered += 1
    return {"views": len(rows), "counted_otherwise": counted_otherwise, "queries_answered": answered}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("LAKEINDEX_BENCH_DATA") or record.REPOSITORY.parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default, help="where `hostile` is [LAKEINDEX_BENCH_DATA]")
    parser.add_argument("--memory", default="2GB", help="what all processes may use [2GB]")
    parser.add_argument("--model", default="default", help="the encoder: default, or hashing for none [default]")
    given = parser.parse_args()
    files = Path(given.data) / "hostile"
    if not files.is_dir():
        sys.exit(f"no {files}; name another folder with --data or LAKEINDEX_BENCH_DATA")
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(files, Path(folder), given.memory, given.model)
    shown = {name: len(value) if isinstance(value, list) else value for name, value in figures.items()}
    record.print_table(["what", "figure"], [[name, value] for name, value in shown.items() if name != "stages"])
    written = record.write("hostile", None, {"memory": given.memory, "model": given.model}, figures)
    print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
