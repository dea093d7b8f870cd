"""A new generation answers at once, and no answer is dropped or mixed."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import IndexMissing, LakeIndexError
from lakeindex.serve.http.served_lake import ServedLake
from tests.serve.http.conftest import SETTINGS
from tests.small_lake import write_lake


def test_a_build_between_two_answers_and_one_that_is_being_given(tmp_path: Path) -> None:
    root, index = write_lake(tmp_path / "lake"), tmp_path / "index"
    Lake.index(root, index, SETTINGS).close()
    served = ServedLake(Settings(index=str(index)))
    with served.answering(None) as before:
        tables = before.tables().num_rows
        (root / "more.csv").write_text("code,more\nFR,1\nDE,2\nES,3\n", "utf-8")
        Lake.index(root, index, SETTINGS).close()
        with served.answering(None) as after:
            assert (before.generation.number, after.generation.number) == (1, 2)
            assert after.tables().num_rows == tables + 1
        # Although the next one answers already, this one is whole until it ends.
        assert before.tables().num_rows == tables
        assert before.query("geo/countries.csv", "code").matches
    with pytest.raises(LakeIndexError, match="closed"):
        before.tables()
    with served.answering(["geo/*"]) as narrow, served.answering(["geo/*"]) as again:
        assert narrow is again and narrow.generation.number == 2
        served.close()
        assert narrow.tables().num_rows == 2
    with pytest.raises(LakeIndexError, match="closed"):
        narrow.tables()


def test_without_an_index_nothing_is_served(tmp_path: Path) -> None:
    served = ServedLake(Settings(index=str(tmp_path / "none")))
    with pytest.raises(IndexMissing), served.answering(None):
        pass
