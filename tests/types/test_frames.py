"""What is laid out as an Arrow table is so for pandas and polars, too, which are imported when they are asked for."""

from __future__ import annotations

import sys
from typing import Any

import pyarrow as pa
import pytest

from lakeindex.drift.broken_joins import WatchedJoins
from lakeindex.errors import MissingExtra
from lakeindex.integrate.integration import Integration
from lakeindex.integrate.plan import IntegrationPlan
from lakeindex.join.plan import JoinPlan
from lakeindex.lake.enriching import Enrichments
from lakeindex.lake.integration import LinkedTables
from lakeindex.lake.similar import Similar
from lakeindex.lake.types_of_lake import TypesOfLake
from lakeindex.lake.unions import Unionable
from lakeindex.lake_map.keys import TableKeys
from lakeindex.lake_map.paths.answer import JoinPaths
from lakeindex.lake_map.relationships import Relationships
from lakeindex.search.answer import Answer
from lakeindex.types.frames import Frames

FRAMES = (
    Answer, Enrichments, Integration, IntegrationPlan, JoinPaths, JoinPlan, LinkedTables, Relationships, Similar,
    TableKeys, TypesOfLake, Unionable, WatchedJoins,
)  # fmt: skip
ROWS = [{"a": 1, "b": "x"}, {"a": 2, "b": None}]


class Laid(Frames):
    def to_arrow(self, first: bool = False) -> pa.Table:
        return pa.Table.from_pylist(ROWS[: 1 if first else 2])


@pytest.mark.parametrize("kind", FRAMES, ids=lambda kind: kind.__name__)
def test_all_answers_are_frames(kind: type[Any]) -> None:
    assert issubclass(kind, Frames) and kind.to_arrow is not Frames.to_arrow


def test_rows_are_the_same_in_pandas() -> None:
    pytest.importorskip("pandas")
    assert Laid().to_pandas()["a"].tolist() == [1, 2] and Laid().to_pandas(first=True)["b"].tolist() == ["x"]


def test_rows_are_the_same_in_polars() -> None:
    pytest.importorskip("polars")
    assert Laid().to_polars().to_dicts() == ROWS and Laid().to_polars(first=True).to_dicts() == ROWS[:1]


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_without_the_package_the_error_says_what_to_install(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=f"which isn't installed: pip install {package}$"):
        getattr(Laid(), f"to_{package}")()
