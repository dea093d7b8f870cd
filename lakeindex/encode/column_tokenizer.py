"""Tokenize columns for the rerankers, straight from their profile records, as the catalog and the workers keep them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import TokenLists
from lakeindex.canonical.folding import fold
from lakeindex.config.model_options import BASE_MODEL, ModelOptions
from lakeindex.encode.model_folder import model_folder
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
    units = [list(_units(record, values)) for record in records.select(["table_id", "name", "texts"]).to_pylist()]
    counts = np.cumsum([0, *map(len, units)])
    # Characters that people wouldn't tell apart, full-width ones, the tokenizer would.
    texts = fold(pa.array(chain.from_iterable(units), pa.large_string())).to_pylist()
    tokens = [one.ids for one in tokenizer().encode_batch_fast(texts, add_special_tokens=False)]
    closed = np.array(list(chain.from_iterable((*one, END) for one in tokens)), np.uint16)
    ends = np.concatenate([[0], np.cumsum([len(one) + 1 for one in tokens])]).astype(np.int64)
    tokenized: TokenLists = pa.LargeListArray.from_arrays(pa.array(ends[counts]), pa.array(closed))
    return tokenized


@cache
def tokenizer() -> Tokenizer:
    """Make the tokenizer of the base model, truncated to the tokens of a unit."""
    from tokenizers import Tokenizer

    made = Tokenizer.from_file(str(model_folder(ModelOptions(model=BASE_MODEL)) / "tokenizer.json"))
    made.no_padding()
    made.enable_truncation(UNIT_TOKENS)
    return made


def _units(record: dict[str, object], values: bool) -> Iterator[str]:
    yield words_of(str(record["name"]))
    yield _title(str(record["table_id"]))
    texts = record["texts"] if values else []
    assert isinstance(texts, list)
    for one in sorted(texts, key=lambda one: (-one["rows"], one["value_hash"]))[:VALUES]:
        # Surrogates, which stand for undecodable bytes, become question marks.
        yield str(one["text"][:_VALUE_CHARACTERS]).encode("utf-8", "replace").decode("utf-8")


@lru_cache(maxsize=1024)
def _title(table_id: str) -> str:
    return title_of(table_id)
