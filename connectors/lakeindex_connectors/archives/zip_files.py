"""ZIP archives: a table for each member that a connector reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lakeindex.errors import UnreadableTable, is_of_machine
from lakeindex.types.lake import LakeFile, PartialTables, ReadOptions, Rows, SourceTable
from lakeindex_connectors.archives.member_file import MemberFile
from lakeindex_connectors.archives.members import list_members
from lakeindex_connectors.archives.readers import opened_by_reader
from lakeindex_connectors.archives.without_scan import without_scan

_MEMBER = "member"


class ZipConnector:
    """Read the members of ZIP archives with the connectors of CSV, JSON and Parquet, compressed once more or not."""

    suffixes = frozenset({".zip"})

    def tables(self, file: LakeFile, options: ReadOptions) -> Sequence[SourceTable]:
        """Return the tables of all members, and which members are left out, with the reason.

        A table is called `archive.zip/folder/member.csv`, or like the archive where only one member is of a kind that
        is read. Raises UnreadableTable, with the reasons, where no member can be read.
        """
        members = list_members(file)
        tables: list[SourceTable] = []
        failed: list[str] = []
        for member in members.tables:
            try:
                tables += _tables_of(member, options)
            except UnreadableTable as error:
                if is_of_machine(error):
                    raise  # not a damaged member: the archive can't be read at the moment
                failed.append(f"{_within(member)}: {error}")
        if not tables:
            raise UnreadableTable("; ".join(failed) or f"no member that can be read: {'; '.join(members.left_out)}")
        return PartialTables(tables, failed, members.left_out)

    def read(self, file: LakeFile, table: SourceTable, options: ReadOptions) -> Rows:
        """Read the rows of a member."""
        (_, described), *settings = table.settings
        reader, opened = opened_by_reader(MemberFile.from_json(file, described))
        return without_scan(reader.read(opened, replace(table, settings=tuple(settings)), options))


def _tables_of(member: MemberFile, options: ReadOptions) -> list[SourceTable]:
    reader, opened = opened_by_reader(member)
    described = ((_MEMBER, member.to_json()),)
    return [replace(table, settings=described + table.settings) for table in reader.tables(opened, options)]


def _within(member: MemberFile) -> str:
    """Return a member's path inside its archive, or its name where it is the only one."""
    prefix = f"{member.archive.name}/"
    return member.name.removeprefix(prefix) if member.name.startswith(prefix) else member.path.name
