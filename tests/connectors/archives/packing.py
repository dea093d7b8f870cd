"""Ways to compress a file's content, by the suffix that names them."""

from __future__ import annotations

import bz2
import gzip
import lzma

import pyarrow as pa


def zstandard(content: bytes) -> bytes:
    packed = pa.compress(content, codec="zstd", asbytes=True)
    assert isinstance(packed, bytes)
    return packed


PACK = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstandard}
