"""The contract suite on the installed third-party connector; `tests/connectors/test_third_party.py` runs it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from lakeindex.plugins import connector_for, find_connectors
from lakeindex.protocols import Connector
from tests.connectors.connector_contract import ConnectorContract, read_rows

TEXT = "id  city      country\n1   New York  USA\n22  Oslo\n333 Rome      Italy\n"


@pytest.fixture
def connector() -> Connector:
    found = connector_for("some.fwf", find_connectors())
    assert found is not None
    return found


@pytest.fixture
def readable(tmp_path: Path) -> Path:
    path = tmp_path / "some.fwf"
    path.write_text(TEXT, encoding="utf-8")
    return path


class TestContract(ConnectorContract):
    @pytest.fixture
    def unreadable(self, tmp_path: Path) -> Sequence[Path]:
        contents = {"empty.fwf": b"", "latin1.fwf": b"caf\xe9\n", "unnamed.fwf": b"a\n1  2\n"}
        for name, content in contents.items():
            (tmp_path / name).write_bytes(content)
        return [tmp_path / name for name in contents]


def test_rows_are_cut_at_the_blank_positions(connector: Connector, readable: Path) -> None:
    expected = [("1", "New York", "USA"), ("22", "Oslo", None), ("333", "Rome", "Italy")]
    assert read_rows(connector, readable) == (["id", "city", "country"], expected)
