"""The contract of every connector, checked on one file it can read and on files it can't."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from lakeindex.errors import UnreadableTable
from lakeindex.protocols import Connector
from lakeindex.types.lake import LakeFile, ReadOptions, SourceTable

Row = tuple[object, ...]


def lake_file(path: Path) -> LakeFile:
    status = path.stat()
    return LakeFile(path.resolve(), path.name, status.st_size, status.st_mtime_ns)


def read_rows(connector: Connector, path: Path, options: ReadOptions | None = None) -> tuple[Sequence[str], list[Row]]:
    """Read the one table of a file: its column names and all its rows."""
    (table,) = connector.tables(lake_file(path), options or ReadOptions())
    rows = connector.read(lake_file(path), table, options or ReadOptions())
    return table.schema.names, [row for batch in rows.batches for row in rows_of(batch)]


def rows_of(batch: pa.RecordBatch) -> list[Row]:
    return list(zip(*[column.to_pylist() for column in batch.columns], strict=True))


class ConnectorContract:
    """Subclass it, with fixtures `connector`, `readable` (a file of at least three rows) and `unreadable` (files)."""

    def test_it_is_a_connector_with_lower_case_dotted_suffixes(self, connector: Connector) -> None:
        assert isinstance(connector, Connector)
        assert connector.suffixes
        assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in connector.suffixes)

    def test_it_is_made_without_arguments_and_keeps_no_state(self, connector: Connector, readable: Path) -> None:
        before = dict(vars(connector))
        read_rows(connector, readable)
        assert vars(connector) == before
        assert isinstance(type(connector)(), Connector)

    def test_schemas_have_unique_names_that_are_not_empty(self, connector: Connector, readable: Path) -> None:
        for table in self._tables(connector, readable):
            assert table.schema.names
            assert all(table.schema.names)
            assert len(set(table.schema.names)) == len(table.schema.names)

    def test_table_ids_start_with_the_name_of_the_file(self, connector: Connector, readable: Path) -> None:
        assert all(re.split("[#/]", table.id)[0] == readable.name for table in self._tables(connector, readable))

    def test_every_batch_has_exactly_the_schema_of_the_table(self, connector: Connector, readable: Path) -> None:
        for table in self._tables(connector, readable):
            batches = list(connector.read(lake_file(readable), table, ReadOptions()).batches)
            assert sum(batch.num_rows for batch in batches) >= 3
            for batch in batches:
                batch.validate(full=True)
                assert batch.schema == table.schema

    def test_no_batch_exceeds_the_limit_and_order_is_kept(self, connector: Connector, readable: Path) -> None:
        options = ReadOptions(batch_rows=2)
        for table in self._tables(connector, readable):
            batches = list(connector.read(lake_file(readable), table, options).batches)
            assert max(batch.num_rows for batch in batches) <= 2
        assert read_rows(connector, readable, options) == read_rows(connector, readable)

    def test_reading_twice_gives_equal_rows(self, connector: Connector, readable: Path) -> None:
        assert read_rows(connector, readable) == read_rows(connector, readable)

    def test_the_file_is_left_as_it_was(self, connector: Connector, readable: Path) -> None:
        before = readable.read_bytes(), readable.stat().st_mtime_ns, sorted(readable.parent.iterdir())
        read_rows(connector, readable)
        assert (readable.read_bytes(), readable.stat().st_mtime_ns, sorted(readable.parent.iterdir())) == before

    def test_the_token_changes_with_the_file_only(self, connector: Connector, readable: Path) -> None:
        tokens = [table.token for table in self._tables(connector, readable)]
        assert [table.token for table in self._tables(connector, readable)] == tokens
        content = readable.read_bytes()
        readable.write_bytes(content + content)
        changed = lake_file(readable).token
        readable.write_bytes(content)
        assert changed not in tokens

    def test_settings_are_pairs_of_text(self, connector: Connector, readable: Path) -> None:
        for table in self._tables(connector, readable):
            assert all(isinstance(text, str) for pair in table.settings for text in pair)

    def test_an_unreadable_file_raises_unreadable_table_with_a_reason(
        self, connector: Connector, unreadable: Sequence[Path]
    ) -> None:
        assert unreadable
        for path in unreadable:
            with pytest.raises(UnreadableTable, match=r"\w{3,}"):
                read_rows(connector, path)

    def test_a_missing_file_raises_unreadable_table(self, connector: Connector, readable: Path) -> None:
        gone = lake_file(readable)
        readable.unlink()
        with pytest.raises(UnreadableTable):
            for table in connector.tables(gone, ReadOptions()):
                list(connector.read(gone, table, ReadOptions()).batches)

    def _tables(self, connector: Connector, path: Path) -> Sequence[SourceTable]:
        return connector.tables(lake_file(path), ReadOptions())
