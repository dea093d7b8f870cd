"""Make column names unique and never empty, whatever names a file has."""

from __future__ import annotations

from collections.abc import Iterable


def unique_names(names: Iterable[str | None]) -> tuple[str, ...]:
    """Return a name for every column: an empty one becomes `column_3` by its position, a repeated one gets ` (2)`."""
    named = [(name or "").strip("\ufeff \t\r\n\v\f\u00a0") or f"column_{i}" for i, name in enumerate(names, start=1)]
    given = set(named)
    taken: set[str] = set()
    counts: dict[str, int] = {}
    unique = []
    for name in named:
        candidate = name
        while candidate in taken or (candidate != name and candidate in given):
            counts[name] = counts.get(name, 1) + 1
            candidate = f"{name} ({counts[name]})"
        taken.add(candidate)
        unique.append(candidate)
    return tuple(unique)
