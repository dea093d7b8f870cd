"""The ways to describe a column that `text_options.py` compares: the defaults with something changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.config.index_settings import text_options
from lakeindex.config.settings import Settings
from lakeindex.config.text_options import TextOptions, ValueOrder
from lakeindex.encode.record_texts import describe_records

DEFAULT = text_options(Settings())
DEFAULT_TOKENS = Settings().max_tokens
KEY_FROM = 200
"""Distinct values of a key from which any few of them show little of the others."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to describe columns, and how much of it the model reads."""

    options: TextOptions = DEFAULT
    max_tokens: int = DEFAULT_TOKENS
    key_values: int | None = None
    """Values to name of a key of many values; None for as many as of any other column."""

    @property
    def label(self) -> str:
        """Name what is not the default."""
        changed = [
            f"{name} {getattr(self.options, name)}"
            for name in TextOptions.__dataclass_fields__
            if getattr(self.options, name) != getattr(DEFAULT, name)
        ]
        tokens = [f"tokens {self.max_tokens}"] if self.max_tokens != DEFAULT_TOKENS else []
        of_keys = [] if self.key_values is None else [f"key_values {self.key_values}"]
        return ", ".join([*tokens, *changed, *of_keys]) or "default"

    def texts(self, records: pa.Table) -> list[str]:
        """Describe every column of the records."""
        texts = describe_records(records, self.options)
        if self.key_values is None:
            return texts
        shorter = describe_records(records, replace(self.options, values=min(self.key_values, self.options.values)))
        is_key = pc.and_(records["is_key"], pc.greater(records["distinct"], KEY_FROM)).to_pylist()
        return [few if short else many for few, many, short in zip(shorter, texts, is_key, strict=True)]


def variants() -> dict[str, list[Variant]]:
    """List what is measured, by what varies; none twice."""
    groups = {
        "default": [Variant()],
        "tokens": [Variant(max_tokens=tokens) for tokens in (16, 24, 32, 48, 64, 128, 256)],
        "values": [_of(values=count) for count in (0, 4, 8, 12, 24, 48)],
        "numbers": [_of(number_values=count) for count in (0, 2, 4)],
        "parts": [
            _of(title=True),
            _of(name=False),
            _of(statistics=True),
            _of(title=True, statistics=True),
            _of(order=ValueOrder.HASH),
        ],
        "cheap": list(_cheap()),
        "long": [
            replace(_of(values=48, max_words=96), max_tokens=128),
            replace(_of(values=48, max_words=192), max_tokens=256),
            replace(_of(title=True, statistics=True), max_tokens=128),
        ],
    }
    listed: set[Variant] = set()
    return {name: list(_new(some, listed)) for name, some in groups.items()}


def _cheap() -> Iterator[Variant]:
    for tokens, values in product((16, 24, 32), (4, 8, 12)):
        yield replace(_of(values=values), max_tokens=tokens)
    for values, numbers in product((8, 12), (0, 2)):
        yield replace(_of(values=values, number_values=numbers), max_tokens=24)
    yield from (Variant(key_values=count) for count in (4, 8))
    yield replace(_of(values=12), max_tokens=24, key_values=4)


def _of(**changed: object) -> Variant:
    return Variant(replace(DEFAULT, **changed))


def _new(some: Sequence[Variant], listed: set[Variant]) -> Iterator[Variant]:
    for variant in some:
        if variant not in listed:
            listed.add(variant)
            yield variant
