"""The two sides of a pair: values are corrupted and shuffled, headers and titles changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lakeindex.synthesis.corruptions import MOST_SHUFFLED, corrupted, draw_corruption, shuffle_cells
from lakeindex.synthesis.headers import HEADER_CHANGES, HUBS, HeaderPlace
from lakeindex.synthesis.value_shapes import ValueShape
from lakeindex.types.matches import JoinKind

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts

FEWEST, MOST = 3, 24
"""How many values of a column a side holds; fewer where the column has fewer."""

CHANGED_HEADERS = 0.6
"""The share of headers that are changed or dropped."""
_CHANGES = tuple(HEADER_CHANGES)
_CHANGED_TITLES = 0.75
_ENDINGS = ("archive", "old", "2", "details", "list", "info", "new", "north", "2019", "export", "raw", "all")


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """One side of a pair before it is written."""

    table: str
    name: str
    values: Texts
    """Distinct; the first ones are kept, shuffled a little."""
    shape: ValueShape
    lineage: int


@dataclass(frozen=True, slots=True)
class PairColumn:
    """One side of a pair."""

    table: str
    """The table's title, in words or as a file name."""
    name: str
    """The header; empty where it was dropped."""
    values: tuple[str, ...]
    """Some distinct values."""
    distinct: int
    """How many distinct values the fragment has from which these were drawn."""
    lineage: int
    """Columns of the same lineage join: in a batch of pairs, they are not negatives of each other."""
    how: str
    """How it was changed; empty if it was not."""
    kind: JoinKind
    """How it joins with its unchanged self."""


def write(
    draft: Draft, corrupted_share: float, rng: np.random.Generator, changed_headers: float = CHANGED_HEADERS
) -> PairColumn:
    """Write one side; its values and its header are changed with the given probabilities, its title mostly."""
    shown: Any = draft.values.slice(0, int(rng.integers(FEWEST, MOST + 1)))
    done, kind = [], JoinKind.EQUI
    if rng.random() < corrupted_share and (corruption := draw_corruption(draft.shape, rng)) is not None:
        before, shown = shown, corrupted(shown, corruption, rng)
        if not shown.equals(before):
            done.append(corruption.name)
            kind = corruption.kind
    shuffled = shuffle_cells(shown, rng.uniform(0, MOST_SHUFFLED), rng)
    name = draft.name
    if rng.random() < changed_headers:
        change = _CHANGES[int(rng.integers(len(_CHANGES)))]
        place = HeaderPlace(draft.name, draft.table, 1 + int(rng.integers(12)))
        # A dropped header doesn't even give the column's position.
        name = "" if change == "empty" else HEADER_CHANGES[change](place, rng)
        done.append(f"header {change}")
    values = tuple(dict.fromkeys(map(str, shuffled.to_pylist())))
    title = _title(draft.table, rng)
    return PairColumn(title, name, values, len(draft.values), draft.lineage, ", ".join(done), kind)


def _title(table: str, rng: np.random.Generator) -> str:
    """Return the table's own title, or the same with an ending, a generic word, or a number."""
    if rng.random() >= _CHANGED_TITLES:
        return table
    change = int(rng.integers(3))
    if change == 0:
        return f"{table}_{_ENDINGS[int(rng.integers(len(_ENDINGS)))]}"
    return f"t{int(rng.integers(10_000)):04d}" if change == 1 else HUBS[int(rng.integers(len(HUBS)))]
