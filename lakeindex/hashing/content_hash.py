"""Hash the content of a file, to find out whether it has changed."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType

from lakeindex.types.lake import LakeFile

NOTHING_KNOWN: Mapping[str, str] = MappingProxyType({})


def hash_content(file: io.BufferedReader) -> str:
    """Hash the rest of an open file: blake2b, 16 bytes, hexadecimal."""
    return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def content_hash_of(file: LakeFile, known: Mapping[str, str] = NOTHING_KNOWN) -> str:
    """Hash the content of a file, or the names and contents of its parts, in which one that can't be read has none.

    What is `known` of the parts, by their names, is not read. Raises OSError where a file without parts can't be read.
    """
    if not file.parts:
        with file.open() as handle:
            return hash_content(handle)
    digest = hashlib.blake2b(digest_size=16)
    for part in file.parts:
        content = known.get(part.name, "")
        with suppress(OSError):
            content = content or content_hash_of(part)
        # The place in the folder tells of values; what the folder is called doesn't, so that it may be renamed.
        place = str(part.path).removeprefix(f"{file.path}{os.sep}")
        digest.update(f"{place}\0{content}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
