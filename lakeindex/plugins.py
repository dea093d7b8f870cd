"""Find connectors among the installed packages, by entry point."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

from lakeindex.errors import LakeIndexError
from lakeindex.protocols import Connector

GROUP = "lakeindex.connectors"


def find_connectors() -> dict[str, Connector]:
    """Load every installed connector, sorted by name.

    Raises LakeIndexError, naming the package at fault, when one can't be loaded or isn't a connector.
    """
    found: dict[str, EntryPoint] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        other = found.setdefault(entry.name, entry)
        if other.value != entry.value:
            raise LakeIndexError(f"two packages bring a connector {entry.name!r}: {_remedy(other)} or {_remedy(entry)}")
    return {name: _load(entry) for name, entry in found.items()}


def connector_for(name: str, connectors: Mapping[str, Connector]) -> Connector | None:
    """Return the connector with the longest suffix that a file's name ends with, None where there is none."""
    lowered = name.lower()
    matches = [
        (len(suffix), connector)
        for connector in connectors.values()
        for suffix in connector.suffixes
        if lowered.endswith(suffix)
    ]
    return max(matches, key=lambda match: match[0])[1] if matches else None


def known_suffixes(connectors: Mapping[str, Connector]) -> str:
    """List what connectors read, for a message: each kind of file once, without the ways in which it may be packed."""
    suffixes = {suffix for connector in connectors.values() for suffix in connector.suffixes}
    kinds = sorted(one for one in suffixes if not any(one.startswith(f"{other}.") for other in suffixes))
    packed = sorted({one[one.rindex(".") :] for one in suffixes if one.count(".") > 1})
    return ", ".join(kinds) + (f"; also packed: {', '.join(packed)}" if packed else "")


def _load(entry: EntryPoint) -> Connector:
    try:
        connector: object = entry.load()()
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise LakeIndexError(f"the connector {entry.name!r} can't be loaded ({reason}); {_remedy(entry)}") from error
    if not isinstance(connector, Connector):
        raise LakeIndexError(
            f"the connector {entry.name!r} ({entry.value}) lacks suffixes, tables or read; {_remedy(entry)}"
        )
    return connector


def _remedy(entry: EntryPoint) -> str:
    package = entry.dist.name if entry.dist else entry.module
    return f"remove it with: pip uninstall {package}"
