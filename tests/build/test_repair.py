from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from lakeindex.encode.hashing_encoder import HashingEncoder
from lakeindex.errors import IndexDamaged, IndexMissing, IndexUnusable
from lakeindex.store.generations import numbers_in
from tests.durability.builds import run_command
from tests.small_lake import write_lake

SETTINGS = Settings(model="hashing", jobs=1, memory="500MB", materialize=True, anchors=2)
PLAIN = Settings(model="hashing", jobs=1, memory="500MB")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index the small lake and a file that gets a Parquet copy, with anchors and rows; keep a copy of the index."""
    root = tmp_path_factory.mktemp("repair")
    lake = write_lake(root / "lake")
    (lake / "ragged.csv").write_text('name,share\n"one \\"quoted\\"",1\ntwo,2,3\nthree\n', "utf-8")
    Lake.index(lake, root / "index", SETTINGS)
    shutil.copytree(root / "index", root / "original")
    return root


@pytest.fixture
def index(built: Path) -> Path:
    """Put the index back as it was built, in its place: it is the one that this user built."""
    shutil.rmtree(built / "index")
    shutil.copytree(built / "original", built / "index")
    return built / "index"


def content(index: Path) -> tuple[str, list[str], list[tuple[str, float]], int]:
    """Return what an index says: its hash, tables, the answer to a query, and rows."""
    lake = Lake.open(index, SETTINGS)
    matches = lake.query("sales/orders.csv", "country", probe=0).matches
    rows = lake.sql('SELECT count(*) AS n FROM "ragged.csv"').to_pylist()[0]["n"]
    names = [(str(match.column), round(match.score, 6)) for match in matches]
    return lake.logical_hash, lake.tables()["table"].to_pylist(), names, rows


def everything(index: Path) -> dict[str, bytes]:
    paths = (path for path in index.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(index).as_posix(): path.read_bytes() for path in paths}


def one_of(generation: Path, kind: str) -> Path:
    return next(path for path in sorted(generation.rglob("*")) if path.is_file() and kind in path.as_posix())


def flip(path: Path) -> None:
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(bytes(damaged))


def swap_for_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DERIVED = ("anchors/", "calibration.json", "terms/keys/", "terms/names/", "terms/context/", "terms/references/")
OF_THE_LAKE = (
    "catalog.duckdb", "vectors.faiss", "columns.arrow", "tables.arrow", "readings/", "copies/", "rows.duckdb",
    "terms/values/", "terms/grams/",
)  # fmt: skip


@pytest.mark.parametrize("kind", DERIVED + OF_THE_LAKE)
def test_what_is_damaged_is_rebuilt_and_the_index_is_what_it_was(
    index: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(index)
    path = one_of(index / "generations/1", kind)
    path.unlink() if "terms" in kind else flip(path)
    with pytest.raises(IndexDamaged, match="lakeindex repair"):
        Lake.open(index, SETTINGS)
    if kind != "vectors.faiss" and not kind.endswith(".arrow"):
        # Texts that have a vector, which is whole, are not encoded again.
        monkeypatch.setattr(HashingEncoder, "encode", lambda *arguments: pytest.fail("a text was encoded again"))
    repaired = Lake.repair(index, SETTINGS)
    assert repaired.rebuilt == (path.relative_to(index / "generations/1").as_posix(),)
    assert (repaired.generation, repaired.is_same, repaired.left, repaired.removed) == (2, True, "", ())
    assert [(one.number, one.damages) for one in Lake.verify(index)] == [(2, ())]
    monkeypatch.undo()
    assert content(index) == before


@pytest.mark.parametrize("kind", DERIVED)
def test_what_derives_from_the_rest_needs_no_lake(index: Path, built: Path, kind: str) -> None:
    before = Lake.open(index, SETTINGS).logical_hash
    flip(one_of(index / "generations/1", kind))
    (built / "lake").rename(built / "away")
    try:
        Lake.repair(index, SETTINGS)
        assert Lake.open(index, SETTINGS).logical_hash == before
    finally:
        (built / "away").rename(built / "lake")


@pytest.mark.parametrize("is_empty", [False, True])
def test_without_the_lake_nothing_is_changed(index: Path, built: Path, is_empty: bool) -> None:
    (index / "generations/1/catalog.duckdb").unlink()
    before = everything(index)
    (built / "lake").rename(built / "away")
    try:
        if is_empty:
            (built / "lake").mkdir()
        done = run_command("repair", index=index)
        assert (done.returncode, done.stdout) == (4, "")
        assert done.stderr.startswith(f"lakeindex: {index} can't be repaired: catalog.duckdb has to be made from")
        assert done.stderr.count("\n") == 1
        assert everything(index) == before
    finally:
        shutil.rmtree(built / "lake", ignore_errors=True)
        (built / "away").rename(built / "lake")


def _lose_all(index: Path) -> None:
    for path in (index / "generations/1").rglob("*"):
        if path.is_file() and path.name != "manifest.json":
            path.unlink()


SEVERAL: dict[str, tuple[Callable[[Path], object], bool]] = {
    "a file is a folder": (lambda index: swap_for_folder(index / "generations/1/tables.arrow"), False),
    "everything but the manifest is lost": (_lose_all, False),
    "CURRENT is lost": (lambda index: (index / "CURRENT").unlink(), True),
    "CURRENT is damaged": (lambda index: (index / "CURRENT").write_bytes(b"\xff"), True),
    "CURRENT names what isn't there": (lambda index: (index / "CURRENT").write_text("7 " + "0" * 32 + "\n"), True),
    "CURRENT has another checksum": (lambda index: (index / "CURRENT").write_text("1 " + "0" * 32 + "\n"), True),
    "the manifest is lost": (lambda index: (index / "generations/1/manifest.json").unlink(), True),
    "the manifest is cut": (lambda index: (index / "generations/1/manifest.json").write_text("{"), True),
    "CURRENT and a file": (
        lambda index: ((index / "CURRENT").unlink(), flip(index / "generations/1/columns.arrow")),
        False,
    ),
}


@pytest.mark.parametrize("damage", SEVERAL)
def test_any_state_is_mended(index: Path, damage: str) -> None:
    before = content(index)
    inflict, stays = SEVERAL[damage]
    inflict(index)
    with pytest.raises(IndexUnusable):
        Lake.open(index, SETTINGS)
    repaired = Lake.repair(index, SETTINGS)
    assert repaired.generation == (1 if stays else 2)
    assert [(one.number, one.damages) for one in Lake.verify(index)] == [(repaired.generation, ())]
    assert content(index) == before


def test_a_manifest_of_which_the_checksums_are_damaged_is_made_again_from_the_files(index: Path, built: Path) -> None:
    path = index / "generations/1/manifest.json"
    published = path.read_bytes()
    checksum = published.partition(b'"checksum": "')[2][:32]
    path.write_bytes(published.replace(checksum, checksum[::-1], 1))
    elsewhere = replace(SETTINGS, materialize=False, anchors=0)  # what the settings are now doesn't matter
    assert Lake.repair(index, elsewhere).rebuilt == ("manifest.json",)
    assert path.read_bytes() == published


def test_what_was_not_published_is_removed(index: Path) -> None:
    (index / "generations/1/catalog.duckdb.wal").write_bytes(b"a log")
    repaired = Lake.repair(index, SETTINGS)
    assert (repaired.generation, repaired.rebuilt, repaired.removed) == (1, (), ("catalog.duckdb.wal",))
    assert [one.damages for one in Lake.verify(index)] == [()]


def test_a_whole_index_is_left_as_it_is(index: Path) -> None:
    before = everything(index)
    done = run_command("repair", index=index)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "nothing was to be repaired: generation 1 answers, and is whole\n"
    assert everything(index) == before


def test_the_newest_whole_generation_answers_and_older_damaged_ones_go(tmp_path: Path) -> None:
    lake, index = write_lake(tmp_path / "lake"), tmp_path / "index"
    settings = replace(PLAIN, keep=5)
    hashes = []
    for number in range(1, 5):
        (lake / "counted.csv").write_text(f"n,m\n{number},{number}\n")
        hashes.append(Lake.index(lake, index, settings).logical_hash)
    for number in (1, 4):
        flip(index / f"generations/{number}/columns.arrow")
    (index / "CURRENT").unlink()
    repaired = Lake.repair(index, settings)
    assert (repaired.generation, repaired.rebuilt, repaired.removed_generations) == (3, ("CURRENT",), (1, 4))
    assert Lake.open(index, settings).logical_hash == hashes[2]
    assert sorted(numbers_in(index)) == [2, 3]


def test_a_damaged_generation_doesnt_take_the_place_of_a_whole_older_one(tmp_path: Path) -> None:
    lake, index = write_lake(tmp_path / "lake"), tmp_path / "index"
    Lake.index(lake, index, PLAIN)
    (lake / "counted.csv").write_text("n,m\n1,2\n")
    Lake.index(lake, index, PLAIN)
    (index / "generations/2/vectors.faiss").unlink()
    assert Lake.repair(index, PLAIN).generation == 3
    assert sorted(numbers_in(index)) == [1, 3]
    assert Lake.rollback(index).number == 1


def test_a_lake_that_changed_meanwhile_is_said_so(tmp_path: Path) -> None:
    lake, index = write_lake(tmp_path / "lake"), tmp_path / "index"
    Lake.index(lake, index, PLAIN)
    (lake / "counted.csv").write_text("n,m\n1,2\n")
    (index / "generations/1/catalog.duckdb").unlink()
    repaired = Lake.repair(index, PLAIN)
    assert not repaired.is_same
    assert repaired.generation == 2
    whole = Lake.index(lake, tmp_path / "other", PLAIN)
    assert Lake.open(index, PLAIN).logical_hash == whole.logical_hash


def test_damaged_verdicts_are_left_and_told_of(index: Path) -> None:
    (index / "feedback.jsonl").write_text("damaged")
    (index / "generations/1/calibration.json").unlink()
    done = run_command("repair", index=index)
    assert done.returncode == 4
    assert done.stdout == "calibration.json\n"
    assert "not repaired: " in done.stderr
    assert (index / "feedback.jsonl").read_text() == "damaged"


def test_a_strangers_damaged_index_is_made_anew_from_the_lake(index: Path, built: Path) -> None:
    strange = built / "strange"
    shutil.rmtree(strange, ignore_errors=True)
    shutil.copytree(built / "original", strange)
    flip(strange / "generations/1/terms/values/terms.npy")
    before = content(index)
    assert Lake.repair(strange, SETTINGS).is_same
    assert content(strange) == before


def test_where_there_is_no_index_nothing_is_repaired(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        Lake.repair(tmp_path / "nowhere", SETTINGS)
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "CURRENT").write_text("1 " + "0" * 32 + "\n")
    with pytest.raises(IndexDamaged, match="nor any other; build the index again"):
        Lake.repair(tmp_path, SETTINGS)
