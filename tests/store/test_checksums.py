"""No byte of an index changes unnoticed, and a generation stays while somebody reads it."""

from __future__ import annotations

import json
import os
import random
import shutil
import time
from pathlib import Path

import pytest

from lakeindex.errors import IndexDamaged, IndexMissing, IndexUnusable, NotFound
from lakeindex.store.checksums import Damage
from lakeindex.store.generations import Checked, current_number, open_current, open_generation, published, verify
from lakeindex.store.manifest import Manifest
from lakeindex.store.publishing import publish, rollback, writing

NAMES = ("catalog.duckdb", "terms/values/terms.npy")


def publish_content(index: Path, logical_hash: str, keep: int = 1) -> None:
    with writing(index) as folder:
        for name in NAMES:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(logical_hash.encode() * 100)
        manifest = Manifest("/data/lake", 1, 2, 0, logical_hash, {"encoder": "hashing"}, {"header": "auto"})
        publish(index, folder, manifest, keep)


def change(path: Path, choose: random.Random) -> bytes:
    """Flip a byte or cut the file, and return what it held."""
    before = path.read_bytes()
    place = choose.randrange(len(before))
    if choose.random() < 0.7:
        path.write_bytes(before[:place] + bytes([before[place] ^ choose.randrange(1, 256)]) + before[place + 1 :])
    else:
        path.write_bytes(before[:place])
    return before


@pytest.mark.parametrize("name", ["CURRENT", *(f"generations/2/{name}" for name in ("manifest.json", *NAMES))])
def test_every_change_of_a_byte_and_every_cut_is_noticed(tmp_path: Path, name: str) -> None:
    publish_content(tmp_path, "old")
    publish_content(tmp_path, "new")
    choose = random.Random(name)
    open_current(tmp_path)
    for _ in range(200):
        before = change(tmp_path / name, choose)
        with pytest.raises(IndexUnusable, match=name.rpartition("/")[2] if name != "CURRENT" else None):
            open_current(tmp_path)
        (tmp_path / name).write_bytes(before)
        assert open_current(tmp_path).manifest.logical_hash == "new"


def test_a_change_that_keeps_size_and_time_stamp_is_noticed_after_the_files_were_hashed(tmp_path: Path) -> None:
    publish_content(tmp_path, "new")
    time.sleep(0.15)
    open_current(tmp_path)
    path = tmp_path / "generations/1/catalog.duckdb"
    facts = path.stat()
    path.write_bytes(b"x" * facts.st_size)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    with pytest.raises(IndexDamaged, match=r"catalog\.duckdb has another content"):
        open_current(tmp_path)


def test_files_that_nobody_touched_are_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_content(tmp_path, "new")
    time.sleep(0.15)
    open_current(tmp_path)
    monkeypatch.setattr("lakeindex.store.checksums.checksum", lambda path: pytest.fail("hashed again"))
    assert open_current(tmp_path).manifest.logical_hash == "new"


@pytest.mark.parametrize("name", ["catalog.duckdb.wal", "terms/values/more.npy"])
def test_a_file_that_was_not_published_is_refused(tmp_path: Path, name: str) -> None:
    publish_content(tmp_path, "new")
    (tmp_path / "generations/1" / name).write_bytes(b"replay me")
    with pytest.raises(IndexDamaged, match=f"{name} was not published"):
        open_current(tmp_path)


def test_a_file_swapped_for_a_link_to_an_equal_one_is_refused(tmp_path: Path) -> None:
    publish_content(tmp_path / "index", "new")
    path = tmp_path / "index/generations/1/catalog.duckdb"
    shutil.move(path, tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(IndexDamaged, match=r"catalog\.duckdb is no regular file"):
        open_current(tmp_path / "index")


def test_a_generation_stays_while_it_is_read_and_goes_with_a_later_publication(tmp_path: Path) -> None:
    publish_content(tmp_path, "1", keep=0)
    reader = open_current(tmp_path)
    publish_content(tmp_path, "2", keep=0)
    assert published(tmp_path) == [1, 2]
    assert (reader.folder / NAMES[0]).read_bytes() == b"1" * 100
    del reader
    publish_content(tmp_path, "3", keep=0)
    assert published(tmp_path) == [3]
    assert sorted(path.name for path in (tmp_path / "generations").iterdir()) == ["3"]


def test_verify_names_what_is_damaged_in_every_generation(tmp_path: Path) -> None:
    for content in "ab":
        publish_content(tmp_path, content)
    assert list(verify(tmp_path)) == [Checked(2, True, ()), Checked(1, False, ())]
    (tmp_path / "generations/1/catalog.duckdb").unlink()
    (tmp_path / "generations/2/terms/values/terms.npy").write_bytes(b"c" * 100)
    (tmp_path / "generations/2/stray").touch()
    assert list(verify(tmp_path)) == [
        Checked(
            2,
            True,
            (
                Damage("stray", "was not published"),
                Damage("terms/values/terms.npy", "has another content than when it was written"),
            ),
        ),
        Checked(1, False, (Damage("catalog.duckdb", "is missing"),)),
    ]


def test_verify_tells_a_manifest_from_the_one_that_was_published(tmp_path: Path) -> None:
    publish_content(tmp_path / "index", "a")
    publish_content(tmp_path / "other", "b")
    shutil.rmtree(tmp_path / "index/generations/1")
    shutil.copytree(tmp_path / "other/generations/1", tmp_path / "index/generations/1")
    ((checked),) = verify(tmp_path / "index")
    assert checked.damages == (Damage("manifest.json", "is not the one that CURRENT names"),)
    with pytest.raises(IndexDamaged, match="names another generation"):
        open_current(tmp_path / "index")


def test_rollback_returns_to_the_generation_before_and_back(tmp_path: Path) -> None:
    for content in "abc":
        publish_content(tmp_path, content, keep=2)
    assert rollback(tmp_path).number == 2
    assert open_current(tmp_path).manifest.logical_hash == "b"
    assert rollback(tmp_path).number == 1
    assert rollback(tmp_path, to=3).number == 3
    assert open_current(tmp_path).manifest.logical_hash == "c"
    rollback(tmp_path, to=2)
    publish_content(tmp_path, "d", keep=1)
    assert open_current(tmp_path).manifest.logical_hash == "d"
    assert len(published(tmp_path)) == 2
    assert open_generation(tmp_path, 2).manifest.logical_hash == "b"


def test_rollback_says_where_it_cannot_go(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        rollback(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    publish_content(tmp_path, "a")
    with pytest.raises(NotFound, match="has no generation before 1"):
        rollback(tmp_path)
    with pytest.raises(NotFound, match="no generation 7; there are: 1"):
        rollback(tmp_path, to=7)
    publish_content(tmp_path, "b")
    (tmp_path / "generations/1/catalog.duckdb").write_bytes(b"")
    with pytest.raises(IndexDamaged, match=r"catalog\.duckdb"):
        rollback(tmp_path)
    assert current_number(tmp_path) == 2


def test_rollback_mends_a_lost_current(tmp_path: Path) -> None:
    publish_content(tmp_path, "a")
    (tmp_path / "CURRENT").write_text("rubbish")
    assert rollback(tmp_path, to=1).manifest.logical_hash == "a"
    assert open_current(tmp_path).number == 1


def test_a_manifest_that_leads_out_of_its_folder_is_damaged(tmp_path: Path) -> None:
    publish_content(tmp_path, "a")
    path = tmp_path / "generations/1/manifest.json"
    fields = json.loads(path.read_text())
    fields["artifacts"]["../../../etc/passwd"] = fields["artifacts"].pop(NAMES[0])
    path.write_text(json.dumps(fields, indent=1, sort_keys=True))
    with pytest.raises(IndexDamaged, match=r"manifest\.json is not what was written"):
        open_current(tmp_path)
