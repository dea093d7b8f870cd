"""What a build may say of a table whose values must not be kept: names that are no values, and reasons without any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count

import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Texts
from lakeindex.errors import LakeIndexError
from lakeindex.types.lake import SourceTable

_OWN_READERS = "lakeindex_connectors."
_NOTE = "{count} names of columns are values further down: these columns go by their place; --header yes takes them"


@dataclass(slots=True)
class NamesAmongValues:
    """Notices the names of a table's columns among its values: a row that was taken for a header may be one of those.

    It is for names that stand in a row; those that a format declares are no cells.
    """

    table: SourceTable
    _found: set[str] = field(default_factory=set)

    def see(self, columns: Sequence[Texts]) -> None:
        """Look for the names among the cells of some rows."""
        names = _folded(pa.array(self.table.schema.names, pa.large_string()))
        for column in columns:
            cells = _folded(column)
            if pc.any(pc.is_in(cells, value_set=names)).as_py():
                self._found |= set(map(str, pc.unique(cells.filter(pc.is_in(cells, value_set=names))).to_pylist()))

    def renamed(self) -> tuple[SourceTable, tuple[str, ...]]:
        """Return the table, its columns without names that are values; and a note about them."""
        names = self.table.schema.names
        folded = _folded(pa.array(names, pa.large_string())).to_pylist()
        doubtful = [one in self._found for one in folded]
        if not any(doubtful):
            return self.table, ()
        taken = {name for name, is_doubtful in zip(names, doubtful, strict=True) if not is_doubtful}
        renamed = [
            _free(f"column_{place}", taken) if is_doubtful else name
            for place, (name, is_doubtful) in enumerate(zip(names, doubtful, strict=True), start=1)
        ]
        schema = pa.schema([one.with_name(name) for one, name in zip(self.table.schema, renamed, strict=True)])
        return replace(self.table, schema=schema), (_NOTE.format(count=sum(doubtful)),)


def reason_without_values(error: BaseException, reader: object) -> str | None:
    """Return None where the message of an error quotes no value, else what can be told in its place.

    Messages of our own readers are about the form of a file; those of libraries and of other readers may quote a row.
    """
    cause = error.__cause__
    is_own = type(reader).__module__.startswith(_OWN_READERS)
    if isinstance(error, OSError) or (is_own and isinstance(error, LakeIndexError) and _is_silent(cause)):
        return None
    kind = type(cause or error).__name__
    return f"it can't be read ({kind}; the message may quote a value and is not kept)"


def _is_silent(cause: BaseException | None) -> bool:
    return cause is None or isinstance(cause, OSError | EOFError | RecursionError)


def _folded(texts: Texts) -> Texts:
    trimmed: Texts = pc.utf8_lower(pc.utf8_trim_whitespace(texts))
    return trimmed


def _free(name: str, taken: set[str]) -> str:
    numbered = (f"{name} ({number})" for number in count(2))
    free = next(one for one in chain((name,), numbered) if one not in taken)
    taken.add(free)
    return free
