from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from lakeindex import plugins
from lakeindex.errors import LakeIndexError
from lakeindex.plugins import GROUP, connector_for, find_connectors
from lakeindex.protocols import Connector
from lakeindex.types.lake import LakeFile, ReadOptions, Rows, SourceTable


class Lines:
    suffixes = frozenset({".gz", ".lines"})

    def tables(self, file: LakeFile, options: ReadOptions) -> Sequence[SourceTable]:
        return ()

    def read(self, file: LakeFile, table: SourceTable, options: ReadOptions) -> Rows:
        return Rows(iter(()))


class PackedLines(Lines):
    suffixes = frozenset({".lines.gz"})


class Failing(Lines):
    def __init__(self) -> None:
        raise ImportError("no module named 'lz4'")


class NoConnector:
    suffixes = frozenset({".x"})


def install(monkeypatch: pytest.MonkeyPatch, **classes: str) -> None:
    found = EntryPoints(EntryPoint(name.rstrip("_"), f"{__name__}:{value}", GROUP) for name, value in classes.items())
    monkeypatch.setattr(plugins, "entry_points", lambda group: found.select(group=group))


def test_the_connectors_of_this_package_are_found() -> None:
    assert {"csv", "parquet"} <= set(find_connectors())
    assert all(isinstance(connector, Connector) for connector in find_connectors().values())


def test_connectors_are_sorted_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, z="Lines", a="PackedLines")
    assert list(find_connectors()) == ["a", "z"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("Failing", r"can't be loaded \(ImportError: no module named 'lz4'\)"),
        ("Missing", r"can't be loaded \(AttributeError"),
        ("NoConnector", "lacks suffixes, tables or read"),
    ],
)
def test_a_broken_connector_is_named_with_the_way_to_remove_it(
    monkeypatch: pytest.MonkeyPatch, value: str, reason: str
) -> None:
    install(monkeypatch, bad=value)
    with pytest.raises(LakeIndexError, match=f"the connector 'bad' .*{reason}.*pip uninstall {__name__}"):
        find_connectors()


def test_two_packages_can_not_bring_the_same_name(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, x="Lines", x_="PackedLines")
    with pytest.raises(LakeIndexError, match="two packages bring a connector 'x'"):
        find_connectors()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a/b.lines.gz", "packed"), ("B.LINES", "lines"), ("x.gz", "lines"), ("lines", None), ("x.csv", None)],
)
def test_the_longest_matching_suffix_decides(name: str, expected: str | None) -> None:
    connectors: dict[str, Connector] = {"lines": Lines(), "packed": PackedLines()}
    assert connector_for(name, connectors) is connectors.get(expected or "")


def test_known_suffixes_name_each_kind_once() -> None:
    suffixes = frozenset({".csv", ".json", ".jsonl", ".csv.gz", ".json.gz", ".csv.zst", ".zip"})
    assert known_suffixes({"a": Suffixes(suffixes), "b": Suffixes(frozenset({".zip"}))}) == (
        ".csv, .json, .jsonl, .zip; also packed: .gz, .zst"
    )
    assert known_suffixes({"a": Suffixes(frozenset({".lines"}))}) == ".lines"
