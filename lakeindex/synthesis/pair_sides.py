"""The two columns of a pair in the making: their values dealt, perturbed, shuffled; their headers and tables named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lakeindex.synthesis.corruptions import MOST_SHUFFLED, choose, perturbed, shuffle_cells
from lakeindex.synthesis.headers import HEADER_CHANGES, HUBS, HeaderPlace
from lakeindex.synthesis.value_shapes import Look
from lakeindex.types.matches import JoinKind

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts

FEWEST, MOST = 3, 24
"""How many values of a column a pair shows; fewer where it has fewer."""

CHANGED_HEADERS = 0.6
"""The share of headers that are written otherwise, or dropped."""
_CHANGES = tuple(HEADER_CHANGES)
_CHANGED_TITLES = 0.75
_ENDINGS = ("archive", "old", "2", "details", "list", "info", "new", "north", "2019", "export", "raw", "all")


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """One side of a pair before it is written."""

    table: str
    name: str
    values: Texts
    """Distinct; the first are shown, shuffled a little."""
    look: Look
    origin: int


@dataclass(frozen=True, slots=True)
class PairColumn:
    """One side of a pair."""

    table: str
    """The table's title, in words or as a file is called."""
    name: str
    """The header; empty where it was dropped."""
    values: tuple[str, ...]
    """Some distinct values."""
    distinct: int
    """How many distinct values the fragment has that these come from."""
    origin: int
    """Columns of one origin join: in a batch of pairs, they are no negatives of one another."""
    how: str
    """What was done to it, empty for nothing."""
    kind: JoinKind
    """How it joins with what it was before."""


def write(draft: Draft, share: float, rng: np.random.Generator, headers: float = CHANGED_HEADERS) -> PairColumn:
    """Write one side: its values otherwise in so many cases, its header in `headers` of them, its title in most."""
    shown: Any = draft.values.slice(0, int(rng.integers(FEWEST, MOST + 1)))
    done, kind = [], JoinKind.EQUI
    if rng.random() < share and (perturbation := choose(draft.look, rng)) is not None:
        before, shown = shown, perturbed(shown, perturbation, rng)
        if not shown.equals(before):
            done.append(perturbation.name)
            kind = perturbation.kind
    shuffled = shuffle_cells(shown, rng.uniform(0, MOST_SHUFFLED), rng)
    name = draft.name
    if rng.random() < headers:
        change = _CHANGES[int(rng.integers(len(_CHANGES)))]
        place = HeaderPlace(draft.name, draft.table, 1 + int(rng.integers(12)))
        # A dropped header says nothing, not even its place.
        name = "" if change == "empty" else HEADER_CHANGES[change](place, rng)
        done.append(f"header {change}")
    values = tuple(dict.fromkeys(map(str, shuffled.to_pylist())))
    title = _title(draft.table, rng)
    return PairColumn(title, name, values, len(draft.values), draft.origin, ", ".join(done), kind)


def _title(table: str, rng: np.random.Generator) -> str:
    """Name a table as it is, with an ending, by a word that all use, or by a number."""
    if rng.random() >= _CHANGED_TITLES:
        return table
    way = int(rng.integers(3))
    if way == 0:
        return f"{table}_{_ENDINGS[int(rng.integers(len(_ENDINGS)))]}"
    return f"t{int(rng.integers(10_000)):04d}" if way == 1 else HUBS[int(rng.integers(len(HUBS)))]
