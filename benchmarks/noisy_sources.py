"""Make several tables of one clean table, each with errors of its own, and keep what is true."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import pyarrow as pa
from noisy_tables import LOOKUPS, CleanTable, Column, names_by, sheet

from lakeindex.arrays.aliases import Integers
from lakeindex.synthesis.text_variants import recase, reorder, shorten_words, strip_accents
from lakeindex.synthesis.typos import misread, mistype

ROWS = 0.7
"""Share of the entities that each source describes."""
COLUMNS = 0.7
"""Chance of a column to be in a source."""
RENAMED = 0.3
"""Chance of a column to have another name."""
UNRELIABLE = (0.1, 0.3, 0.5, 1.0, 1.6, 2.5)
"""By source: its share of wrong values, as a multiple of half of the noise; the mean is 1."""
_DIGITS = "0123456789"
_TRIES = 6

Cell = Callable[[str, np.random.Generator], str]


class Noise(StrEnum):
    """What is done to a share of the cells."""

    TYPOS = "typos"
    EQUIVALENTS = "equivalents"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How sources are made."""

    entities: int
    noise: Noise
    level: float
    """Share of the cells."""
    seed: int
    sources: int = len(UNRELIABLE)


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A table made of a clean one."""

    name: str
    columns: tuple[int, ...]
    """The place of each column in the clean table."""
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    entities: Integers
    """(rows,) the entity of each."""


@dataclass(frozen=True, slots=True)
class NoisySources:
    """Tables of the same entities, and what is true of these."""

    clean: CleanTable
    """Only the entities that were drawn."""
    sources: tuple[SourceTable, ...]

    def write(self, folder: Path) -> None:
        """Write the sources and the lookup tables as CSV files."""
        folder.mkdir(parents=True)
        for source in self.sources:
            _write(folder / source.name, source.header, source.rows)
        for path in LOOKUPS:
            _write(folder / path.replace("/", "_"), sheet(path).header, sheet(path).rows)

    def accepted(self, entity: int, column: int) -> set[str]:
        """Return the true value of a cell and what else it is called; nothing where the clean table has none."""
        value, lookup = self.clean.rows[entity][column], self.clean.columns[column].lookup
        return {value, *(names_by(lookup).get(value, ()) if lookup else ())} if value else set()


def make_sources(clean: CleanTable, recipe: Recipe) -> NoisySources:
    """Draw entities and make a source for each grade of reliability."""
    rng = np.random.default_rng([recipe.seed, *map(ord, clean.name)])
    named = [row for row in dict.fromkeys(clean.rows) if row[0]]
    drawn = sorted(rng.permutation(len(named))[: recipe.entities].tolist())
    chosen = CleanTable(clean.name, clean.columns, tuple(named[place] for place in drawn))
    wrong = np.resize(UNRELIABLE, recipe.sources) * recipe.level / 2
    names = [f"{clean.name}_{at:02}.csv" for at in range(len(wrong))]
    sources = (_source(chosen, name, recipe, share, rng) for name, share in zip(names, wrong.tolist(), strict=True))
    return NoisySources(chosen, tuple(sources))


def _source(clean: CleanTable, name: str, recipe: Recipe, wrong: float, rng: np.random.Generator) -> SourceTable:
    count = len(clean.rows)
    entities = rng.permutation(count)[: round(ROWS * count)].astype(np.int64)
    kept = [place for place in range(len(clean.columns)) if place == 0 or rng.random() < COLUMNS]
    places = [0, *rng.permutation(kept[1:]).tolist()]
    made = []
    for place in places:
        values = [clean.rows[entity][place] for entity in entities.tolist()]
        others = [row[place] for row in clean.rows]
        if place:  # A wrong name would be another entity.
            values = [_wrong(value, others, rng) if rng.random() < wrong else value for value in values]
        made.append(_noisy(values, clean.columns[place], recipe, rng))
    header = [_header(clean.columns[place], rng) for place in places]
    return SourceTable(name, tuple(places), tuple(header), tuple(zip(*made, strict=True)), entities)


def _wrong(value: str, others: Sequence[str], rng: np.random.Generator) -> str:
    drawn = others[int(rng.integers(len(others)))]
    return drawn or value


def _header(column: Column, rng: np.random.Generator) -> str:
    return column.aliases[int(rng.integers(len(column.aliases)))] if rng.random() < RENAMED else column.name


def _noisy(values: list[str], column: Column, recipe: Recipe, rng: np.random.Generator) -> list[str]:
    hit = (rng.random(len(values)) < recipe.level).tolist()
    change = _typo if recipe.noise is Noise.TYPOS else _equivalent(column)
    return [change(value, rng) if is_hit and value else value for value, is_hit in zip(values, hit, strict=True)]


def _equivalent(column: Column) -> Cell:
    names = names_by(column.lookup) if column.lookup else {}

    def other_name(value: str, rng: np.random.Generator) -> str:
        others = names.get(value, (value,)) or (value,)
        return others[int(rng.integers(len(others)))]

    return other_name


def _typo(value: str, rng: np.random.Generator) -> str:
    """Write a value differently: a mistyped or misread letter, another order, short words, another digit."""
    if not any(character.isalpha() for character in value):
        return _other_digit(value, rng)
    for _ in range(_TRIES):
        change = (mistype, mistype, mistype, misread, reorder, shorten_words, strip_accents, recase)[rng.integers(8)]
        changed = str(change(pa.array([value], pa.large_string()), rng)[0].as_py()).strip()
        if changed and changed != value:
            return changed
    return value


def _other_digit(value: str, rng: np.random.Generator) -> str:
    places = [place for place, character in enumerate(value) if character in _DIGITS]
    if not places:
        return value
    place = places[int(rng.integers(len(places)))]
    other = _DIGITS[(int(value[place]) + 1 + int(rng.integers(9))) % 10]
    return value[:place] + other + value[place + 1 :]


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, lineterminator="\n").writerows([header, *rows])
