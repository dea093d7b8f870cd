"""Find the objects in a JSON file: one per line, or the elements of one array, or a single object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain, islice

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import LakeFile
from lakeindex_connectors.opening import open_unpacked, read_chunks, refuse_binary
from lakeindex_connectors.text.encoding import decode, detect_encoding

JsonObject = dict[str, object]

MAX_DOCUMENT_BYTES = 256 << 20
_HEAD_BYTES = 1 << 16
_TRIED_LINES = 100


class JsonObjects:
    """Iterate over the objects of a file; lines and elements that are no object are counted as rejected.

    Raises UnreadableTable while iterating when the file as a whole is no JSON.
    """

    def __init__(self, file: LakeFile) -> None:
        self._file = file
        self.rejected = 0
        self.characters = 0
        """Of the lines read so far."""

    def __iter__(self) -> Iterator[JsonObject]:
        with open_unpacked(self._file) as raw:
            head = raw.read(_HEAD_BYTES)
            refuse_binary(head)
            encoding = detect_encoding(head, is_whole=len(head) < _HEAD_BYTES)
            lines = self._filled(_lines(decode(chain((head,), read_chunks(raw)), encoding)))
            first = list(islice(lines, _TRIED_LINES))
            if not first:
                raise UnreadableTable("empty file")
            values = map(_parsed, chain(first, lines)) if _are_objects(first) else _document(chain(first, lines))
            for value in values:
                if isinstance(value, dict):
                    yield value
                else:
                    self.rejected += 1

    def _filled(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            self.characters += len(line)
            if line.strip():
                yield line


def _lines(texts: Iterator[str]) -> Iterator[str]:
    """Cut text into lines that keep their ends; raises UnreadableTable at a line longer than a document may be."""
    started: list[str] = []
    length = 0
    for text in texts:
        # No JSON has a bare line end inside a value; of a pair that two texts share, an empty line stays.
        *whole, rest = text.replace("\r", "\n").split("\n")
        if whole:
            yield "".join((*started, whole[0], "\n"))
            yield from (f"{line}\n" for line in whole[1:])
            started, length = [], 0
        started.append(rest)
        length += len(rest)
        if length > MAX_DOCUMENT_BYTES:
            raise UnreadableTable(f"a line of more than {MAX_DOCUMENT_BYTES >> 20} million characters")
    if length:
        yield "".join(started)


def _are_objects(lines: list[str]) -> bool:
    """Return whether each line is to be parsed by itself; else one array, or one object, spans them all."""
    if lines[0].lstrip().startswith("["):
        return False
    return any(isinstance(_parsed(line), dict) for line in lines if line.startswith("{"))


def _parsed(text: str) -> object:
    """Parse one line; None where it is no JSON."""
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def _document(lines: Iterator[str]) -> Iterator[object]:
    """Parse the whole file as one value; yield its elements, or itself when it is an object."""
    parts: list[str] = []
    size = 0
    for line in lines:
        parts.append(line)
        size += len(line)
        if size > MAX_DOCUMENT_BYTES:
            limit = MAX_DOCUMENT_BYTES >> 20
            raise UnreadableTable(f"one JSON array of more than {limit} MB: convert it to JSON Lines (jq -c '.[]')")
    try:
        value: object = json.loads("".join(parts))
    except RecursionError as error:
        raise UnreadableTable("JSON nested too deeply") from error
    except ValueError as error:
        raise UnreadableTable(f"not JSON: {error}") from error
    return iter(value) if isinstance(value, list) else iter((value,))
