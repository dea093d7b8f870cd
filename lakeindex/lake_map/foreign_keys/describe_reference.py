"""Describe in a short text why a column is taken to refer to another."""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Features
from lakeindex.lake_map.foreign_keys.reference_features import REFERENCE_FEATURES
from lakeindex.lake_map.foreign_keys.reference_pairs import ReferencePairs

_ALIKE = 0.85


def describe_references(pairs: ReferencePairs, features: Features) -> list[str]:
    """Return a text for each pair: how far the values are contained, what the names say, and how many rivals it has."""
    named = {name: features[:, place] for place, name in enumerate(REFERENCE_FEATURES)}
    rivals = np.rint(np.expm1(named["parents that hold it"])).astype(np.int64)
    texts = []
    for place in range(len(pairs)):
        parts = [f"{pairs.contained[place]:.0%} of the values are keys, which are used to {pairs.covered[place]:.0%}"]
        if named["name"][place] >= 1:
            parts.append("same name")
        elif max(named["name after table"][place], named["words to both"][place]) >= _ALIKE:
            parts.append("called after table and key")
        elif named["stem to table"][place] >= _ALIKE:
            parts.append("called after the table")
        if rivals[place] > 1:
            parts.append(f"one of {rivals[place]} keys with its values")
        texts.append("; ".join(parts))
    return texts
