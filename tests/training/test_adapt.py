"""A tuned index holds only mapped vectors, passes its linear head on, and is left unchanged where that is no better."""

from __future__ import annotations

import fcntl
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest

from lakeindex import Lake, Settings
from lakeindex.encode.hashing_encoder import HashingEncoder
from lakeindex.encode.linear_head import LinearHead
from lakeindex.errors import IndexMissing, InvalidSetting, LockHeld
from lakeindex.search.external_column import profile_file_column
from lakeindex.store.layout import ENCODER_ROLE, HEAD
from lakeindex.training import adapt as adapting
from lakeindex.training import own_lake
from lakeindex.training.adapt import ADAPTED_SCHEMA, Adapted, adapt, reset
from lakeindex.training.fit.whitening import Fit, Gain, VectorPairs
from lakeindex.types.lake import ColumnId, TableId
from tests.small_lake import write_lake

SHIPPED = HashingEncoder().fingerprint
BETTER, NO_BETTER = (Gain(0.4, 0.4 + gain, gain / 2, 90, 30) for gain in (0.1, -0.1))


def write_tables(root: Path) -> Path:
    """Write nine tables of people and towns, some of which they have in common."""
    root.mkdir()
    rng = np.random.default_rng(2)
    words = ["".join(rng.choice(list("abdeiklmnorstu"), 7)) for _ in range(400)]
    for number in range(9):
        rows = np.arange(60)
        towns = [words[place].title() for place in rng.integers(35 * number, 35 * number + 60, 60).tolist()]
        people = [f"{words[at]} {words[-at]}" for at in rng.integers(1, 400, 60).tolist()]
        named = {f"town {number}": towns, f"{words[number]} person": people}
        measured = {
            f"{words[-number - 1]} size": rows * 37 + number * 1_000,
            "paid": np.round(rng.lognormal(3, 1, 60), 2),
        }
        pa_csv.write_csv(pa.table(named | measured), root / f"table{number}.csv")
    return root


@pytest.fixture(autouse=True)
def few_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_lake, "_BATCHES", 4)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_tables(tmp_path / "lake")


@pytest.fixture
def hashing(tmp_path: Path, root: Path) -> Settings:
    settings = Settings(index=str(tmp_path / "index"), model="hashing", jobs=2, memory="500MB")
    Lake.index(root, settings.index, settings)
    return settings


def set_held_out_gain(gain: Gain, patch: pytest.MonkeyPatch) -> None:
    """Replace the held-out gain, which depends on chance with so few pairs."""

    def held_out_gain(pairs: VectorPairs, fit: Fit, seed: int) -> Gain:
        return gain

    patch.setattr(adapting, "held_out_gain", held_out_gain)


@pytest.fixture
def tuned(root: Path, hashing: Settings, monkeypatch: pytest.MonkeyPatch) -> Adapted:
    set_held_out_gain(BETTER, monkeypatch)
    return adapt(root, settings=hashing)


def vectors(lake: Lake) -> npt.NDArray[np.float32]:
    return lake.opened.searcher.vectors.vectors(np.arange(len(lake.opened.searcher.directory)))


def encoder_of(lake: Lake) -> str:
    return lake.generation.manifest.models[ENCODER_ROLE]


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_vector_of_a_tuned_index_is_mapped(root: Path, hashing: Settings, tuned: Adapted) -> None:
    lake, before = Lake.open(hashing.index, hashing), Lake.index(root, f"{hashing.index}.before", hashing)
    head = LinearHead.open(lake.generation.folder / HEAD)
    assert (tuned.refusal, tuned.generation, lake.generation.number) == ("", 2, 2)
    assert encoder_of(lake) == head.fingerprint != encoder_of(before) == SHIPPED
    np.testing.assert_allclose(vectors(lake), head.mapped(vectors(before)), atol=1e-5)
    assert np.abs(vectors(lake) - vectors(before)).max() > 0.01
    assert Lake.verify(hashing.index)[0].damages == ()


def test_the_next_build_is_tuned_too_and_as_one_from_nothing(root: Path, hashing: Settings, tuned: Adapted) -> None:
    assert Lake.index(root, hashing.index, hashing).generation.number == 2
    (root / "new.csv").write_text("place,people\nKiel,3\nUlm,5\nBonn,8\n")
    lake = Lake.index(root, hashing.index, hashing)
    head = LinearHead.open(lake.generation.folder / HEAD)
    assert (lake.generation.number, encoder_of(lake)) == (3, head.fingerprint)
    untuned = Lake.index(root, f"{hashing.index}.other", hashing)
    np.testing.assert_allclose(vectors(lake), head.mapped(vectors(untuned)), atol=1e-5)


def test_a_column_from_outside_is_encoded_by_the_tuned_encoder(root: Path, hashing: Settings, tuned: Adapted) -> None:
    lake = Lake.open(hashing.index, hashing)
    inside = lake.opened.searcher.column(ColumnId(TableId("table3.csv"), "town 3"))
    profiled = profile_file_column(root / "table3.csv", "town 3", hashing, lake.opened.profile_limits)
    outside = profiled.query(lake.opened.model)
    np.testing.assert_allclose(outside.vector, inside.vector, atol=1e-5)


def test_an_encoder_that_is_no_better_changes_nothing(
    root: Path, hashing: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files_below(Path(hashing.index))
    set_held_out_gain(NO_BETTER, monkeypatch)
    done = adapt(root, settings=hashing)
    assert (done.gain, done.generation) == (NO_BETTER, 1)
    assert "not better" in done.refusal
    assert files_below(Path(hashing.index)) == before
    assert done.to_arrow().schema == ADAPTED_SCHEMA
    fields = {"changed": False, "map_before": 0.4, "generation": 1, "pairs": 90, "reason": done.refusal}
    assert done.to_arrow().to_pylist()[0].items() >= fields.items()


def test_the_gain_on_held_out_pairs_decides(root: Path, hashing: Settings) -> None:
    done = adapt(root, settings=hashing)
    assert done.gain is not None
    assert (done.refusal == "") == (done.gain.least > 0) == (done.generation == 2)
    assert 0 < done.gain.before < 1
    assert done.gain.lineages <= 45 < done.gain.pairs


def test_reset_returns_to_the_encoder_as_it_ships(root: Path, hashing: Settings, tuned: Adapted) -> None:
    done = reset(root, settings=hashing)
    lake = Lake.open(hashing.index, hashing)
    assert (done.gain, done.refusal, done.generation) == (None, "", 3)
    assert (encoder_of(lake), (lake.generation.folder / HEAD).exists()) == (SHIPPED, False)
    untuned = Lake.index(root, f"{hashing.index}.other", hashing)
    np.testing.assert_array_equal(vectors(lake), vectors(untuned))
    assert lake.generation.manifest.logical_hash == untuned.generation.manifest.logical_hash
    assert reset(root, settings=hashing).refusal == "the index is not tuned"


def test_after_a_rollback_the_next_build_is_not_tuned(root: Path, hashing: Settings, tuned: Adapted) -> None:
    Lake.rollback(hashing.index)
    (root / "new.csv").write_text("place,people\nKiel,3\nUlm,5\n")
    assert encoder_of(Lake.index(root, hashing.index, hashing)) == SHIPPED


def test_another_model_does_not_take_over_the_head(root: Path, hashing: Settings, tuned: Adapted) -> None:
    other = Settings(index=hashing.index, model="hashing", dims=32, jobs=2, memory="500MB")
    lake = Lake.index(root, other.index, other)
    assert encoder_of(lake) == f"{SHIPPED}-first32"
    assert not (lake.generation.folder / HEAD).exists()


def test_it_is_built_with_the_settings_of_the_index(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_held_out_gain(BETTER, monkeypatch)
    built = Settings(
        index=str(tmp_path / "other"), model="hashing", dims=48, text_values=5, values="hash", hash_key="k"
    )
    before = Lake.index(root, built.index, built).generation.manifest
    adapt(root, settings=Settings(index=built.index, hash_key="k"))
    after = Lake.open(built.index, built).generation.manifest
    assert after.settings == before.settings
    assert after.models[ENCODER_ROLE].startswith(f"{SHIPPED}-first48-tuned-")


def test_an_interrupted_run_changes_nothing(root: Path, hashing: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    set_held_out_gain(BETTER, monkeypatch)

    def interrupt(stage: str, done: int, total: int) -> None:
        if stage == "encode":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        adapt(root, settings=hashing, progress=interrupt)
    assert Lake.open(hashing.index, hashing).generation.number == 1
    assert encoder_of(Lake.index(root, hashing.index, hashing)) == SHIPPED


def test_the_reason_is_given_where_an_index_cannot_be_tuned(root: Path, hashing: Settings, tmp_path: Path) -> None:
    small = Settings(index=str(tmp_path / "small"), model="hashing")
    Lake.index(write_lake(tmp_path / "few"), small.index, small)
    assert "too small" in adapt(tmp_path / "few", settings=small).refusal
    silenced = Settings(index=str(tmp_path / "silenced"), model="hashing", values="none")
    Lake.index(root, silenced.index, silenced)
    assert "keeps no values" in adapt(root, settings=silenced).refusal
    with pytest.raises(InvalidSetting, match=r"is of .*lake, not of"):
        adapt(tmp_path / "few", settings=hashing)
    with pytest.raises(IndexMissing, match="build one: lakeindex index"):
        adapt(root, tmp_path / "nowhere")


def test_nothing_is_tuned_while_another_process_writes(root: Path, hashing: Settings) -> None:
    with (Path(hashing.index) / "writer.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(LockHeld):
            adapt(root, settings=hashing)
