"""Values that mean the same by a lookup table of the lake: `CA` and `California` that stand in one of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Texts


@dataclass(frozen=True, slots=True, eq=False)
class Equivalents:
    """Values of an attribute that are another value written in another way, each once."""

    keys: Texts
    """(values,) their canonical forms; none is among the other ones."""
    other_texts: Texts
    """(values,) what each is equivalent to, as written."""
    other_keys: Texts
    """(values,) the canonical forms of these."""
    rows: int
    """How many different rows the lookup table has."""

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def of(cls, keys: Texts, other_texts: Texts, other_keys: Texts) -> Equivalents:
        """Take what two columns of a lookup table, (rows,), have beside each other, each with just one of the other.

        Nothing is taken where the second column isn't of texts with letters.
        """
        rows = pa.table({"key": keys, "other": other_keys, "text": other_texts}).drop_null()
        rows = rows.group_by(["key", "other"]).aggregate([("text", "min")])
        is_one_to_one = _is_single(rows["key"]) & _is_single(rows["other"])
        is_text = pc.match_substring_regex(rows["text_min"], r"\pL").to_numpy()
        is_one_of_both = pc.is_in(rows["key"], rows["other"]).to_numpy()
        return cls._of(rows.filter(pa.array(is_one_to_one & is_text & ~is_one_of_both)), rows.num_rows)

    @classmethod
    def of_all(cls, parts: Sequence[Equivalents]) -> Equivalents:
        """Put together what several columns of a table have beside one other column, but what contradicts itself."""
        tables = [pa.table({"key": one.keys, "other": one.other_keys, "text_min": one.other_texts}) for one in parts]
        rows = pa.concat_tables(tables).group_by(["key", "other"]).aggregate([("text_min", "min")])
        rows = rows.rename_columns(["key", "other", "text_min"])
        is_one_of_both = pc.is_in(rows["key"], rows["other"]).to_numpy()
        return cls._of(rows.filter(pa.array(_is_single(rows["key"]) & ~is_one_of_both)), parts[0].rows)

    @classmethod
    def _of(cls, table: pa.Table, rows: int) -> Equivalents:
        kept = table.sort_by("key").combine_chunks()
        keys, texts, others = (_whole(kept[name]) for name in ("key", "text_min", "other"))
        return cls(keys, texts, others, rows)

    def used(self, values: Texts) -> int:
        """Return how many of some values, given as canonical forms, stand beside another one of them."""
        is_used: Any = pc.and_(pc.is_in(self.keys, values), pc.is_in(self.other_keys, values))
        return int(pc.sum(is_used).as_py() or 0)

    def put_into(self, texts: Texts, keys: Texts) -> tuple[Texts, Texts]:
        """Return values, (n,) as written and as canonical forms, with each that has an equivalent one in its place."""
        at: Any = pc.index_in(keys, self.keys)
        replaced: Any = [
            pc.if_else(pc.is_null(at), old, new.take(at))
            for old, new in ((texts, self.other_texts), (keys, self.other_keys))
        ]
        return replaced[0], replaced[1]


def _whole(column: Any) -> Texts:
    texts: Texts = column.combine_chunks()
    return texts


def _is_single(values: Any) -> Flags:
    codes = values.combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
    return np.asarray(np.bincount(codes)[codes] == 1) if len(codes) else np.zeros(0, bool)
