from __future__ import annotations

from pathlib import Path

import pytest

from lakeindex.config.index_settings import content_settings, read_options, settings_built_with
from lakeindex.config.load_settings import load_settings
from lakeindex.config.scan_option import sample_rows
from lakeindex.config.settings import Settings
from lakeindex.errors import InvalidSetting


@pytest.mark.parametrize(
    ("scan", "expected"), [("full", 0), ("sample", 1_000_000), ("sample:1", 1), ("sample:250000", 250_000)]
)
def test_a_scan_says_how_many_rows_are_read(scan: str, expected: int) -> None:
    assert sample_rows(scan) == expected
    assert read_options(Settings(scan=scan), None).sample_rows == expected


@pytest.mark.parametrize("scan", ["", "Full", "sample:", "sample:0", "sample:-5", "sample:1e6", "sample:1_0", "rows:5"])
def test_anything_else_is_refused(scan: str) -> None:
    with pytest.raises(InvalidSetting, match=r"sample:ROWS"):
        sample_rows(scan)
    with pytest.raises(InvalidSetting):
        Settings(scan=scan)


def test_a_scan_is_set_as_other_settings_are(tmp_path: Path) -> None:
    (tmp_path / "lakeindex.toml").write_text('scan = "sample"\n')
    assert load_settings({}, {}, tmp_path).scan == "sample"
    assert load_settings({}, {"LAKEINDEX_SCAN": "sample:9"}, tmp_path).scan == "sample:9"
    assert load_settings({"scan": "full"}, {"LAKEINDEX_SCAN": "sample:9"}, tmp_path).scan == "full"


def test_an_index_is_repaired_with_the_scan_that_built_it() -> None:
    content = content_settings(Settings(scan="sample:9"))
    assert settings_built_with(content, Settings()).scan == "sample:9"
