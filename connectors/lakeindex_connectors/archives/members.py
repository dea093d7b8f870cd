"""List the members of a ZIP archive that hold a table, and why others are left out."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import LakeFile
from lakeindex_connectors.archives.member_file import MemberFile, open_archive
from lakeindex_connectors.archives.readers import reader_for

MAX_MEMBERS = 1000
"""An archive is opened anew for each of its members, and its directory read to the end."""

_METADATA_FOLDERS = {"__MACOSX", "$RECYCLE.BIN"}
_METADATA_FILES = {".DS_Store", "Thumbs.db", "desktop.ini"}
_ARCHIVE_SUFFIXES = (".zip", ".jar", ".7z", ".rar", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst")
_ENCRYPTED = 0x1
_UTF8 = 0x800
_LOCAL_HEADER_BYTES = 30


@dataclass(frozen=True, slots=True)
class Members:
    """What an archive holds."""

    tables: tuple[MemberFile, ...]
    """Those that are read; the end of `path` is their name."""
    left_out: tuple[str, ...]
    """The names of members that aren't, each with the reason."""


def list_members(file: LakeFile) -> Members:
    """List the members of an archive, in its order.

    Where only one of them is of a kind that is read, readable or not, its table is named like the archive. Raises
    UnreadableTable for what is no archive, is empty or has more than MAX_MEMBERS members.
    """
    with open_archive(file) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        end = getattr(archive, "start_dir", file.size)
    if not infos:
        raise UnreadableTable("a ZIP archive without any file in it")
    if len(infos) > MAX_MEMBERS:
        raise UnreadableTable(f"an archive of more than {MAX_MEMBERS} files: unpack it into a folder")
    reasons = _reasons(infos, end, file.output_limit)
    kinds = [info for info in infos if not _kind_reason(_name_of(info))]
    tables = [_member(file, info, is_only=len(kinds) == 1) for info in infos if info.header_offset not in reasons]
    left_out = [f"{_shown(info)}: {reasons[info.header_offset]}" for info in infos if info.header_offset in reasons]
    return Members(tuple(tables), tuple(left_out))


def _member(file: LakeFile, info: zipfile.ZipInfo, is_only: bool) -> MemberFile:
    name = _name_of(info)
    return MemberFile(
        path=file.path / Path(name).name,
        name=file.name if is_only else f"{file.name}/{name}",
        size=info.file_size,
        modified_ns=file.modified_ns,
        output_limit=file.output_limit,
        archive=file,
        offset=info.header_offset,
    )


def _reasons(infos: Sequence[zipfile.ZipInfo], end: int, limit: int) -> dict[int, str]:
    """Return why members are left out, by the offsets of their headers."""
    overlapping = _overlapping(infos, end)
    last = {_name_of(info): info.header_offset for info in infos}
    reasons: dict[int, str] = {}
    size = 0
    for info in infos:
        reason = _name_reason(info) or _kind_reason(_name_of(info)) or _content_reason(info)
        if not reason and info.header_offset in overlapping:
            reason = "it overlaps another member, as those of a ZIP bomb do"
        if not reason and last[_name_of(info)] != info.header_offset:
            reason = "a later member has the same name, and replaces it"
        if not reason and size + info.file_size > limit:
            reason = f"with it the archive unpacks to more than {limit / 1e6:.0f} MB, far beyond its size; "
            reason += "raise --output-per-file if it should"
        if reason:
            reasons[info.header_offset] = reason
        else:
            size += info.file_size
    return reasons


def _overlapping(infos: Sequence[zipfile.ZipInfo], end: int) -> set[int]:
    """Return the offsets of members whose bytes are those of others, too, or of the archive's directory."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    found: set[int] = set()
    for info, following in pairwise(ordered):
        if _end_of(info) > following.header_offset:
            found |= {info.header_offset, following.header_offset}
    return found | {info.header_offset for info in ordered if _end_of(info) > end}


def _end_of(info: zipfile.ZipInfo) -> int:
    return info.header_offset + _LOCAL_HEADER_BYTES + info.compress_size


def _name_reason(info: zipfile.ZipInfo) -> str:
    if not info.flag_bits & _UTF8 and _as_utf8(info.filename) is None:
        return "its name is not valid UTF-8; rename it"
    name, parts = info.orig_filename, _name_of(info).split("/")
    if "\0" in name or "\\" in name:
        return "its name contains a NUL character" if "\0" in name else "its name contains a backslash; pack it anew"
    if name.startswith("/") or parts[0].endswith(":"):
        return "its name is an absolute path"
    if {"", ".", ".."} & set(parts):
        return "its name is no plain path inside the archive"
    return ""


def _kind_reason(name: str) -> str:
    """Return why members of such a name are not read; empty where they are."""
    *folders, last = name.split("/")
    if _METADATA_FOLDERS & set(folders) or last in _METADATA_FILES or last.startswith("._"):
        return "metadata of a file manager"
    if last.lower().endswith(_ARCHIVE_SUFFIXES):
        return "an archive within an archive is not opened; unpack it"
    return "" if reader_for(last) else "no connector reads this kind of file inside an archive"


def _content_reason(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & _ENCRYPTED:
        return "encrypted"
    return "a link, not a file" if stat.S_ISLNK(info.external_attr >> 16) else ""


def _name_of(info: zipfile.ZipInfo) -> str:
    """Return a member's path; many programs write UTF-8 without saying so."""
    name = info.filename if info.flag_bits & _UTF8 else _as_utf8(info.filename) or info.filename
    return name.removeprefix("./")


def _as_utf8(name: str) -> str | None:
    """Decode a name that was taken for code page 437; None where it is no UTF-8."""
    try:
        return name.encode("cp437").decode()
    except UnicodeError:
        return None


def _shown(info: zipfile.ZipInfo) -> str:
    return info.orig_filename.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
