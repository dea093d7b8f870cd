"""The connectors that read what is inside archives and compressed files."""

from __future__ import annotations

from lakeindex.errors import UnreadableTable
from lakeindex.protocols import Connector
from lakeindex.types.lake import LakeFile
from lakeindex_connectors.archives.member_file import PackedFile, SeekableFile
from lakeindex_connectors.compression import PACKED_SUFFIXES, compression_of
from lakeindex_connectors.csv_files.connector import CsvConnector
from lakeindex_connectors.json_files.connector import JsonConnector
from lakeindex_connectors.parquet_files.connector import ParquetConnector

_READERS: tuple[Connector, ...] = (CsvConnector(), JsonConnector(), ParquetConnector())

PLAIN_SUFFIXES = frozenset(
    suffix for reader in _READERS for suffix in reader.suffixes if not suffix.endswith(PACKED_SUFFIXES)
)
"""Endings of the names of files that are not compressed."""
OWN_SUFFIXES = frozenset(suffix for reader in _READERS for suffix in reader.suffixes)
"""Endings that the connectors read by themselves."""


def reader_for(name: str) -> Connector | None:
    """Return the connector of a file by its name, compressed or not; None where there is none."""
    plain = plain_name(name)
    matches = [
        (len(suffix), reader) for reader in _READERS for suffix in reader.suffixes if plain.lower().endswith(suffix)
    ]
    return max(matches, key=lambda match: match[0])[1] if matches else None


def plain_name(name: str) -> str:
    """Return a file's name without the ending that says how it is compressed."""
    packed = next((suffix for suffix in PACKED_SUFFIXES if name.lower().endswith(suffix)), "")
    return name[: len(name) - len(packed)]


def opened_by_reader(file: LakeFile) -> tuple[Connector, LakeFile]:
    """Return the connector of a file, compressed or a member, and the file as that connector can open it.

    Raises UnreadableTable where there is none.
    """
    reader = reader_for(file.path.name)
    if reader is None:
        raise UnreadableTable("no connector reads this kind of file inside an archive")
    if isinstance(reader, ParquetConnector):
        return reader, SeekableFile.of(file, plain_name(file.path.name))
    return reader, file if compression_of(file.path) is None else PackedFile.of(file)
