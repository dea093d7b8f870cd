"""Hash the content of a file, to tell whether it is still what it was."""

from __future__ import annotations

import hashlib
import io


def hash_content(file: io.BufferedReader) -> str:
    """Hash what is left to read of a file: blake2b, 16 bytes, hexadecimal."""
    return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
