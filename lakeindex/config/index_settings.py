"""The settings that decide an index's content, and the options of the stages that derive from them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from lakeindex.config.model_options import installed_model
from lakeindex.config.profile_limits import Names, Personal, ProfileLimits, RawValues, limits_from_json
from lakeindex.config.read_limits import ReadLimits
from lakeindex.config.scan_option import sample_rows
from lakeindex.config.settings import Settings, bytes_of
from lakeindex.config.text_options import TextOptions, ValueOrder
from lakeindex.errors import StaleArtifact
from lakeindex.hashing.secret_key import hash_key
from lakeindex.types.lake import Header, ReadOptions

LIMITS = ProfileLimits()

SCAN = "scan"
"""The setting that decides no content but of tables that are sampled: each of them remembers how it was read."""


def read_options(settings: Settings, copies: Path | None) -> ReadOptions:
    """Return how files are read."""
    return ReadOptions(
        header=Header(settings.header),
        copies=copies,
        only_certain_names=settings.values != RawValues.SAMPLE,
        sample_rows=sample_rows(settings.scan),
    )


def read_limits_of(settings: Settings, jobs: int | None = None) -> ReadLimits:
    """Return the limits on reading a file, of which at most `jobs` are read at once."""
    return ReadLimits.within(
        memory=bytes_of(settings.memory) or 0,
        jobs=settings.jobs if jobs is None else jobs,
        seconds=settings.seconds_per_file,
        memory_per_file=bytes_of(settings.memory_per_file),
        output=bytes_of(settings.output_per_file) or 0,
    )


def text_options(settings: Settings) -> TextOptions:
    """Return what a column's text is made of."""
    has_names = settings.names == Names.PLAIN
    return TextOptions(
        title=settings.text_title and has_names,
        name=settings.text_name and has_names,
        statistics=settings.text_statistics,
        values=settings.text_values,
        order=ValueOrder(settings.text_order),
    )


def limits_of(settings: Settings) -> ProfileLimits:
    """Return how much a profile keeps. Raises InvalidSetting where hashes need a key and none can be made."""
    limits = replace(
        LIMITS, raw=RawValues(settings.values), personal=Personal(settings.personal), names=Names(settings.names)
    )
    return replace(limits, hash_key=hash_key(settings.hash_key).hex()) if _needs_key(limits) else limits


def content_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings that decide the content, as JSON; of a secret key only its fingerprint."""
    limits = limits_of(settings)
    return _as_json(
        {
            "limits": asdict(limits) | {"hash_key": _fingerprint(bytes.fromhex(limits.hash_key))},
            "text": asdict(text_options(settings)),
            "header": settings.header,
            "parts": settings.parts,
            SCAN: settings.scan,
            "model": installed_model(settings.model),
            "max_tokens": settings.max_tokens,
            "layers": settings.layers,
            "dims": settings.dims,
            "materialize": settings.materialize,
            "anchors": settings.anchors,
        }
    )


def settings_built_with(content: Mapping[str, Any], settings: Settings) -> Settings:
    """Return settings that build an index of the same content; those that don't decide it are taken from `settings`.

    Raises StaleArtifact where another version of lakeindex, or another key, made the index.
    """
    fields = {f"text_{name}": content["text"][name] for name in ("title", "name", "statistics", "values", "order")}
    plain = ("header", "parts", SCAN, "model", "max_tokens", "layers", "dims", "materialize", "anchors")
    fields |= {name: content[name] for name in plain}
    limits = content["limits"]
    built = replace(settings, values=limits["raw"], personal=limits["personal"], names=limits["names"], **fields)
    if content_settings(built) != content:
        raise StaleArtifact("the index was made with settings, or a key, that aren't here; index the lake again")
    return built


def limits_built_with(content: Mapping[str, Any], settings: Settings) -> ProfileLimits:
    """Return the limits of an index, for profiling a column that is compared with it.

    Raises StaleArtifact when its hashes have another key than that of the settings.
    """
    limits = limits_from_json(content["limits"])
    key = hash_key(settings.hash_key) if _needs_key(limits) else b""
    if _fingerprint(key) != limits.hash_key:
        raise StaleArtifact(
            "the index's hashes were made with another key; set LAKEINDEX_HASH_KEY to that one, or index the lake again"
        )
    return replace(limits, hash_key=key.hex())


def _needs_key(limits: ProfileLimits) -> bool:
    return RawValues.HASH in (limits.raw, limits.of_personal.raw) or limits.names is Names.HASH


def _fingerprint(key: bytes) -> str:
    return hashlib.blake2b(key, digest_size=8, person=b"lakeindex").hexdigest() if key else ""


def _as_json(content: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(json.dumps(content))
    return read
