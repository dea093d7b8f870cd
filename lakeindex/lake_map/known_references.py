"""What is known of a lake's references before anything is inferred: what is declared, and what people decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lakeindex.lake_map.relationship import Method


@dataclass(frozen=True, slots=True)
class KnownReferences:
    """References that stay whatever is inferred, and pairs of columns that are none."""

    pairs: Mapping[tuple[int, int], Method | None] = field(default_factory=dict)
    """How a pair of columns, child and parent by key, became known; None where a person rejected it."""
    composite: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = ()
    """Declared keys of several columns."""
    remarks: tuple[str, ...] = ()
    """What couldn't be read of what is declared."""

    def is_rejected(self, child: int, parent: int) -> bool:
        """Whether a person rejected a pair."""
        return (child, parent) in self.pairs and self.pairs[child, parent] is None
