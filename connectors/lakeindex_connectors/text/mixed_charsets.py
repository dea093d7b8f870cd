"""Read a text whose lines are in two encodings: UTF-8 and an older one, as pasted and appended files have them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from lakeindex_connectors.text.latin_charsets import CANDIDATES, OF_OLD_MACHINES
from lakeindex_connectors.text.legacy_charsets import OF_ONE_BYTE, choose_charset

_NAME = re.compile(r"utf-8 or (?P<older>\w+)")
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_SIGN = re.compile(r"[^\x00-\x7f]")
_LATIN = frozenset(CANDIDATES) - OF_OLD_MACHINES
_LEAST_FITTING = 0.9
_LEAST_VALID = 0.1
"""Lines that are UTF-8 for each that isn't, at least, in a text in another script than Latin."""
_LEADS = "ÃÂ"
"""What the first bytes of most characters of UTF-8 look like in the encodings of Western Europe."""
_NEVER = "ÿ\ufffd"
_OF_TYPESETTERS = "€£§°²³½¼¾µ–—…“”‘’„«»®©™•·ªº¿¡\xa0"


def is_mixed(encoding: str) -> bool:
    """Return whether an encoding is one that `detect_mixed` named."""
    return _NAME.fullmatch(encoding) is not None


def detect_mixed(others: bytes, valid_lines: int) -> str | None:
    """Return the encoding of a text of which some lines are UTF-8 and `others` aren't; None if they are damaged UTF-8.

    What tells lines in an older encoding from damaged ones is that their letters make words of an alphabet.
    `valid_lines` counts the lines that are UTF-8 and not ASCII: few of them are chance in another script.
    """
    text = _MULTIBYTE.sub(b"", others)
    older = choose_charset(text)
    if older in _LATIN:
        is_older = _has_words(text.decode(older, errors="replace"))
    else:
        is_older = older in OF_ONE_BYTE and valid_lines >= max(2, _LEAST_VALID * others.count(b"\n"))
    return f"utf-8 or {older}" if is_older else None


def decode_mixed(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Decode each line as UTF-8, or else in the older encoding that the name of a mixed one holds."""
    match = _NAME.fullmatch(encoding)
    assert match is not None
    mark = codecs.BOM_UTF8
    for lines in whole_lines(chunks):
        yield _decode_lines(lines.removeprefix(mark), match["older"])
        mark = b""


def whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut chunks anew so that each ends in a line feed or at the end of the text."""
    rest: list[bytes] = []
    for chunk in chunks:
        lines, feed, last = chunk.rpartition(b"\n")
        if feed:
            yield b"".join((*rest, lines, feed))
            rest = []
        rest.append(last)
    yield b"".join(rest)


def is_utf8(text: bytes) -> bool:
    """Return whether bytes are valid UTF-8."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decode_lines(text: bytes, older: str) -> str:
    if is_utf8(text):
        return text.decode()
    return "".join(_decode_line(line, older) for line in text.splitlines(keepends=True))


def _decode_line(line: bytes, older: str) -> str:
    """Decode a line; one that has both encodings keeps the characters that are valid UTF-8."""
    if is_utf8(line):
        return line.decode()
    ends = [0, *(end for match in _MULTIBYTE.finditer(line) for end in match.span()), len(line)]
    pieces = [line[start:end] for start, end in pairwise(ends)]
    return "".join(piece.decode("utf-8" if place % 2 else older, "replace") for place, piece in enumerate(pieces))


def _has_words(text: str) -> bool:
    """Return whether nearly all signs that aren't ASCII are letters as words have them, or signs of a typesetter."""
    found = list(_SIGN.finditer(text))
    return sum(_fits(text, match.start()) for match in found) >= _LEAST_FITTING * len(found) > 0


def _fits(text: str, place: int) -> bool:
    sign, before, after = text[place], text[max(place - 1, 0) : place], text[place + 1 : place + 2]
    if sign in _OF_TYPESETTERS:
        return True
    if not sign.isalpha() or sign in _NEVER or (sign in _LEADS and not after.isalpha()):
        return False
    return not (sign.isupper() and before.islower())
