"""Detect the encoding of a text file: by its byte order mark, else by what its bytes allow; and decode it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator

from lakeindex.errors import UnreadableTable
from lakeindex_connectors.text.latin_charsets import PREFERRED
from lakeindex_connectors.text.legacy_charsets import choose_charset

DAMAGED_UTF8 = "utf-8 (damaged)"
"""UTF-8 with some invalid bytes, which are read as U+FFFD."""

_LATIN1_WITH_CONTROLS = "iso8859-1"
"""Latin-1 as Python has it, with the control characters that DuckDB's `latin-1` refuses."""
_SAMPLE_BYTES = 1 << 16
"""Bytes of lines that aren't ASCII: enough to distinguish encodings."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_C1 = re.compile(rb"[\x80-\x9f]")
_NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def detect_encoding(head: bytes, is_whole: bool) -> str:
    """Return the encoding of a text that starts with `head`; raises UnreadableTable for binary content."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if b"\0" in head:
        return _utf16_without_mark(head)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, is_whole)
    except UnicodeDecodeError:
        return without_utf8([head])
    return "utf-8"


def is_guess(encoding: str) -> bool:
    """Return whether an encoding other than UTF-8 was guessed from bytes alone, without a byte order mark."""
    return encoding != "utf-8" and not encoding.startswith(("utf-16", "utf-32"))


def without_utf8(chunks: Iterable[bytes]) -> str:
    """Return the encoding of bytes that aren't valid UTF-8: an older one, or UTF-8 with a few damaged bytes."""
    intact = damaged = 0
    has_c1 = has_undefined = False
    sample = b""
    for chunk in chunks:
        rest, found = _MULTIBYTE.subn(b"", chunk)
        intact += found
        damaged += len(_HIGH.findall(rest))
        has_c1 = has_c1 or _C1.search(chunk) is not None
        has_undefined = has_undefined or _NOT_IN_CP1252.search(chunk) is not None
        if len(sample) < _SAMPLE_BYTES:
            sample += b"\n".join(line for line in chunk.splitlines() if not line.isascii())
    if intact > 4 * damaged:
        return DAMAGED_UTF8
    charset = choose_charset(sample[:_SAMPLE_BYTES])
    if charset != PREFERRED:
        return charset
    if not has_c1:
        return "latin-1"
    return _LATIN1_WITH_CONTROLS if has_undefined else PREFERRED


def _utf16_without_mark(head: bytes) -> str:
    even = head[: len(head) // 2 * 2]
    ascii_pairs = sum(8 < first < 127 and 8 < second < 127 for first, second in zip(even[::2], even[1::2], strict=True))
    for name in ("utf-16-le", "utf-16-be") if ascii_pairs * 4 < len(even) else ():
        text = even.decode(name, errors="replace").rstrip("\ufffd")
        if "\ufffd" not in text and not _CONTROL.search(text) and any(mark in text for mark in "\n\r,;\t|"):
            return name
    raise UnreadableTable(f"binary content: a NUL byte at offset {head.index(0)}")


def decode(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Decode chunks as they come, without the byte order mark; invalid bytes become U+FFFD."""
    codec = "utf-8-sig" if encoding in ("utf-8", DAMAGED_UTF8) else encoding
    decoder = codecs.getincrementaldecoder(codec)(errors="replace")
    for chunk in chunks:
        yield decoder.decode(chunk)
    yield decoder.decode(b"", True)


def to_utf8(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Recode chunks as UTF-8; raises UnicodeDecodeError when `encoding` is UTF-8 and they aren't."""
    if encoding != "utf-8":
        for text in decode(chunks, encoding):
            yield text.encode("utf-8", errors="replace")
        return
    decoder = codecs.getincrementaldecoder("utf-8")()
    for chunk in chunks:
        decoder.decode(chunk)
        yield chunk
    decoder.decode(b"", True)
