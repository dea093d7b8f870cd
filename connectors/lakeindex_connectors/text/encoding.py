"""Detect the encoding of a text file: by its byte order mark, else by what its bytes allow; and decode it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator

from lakeindex.errors import UnreadableTable
from lakeindex_connectors.text.latin_charsets import PREFERRED
from lakeindex_connectors.text.legacy_charsets import choose_charset
from lakeindex_connectors.text.mixed_charsets import decode_mixed, detect_mixed, is_mixed, is_utf8, whole_lines

_DAMAGED = " (damaged)"
DAMAGED_UTF8 = f"utf-8{_DAMAGED}"
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
_LEAST_CHARACTER = {"utf-16": 2, "utf-32": 4}
"""Bytes."""
_FEW_INVALID = 100
"""UTF-16 without a mark has at least so many valid characters for each invalid one."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_C1 = re.compile(rb"[\x80-\x9f]")
_NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def detect_encoding(head: bytes, is_whole: bool) -> str:
    """Return the encoding of a text that starts with `head`; raises UnreadableTable for binary content."""
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked is None and b"\0" in head:
        marked = _utf16_without_mark(head)
    if marked and decodes(head, marked, is_whole):
        return marked
    if marked and marked != "utf-8":
        return marked + _DAMAGED
    return "utf-8" if decodes(head, "utf-8", is_whole) else without_utf8([head])


def decodes(head: bytes, encoding: str, is_whole: bool) -> bool:
    """Return whether the beginning of a text is valid in an encoding."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(head, is_whole)
    except UnicodeDecodeError:
        return False
    return True


def damaged(encoding: str) -> str:
    """Return the name of an encoding whose invalid bytes are read as U+FFFD."""
    return encoding if is_damaged(encoding) else encoding + _DAMAGED


def undamaged(encoding: str) -> str:
    """Return the name of the encoding that a text is in but for its invalid bytes."""
    return encoding.removesuffix(_DAMAGED)


def is_damaged(encoding: str) -> bool:
    """Return whether some bytes are invalid in an encoding, and are read as U+FFFD."""
    return encoding.endswith(_DAMAGED)


def is_wide(encoding: str) -> bool:
    """Return whether an encoding has characters of two or four bytes: UTF-16 or UTF-32."""
    return encoding.startswith(("utf-16", "utf-32"))


def codec_of(encoding: str) -> str:
    """Return the codec of an encoding, damaged or not."""
    return encoding.removesuffix(_DAMAGED)


def is_guess(encoding: str) -> bool:
    """Return whether an encoding other than UTF-8 was guessed from bytes alone, without a byte order mark."""
    return encoding != "utf-8" and not is_wide(encoding)


def without_utf8(chunks: Iterable[bytes]) -> str:
    """Return the encoding of bytes that aren't valid UTF-8: an older one, or UTF-8 with a few damaged bytes."""
    intact = invalid = valid_lines = 0
    has_c1 = has_undefined = False
    sample = others = b""
    for chunk in whole_lines(chunks):
        if chunk.isascii():
            continue
        rest, found = _MULTIBYTE.subn(b"", chunk)
        intact += found
        invalid += len(_HIGH.findall(rest))
        has_c1 = has_c1 or _C1.search(chunk) is not None
        has_undefined = has_undefined or _NOT_IN_CP1252.search(chunk) is not None
        if len(others) < _SAMPLE_BYTES:
            lines = [line for line in chunk.splitlines() if not line.isascii()]
            invalid_lines = [line for line in lines if not is_utf8(line)]
            valid_lines += len(lines) - len(invalid_lines)
            sample = (sample + b"\n".join((*lines, b"")))[:_SAMPLE_BYTES]
            others += b"\n".join((*invalid_lines, b""))
    if intact and (mixed := detect_mixed(others[:_SAMPLE_BYTES], valid_lines)):
        return mixed
    if intact > 4 * invalid or valid_lines >= max(2, 2 * others.count(b"\n")):
        return DAMAGED_UTF8
    charset = choose_charset(sample)
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
        is_intact = text.count("\ufffd") * _FEW_INVALID <= len(text)
        if is_intact and not _CONTROL.search(text) and any(mark in text for mark in "\n\r,;\t|"):
            return name
    raise UnreadableTable(f"binary content: a NUL byte at offset {head.index(0)}")


def decode(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Decode chunks as they come, without the byte order mark; invalid bytes become U+FFFD.

    Where lines are in two encodings, each is read in its own. Half a character at the end of UTF-16 is left out.
    """
    if is_mixed(encoding):
        yield from decode_mixed(chunks, encoding)
        return
    name = undamaged(encoding)
    decoder = codecs.getincrementaldecoder("utf-8-sig" if name == "utf-8" else name)(errors="replace")
    for chunk in chunks:
        yield decoder.decode(chunk)
    if not (is_wide(name) and len(decoder.getstate()[0]) < _LEAST_CHARACTER[name[:6]]):
        yield decoder.decode(b"", True)


def to_utf8(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Recode chunks as UTF-8; raises UnicodeDecodeError when `encoding` is a Unicode one and they aren't valid in it.

    UTF-8 keeps its byte order mark.
    """
    if encoding != "utf-8" and not (is_wide(encoding) and not is_damaged(encoding)):
        for text in decode(chunks, encoding):
            yield text.encode("utf-8", errors="replace")
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    for chunk in chunks:
        text = decoder.decode(chunk)
        yield chunk if encoding == "utf-8" else text.encode("utf-8", errors="replace")
    decoder.decode(b"", True)
