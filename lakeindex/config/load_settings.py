"""Read the settings once: flags first, then LAKEINDEX_* variables, then lakeindex.toml, then the defaults.

Of two files of that name, the one in the current folder comes before the user's own, and may set less: see
`trusted_settings`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from lakeindex.config.ranges import OF_SETTINGS
from lakeindex.config.settings import ALLOW, Settings, allowed_globs, check_setting, read_number
from lakeindex.config.settings_files import FILE, own_settings_file, read_folder_file, read_own_file
from lakeindex.config.trusted_settings import SECRETS, require_inside, require_trusted
from lakeindex.errors import InvalidSetting

PREFIX = "LAKEINDEX_"
_BESIDE = (
    "TRACEBACK", "CHAT_URL", "CHAT_MODEL", "CHAT_KEY", "CATALOG_TOKEN", "CATALOG_PLAIN", "WEBHOOK_SECRET",
    "OPENLINEAGE_URL", "TOKEN",
)  # fmt: skip
BESIDE_SETTINGS = tuple(f"{PREFIX}{name}" for name in _BESIDE)
"""The variables that lakeindex reads and that are no settings."""
_TYPES: dict[str, type] = {one.name: type(one.default) for one in fields(Settings)}
_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings, and where each comes from."""

    settings: Settings
    origins: Mapping[str, str]
    """Of every setting: `flag`, the name of a variable, the path of a file, or `default`."""
    notes: tuple[str, ...]
    """Variables that look like settings and are none, in sentences."""


def load_settings(flags: Mapping[str, Any], environment: Mapping[str, str], folder: Path) -> Settings:
    """Merge the settings of all origins; a flag of None is not set.

    Raises InvalidSetting for a wrong name or value, and for what a folder's file may not set.
    """
    return load_with_origins(flags, environment, folder).settings


def load_with_origins(flags: Mapping[str, Any], environment: Mapping[str, str], folder: Path) -> LoadedSettings:
    """Do as `load_settings`, and return where each setting comes from, too."""
    own_file, folder_file = own_settings_file(), folder / FILE
    of_user = _all_converted(read_own_file(own_file), str(own_file)) if own_file else {}
    own: dict[str, Any] = {one.name: one.default for one in fields(Settings)} | of_user
    of_folder = _all_converted(read_folder_file(folder_file), str(folder_file))
    of_variables = _all_converted(_from_environment(environment), "the environment")
    given = {name: value for name, value in flags.items() if value is not None}
    of_flags = _all_converted(given, "the command line")
    chosen = of_variables | of_flags
    require_trusted(of_folder, own, chosen, folder_file, own_file)
    if not any("index" in given for given in (of_user, of_folder, chosen)):
        require_inside(own["index"], folder)
    origins = dict.fromkeys(own, "default") | dict.fromkeys(of_user, str(own_file))
    origins |= dict.fromkeys(of_folder, str(folder_file)) | {name: f"{PREFIX}{name.upper()}" for name in of_variables}
    origins |= dict.fromkeys(of_flags, "flag")
    return LoadedSettings(Settings(**(own | of_folder | chosen)), origins, tuple(_notes(environment)))


def _all_converted(given: Mapping[str, Any], origin: str) -> dict[str, Any]:
    return {name: _converted(name, value, origin) for name, value in given.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    named = {name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
    # Other programs may have variables with the same prefix: only those of a setting count, if they are not empty. But
    # an empty list of tables that are allowed allows none.
    return {name: value for name, value in named.items() if name in _TYPES and (value or name == ALLOW)}


def _notes(environment: Mapping[str, str]) -> Iterator[str]:
    known = [*map(str.upper, _TYPES), *(name.removeprefix(PREFIX) for name in BESIDE_SETTINGS)]
    for name in sorted(environment):
        if name.startswith(PREFIX) and (rest := name.removeprefix(PREFIX)) not in known:
            yield f"the variable {name} is no setting of lakeindex and changes nothing{_nearest(rest, known, PREFIX)}"


def _nearest(name: str, known: Iterable[str], prefix: str = "") -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {prefix}{near[0]}?" if near else ""


def _converted(name: str, value: Any, origin: str) -> Any:
    if name not in _TYPES:
        near = _nearest(name, _TYPES) or "; lakeindex config show lists them"
        raise InvalidSetting(f"{origin} sets {name!r}, which is no setting{near}")
    if name == ALLOW:
        return allowed_globs([glob.strip() for glob in value.split(",") if value] if isinstance(value, str) else value)
    if name in OF_SETTINGS:
        return read_number(name, value, origin)
    try:
        converted = _read_as(_TYPES[name], value)
    except (KeyError, TypeError, ValueError) as error:
        what = "something else" if name in SECRETS else repr(value)
        raise InvalidSetting(f"{origin} sets {name} to {what}, expected {_TYPES[name].__name__}") from error
    check_setting(name, converted, origin)
    return converted


def _read_as(wanted: type, value: Any) -> Any:
    """Convert text to a type; other values must have that type already."""
    if isinstance(value, str):
        return _TRUTH[value.lower()] if wanted is bool else wanted(value)
    # Conversion would accept a flag as a number, and truncate a number.
    if type(value) is wanted:
        return value
    if wanted is float and type(value) is int:
        return float(value)
    if wanted is str and isinstance(value, Path):
        return str(value)
    raise TypeError(type(value).__name__)
