"""Names of tables and columns as hashes under a key: nobody without it can find by trial which names they are of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

_BYTES = 8
_MARKS = "/#"
"""What stands between a file's name and that of a table in it: a member of an archive, a part of a document."""


@dataclass(frozen=True, slots=True)
class NameHasher:
    """Hashes names with one key."""

    key: bytes

    def file(self, path: str) -> str:
        """Return what the file of a path is called: `t_` and 16 hexadecimal digits."""
        return f"t_{self._hash(path, b'table')}"

    def table(self, table: str, path: str) -> str:
        """Return what a table is called that is in the file of a path, which its own name starts with."""
        rest = table[len(path) :]
        return f"{self.file(path)}{rest[0]}t_{self._hash(rest[1:], b'part')}" if rest else self.file(path)

    def tables(self, table: str) -> Iterator[str]:
        """Yield all that a table may be called, whatever part of its name is that of its file."""
        yield self.file(table)
        for place, character in enumerate(table):
            if place and character in _MARKS:
                yield self.table(table, table[:place])

    def column(self, name: str) -> str:
        """Return what a column of a name is called, in whichever table: `c_` and 16 hexadecimal digits."""
        return f"c_{self._hash(name, b'column')}"

    def _hash(self, name: str, what: bytes) -> str:
        text = name.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, digest_size=_BYTES, key=self.key, person=what).hexdigest()
