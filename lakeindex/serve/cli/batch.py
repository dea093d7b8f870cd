"""Answer the queries of a CSV file, row by row, without keeping the answers."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lakeindex.errors import InvalidSetting, NotFound
from lakeindex.search.answer import ANSWER_SCHEMA, Answer, match_row
from lakeindex.serve.cli.closed_pipe import ending_with_reader
from lakeindex.serve.cli.output import Format, print_error, write_batches, write_csv
from lakeindex.serve.cli.render import write_answer
from lakeindex.types.lake import ColumnId, TableId

if TYPE_CHECKING:
    import pyarrow as pa

    from lakeindex.lake import Lake

_HEADER = ("query_table", "query_column")

QueryMany = Callable[["Lake", Sequence[ColumnId]], Iterator[Answer]]


def write_batch_answers(
    lake: Lake, query_many: QueryMany, queries: Path, form: Format, quiet: bool, with_self: bool = False
) -> None:
    """Answer each query of the file; a query whose column the lake doesn't have is named on stderr and left out.

    Rows hold columns of a query's own table only `with_self`, behind its others.
    """
    answers = query_many(lake, list(_known(lake, queries)))
    if form in (Format.JSON, Format.JSONL):
        with ending_with_reader():
            for answer in answers:
                write_answer(answer, Format.JSONL, True, quiet)
    elif form is Format.CSV:
        rows = (match_row(match).values() for answer in answers for match in answer.listed(with_self))
        write_csv(ANSWER_SCHEMA.names, rows)
    else:
        write_batches(_batches(answers, with_self), ANSWER_SCHEMA, form)


def _known(lake: Lake, queries: Path) -> Iterator[ColumnId]:
    lake.opened.require_allowed_file(queries)
    directory = lake.opened.searcher.directory
    for table, column in _read_queries(queries):
        try:
            directory.key_of(lake.opened.known_as(ColumnId(TableId(table), column)))
        except NotFound as error:
            print_error(f"lakeindex: no answer for {table} {column}: {error}")
        else:
            yield ColumnId(TableId(table), column)


def _batches(answers: Iterator[Answer], with_self: bool) -> Iterator[pa.RecordBatch]:
    for answer in answers:
        yield from answer.to_arrow(with_self).to_batches()


def _read_queries(path: Path) -> Iterator[tuple[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle)
            if not set(_HEADER) <= set(reader.fieldnames or ()):
                raise InvalidSetting(f"{path} should have the header {','.join(_HEADER)}, not {reader.fieldnames}")
            for row in reader:
                yield row["query_table"], row["query_column"]
    except FileNotFoundError as error:
        raise NotFound(f"no file {path}") from error
    except UnicodeDecodeError as error:
        raise InvalidSetting(f"{path} is not UTF-8: {error}") from error
