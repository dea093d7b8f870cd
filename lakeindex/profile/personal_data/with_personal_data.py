"""Mark the columns that hold personal data, and profile those anew of which only hashes under a key may be kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.personal_data.find_personal import find_personal, is_of_kind
from lakeindex.profile.profile_table import ProfiledColumn
from lakeindex.profile.scan import profile_columns


def with_personal_data(columns: Sequence[ProfiledColumn], limits: ProfileLimits) -> list[ProfiledColumn]:
    """Return the columns, those that hold personal data marked, and made so that `limits` hold of them.

    What is marked already stays as it is.
    """
    found = find_personal([column.name for column in columns], [column.profile for column in columns])
    marked = [
        column if column.personal or one is None else _named(replace(column, personal=one), limits)
        for column, one in zip(columns, found, strict=True)
    ]
    if not limits.of_personal.key or limits.key:
        return marked
    places = [place for place, column in enumerate(marked) if column.personal and column.texts is not None]
    chosen = [marked[place] for place in places]
    texts = [column.texts for column in chosen if column.texts is not None]
    profiles = profile_columns(texts, limits.of_personal, readings=[one.profile.reading for one in chosen])
    for place, profile in zip(places, profiles, strict=True):
        marked[place] = replace(marked[place], profile=profile)
    return marked


def _named(column: ProfiledColumn, limits: ProfileLimits) -> ProfiledColumn:
    """Return a column without its name where that is such a value itself, as the names of a file without a header."""
    is_kept = limits.of_personal is limits or not column.is_named_by_row
    if is_kept or column.personal is None or not is_of_kind(column.name, column.personal.kind):
        return column
    return replace(column, name=f"column_{column.position + 1}")
