"""Hash the content of a file, to find out whether it has changed."""

from __future__ import annotations

import hashlib
import io


def hash_content(file: io.BufferedReader) -> str:
    """Hash the rest of an open file: blake2b, 16 bytes, hexadecimal."""
    return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
