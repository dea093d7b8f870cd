"""Decode a JSON text, in the encoding that all of it has."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from lakeindex.types.lake import LakeFile
from lakeindex_connectors.opening import open_unpacked, read_chunks, refuse_binary
from lakeindex_connectors.text.encoding import DAMAGED_UTF8, codec_of, decode, detect_encoding, is_guess, without_utf8

_HEAD_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Decoding:
    """How the bytes of a file become text."""

    encoding: str
    is_damaged: bool = False
    """Whether some of its bytes are none of that encoding, and read as U+FFFD."""

    @classmethod
    def of(cls, file: LakeFile) -> Decoding:
        """Detect it from the beginning of a file, from all of it where that leaves a choice.

        Raises UnreadableTable for binary content.
        """
        with open_unpacked(file) as raw:
            head = raw.read(_HEAD_BYTES)
        refuse_binary(head)
        encoding = detect_encoding(head, is_whole=len(head) < _HEAD_BYTES)
        return cls(_encoding_of_all(file) if is_guess(encoding) else encoding)

    def repaired(self, file: LakeFile) -> Decoding:
        """Return the decoding of a file that this one turned out not to be."""
        return Decoding(_encoding_of_all(file) if self.encoding == "utf-8" else self.encoding, True)

    def notes(self) -> list[str]:
        """Describe what was guessed or replaced."""
        if self.encoding == DAMAGED_UTF8:
            return ["some bytes are not UTF-8 and read as U+FFFD"]
        if is_guess(self.encoding):
            return [f"not UTF-8: read as {self.encoding}"]
        return [f"some bytes are not {codec_of(self.encoding).upper()} and read as U+FFFD"] if self.is_damaged else []

    def texts(self, raw: BinaryIO) -> Iterator[str]:
        """Decode an open file; raises UnicodeDecodeError where it isn't damaged as expected, but is."""
        chunks = read_chunks(raw)
        if self.is_damaged or is_guess(self.encoding):
            return decode(chunks, self.encoding)
        return _strictly(chunks, "utf-8-sig" if self.encoding == "utf-8" else codec_of(self.encoding))


def _strictly(chunks: Iterable[bytes], codec: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)()
    return chain((decoder.decode(chunk) for chunk in chunks), (decoder.decode(end, True) for end in (b"",)))


def _encoding_of_all(file: LakeFile) -> str:
    with open_unpacked(file) as raw:
        return without_utf8(read_chunks(raw))
