"""Values that are sets, such as `a|b` and `b; a`: the same set is the same value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Texts
from lakeindex.arrays.ragged import starts_run
from lakeindex.integrate.records import canonical_keys

_SEPARATORS = r"\s*[|;]\s*"
_BETWEEN = "|"


def has_separator(texts: Texts) -> Flags:
    """Return which texts have a sign that separates the members of a set."""
    flags: Flags = pc.match_substring_regex(texts, r"[^|;\s]\s*[|;]\s*[^|;\s]").to_numpy(zero_copy_only=False)
    return flags


def set_keys(texts: Texts) -> Texts:
    """Return for each text the canonical keys of its members, each once and sorted."""
    lists: Any = pc.split_pattern_regex(texts, _SEPARATORS)
    owners = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    members = canonical_keys(pc.list_flatten(lists).cast(pa.large_string())).dictionary_encode()
    ranks = np.empty(len(members.dictionary), np.int64)
    ranks[pc.sort_indices(members.dictionary).to_numpy()] = np.arange(len(ranks))
    codes = ranks[members.indices.to_numpy()]
    order = np.lexsort((codes, owners))
    order = order[starts_run(owners[order], codes[order])] if len(order) else order
    counts = np.bincount(owners[order], minlength=len(texts))
    offsets = np.concatenate([[0], np.cumsum(counts)])
    values = members.dictionary.take(pa.array(members.indices.to_numpy()[order]))
    sets: Any = pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), values)
    joined: Any = pc.binary_join(sets, pa.scalar(_BETWEEN, pa.large_string()))
    keys: Texts = joined
    return keys
