"""Check while a text is streamed whether it is written so plainly that every CSV reader sees the same records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lakeindex_connectors.csv_files.dialect import Dialect

_MAX_CARRIED = 4 << 20
_GAP = re.compile(rb"[^\r\n](?:\r\n|\n|\r){2,}+[^\r\n]")


class Wellformedness:
    """The properties of a UTF-8 text after all its chunks went through `watch`.

    Plain are cells without a quote, or with one inside that doesn't follow leading blanks, and quoted cells that
    close right before a delimiter or line end. Readers agree on these; they differ on everything else.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._quote = dialect.quote.encode()
        self._carried = b""
        self._seen = 0
        self.record_ends: list[int] = []
        """Where records end, as offsets in the text: the last of each chunk. Right as long as quoting is plain."""
        self._line_ends: set[bytes] = set()
        self.has_nul = False
        self.has_gap = False
        """Whether there are empty lines between others; one at the border of two chunks goes unnoticed."""
        self.is_plain = not dialect.escape and not dialect.skips_blanks
        """Whether all quoting is plain."""

    @property
    def has_one_line_end(self) -> bool:
        """Whether lines end in the same way everywhere outside quotes."""
        return len(self._line_ends) <= 1

    def watch(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Pass the chunks on; the properties are final after the last chunk."""
        for chunk in chunks:
            self.has_nul = self.has_nul or b"\0" in chunk
            self._see(chunk, is_last=False)
            yield chunk
        self._see(b"", is_last=True)

    def _see(self, chunk: bytes, is_last: bool) -> None:
        if not self.is_plain:
            return
        text = self._carried + chunk
        held = 0 if is_last or not text.endswith(b"\r") else 1
        end = self._end_of_records(text, len(text) - held, is_last)
        self._carried = text[end:]
        self._seen += len(chunk)
        self.record_ends.append(self._seen - len(self._carried))
        self.is_plain = len(self._carried) <= (0 if is_last else _MAX_CARRIED)

    def _end_of_records(self, text: bytes, stop: int, is_last: bool) -> int:
        """Record the line ends of the whole records in `text[:stop]` and return where the last of them ends."""
        if not self._quote or self._quote not in text:
            end = stop if is_last else max(text.rfind(b"\n", 0, stop), text.rfind(b"\r", 0, stop)) + 1
            self._note_line_ends(text[:end])
            return end
        records, tail, quoted = _patterns(self._dialect)
        match = records.match(text, 0, stop)
        end = match.end() if match else 0
        # A quoted cell becomes a character: without it the line ends around an empty one would look like one.
        self._note_line_ends(quoted.sub(b"_", text[:end]))
        return len(text) if is_last and tail.fullmatch(text, end) else end

    def _note_line_ends(self, text: bytes) -> None:
        pairs = text.count(b"\r\n")
        kinds = {b"\r\n": pairs, b"\n": text.count(b"\n") - pairs, b"\r": text.count(b"\r") - pairs}
        self._line_ends.update(kind for kind, count in kinds.items() if count)
        if not self.has_gap and (b"\n\n" in text or b"\n\r\n" in text or b"\r\r" in text):
            self.has_gap = _GAP.search(text) is not None


def quoted_cell(dialect: Dialect) -> re.Pattern[bytes]:
    """Return the pattern of a quoted cell of UTF-8 text."""
    return _patterns(dialect)[2]


@lru_cache(maxsize=64)
def _patterns(dialect: Dialect) -> tuple[re.Pattern[bytes], re.Pattern[bytes], re.Pattern[bytes]]:
    """Return patterns of whole plain records, of a last record without line end, and of a quoted cell."""
    delimiter, quote = re.escape(dialect.delimiter), re.escape(dialect.quote)
    blanks = " " if dialect.delimiter == "\t" else " \t"
    quoted = rf"{quote}(?:[^{quote}]++|{quote}{quote})*+{quote}"
    cell = rf"(?:{quoted}(?=[{delimiter}\r\n]|\Z)|(?![{blanks}]*+{quote})[^{delimiter}\r\n]*+)"
    record = rf"{cell}(?:{delimiter}{cell})*+"
    patterns = (rf"(?:{record}(?:\r\n|\r|\n))*+", record, rf"(?:\A|(?<=[{delimiter}\r\n])){quoted}")
    whole, tail, alone = (re.compile(pattern.encode()) for pattern in patterns)
    return whole, tail, alone
