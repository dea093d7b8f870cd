"""Shorten very long values to their beginning and a hash of the whole, which keeps different values different."""

from __future__ import annotations

import hashlib

import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Texts

LONGEST_BYTES = 1 << 20
_KEPT_BYTES = 4096


def shorten(texts: Texts) -> Texts:
    """Shorten texts of more than LONGEST_BYTES; equal ones stay equal, others stay different."""
    if texts.nbytes <= LONGEST_BYTES:
        return texts
    sizes = pc.binary_length(texts).fill_null(0).to_numpy()
    is_long = sizes > LONGEST_BYTES
    if not is_long.any():
        return texts
    short = pa.array([_shorten_one(text.as_buffer()) for text in texts.filter(pa.array(is_long))], texts.type)
    replaced: Texts = pc.replace_with_mask(texts, pa.array(is_long), short)
    return replaced


def _shorten_one(text: pa.Buffer) -> str:
    beginning = text.slice(0, _KEPT_BYTES).to_pybytes().decode("utf-8", "ignore")
    return f"{beginning} {hashlib.blake2b(text, digest_size=16).hexdigest()}"
