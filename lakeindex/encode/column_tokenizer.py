"""Tokenize columns for the rerankers, straight from their profile records, as the catalog and the workers keep them."""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Integers, Texts, TokenLists
from lakeindex.arrays.frequent_texts import FrequentTexts
from lakeindex.arrays.ragged import ranges
from lakeindex.canonical.folding import fold
from lakeindex.models.weights import TOKENIZER
from lakeindex.types.column_tokens import END
from lakeindex.types.names import title_of, words_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

VALUES = 16
"""Values of a column that are tokenized, at most, the most frequent first."""
UNIT_TOKENS = 8
"""Tokens of a unit (the name, the table's title, or a value), at most."""

_VALUE_CHARACTERS = 60


def tokenize_records(records: pa.RecordBatch | pa.Table, values: bool = True) -> TokenLists:
    """Return the tokens of each column, in the records' order, laid out as in `ColumnTokens`.

    Without `values` only names are tokenized, for tables whose values must not be kept.
    """
    table = pa.Table.from_batches([records]) if isinstance(records, pa.RecordBatch) else records
    found = FrequentTexts.of(table["texts"], VALUES if values else 0)
    units, counts = _units(table, found)
    # Characters that people wouldn't tell apart, full-width ones, the tokenizer would.
    encoded: Any = fold(units).dictionary_encode()
    tokens = [
        one.ids for one in tokenizer().encode_batch_fast(encoded.dictionary.to_pylist(), add_special_tokens=False)
    ]
    closed = np.array(list(chain.from_iterable((*one, END) for one in tokens)), np.uint16)
    sizes = np.array([len(one) + 1 for one in tokens], np.int64)
    chosen = encoded.indices.to_numpy()
    ends = np.concatenate([[0], np.cumsum(sizes[chosen])]).astype(np.int64)
    items = closed[ranges((np.cumsum(sizes) - sizes)[chosen], sizes[chosen])]
    starts, flat = pa.array(ends[counts], pa.int64()), pa.array(items, pa.uint16())
    tokenized: TokenLists = pa.LargeListArray.from_arrays(starts, flat)
    return tokenized


@cache
def tokenizer() -> Tokenizer:
    """Make the tokenizer of the base model, truncated to the tokens of a unit."""
    from tokenizers import Tokenizer

    made = Tokenizer.from_file(str(TOKENIZER))
    made.no_padding()
    made.enable_truncation(UNIT_TOKENS)
    return made


def _units(records: pa.Table, found: FrequentTexts) -> tuple[Texts, Integers]:
    """Return the units of all columns, each name and title before its values, and (columns + 1,) where each starts."""
    names = [words_of(str(name)) for name in records["name"].to_pylist()]
    titles = [_title(str(table_id)) for table_id in records["table_id"].to_pylist()]
    clipped: Any = pc.utf8_slice_codeunits(found.texts, 0, _VALUE_CHARACTERS)
    together: Any = pa.concat_arrays([pa.array([*names, *titles], pa.large_string()), clipped])
    columns, counts = np.arange(len(names)), np.diff(found.starts)
    owners = np.concatenate([columns, columns, np.repeat(columns, counts)])
    units: Any = together.take(pa.array(np.argsort(owners, kind="stable")))
    return units, np.cumsum(np.concatenate([np.zeros(1, np.int64), counts + 2]))


@lru_cache(maxsize=1024)
def _title(table_id: str) -> str:
    return title_of(table_id)
