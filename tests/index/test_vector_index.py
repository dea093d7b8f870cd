from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lakeindex.arrays.aliases import Integers, Vectors
from lakeindex.errors import IndexDamaged, LakeIndexError
from lakeindex.index import vector_index
from lakeindex.index.oracle import VectorOracle
from lakeindex.index.vector_index import VectorIndex

DIMENSION = 32


def unit(vectors: np.ndarray) -> Vectors:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def clustered(size: int, seed: int, spread: float = 0.5) -> Vectors:
    """Make unit vectors around a hundred centres, as the columns of a lake stand in groups."""
    random = np.random.default_rng(seed)
    centres = unit(random.normal(size=(100, DIMENSION)))
    noise = unit(random.normal(size=(size, DIMENSION)))
    return unit(centres[random.integers(0, 100, size)] + spread * noise)


def scattered_keys(size: int) -> Integers:
    return np.random.default_rng(3).permutation(np.arange(size, dtype=np.int64) * 7 + 11)


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    return clustered(4000, seed=1)


@pytest.fixture(scope="module")
def keys() -> Integers:
    return scattered_keys(4000)


@pytest.fixture(scope="module")
def approximate(vectors: Vectors, keys: Integers) -> VectorIndex:
    return VectorIndex.build(vectors, keys, exact_up_to=0)


def test_a_small_index_answers_as_the_oracle(vectors: Vectors, keys: Integers) -> None:
    index, oracle = VectorIndex.build(vectors, keys), VectorOracle(vectors, keys)
    found, cosines = index.search(vectors[:50], 20)
    expected, expected_cosines = oracle.search(vectors[:50], 20)
    assert index.is_exact
    assert found.tolist() == expected.tolist()
    np.testing.assert_allclose(cosines, expected_cosines, atol=1e-6)


@pytest.mark.parametrize("is_exact", [True, False])
@pytest.mark.parametrize("share", [0.01, 0.5, 0.95])
def test_keys_that_are_passed_over_take_up_no_place(
    vectors: Vectors, keys: Integers, approximate: VectorIndex, is_exact: bool, share: float
) -> None:
    index = VectorIndex.build(vectors, keys) if is_exact else approximate
    hidden = np.sort(np.random.default_rng(5).permutation(keys)[: int(share * len(keys))])
    # Those that come first are all among them.
    nearest = index.search(vectors[:1], 20)[0][0]
    hidden = np.union1d(hidden, nearest[nearest >= 0])
    found, cosines = index.search(vectors[:1], 15, hidden)
    assert not np.isin(found, hidden).any()
    assert (found >= 0).sum() >= (15 if is_exact or share < 0.9 else 5)
    kept = ~np.isin(keys, hidden)
    expected, _ = VectorOracle(vectors[kept], keys[kept]).search(vectors[:1], 15)
    if is_exact:
        assert found.tolist() == expected.tolist()
    assert cosines[0].tolist() == sorted(cosines[0].tolist(), reverse=True)


def test_a_big_index_finds_nineteen_of_twenty_nearest(
    vectors: Vectors, keys: Integers, approximate: VectorIndex
) -> None:
    queries = clustered(100, seed=1)
    found, cosines = approximate.search(queries, 10)
    expected, _ = VectorOracle(vectors, keys).search(queries, 10)
    hits = [len(set(some) & set(all_)) for some, all_ in zip(found.tolist(), expected.tolist(), strict=True)]
    assert not approximate.is_exact
    assert sum(hits) / expected.size >= 0.95
    row_of = {key: place for place, key in enumerate(keys.tolist())}
    exact = [[float(vectors[row_of[key]] @ query) for key in row] for row, query in zip(found, queries, strict=True)]
    np.testing.assert_allclose(cosines, exact, atol=2e-2)


@pytest.mark.parametrize("exact_up_to", [0, 10_000])
def test_an_index_answers_alike_after_a_trip_to_disk(
    tmp_path: Path, vectors: Vectors, keys: Integers, exact_up_to: int
) -> None:
    built = VectorIndex.build(vectors, keys, exact_up_to)
    built.save(tmp_path / "vectors.faiss")
    opened = VectorIndex.open(tmp_path / "vectors.faiss")
    assert (len(opened), opened.dimension, opened.is_exact) == (4000, DIMENSION, exact_up_to > 0)
    for before, after in zip(built.search(vectors[:20], 15), opened.search(vectors[:20], 15), strict=True):
        assert before.tolist() == after.tolist()
    assert opened.vectors(keys[:9]).tolist() == built.vectors(keys[:9]).tolist()


def test_vectors_are_handed_back_by_key(vectors: Vectors, keys: Integers, approximate: VectorIndex) -> None:
    wanted = keys[[5, 3999, 0, 5]]
    exact = VectorIndex.build(vectors, keys)
    assert exact.vectors(wanted).tolist() == VectorOracle(vectors, keys).vectors(wanted).tolist()
    assert exact.vectors(wanted).tolist() == vectors[[5, 3999, 0, 5]].tolist()
    np.testing.assert_allclose(approximate.vectors(wanted), vectors[[5, 3999, 0, 5]], atol=1e-2)
    assert exact.vectors(wanted[:0]).shape == approximate.vectors(wanted[:0]).shape == (0, DIMENSION)


@pytest.mark.parametrize("exact_up_to", [0, 10_000])
def test_a_key_without_a_vector_is_an_error(vectors: Vectors, keys: Integers, exact_up_to: int) -> None:
    index = VectorIndex.build(vectors, keys, exact_up_to)
    with pytest.raises(KeyError, match="not every key has a vector"):
        index.vectors(np.array([keys[0], 5], np.int64))


@pytest.mark.parametrize("exact_up_to", [0, 10_000])
def test_removed_vectors_are_never_found_again(vectors: Vectors, keys: Integers, exact_up_to: int) -> None:
    index = VectorIndex.build(vectors, keys, exact_up_to)
    nearest = index.search(vectors[:1], 5)[0][0]
    assert index.remove(np.append(nearest[:3], 5)) == 3
    assert len(index) == 3997
    left = index.search(vectors[:1], 4000)[0]
    assert not set(nearest[:3].tolist()) & set(left.ravel().tolist())
    assert left[0, :2].tolist() == nearest[3:].tolist()


def test_a_limit_beyond_the_lake_is_filled_with_minus_one() -> None:
    vectors = clustered(3, seed=2)
    index = VectorIndex.build(vectors, np.array([40, 20, 30]))
    found, _ = index.search(vectors[:1], 6)
    expected, _ = VectorOracle(vectors, np.array([40, 20, 30])).search(vectors[:1], 6)
    assert found.tolist() == expected.tolist()
    assert found[0, 3:].tolist() == [-1, -1, -1]


def test_an_index_without_vectors_answers_nothing(tmp_path: Path) -> None:
    index = VectorIndex.build(np.zeros((0, DIMENSION), np.float32), np.zeros(0, np.int64))
    index.save(tmp_path / "vectors.faiss")
    opened = VectorIndex.open(tmp_path / "vectors.faiss")
    assert len(opened) == 0
    assert opened.search(clustered(2, seed=2), 3)[0].tolist() == [[-1, -1, -1]] * 2


def test_two_builds_from_the_same_vectors_answer_alike(tmp_path: Path, vectors: Vectors, keys: Integers) -> None:
    for name in ("one", "two"):
        VectorIndex.build(vectors, keys, exact_up_to=0, seed=4).save(tmp_path / name)
    one, two = (VectorIndex.open(tmp_path / name) for name in ("one", "two"))
    for first, second in zip(one.search(vectors[:200], 10), two.search(vectors[:200], 10), strict=True):
        assert first.tolist() == second.tolist()


@pytest.mark.parametrize("size", [1, 2, 30, 300])
def test_training_on_few_vectors_says_nothing(size: int, capfd: pytest.CaptureFixture[str]) -> None:
    index = VectorIndex.build(clustered(size, seed=5), np.arange(size), exact_up_to=0)
    assert len(index) == size
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("content", [None, b"", b"no index at all", b"IxMp" + bytes(100)])
def test_damage_is_told_with_the_way_out(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "vectors.faiss"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"vectors.faiss can't be read .*; build the index again"):
        VectorIndex.open(path)


@pytest.mark.parametrize("exact_up_to", [0, 10_000])
def test_a_truncated_file_is_damage(tmp_path: Path, vectors: Vectors, keys: Integers, exact_up_to: int) -> None:
    path = tmp_path / "vectors.faiss"
    VectorIndex.build(vectors, keys, exact_up_to).save(path)
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(IndexDamaged):
        VectorIndex.open(path)


@pytest.mark.parametrize("other", ["faiss-gpu", "faiss-gpu-cu13", "faiss"])
def test_two_builds_of_faiss_at_once_are_refused_whatever_they_are_called(
    other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    for name, module in ((other, "faiss"), ("faiss-viewer", "faiss_viewer")):
        folder = tmp_path / f"{name.replace('-', '_')}-1.15.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.15\n")
        (folder / "RECORD").write_text(f"{module}/__init__.py,,\n")
    vector_index._installed_builds.cache_clear()
    names = " ".join(sorted(["faiss-cpu", other]))
    with pytest.raises(LakeIndexError, match=f"pip uninstall -y {names} && pip install faiss-cpu"):
        VectorIndex.build(clustered(3, seed=1), np.arange(3))
    monkeypatch.undo()
    vector_index._installed_builds.cache_clear()
    assert len(VectorIndex.build(clustered(3, seed=1), np.arange(3))) == 3


class OnGpu:
    """As an index on a GPU, which finds up to 2,048 neighbours and knows no parameters of a search."""

    def __init__(self, index: VectorIndex) -> None:
        self.index, self.limits = index, list[int]()

    def search(self, queries: Vectors, limit: int) -> tuple[Vectors, Integers]:
        assert limit <= 2048
        self.limits.append(limit)
        keys, cosines = self.index.search(queries, limit)
        return cosines, keys


@pytest.mark.parametrize("exact_up_to", [0, 10_000])
def test_more_neighbours_than_a_gpu_finds_are_found_on_the_cpu(
    vectors: Vectors, keys: Integers, exact_up_to: int
) -> None:
    index = VectorIndex.build(vectors, keys, exact_up_to)
    gpu = OnGpu(index)
    copied = VectorIndex(gpu, index._index)
    for limit in (2048, 2049):
        assert np.array_equal(copied.search(vectors[:5], limit)[0], index.search(vectors[:5], limit)[0])
    assert np.array_equal(copied.search(vectors[:5], 10, keys[:9])[0], index.search(vectors[:5], 10, keys[:9])[0])
    assert gpu.limits == [2048]


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(LakeIndexError, match=r"nowhere/vectors.faiss can't be written"):
        VectorIndex.build(clustered(3, seed=1), np.arange(3)).save(tmp_path / "nowhere" / "vectors.faiss")


def test_a_quantised_index_built_from_what_it_stores_is_the_same() -> None:
    size = 2000
    vectors = clustered(size, seed=7)
    once = VectorIndex.build(vectors, np.arange(size), exact_up_to=0)
    again = VectorIndex.build(once.vectors(np.arange(size)), np.arange(size), exact_up_to=0)
    assert np.array_equal(once.vectors(np.arange(size)), again.vectors(np.arange(size)))
    assert np.array_equal(once.search(vectors[:50], 10)[0], again.search(vectors[:50], 10)[0])
    assert np.abs(once.vectors(np.arange(size)) - vectors).max() < 1 / 255


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("exact_up_to", [0, 10_000])
def test_a_full_disk_is_told_in_one_sentence(
    vectors: Vectors, keys: Integers, exact_up_to: int, capfd: pytest.CaptureFixture[str]
) -> None:
    index = VectorIndex.build(vectors, keys, exact_up_to)
    with pytest.raises(LakeIndexError, match=r"^/dev/full can't be written: No space left on device$"):
        index.save(Path("/dev/full"))
    assert capfd.readouterr() == ("", "")
