"""Find the objects in a JSON file: one per line, or the elements of one array, or a single object."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import LakeFile
from lakeindex_connectors.json_files.decoding import Decoding
from lakeindex_connectors.json_files.exact_numbers import JsonParser
from lakeindex_connectors.json_files.features import JsonObject, as_row
from lakeindex_connectors.json_files.payload import Payload, payloads_of, rows_at
from lakeindex_connectors.opening import open_unpacked

MAX_DOCUMENT_BYTES = 256 << 20
_TRIED_LINES = 100


class JsonObjects:
    """The objects of a file; lines and elements that are no object are counted as rejected."""

    def __init__(self, file: LakeFile, decoding: Decoding, only_certain_names: bool = False) -> None:
        """With `only_certain_names`, what may be a value is no name of a column."""
        self._file = file
        self._only_certain_names = only_certain_names
        self._decoding = decoding
        self.parser = JsonParser()
        self.rejected = 0
        """Of the table that was read last."""
        self.characters = 0
        """Of the lines read so far."""

    def tables(self) -> Iterator[tuple[Payload, Iterator[JsonObject]]]:
        """Yield each table of the file, with its rows; each has to be read before the next is asked for.

        Raises UnreadableTable, here or while reading the rows, when the file as a whole is no JSON, UnicodeDecodeError
        when it has another encoding.
        """
        with open_unpacked(self._file) as raw:
            lines = self._filled(_lines(self._decoding.texts(raw)))
            first = list(islice(lines, _TRIED_LINES))
            if not first:
                raise UnreadableTable("empty file")
            if len(first) > 1 and _are_objects(first):
                yield Payload(()), self._objects(map(self._parsed, chain(first, lines)))
                return
            document = self._document(chain(first, lines))
            for payload in payloads_of(document):
                yield payload, self._objects(rows_at(document, payload.path, self._only_certain_names))

    def _objects(self, values: Iterator[object]) -> Iterator[JsonObject]:
        self.rejected = 0
        for value in values:
            if isinstance(value, dict):
                yield as_row(value)
            else:
                self.rejected += 1

    def _filled(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            self.characters += len(line)
            if line.strip():
                yield line

    def _parsed(self, line: str) -> object:
        return _parsed(line, self.parser)

    def _document(self, lines: Iterator[str]) -> object:
        """Parse the whole file as one value."""
        parts: list[str] = []
        size = 0
        for line in lines:
            parts.append(line)
            size += len(line)
            if size > MAX_DOCUMENT_BYTES:
                limit = MAX_DOCUMENT_BYTES >> 20
                raise UnreadableTable(f"one JSON value of more than {limit} MB: convert it to JSON Lines (jq -c '.[]')")
        try:
            return self.parser.parse("".join(parts))
        except RecursionError as error:
            raise UnreadableTable("JSON nested too deeply") from error
        except ValueError as error:
            raise UnreadableTable(f"not JSON: {error}") from error


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
    start, parser = lines[0].lstrip()[:1], JsonParser()
    is_whole = start == "{" and len(lines) < _TRIED_LINES and _parsed("".join(lines), parser) is not None
    if start == "[" or is_whole:
        return False
    return any(isinstance(_parsed(line, parser), dict) for line in lines if line.startswith("{"))


def _parsed(text: str, parser: JsonParser) -> object:
    """Parse one line; None where it is no JSON."""
    try:
        return parser.parse(text)
    except (ValueError, RecursionError):
        return None
