"""Hash the content of a file, to find out whether it has changed."""

from __future__ import annotations

import hashlib
import io
import os
from contextlib import suppress

from lakeindex.types.lake import LakeFile


def hash_content(file: io.BufferedReader) -> str:
    """Hash the rest of an open file: blake2b, 16 bytes, hexadecimal."""
    return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def content_hash_of(file: LakeFile) -> str:
    """Hash the content of a file, or the names and contents of its parts, in which one that can't be read has none.

    Raises OSError where a file without parts can't be read.
    """
    if not file.parts:
        with file.open() as handle:
            return hash_content(handle)
    digest = hashlib.blake2b(digest_size=16)
    for part in file.parts:
        content = ""
        with suppress(OSError):
            content = content_hash_of(part)
        # The place in the folder tells of values; what the folder is called doesn't, so that it may be renamed.
        place = os.path.relpath(part.path, file.path)
        digest.update(f"{place}\0{content}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
