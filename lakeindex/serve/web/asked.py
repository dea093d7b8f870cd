"""What an address asks for: columns, numbers, choices; whatever is missing or wrong is said with the way out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from lakeindex.config.ranges import WholeRange
from lakeindex.errors import InvalidSetting
from lakeindex.types.lake import ColumnId, TableId

Query = Mapping[str, str]


def column_of(query: Query) -> ColumnId:
    """Return the column that is asked for. Raises InvalidSetting where it is not named."""
    return ColumnId(TableId(_named(query, "table")), _named(query, "column"))


def pair_of(query: Query) -> tuple[ColumnId, ColumnId]:
    """Return the two columns that are asked for. Raises InvalidSetting where one is not named."""
    left = ColumnId(TableId(_named(query, "left_table")), _named(query, "left_column"))
    return left, ColumnId(TableId(_named(query, "right_table")), _named(query, "right_column"))


def number_of(query: Query, name: str, numbers: WholeRange) -> int | None:
    """Return a number, None unless one is given. Raises InvalidSetting for one out of its range."""
    if not query.get(name):
        return None
    try:
        return numbers.read(query[name])
    except ValueError as error:
        raise InvalidSetting(f"{name} in the address: {error}") from error


def choice_of(query: Query, name: str, choices: Sequence[str]) -> str:
    """Return one of some choices, the first unless one is given. Raises InvalidSetting for anything else."""
    chosen = query.get(name) or choices[0]
    if chosen not in choices:
        raise InvalidSetting(f"{name} is one of {', '.join(choices)}, not {chosen[:20]!r}")
    return chosen


def form_of(body: bytes) -> dict[str, str]:
    """Return the fields of a form that was sent. Raises InvalidSetting for what is no form."""
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20))
    except ValueError as error:
        raise InvalidSetting("the form can't be read: send it from the page again") from error


def _named(query: Query, name: str) -> str:
    if name not in query:
        raise InvalidSetting(f"the address lacks {name}: search for a column, and follow the links of its page")
    return query[name]
