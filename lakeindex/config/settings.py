"""Settings: flags first, then LAKEINDEX_* variables, then lakeindex.toml, then the defaults here; read once.

Of two files of that name, the one in the current folder comes before the user's own, and may set less: see
`trusted_settings`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from lakeindex.config.amounts import bytes_of as bytes_of
from lakeindex.config.profile_limits import Names, Personal, RawValues
from lakeindex.config.ranges import OF_SETTINGS, SCORED_PAIRS, shown
from lakeindex.config.scan_option import FULL, sample_rows
from lakeindex.config.settings_files import FILE, own_settings_file, read_folder_file, read_own_file
from lakeindex.config.trusted_settings import require_inside, require_trusted
from lakeindex.errors import InvalidSetting
from lakeindex.types.lake import Header
from lakeindex.types.layouts import Parts

_PREFIX = "LAKEINDEX_"
_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_CHOICES = {
    "header": tuple(Header),
    "values": tuple(RawValues),
    "personal": tuple(Personal),
    "names": tuple(Names),
    "device": ("cpu", "cuda"),
    "precision": ("auto", "float32", "bfloat16"),
    "text_order": ("frequency", "hash"),
    "reach": ("pool", "lake"),
    "parts": tuple(Parts),
}
_AMOUNTS = ("memory", "memory_per_file", "output_per_file")
AUTO = "auto"
CELLS = "cells"
"""The name of the reranker without a language model, by late interaction."""
TRANSFORMER = "transformer"
"""The name of the reranker that is a transformer, the cross-encoder."""
ALL = "all"
_ALLOW = "allow"
_PAIRS, _PAIRS_OF_SLOW = 30, 20


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; every field is a flag `--field`, a variable LAKEINDEX_FIELD and a line in lakeindex.toml.

    A field needs its line in `trusted_settings.TRUST`, too.
    """

    index: str = ".lakeindex"
    """The folder that holds the index."""
    jobs: int = os.cpu_count() or 1
    """Processes that read files, or answer a batch of queries."""
    memory: str = "2GB"
    """What all processes together may use."""
    device: str = "cpu"
    """Where the language model runs and, where FAISS can, vectors are searched: cpu or cuda."""
    precision: str = "auto"
    """The precision of the model: float32, bfloat16, or auto for the faster of the two."""
    model: str = AUTO
    """The column encoder: default (a language model), static (far faster, finds a little less), auto (the default one
    where `lakeindex[neural]` is installed, else static), base (the default one, untrained), a folder, or a
    sentence-transformers model."""
    max_tokens: int = 32
    """Tokens of a column's text that the encoder reads."""
    layers: int = 0
    """Layers of the encoder that are run, from the first on: fewer are faster and find less; 0 runs all."""
    dims: int = 0
    """Dimensions of its vectors that are kept, from the first on: fewer are smaller and find less; 0 keeps all."""
    text_title: bool = False
    """Whether a column's text names the table's title."""
    text_name: bool = True
    """Whether it names the column."""
    text_statistics: bool = False
    """Whether it gives the number of the values and their lengths."""
    text_values: int = 12
    """How many values it names, at most."""
    text_order: str = "frequency"
    """Which values it names: the most frequent, or those with the smallest hash."""
    budget: str = AUTO
    """Candidates of a query that the reranker scores, at most: a number or all; auto: 30 by cells, 20 by others,
    which are slower."""
    cross_encoder: str = CELLS
    """The reranker: cells (late interaction of values, no model), transformer, a folder or a name on the hub."""
    reach: str = "pool"
    """Which columns the reranker may score: those that the sources propose (pool), or any of the lake (lake)."""
    anchors: int = 0
    """Columns that are scored with all others when the index is built, so that any of the lake is found sooner."""
    allow_download: bool = False
    """Whether a named model may be fetched from its hub."""
    header: str = "auto"
    """Whether the first row names the columns: auto, yes or no."""
    parts: str = "auto"
    """Which files are one table: partitions, Spark's output, Delta, Iceberg, and siblings of the same columns that
    differ by a date or padded number (auto); siblings that differ by any number, too (merge); none (separate)."""
    scan: str = FULL
    """How much of a table is read: all (full), or of one that has more rows than a sample is to have, this sample
    (sample, for a million rows, or sample:ROWS): what is known of it is then estimated."""
    seconds_per_file: float = 300.0
    """How long reading a file may go on without advancing."""
    memory_per_file: str = AUTO
    """The memory that reading one file may use; auto is what `memory` leaves for it when no other file is read."""
    output_per_file: str = "1GB"
    """The size that a file may unpack to, or a hundred times its own where that is more: a limit on zip bombs."""
    materialize: bool = False
    """Whether the rows are copied into the index, for storage that is slow or far."""
    values: str = "sample"
    """What is kept of the cells' values: a sample, hashes under a secret key, or none."""
    personal: str = "keep"
    """What is kept of columns that look like personal data: what is kept of others, only hashes under a secret key
    (hash), or nothing (refuse). Whichever it is, they are named in the report."""
    names: str = "plain"
    """What is kept of the names of tables and columns: plain ones, or only hashes under a secret key (hash), by which
    the index is then asked and answers; the rows of the lake can't be reached through such an index."""
    hash_key: str = field(default="", repr=False)
    """A secret text that the key of hashed values is made of; without one, each user has a key of their own."""
    check_content: bool = False
    """Whether the content of files of the same size and time stamp as before is compared."""
    keep: int = 1
    """Old generations that stay when a new one is published."""
    allow: tuple[str, ...] | None = None
    """The only tables that there are for whoever asks: globs over their names, in a variable parted by commas; None for
    all tables, nothing for none."""
    lake: str = ""
    """The folder in which the lake's files are read, where it moved since it was indexed."""
    shrink_limit: float = 0.2
    """The share of the tables, or of the columns, of an index that a build may take out of it, from 0 to 1."""

    def __post_init__(self) -> None:
        for one in fields(self):
            _check(one.name, getattr(self, one.name), "the program")
        if self.materialize and self.values != RawValues.SAMPLE:
            raise InvalidSetting(
                f"materialize copies every row into the index, which values = {self.values!r} is to keep out of it: "
                f"leave one of them away"
            )
        if self.materialize and self.names != Names.PLAIN:
            raise InvalidSetting(
                f"materialize copies every table into the index under its name, which names = {self.names!r} is to "
                f"keep out of it: leave one of them away"
            )
        if self.materialize and self.personal != Personal.KEEP:
            raise InvalidSetting(
                f"materialize copies every row into the index, also of the columns that personal = {self.personal!r} "
                f"is to keep out of it: leave one of them away"
            )


def load_settings(flags: Mapping[str, Any], environment: Mapping[str, str], folder: Path) -> Settings:
    """Merge the settings of all origins; a flag of None is not set.

    Raises InvalidSetting for a wrong name or value, and for what a folder's file may not set.
    """
    own_file, folder_file = own_settings_file(), folder / FILE
    of_user = _all_converted(read_own_file(own_file), str(own_file)) if own_file else {}
    own: dict[str, Any] = {one.name: one.default for one in fields(Settings)} | of_user
    of_folder = _all_converted(read_folder_file(folder_file), str(folder_file))
    chosen = _all_converted(_from_environment(environment), "the environment")
    given = {name: value for name, value in flags.items() if value is not None}
    chosen |= _all_converted(given, "the command line")
    require_trusted(of_folder, own, chosen, folder_file, own_file)
    if not any("index" in given for given in (of_user, of_folder, chosen)):
        require_inside(own["index"], folder)
    return Settings(**(own | of_folder | chosen))


def _all_converted(given: Mapping[str, Any], origin: str) -> dict[str, Any]:
    return {name: _converted(name, value, origin) for name, value in given.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    known = {field.name for field in fields(Settings)}
    named = {
        name.removeprefix(_PREFIX).lower(): value for name, value in environment.items() if name.startswith(_PREFIX)
    }
    # Other programs may have variables with the same prefix: only those of a setting count, if they are not empty. But
    # an empty list of tables that are allowed allows none.
    return {name: value for name, value in named.items() if name in known and (value or name == _ALLOW)}


def _converted(name: str, value: Any, origin: str) -> Any:
    types: dict[str, type] = {field.name: type(field.default) for field in fields(Settings)}
    if name not in types:
        raise InvalidSetting(f"{origin} sets {name!r}, which is no setting; there are: {', '.join(sorted(types))}")
    if name == _ALLOW:
        return allowed_globs([glob.strip() for glob in value.split(",") if value] if isinstance(value, str) else value)
    if name in OF_SETTINGS:
        return _read_number(name, value, origin)
    try:
        converted = _read_as(types[name], value)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidSetting(f"{origin} sets {name} to {value!r}, expected {types[name].__name__}") from error
    _check(name, converted, origin)
    return converted


def allowed_globs(allowed: object) -> tuple[str, ...]:
    """Return the globs of the tables that somebody may see. Raises InvalidSetting where they are no list of texts."""
    # A text is a sequence of texts, too: as a list of globs, "*.csv" would allow everything.
    if isinstance(allowed, str) or not isinstance(allowed, Iterable):
        raise InvalidSetting(f"the tables that are allowed are a list of globs, ['sales/*'], not {shown(allowed)}")
    globs = tuple(allowed)
    if not all(isinstance(glob, str) for glob in globs):
        raise InvalidSetting(f"the tables that are allowed are globs over their names, not {shown(globs)}")
    return globs


def _read_number(name: str, value: Any, origin: str) -> int | float:
    try:
        return OF_SETTINGS[name].read(value) if isinstance(value, str) else OF_SETTINGS[name].require(value, name)
    except (ValueError, InvalidSetting) as error:
        raise InvalidSetting(f"{origin} sets {name} to {shown(value)}, expected {OF_SETTINGS[name]}") from error


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
    raise TypeError(value)


def pair_budget(budget: str, cross_encoder: str = CELLS) -> int:
    """Return how many pairs a query may score, given a number, all or auto. Raises InvalidSetting for anything else."""
    if budget == AUTO:
        return _PAIRS if cross_encoder == CELLS else _PAIRS_OF_SLOW
    if budget == ALL:
        return sys.maxsize
    try:
        return SCORED_PAIRS.read(budget)
    except ValueError as error:
        raise InvalidSetting(
            f"a budget is a number of pairs to read, or {ALL!r}, not {shown(budget)}; expected {SCORED_PAIRS}"
        ) from error


def _check(name: str, value: Any, origin: str) -> None:
    if name in _AMOUNTS and not bytes_of(value) and (value, name) != (AUTO, "memory_per_file"):
        raise InvalidSetting(
            f"{origin} sets {name} to {shown(value)}, which is no amount; write it as 2GB or 500MB, up to 1000TB"
        )
    if name == "budget":
        pair_budget(value)
    if name == "scan":
        sample_rows(value)
    if name in _CHOICES and value not in _CHOICES[name]:
        raise InvalidSetting(f"{origin} sets {name} to {value!r}, expected one of: {', '.join(_CHOICES[name])}")
    if name in OF_SETTINGS and isinstance(value, str):
        raise InvalidSetting(f"{origin} sets {name} to {shown(value)}, expected {OF_SETTINGS[name]}")
    if name in OF_SETTINGS:
        _read_number(name, value, origin)
    if name == _ALLOW and value is not None:
        allowed_globs(value)
