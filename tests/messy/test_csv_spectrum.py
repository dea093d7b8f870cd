"""csv-spectrum through the command line, as a user reads it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SPECTRUM = Path(__file__).parents[3] / "shared/data/hostile/csv-spectrum"
LOST_RETURNS = "newlines_crlf"
"""In the copy beside this checkout its carriage returns are gone, so that it equals `newlines`."""


@pytest.mark.skipif(not SPECTRUM.exists(), reason="the csv-spectrum corpus is not beside this checkout")
def test_csv_spectrum_reads_as_its_json_says(tmp_path: Path) -> None:
    names = sorted(path.stem for path in SPECTRUM.glob("csvs/*.csv"))
    assert len(names) == 11
    for name in names:
        path = tmp_path / f"{name}.csv"
        content = (SPECTRUM / "csvs" / path.name).read_bytes()
        if name == LOST_RETURNS and b"\r" not in content:
            content = content.replace(b"\n", b"\r\n")
        path.write_bytes(content)
        command = [sys.executable, "-m", "lakeindex.serve.cli.main", "read", str(path), "-o", "json"]
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert json.loads(found) == json.loads((SPECTRUM / "json" / f"{name}.json").read_text(encoding="utf-8")), name
