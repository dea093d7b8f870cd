"""What a folder's lakeindex.toml may set: the folder may be a stranger's, who must not write, fetch or weaken with it.

Everything else counts from the user's own configuration, from variables and from flags alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from lakeindex.config.amounts import bytes_of
from lakeindex.config.model_options import AUTO_MODEL, BASE_MODEL, DEFAULT_MODEL, STATIC_MODEL
from lakeindex.config.profile_limits import LEAST_FIRST
from lakeindex.errors import InvalidSetting


class Trust(StrEnum):
    """Which values of a setting are taken from a folder's file."""

    ANY = "any"
    """It changes what is read or answered, and how fast."""
    INSIDE = "inside"
    """A path that stays inside the folder, links followed."""
    SHIPPED = "shipped"
    """The name of a model that comes with lakeindex: others are files that somebody chose."""
    NO_MORE = "no more"
    """What limits at least as much as the user's own setting, or the default."""
    NO_LESS = "no less"
    """What keeps or checks at least as much as the user's own setting, or the default."""
    OWN = "own"
    """None: which tables of which lake are there is for the user to say."""
    NONE = "none"
    """None: the user's alone, and nothing of it is shown."""


TRUST = {
    "index": Trust.INSIDE,
    "jobs": Trust.ANY,
    "memory": Trust.NO_MORE,
    "device": Trust.ANY,
    "precision": Trust.ANY,
    "model": Trust.SHIPPED,
    "max_tokens": Trust.ANY,
    "layers": Trust.ANY,
    "dims": Trust.ANY,
    "text_title": Trust.ANY,
    "text_name": Trust.ANY,
    "text_statistics": Trust.ANY,
    "text_values": Trust.ANY,
    "text_order": Trust.ANY,
    "budget": Trust.ANY,
    "cross_encoder": Trust.SHIPPED,
    "reach": Trust.ANY,
    "anchors": Trust.ANY,
    "allow_download": Trust.NO_MORE,
    "header": Trust.ANY,
    "parts": Trust.ANY,
    "scan": Trust.ANY,
    "seconds_per_file": Trust.NO_MORE,
    "memory_per_file": Trust.NO_MORE,
    "output_per_file": Trust.NO_MORE,
    "materialize": Trust.NO_MORE,
    "values": Trust.NO_MORE,
    "personal": Trust.NO_MORE,
    "names": Trust.NO_MORE,
    "hash_key": Trust.NONE,
    "check_content": Trust.NO_LESS,
    "keep": Trust.NO_LESS,
    "allow": Trust.OWN,
    "lake": Trust.OWN,
    "shrink_limit": Trust.NO_MORE,
}
"""Of every setting; one that is missing here counts as `none`."""
SECRETS = frozenset(name for name, trust in TRUST.items() if trust is Trust.NONE)
"""The settings whose values are never shown."""

SHIPPED_MODELS = frozenset(
    {AUTO_MODEL, DEFAULT_MODEL, BASE_MODEL, STATIC_MODEL, "hashing", "late-interaction", "cells", "transformer"}
)
_WHY = {
    Trust.INSIDE: "leads out of the folder",
    Trust.SHIPPED: "is no model that comes with lakeindex",
    Trust.NO_MORE: "allows more than your own setting, {own!r}",
    Trust.NO_LESS: "keeps or checks less than your own setting, {own!r}",
    Trust.OWN: "is for you alone to say",
    Trust.NONE: "is a secret of yours",
}


def require_trusted(
    given: Mapping[str, Any], own: Mapping[str, Any], overridden: Collection[str], file: Path, own_file: Path | None
) -> None:
    """Raise InvalidSetting when a folder's `file` sets what only the user may, unless a flag or variable overrides it.

    `own` are all settings as they are without the file.
    """
    for name, value in given.items():
        if name in overridden or value == own[name]:
            continue
        trust = TRUST.get(name, Trust.NONE)
        if not _is_trusted(trust, name, value, own, file.parent):
            shown = "" if trust is Trust.NONE else f" to {value!r}"
            home = f", or a line in {own_file}" if own_file else ""
            raise InvalidSetting(
                f"{file} sets {name}{shown}, which {_WHY[trust].format(own=own[name])}; whoever wrote that file may "
                f"not decide this: if it is meant, give it as LAKEINDEX_{name.upper()}, a flag{home}"
            )


def require_inside(index: str, folder: Path) -> None:
    """Raise InvalidSetting when the index that nobody named is a link out of the folder, which may be a stranger's."""
    if not _stays_inside(index, folder):
        raise InvalidSetting(
            f"{folder / index} is a link that leads out of the folder, and whoever made the folder may have set it: if "
            f"it is meant, name the index with --index {folder / index}, or in LAKEINDEX_INDEX"
        )


def _stays_inside(path: str, folder: Path) -> bool:
    root = folder.resolve()
    return (root / path).resolve().is_relative_to(root)


def _is_trusted(trust: Trust, name: str, value: Any, own: Mapping[str, Any], folder: Path) -> bool:
    if trust is Trust.INSIDE:
        root = folder.resolve()
        return (root / str(value)).resolve().is_relative_to(root)
    if trust is Trust.SHIPPED:
        return value in SHIPPED_MODELS
    if trust is Trust.NO_MORE:
        return _amount(name, value, own) <= _amount(name, own[name], own)
    if trust is Trust.NO_LESS:
        return _amount(name, value, own) >= _amount(name, own[name], own)
    return trust is Trust.ANY


def _amount(name: str, value: Any, own: Mapping[str, Any]) -> float:
    """Return how much a value of a setting allows or keeps."""
    if name in LEAST_FIRST:
        return LEAST_FIRST[name].index(value)
    if isinstance(value, str):
        amount = bytes_of(own["memory"] if value == "auto" else value)
        assert amount is not None, f"{name} was checked to be an amount"
        return amount
    return float(value)
