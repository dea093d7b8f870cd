"""Where values must not be kept, no reason quotes one, and no name that is a value stays a name."""

from __future__ import annotations

import pyarrow as pa
import pytest

from lakeindex.errors import UnreadableTable
from lakeindex.profile.withheld import NamesAmongValues, reason_without_values
from lakeindex.profile.workers.process import WorkerFailure
from lakeindex.types.lake import SourceTable, TableId
from lakeindex_connectors.csv_files.connector import CsvConnector


def caused_by(cause: BaseException) -> UnreadableTable:
    error = UnreadableTable(f"not readable: {cause}")
    error.__cause__ = cause
    return error


def test_only_messages_about_the_form_of_a_file_are_told() -> None:
    own = CsvConnector()
    for error in (UnreadableTable("empty file"), OSError(13, "Permission denied"), caused_by(OSError(5, "I/O error"))):
        assert reason_without_values(error, own) is None
    quoting = pa.ArrowInvalid("CSV parse error: Zyxquorv")
    for error, reader, kind in (
        (quoting, own, "ArrowInvalid"),
        (caused_by(quoting), own, "ArrowInvalid"),
        (UnreadableTable("Zyxquorv is no row"), object(), "UnreadableTable"),
    ):
        told = reason_without_values(error, reader)
        assert told == f"it can't be read ({kind}; the message may quote a value and is not kept)"


def test_a_crashed_readers_last_message_is_left_out() -> None:
    detail = "exit code 1: ValueError: Zyxquorv"
    assert WorkerFailure(f"its reader crashed ({detail})", False, detail).reason_alone == "its reader crashed"
    assert WorkerFailure("it ran out of memory", True, detail).reason_alone == "it ran out of memory"


@pytest.mark.parametrize(
    ("cell", "expected"), [(" ROME ", ["id", "column_2", "town"]), ("Romea", ["id", "Rome", "town"])]
)
def test_a_name_that_is_a_cell_further_down_is_none(cell: str, expected: list[str]) -> None:
    schema = pa.schema([(name, pa.string()) for name in ("id", "Rome", "town")])
    names = NamesAmongValues(SourceTable(TableId("t.csv"), schema, "", is_named_by_row=True))
    for rows in (["1", "2"], ["3", cell]):
        names.see([pa.array(["x", "y"], pa.large_string()), pa.array(rows, pa.large_string())])
    table, notes = names.renamed()
    assert table.schema.names == expected
    assert bool(notes) == (expected[1] == "column_2")
