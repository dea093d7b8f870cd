"""Read labelled queries: the query columns, and the relevant columns of each (qrels)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lakeindex.config.ranges import WholeRange, shown
from lakeindex.errors import InvalidSetting, NotFound
from lakeindex.types.lake import ColumnId, TableId

QUERY_FIELDS = ("query_table", "query_column")
_GRADES = WholeRange(0, 1_000)
JUDGEMENT_FIELDS = (*QUERY_FIELDS, "candidate_table", "candidate_column", "grade")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A person's relevance judgement of a pair: grade 0 is irrelevant, a higher grade is a better answer."""

    query: ColumnId
    candidate: ColumnId
    grade: int


@dataclass(frozen=True, slots=True)
class Labels:
    """The queries and the relevant columns of each."""

    relevant: Mapping[ColumnId, Mapping[ColumnId, int]]
    """By query, in the order of the queries' file, the grades above 0 of its candidates; never empty."""
    unlabelled: tuple[ColumnId, ...] = ()
    """Queries without a relevant column: they can't be scored."""
    unknown: tuple[ColumnId, ...] = ()
    """Labelled columns whose table the lake doesn't have: they count, though no system can find them."""

    @property
    def queries(self) -> tuple[ColumnId, ...]:
        """Return the queries that can be scored."""
        return tuple(self.relevant)


def read_labels(queries: Path, qrels: Path, has_table: Callable[[TableId], bool]) -> Labels:
    """Join the queries with their judgements; judgements of other queries are left out.

    Raises NotFound for a file that isn't there or labels of another lake, InvalidSetting for a file that isn't as
    it should be, with the line that is wrong.
    """
    judgements = read_judgements(qrels)
    relevant: dict[ColumnId, dict[ColumnId, int]] = {query: {} for query in read_queries(queries)}
    for judgement in judgements:
        if judgement.grade and judgement.query in relevant:
            relevant[judgement.query][judgement.candidate] = judgement.grade
    labelled = {query: grades for query, grades in relevant.items() if grades}
    columns = dict.fromkeys(column for query, grades in labelled.items() for column in (query, *grades))
    unknown = tuple(column for column in columns if not has_table(column.table))
    if not labelled:
        raise InvalidSetting(f"{qrels} has no relevant column for any query in {queries}: are both of the same labels?")
    if len(unknown) == len(columns):
        raise NotFound(f"the lake has no table of those in {qrels}, not even {unknown[0].table!r}: is it another lake?")
    return Labels(labelled, tuple(query for query, grades in relevant.items() if not grades), unknown)


def read_queries(path: Path) -> list[ColumnId]:
    """Read a file with the header `query_table,query_column`; further fields are ignored."""
    lines: dict[ColumnId, int] = {}
    for line, row in _rows(path, QUERY_FIELDS):
        query = ColumnId(TableId(row["query_table"]), row["query_column"])
        if query in lines:
            raise InvalidSetting(f"{path}, line {line}: the query {query} stands already in line {lines[query]}")
        lines[query] = line
    return list(lines)


def read_judgements(path: Path) -> list[Judgement]:
    """Read a file with the header `query_table,query_column,candidate_table,candidate_column,grade`."""
    lines: dict[tuple[ColumnId, ColumnId], int] = {}
    judgements = []
    for line, row in _rows(path, JUDGEMENT_FIELDS):
        query = ColumnId(TableId(row["query_table"]), row["query_column"])
        candidate = ColumnId(TableId(row["candidate_table"]), row["candidate_column"])
        pair = query, candidate
        if pair in lines:
            raise InvalidSetting(f"{path}, line {line}: the pair stands already in line {lines[pair]}")
        lines[pair] = line
        judgements.append(Judgement(query, candidate, _grade(row["grade"], f"{path}, line {line}")))
    return judgements


def _grade(text: str, place: str) -> int:
    try:
        return _GRADES.read(text.strip())
    except ValueError as error:
        raise InvalidSetting(f"{place}: the grade is {shown(text)}, expected {_GRADES}, 0 for irrelevant") from error


def _rows(path: Path, fields: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle, restval="")
            missing = [field for field in fields if field not in (reader.fieldnames or ())]
            if missing:
                found = ",".join(reader.fieldnames or ()) or "an empty file"
                raise InvalidSetting(
                    f"{path} has no column {missing[0]!r}: expected the header {','.join(fields)}, found {found}"
                )
            for row in reader:
                yield reader.line_num, row
    except FileNotFoundError as error:
        raise NotFound(f"no file {path}") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidSetting(f"{path} can't be read: {error}") from error
