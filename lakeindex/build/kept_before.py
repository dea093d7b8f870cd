"""Whether earlier generations hold what a new one must not keep: then they have to go."""

from __future__ import annotations

from pathlib import Path

from lakeindex.config.profile_limits import ProfileLimits, limits_from_json
from lakeindex.errors import IndexMissing, IndexUnusable
from lakeindex.store.generations import open_current


def keeps_less_than_before(index: Path, limits: ProfileLimits) -> bool:
    """Return whether the current generation keeps more of values or names than some limits, or can't tell.

    Those before it keep no more than it does: they would have gone when it was published.
    """
    if limits.keeps_all:
        return False
    try:
        before = limits_from_json(open_current(index).manifest.settings["limits"])
    except IndexMissing:
        return False
    except (IndexUnusable, KeyError, TypeError, ValueError):
        return True
    return any(one < other for one, other in zip(limits.kept, before.kept, strict=True))
