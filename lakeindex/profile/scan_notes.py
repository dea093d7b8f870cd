"""What a reader of the report should know of how a table was scanned."""

from __future__ import annotations

from collections.abc import Sequence

from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.column_scan import ColumnScan
from lakeindex.profile.sketch import ANY_HASH

_MOST_NAMED = 5


def notes_of_scans(names: Sequence[str], scans: Sequence[ColumnScan], limits: ProfileLimits) -> tuple[str, ...]:
    """Return a note on columns of texts so long that fewer of them are looked at than of others."""
    few = [
        f"{name} ({len(scan.looked_at.texts):,})"
        for name, scan in zip(names, scans, strict=True)
        if scan.looked_at.bound != ANY_HASH and len(scan.looked_at.texts) < limits.looks
    ]
    more = f" and {len(few) - _MOST_NAMED} more" if len(few) > _MOST_NAMED else ""
    named = ", ".join(few[:_MOST_NAMED])
    return (
        (f"texts are long: words, shapes and lengths are those of a sample of values of {named}{more}",) if few else ()
    )
