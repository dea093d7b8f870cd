"""Which files have the same columns: of text, whether a first row names them is decided for all files together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from lakeindex.errors import LakeIndexError
from lakeindex.profile.parts.union_schema import Source
from lakeindex.types.lake import Header, ReadOptions

_GENERATED = re.compile(r"column_\d+( \(\d+\))?")
_LEAST_COLUMNS, _LEAST_FILES = 2, 2
_OTHER_HEADERS = (Header.YES, Header.NO)


def agreeing(sources: Sequence[Source]) -> tuple[list[Source], list[Source]]:
    """Return the files that have the same names of columns as most of them, in any order, and the other files.

    Nothing agrees where no file names its columns, or there is only one column.
    """
    counts = Counter(names for source in sources if _is_telling(names := _names(source)))
    usual = max(counts, key=lambda names: counts[names], default=frozenset[str]())
    if counts[usual] < _LEAST_FILES or 2 * counts[usual] <= len(sources):
        return [], list(sources)
    return [one for one in sources if _names(one) == usual], [one for one in sources if _names(one) != usual]


def with_usual_header(sources: Sequence[Source], options: ReadOptions) -> list[Source]:
    """Return the files, those read with or without a header so that their columns are those of most others.

    One file alone may not show whether its first row names the columns.
    """
    if options.header is not Header.AUTO or len(sources) < _LEAST_FILES:
        return list(sources)
    usual, count = Counter(_columns(source) for source in sources).most_common(1)[0]
    if count == len(sources) or 2 * count <= len(sources):
        return list(sources)
    return [source if _columns(source) == usual else _reread(source, usual, options) for source in sources]


def _reread(source: Source, usual: tuple[str, ...], options: ReadOptions) -> Source:
    if len(source.table.schema) != len(usual) or not source.table.settings:
        return source
    for header in _OTHER_HEADERS:
        try:
            found = source.connector.tables(source.part.file, replace(options, header=header))
        except (LakeIndexError, OSError, ValueError):
            continue
        alike = [table for table in found if tuple(table.schema.names) == usual and table.id == source.table.id]
        if alike:
            return replace(source, table=alike[0])
    return source


def _columns(source: Source) -> tuple[str, ...]:
    return tuple(source.table.schema.names)


def _names(source: Source) -> frozenset[str]:
    return frozenset(_columns(source))


def _is_telling(names: frozenset[str]) -> bool:
    return len(names) >= _LEAST_COLUMNS and not all(map(_GENERATED.fullmatch, names))
