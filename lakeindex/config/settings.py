"""All settings, their defaults, and what each may be set to; `load_settings` reads them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

from lakeindex.config.amounts import bytes_of as bytes_of
from lakeindex.config.profile_limits import Names, Personal, RawValues
from lakeindex.config.ranges import OF_SETTINGS, SCORED_PAIRS, shown
from lakeindex.config.scan_option import FULL, sample_rows
from lakeindex.errors import InvalidSetting
from lakeindex.types.lake import Header
from lakeindex.types.layouts import Parts

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
LATE_INTERACTION = "late-interaction"
"""The name of the reranker without a language model."""
_OLD_NAMES = {"cells": LATE_INTERACTION}
TRANSFORMER = "transformer"
"""The name of the reranker that is a transformer, the cross-encoder."""
ALL = "all"
ALLOW = "allow"
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
    """Candidates of a query that the reranker scores, at most: a number or all; auto: 30 by late interaction, 20
    by others, which are slower."""
    cross_encoder: str = LATE_INTERACTION
    """The reranker: late-interaction (of values, no model; once named cells), transformer, a folder or a name on the
    hub."""
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
        object.__setattr__(self, "cross_encoder", _OLD_NAMES.get(self.cross_encoder, self.cross_encoder))
        for one in fields(self):
            check_setting(one.name, getattr(self, one.name), "the program")
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


def allowed_globs(allowed: object) -> tuple[str, ...]:
    """Return the globs of the tables that somebody may see. Raises InvalidSetting where they are no list of texts."""
    # A text is a sequence of texts, too: as a list of globs, "*.csv" would allow everything.
    if isinstance(allowed, str) or not isinstance(allowed, Iterable):
        raise InvalidSetting(f"the tables that are allowed are a list of globs, ['sales/*'], not {shown(allowed)}")
    globs = tuple(allowed)
    if not all(isinstance(glob, str) for glob in globs):
        raise InvalidSetting(f"the tables that are allowed are globs over their names, not {shown(globs)}")
    return globs


def pair_budget(budget: str, cross_encoder: str = LATE_INTERACTION) -> int:
    """Return how many pairs a query may score, given a number, all or auto. Raises InvalidSetting for anything else."""
    if budget == AUTO:
        return _PAIRS if cross_encoder == LATE_INTERACTION else _PAIRS_OF_SLOW
    if budget == ALL:
        return sys.maxsize
    try:
        return SCORED_PAIRS.read(budget)
    except ValueError as error:
        raise InvalidSetting(
            f"a budget is a number of pairs to read, or {ALL!r}, not {shown(budget)}; expected {SCORED_PAIRS}"
        ) from error


def check_setting(name: str, value: Any, origin: str) -> None:
    """Raise InvalidSetting, which names the origin, where a setting can't have a value."""
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
        read_number(name, value, origin)
    if name == ALLOW and value is not None:
        allowed_globs(value)


def read_number(name: str, value: Any, origin: str) -> int | float:
    """Return the number that a setting is set to, written or not. Raises InvalidSetting for one out of its range."""
    try:
        return OF_SETTINGS[name].read(value) if isinstance(value, str) else OF_SETTINGS[name].require(value, name)
    except (ValueError, InvalidSetting) as error:
        raise InvalidSetting(f"{origin} sets {name} to {shown(value)}, expected {OF_SETTINGS[name]}") from error
