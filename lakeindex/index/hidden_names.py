"""Replace the names in profile records by keyed hashes, and keep their terms, under the key, as terms are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Hashes, Integers, TokenLists
from lakeindex.hashing.name_hasher import NameHasher
from lakeindex.hashing.siphash import KEY_BYTES, siphash
from lakeindex.index.name_terms import context_words, name_grams, references
from lakeindex.types.columns import Family
from lakeindex.types.lake import TableId
from lakeindex.types.names import title_of, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME_FAMILIES = (Family.NAMES, Family.CONTEXT, Family.REFERENCES)
"""Families of terms that are made of names."""
Terms = tuple[Hashes, Integers, Integers]
"""The terms of columns, their counts, and where each column's start, (n + 1,)."""


def name_terms(names: Sequence[str], tables: Sequence[str], key: bytes = b"") -> dict[Family, Terms]:
    """Return the terms of columns' names and those of their tables, by family; under the key, where there is one."""
    words, titles = [words_of(name) for name in names], list(map(title_of, tables))
    terms = {
        Family.NAMES: name_grams(words),
        Family.CONTEXT: context_words(words, titles),
        Family.REFERENCES: references(words, titles),
    }
    return {family: _keyed(one, key) for family, one in terms.items()} if key else terms


def with_hidden_names(records: pa.Table, tables: Mapping[TableId, TableId], hasher: NameHasher) -> pa.Table:
    """Return profile records with hashes in place of names, and the terms of the names as `names_hashes`, and so on.

    `tables` gives what each table is called.
    """
    names, ids = (list(map(str, records[field].to_pylist())) for field in ("name", "table_id"))
    hidden: dict[str, list[str]] = {
        "name": [hasher.column(name) for name in names],
        "table_id": [str(tables[TableId(table)]) for table in ids],
    }
    for field, texts in hidden.items():
        place = records.schema.get_field_index(field)
        records = records.set_column(place, records.schema.field(place), pa.array(texts, pa.string()))
    for family, (hashes, counts, starts) in name_terms(names, ids, hasher.key).items():
        for part, items in (("hashes", hashes), ("counts", counts)):
            offsets, flat = pa.array(starts, pa.int64()), pa.array(items)
            lists: TokenLists = pa.LargeListArray.from_arrays(offsets, flat)
            records = records.append_column(f"{family}_{part}", lists)
    return records


def _keyed(terms: Terms, key: bytes) -> Terms:
    hashes, counts, starts = terms
    owners = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    keyed = siphash(hashes, key[:KEY_BYTES])
    order = np.lexsort((keyed, owners))
    return keyed[order], counts[order], starts
