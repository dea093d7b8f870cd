from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import IndexDamaged, InvalidSetting, LockHeld, NotFound, Refused
from lakeindex.store.archive import ArchiveWriter
from lakeindex.store.feedback_log import FeedbackFile
from lakeindex.store.generations import open_current
from lakeindex.store.manifest import read_manifest, write_manifest
from lakeindex.store.publishing import writing
from lakeindex.store.snapshot import facts_of
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.reports import FileStatus

PAIR = ColumnId(TableId("sales/orders.csv"), "country"), ColumnId(TableId("geo/countries.csv"), "code")
OTHER = ColumnId(TableId("sales/orders.csv"), "order_id"), ColumnId(TableId("sales/customers.parquet"), "id")


@pytest.fixture
def index(lake_folder: Path, index_folder: Path, settings: Settings, tmp_path: Path) -> Path:
    """Copy the index of the small lake, with a verdict."""
    shutil.copytree(index_folder, tmp_path / "index")
    Lake.open(tmp_path / "index", settings).accept(*PAIR)
    return tmp_path / "index"


@pytest.fixture
def archive(index: Path, tmp_path: Path) -> Path:
    return Lake.snapshot(tmp_path / "kept.tar", index).file


def everything(index: Path) -> dict[str, bytes]:
    """Return the content of all files of an index but the locks."""
    paths = (path for path in index.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(index).as_posix(): path.read_bytes() for path in paths}


def answers(lake: Lake) -> list[tuple[str, float]]:
    return [(str(one.column), one.score) for one in lake.query("sales/orders.csv", "country").matches]


def test_a_restored_index_is_the_original_byte_for_byte(
    index: Path, archive: Path, settings: Settings, tmp_path: Path
) -> None:
    restored = Lake.restore(archive, tmp_path / "new", settings=settings)
    assert everything(tmp_path / "new") == everything(index)
    assert restored.sha256 == hashlib.sha256(archive.read_bytes()).hexdigest()
    before, after = Lake.open(index, settings), Lake.open(tmp_path / "new", settings)
    assert (answers(after), after.logical_hash) == (answers(before), before.logical_hash)
    assert after.feedback().to_pylist() == before.feedback().to_pylist()


def test_equal_generations_give_equal_bytes_and_any_tar_reads_them(index: Path, archive: Path, tmp_path: Path) -> None:
    again = Lake.snapshot(tmp_path / "again.tar", index)
    assert again.file.read_bytes() == archive.read_bytes()
    assert (again.sha256, again.bytes) == (hashlib.sha256(archive.read_bytes()).hexdigest(), archive.stat().st_size)
    with tarfile.open(archive) as tar:
        content = {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]
    published = {name: (index / "generations/1" / name) for name in open_current(index).manifest.artifacts}
    assert {name.removeprefix("generation/"): one for name, one in content.items() if "generation/" in name} == {
        name: path.read_bytes() for name, path in published.items()
    } | {"manifest.json": (index / "generations/1/manifest.json").read_bytes()}
    assert content["feedback.jsonl"] == (index / "feedback.jsonl").read_bytes()


def test_a_file_that_is_there_is_written_over_only_by_force(index: Path, tmp_path: Path) -> None:
    (tmp_path / "kept.tar").write_text("precious")
    with pytest.raises(Refused, match="is there already"):
        Lake.snapshot(tmp_path / "kept.tar", index)
    assert (tmp_path / "kept.tar").read_text() == "precious"
    written = Lake.snapshot(tmp_path / "kept.tar", index, force=True)
    assert hashlib.sha256((tmp_path / "kept.tar").read_bytes()).hexdigest() == written.sha256
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index", "kept.tar"]


@pytest.mark.parametrize(
    ("place", "error"),
    [("index/kept.tar", InvalidSetting), ("index/generations/1/kept.tar", InvalidSetting), ("no/kept.tar", NotFound)],
)
def test_no_snapshot_is_written_into_the_index_or_nowhere(
    index: Path, tmp_path: Path, place: str, error: type[Exception]
) -> None:
    before = everything(index)
    with pytest.raises(error):
        Lake.snapshot(tmp_path / place, index)
    assert everything(index) == before


def test_a_folder_or_a_link_is_never_written_over(index: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    for name in ("folder", "link"):
        with pytest.raises(Refused, match="no regular file"):
            Lake.snapshot(tmp_path / name, index, force=True)


def test_a_damaged_generation_gives_no_snapshot(index: Path, tmp_path: Path) -> None:
    path = index / "generations/1/catalog.duckdb"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(IndexDamaged):
        Lake.snapshot(tmp_path / "kept.tar", index)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index"]


def _refused(file: Path, index: Path, settings: Settings) -> str:
    """Restore what can't be restored; return why, having checked that nothing has changed."""
    before = everything(index) if index.exists() else None
    with pytest.raises(IndexDamaged) as caught:
        Lake.restore(file, index, settings=settings)
    assert (everything(index) if index.exists() else None) == before
    assert "nothing was changed" in str(caught.value) or "build" in str(caught.value)
    return str(caught.value)


def test_an_archive_that_is_cut_or_of_which_a_bit_is_flipped_is_refused(
    archive: Path, settings: Settings, tmp_path: Path
) -> None:
    content = archive.read_bytes()
    places = [*range(0, 2048, 37), *range(2048, len(content), len(content) // 40), len(content) - 1]
    for place in places:
        for damaged in (content[:place], content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :]):
            (tmp_path / "damaged.tar").write_bytes(damaged)
            _refused(tmp_path / "damaged.tar", tmp_path / "new", settings)
    (tmp_path / "damaged.tar").write_bytes(content + b"\0" * 512)
    assert "goes on" in _refused(tmp_path / "damaged.tar", tmp_path / "new", settings)
    assert not (tmp_path / "new").exists()


def test_what_is_no_snapshot_is_refused(index: Path, settings: Settings, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "foreign.tar", "w") as tar:
        tar.add(index / "CURRENT", "CURRENT")
    (tmp_path / "text.tar").write_text("no archive at all" * 100)
    (tmp_path / "empty.tar").write_bytes(b"")
    for name in ("foreign.tar", "text.tar", "empty.tar", "index"):
        _refused(tmp_path / name, index, settings)
    with pytest.raises(NotFound):
        Lake.restore(tmp_path / "nowhere.tar", index, settings=settings)


def _forged(archive: Path, change: Callable[[list[tarfile.TarInfo], dict[str, bytes]], None]) -> bytes:
    """Return an archive that a stranger made of another one, its own checksum right."""
    with tarfile.open(archive) as tar:
        members = [one for one in tar if one.name != "sha256"]
        content = {one.name: tar.extractfile(one).read() for one in members}  # type: ignore[union-attr]
    change(members, content)
    out = io.BytesIO()
    for one in members:
        out.write(one.tobuf(tarfile.GNU_FORMAT))
        body = content.get(one.name, b"") if one.isreg() else b""
        out.write(body + bytes(-len(body) % 512))
    checksum = hashlib.sha256(out.getvalue()).hexdigest().encode() + b"\n"
    last = tarfile.TarInfo("sha256")
    last.size = len(checksum)
    out.write(last.tobuf(tarfile.GNU_FORMAT) + checksum + bytes(-len(checksum) % 512) + bytes(1024))
    return out.getvalue()


def _inserted(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> Callable[..., None]:
    def change(members: list[tarfile.TarInfo], content: dict[str, bytes]) -> None:
        one = tarfile.TarInfo(name)
        one.type, one.linkname = kind, target
        members.insert(3, one)

    return change


def _renamed(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> Callable[..., None]:
    def change(members: list[tarfile.TarInfo], content: dict[str, bytes]) -> None:
        one = next(one for one in members if one.name == "generation/catalog.duckdb")
        content[name] = content[one.name]
        one.name, one.type, one.linkname = name, kind, target

    return change


def _doubled(members: list[tarfile.TarInfo], content: dict[str, bytes]) -> None:
    members.insert(4, members[3])


def _swollen(members: list[tarfile.TarInfo], content: dict[str, bytes]) -> None:
    one = next(one for one in members if one.name == "generation/catalog.duckdb")
    content[one.name] += bytes(1 << 20)
    one.size = len(content[one.name])


def _huge(members: list[tarfile.TarInfo], content: dict[str, bytes]) -> None:
    members[0].size = 1 << 60


_FIRST = ("snapshot.json", "generation/manifest.json", "feedback.jsonl")


def _with_artifact(name: str) -> Callable[..., None]:
    """Let the manifest itself, its checksums right, name a file of a name that no generation has."""

    def change(members: list[tarfile.TarInfo], content: dict[str, bytes]) -> None:
        manifest = read_manifest(content["generation/manifest.json"], Path("m"), Path("i"))
        stranger = b"echo gone"
        artifacts = manifest.artifacts | {name: facts_of(stranger)}
        written = write_manifest(replace(manifest, artifacts=artifacts))
        described = json.loads(content["snapshot.json"])
        facts = facts_of(written)
        described["manifest"] = {"bytes": facts.bytes, "checksum": facts.checksum}
        content |= {"generation/manifest.json": written, f"generation/{name}": stranger}
        content["snapshot.json"] = json.dumps(described, indent=1, sort_keys=True).encode()
        one = tarfile.TarInfo(f"generation/{name}")
        members.append(one)
        members.sort(key=lambda one: (_FIRST.index(one.name) if one.name in _FIRST else len(_FIRST), one.name))
        for member in members:
            member.size = len(content[member.name])

    return change


FORGERIES = {
    "an absolute name": _renamed("/tmp/lakeindex-forged"),
    "a name that goes up": _renamed("generation/../../forged"),
    "a link": _renamed("generation/catalog.duckdb", tarfile.SYMTYPE, "/etc/passwd"),
    "a hard link": _renamed("generation/catalog.duckdb", tarfile.LNKTYPE, "/etc/passwd"),
    "a device": _renamed("generation/catalog.duckdb", tarfile.CHRTYPE),
    "a FIFO": _renamed("generation/catalog.duckdb", tarfile.FIFOTYPE),
    "one member more": _inserted("generation/more"),
    "a folder": _inserted("generation", tarfile.DIRTYPE),
    "a member twice": _doubled,
    "a member larger than the manifest says": _swollen,
    "a member of an exabyte": _huge,
    "a manifest with a foreign name": _with_artifact("run.sh"),
    "a manifest with a log that DuckDB would replay": _with_artifact("catalog.duckdb.wal"),
    "a manifest that names itself": _with_artifact("manifest.json"),
    "a manifest with a name that goes up": _with_artifact("../../forged"),
    "a manifest with an absolute name": _with_artifact("/tmp/lakeindex-forged"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_archive_is_refused_and_leaves_nothing(
    archive: Path, settings: Settings, tmp_path: Path, forgery: str
) -> None:
    (tmp_path / "forged.tar").write_bytes(_forged(archive, FORGERIES[forgery]))
    before = sorted(path.name for path in tmp_path.iterdir())
    _refused(tmp_path / "forged.tar", tmp_path / "new", settings)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert not Path("/tmp/lakeindex-forged").exists()


def test_an_archive_that_nobody_changed_is_what_the_forger_starts_from(
    archive: Path, settings: Settings, tmp_path: Path
) -> None:
    assert _forged(archive, lambda members, content: None) == archive.read_bytes()


def test_a_strangers_index_is_checked_in_a_sandbox_before_it_answers(
    archive: Path, index: Path, settings: Settings, tmp_path: Path
) -> None:
    def misleading(members: list[tarfile.TarInfo], content: dict[str, bytes]) -> None:
        manifest = read_manifest(content["generation/manifest.json"], Path("m"), Path("i"))
        content["generation/vectors.faiss"] = b"no vectors" * 50
        artifacts = manifest.artifacts | {"vectors.faiss": facts_of(content["generation/vectors.faiss"])}
        content["generation/manifest.json"] = write_manifest(replace(manifest, artifacts=artifacts))
        described = json.loads(content["snapshot.json"])
        facts = facts_of(content["generation/manifest.json"])
        described["manifest"] = {"bytes": facts.bytes, "checksum": facts.checksum}
        content["snapshot.json"] = json.dumps(described, indent=1, sort_keys=True).encode()
        for member in members:
            member.size = len(content[member.name])

    (tmp_path / "forged.tar").write_bytes(_forged(archive, misleading))
    assert "what it holds can't be read" in _refused(tmp_path / "forged.tar", tmp_path / "new", settings)
    assert not (tmp_path / "new").exists()
    Lake.restore(archive, index, settings=settings)  # the number of the next generation is none that was refused
    assert open_current(index).number == 2


def test_restoring_over_an_index_is_a_new_generation_and_the_old_one_stays(
    index: Path, archive: Path, lake_folder: Path, settings: Settings
) -> None:
    restored = Lake.restore(archive, index, settings=settings)
    assert (restored.generation.number, restored.kept_verdicts) == (2, ())
    assert sorted(path.name for path in (index / "generations").iterdir()) == ["1", "2"]
    assert Lake.rollback(index).number == 1


def test_other_verdicts_make_way_only_by_force_and_are_kept(index: Path, archive: Path, settings: Settings) -> None:
    restored = FeedbackFile(index).read()
    Lake.open(index, settings).reject(*OTHER)
    mine = (index / "feedback.jsonl").read_bytes()
    before = everything(index)
    with pytest.raises(Refused, match="holds other verdicts"):
        Lake.restore(archive, index, settings=settings)
    assert everything(index) == before
    done = Lake.restore(archive, index, force=True, settings=settings)
    assert FeedbackFile(index).read() == restored
    assert done.kept_verdicts == (index / "feedback.jsonl.bak",)
    assert done.kept_verdicts[0].read_bytes() == mine
    Lake.open(index, settings).reject(*OTHER)
    again = Lake.restore(archive, index, force=True, settings=settings)
    assert again.kept_verdicts == (index / "feedback.jsonl.bak1",)
    assert done.kept_verdicts[0].read_bytes() == mine


def test_a_writer_at_work_is_not_disturbed(index: Path, archive: Path, settings: Settings) -> None:
    with writing(index), pytest.raises(LockHeld):
        Lake.restore(archive, index, settings=settings)
    assert open_current(index).number == 1


def test_a_lake_that_moved_is_named_and_found_unchanged(
    archive: Path, lake_folder: Path, settings: Settings, tmp_path: Path
) -> None:
    moved = shutil.copytree(lake_folder, tmp_path / "elsewhere" / "moved")
    restored = Lake.restore(archive, tmp_path / "new", lake=moved, settings=settings)
    assert restored.generation.manifest.lake == str(moved.resolve())
    opened = Lake.open(tmp_path / "new", settings)
    assert opened.sql('SELECT count(*) AS n FROM "sales/orders.csv"').to_pylist() == [{"n": 40}]
    report = Lake.index(moved, tmp_path / "new", settings).report
    assert report is not None
    assert report.generation == 1
    assert {one.status for one in report.files if one.tables} == {FileStatus.UNCHANGED}
    for wrong in (tmp_path / "nowhere", tmp_path / "elsewhere"):
        with pytest.raises(NotFound):
            Lake.restore(archive, tmp_path / "wrong", lake=wrong, settings=settings)
    assert not (tmp_path / "wrong").exists()


@pytest.mark.parametrize("inside", [False, True])
def test_a_lake_that_moved_together_with_its_index_is_found(
    lake_folder: Path, settings: Settings, tmp_path: Path, inside: bool
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    lake = shutil.copytree(lake_folder, before / "lake")
    index = lake / ".lakeindex" if inside else before / "index"
    Lake.index(lake, index, settings)
    Lake.snapshot(tmp_path / "kept.tar", index)
    shutil.rmtree(index)
    before.rename(after)
    place = after / index.relative_to(before)
    assert Lake.restore(tmp_path / "kept.tar", place, settings=settings).generation.manifest.lake == str(after / "lake")
    strange = tmp_path / "strange" / "index"
    (tmp_path / "strange" / "lake").mkdir(parents=True)
    assert Lake.restore(tmp_path / "kept.tar", strange, settings=settings).generation.manifest.lake == str(lake)


def test_a_member_of_another_length_than_announced_is_no_archive() -> None:
    with pytest.raises(IndexDamaged, match="has 3 bytes, not 4"):
        ArchiveWriter(io.BytesIO()).add("name", 4, [b"abc"])
