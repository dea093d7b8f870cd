from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lakeindex.profile.workers.protocol import Tag, frame_head

ENTRY = "lakeindex.profile.workers.start_worker"


def modules_of_a_start(*paths: Path) -> set[str]:
    path = os.pathsep.join([*map(str, paths), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    command = [sys.executable, "-X", "importtime", "-P", "-m", ENTRY, "200000000"]
    ended = subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, input=b"", capture_output=True, check=True)
    assert ended.stdout == frame_head(Tag.READY, 0)
    return {line.rpartition("|")[2].strip() for line in ended.stderr.decode().splitlines()}


def test_a_worker_starts_without_pandas_unless_a_connector_of_another_package_may_need_it(tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    alone = modules_of_a_start()
    assert "pyarrow" in alone
    assert "pandas.core" not in alone
    (tmp_path / "other-0.1.dist-info").mkdir()
    (tmp_path / "other_files.py").write_text(
        "import pandas\nfrom lakeindex_connectors.csv_files.connector import CsvConnector\n"
    )
    entry = "[lakeindex.connectors]\nother = other_files:CsvConnector\n"
    (tmp_path / "other-0.1.dist-info" / "entry_points.txt").write_text(entry)
    (tmp_path / "other-0.1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 0.1\n")
    assert "pandas.core" in modules_of_a_start(tmp_path)
