"""With `--values none` and `hash` no value of a cell stays anywhere; with `hash` overlap stays what it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from lakeindex import Lake, Settings
from lakeindex.arrays.ragged import open_array
from lakeindex.errors import InvalidSetting, StaleArtifact
from lakeindex.hashing.secret_key import hash_key
from lakeindex.types.columns import Family
from lakeindex.types.lake import ColumnId, TableId
from tests.durability.kept_values import WORDS, found_in, found_in_bytes, found_in_text, plant
from tests.durability.published_index import SETTINGS, generation_of
from tests.small_lake import write_lake

HASH = replace(SETTINGS, values="hash", hash_key="a key of these tests")
NONE = replace(SETTINGS, values="none")
HELD_BACK = [pytest.param(NONE, id="none"), pytest.param(HASH, id="hash")]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant(tmp_path_factory.mktemp("planted") / "lake")


def command(lake: Path, index: Path, values: str, *more: str) -> list[str]:
    program = [sys.executable, "-m", "lakeindex.serve.cli.main", "index", str(lake), "--index", str(index)]
    return [*program, "--model", "hashing", "--jobs", "1", "--values", values, *more]


def environment(temporary: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(temporary), "LAKEINDEX_HASH_KEY": HASH.hash_key}


def test_a_sample_keeps_values_and_they_are_found(planted: Path, tmp_path: Path) -> None:
    Lake.index(planted, tmp_path / "index", SETTINGS)
    found = " ".join(found_in(tmp_path / "index"))
    assert "catalog.duckdb (as a value): Zyxquorv-7719" in found
    assert "float 987654321.123" in found
    assert "copies/" in found


@pytest.mark.parametrize("values", ["none", "hash"])
def test_no_value_stays_in_the_index_the_report_or_a_temporary_file(planted: Path, tmp_path: Path, values: str) -> None:
    index, temporary, report = tmp_path / "index", tmp_path / "tmp", tmp_path / "report.json"
    temporary.mkdir()
    cache = tmp_path / "cache"
    done = subprocess.run(
        command(planted, index, values, "--report", str(report)),
        env=environment(temporary) | {"XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        check=True,
    )
    assert found_in(index) == []
    assert found_in(temporary) == []
    assert not cache.exists() or found_in(cache) == []
    assert found_in_bytes(report.read_bytes()) == found_in_text(report.read_text("utf-8")) == []
    assert found_in_bytes(done.stdout + done.stderr) == []
    assert not (generation_of(index) / "copies").exists() or not list((generation_of(index) / "copies").iterdir())


def measure_kills(lake: Path, folder: Path, values: str, moments: int) -> dict[str, int]:
    """Kill so many builds, each later than the one before; count those that left files, and the canaries in these."""
    counts = {"killed": 0, "left files": 0, "canaries": 0}
    started = time.monotonic()
    subprocess.run(command(lake, folder / "whole", values), env=environment(folder), capture_output=True, check=True)
    whole = time.monotonic() - started
    for moment in range(moments):
        index, temporary = folder / f"index{moment}", folder / f"tmp{moment}"
        temporary.mkdir()
        build = subprocess.Popen(
            command(lake, index, values),
            env=environment(temporary),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(whole * (moment + 1) / (moments + 1))
        os.killpg(build.pid, signal.SIGKILL)
        counts["killed"] += build.wait() == -signal.SIGKILL
        counts["left files"] += any(path.is_file() for path in index.rglob("*"))
        counts["canaries"] += len(found_in(index) + found_in(temporary))
    return counts


@pytest.mark.parametrize("values", ["none", "hash"])
def test_a_build_that_is_killed_leaves_no_value(planted: Path, tmp_path: Path, values: str) -> None:
    assert measure_kills(planted, tmp_path, values, 1)["canaries"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("values", ["none", "hash"])
def test_a_build_that_is_killed_at_any_of_thirty_moments_leaves_no_value(
    planted: Path, tmp_path: Path, values: str
) -> None:
    found = measure_kills(planted, tmp_path, values, 30)
    sys.stdout.write(f"{values}: {found}\n")
    assert found["canaries"] == 0
    assert found["left files"] >= 10


@pytest.mark.parametrize("settings", HELD_BACK)
def test_staging_holds_no_value_when_a_build_stops_before_it_encodes(
    planted: Path, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def stop(*_: object) -> None:
        raise Killed

    monkeypatch.setattr("lakeindex.build.build_index.encode_columns", stop)
    with pytest.raises(Killed):
        Lake.index(planted, tmp_path / "index", settings)
    staged = list((tmp_path / "index" / "staging" / "shares").iterdir())
    assert sum(pa.ipc.open_file(str(path)).read_all().num_rows for path in staged) > 10
    assert found_in(tmp_path / "index") == []


@pytest.mark.parametrize("values", ["none", "hash"])
def test_rows_are_not_copied_where_values_are_held_back(tmp_path: Path, values: str) -> None:
    with pytest.raises(InvalidSetting, match="copies every row into the index"):
        replace(SETTINGS, values=values, materialize=True)
    done = subprocess.run(
        command(tmp_path, tmp_path / "index", values, "--materialize"), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("lakeindex: materialize copies every row into the index")
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize("settings", HELD_BACK)
def test_rows_are_still_read_out_of_the_lakes_files(planted: Path, tmp_path: Path, settings: Settings) -> None:
    lake = Lake.index(planted, tmp_path / "index", settings)
    assert lake.sql('SELECT who FROM "plain.csv" LIMIT 1')[0].to_pylist() == [f"{WORDS[0]} 0"]
    batches = list(lake.read("ragged.csv").batches)
    assert sum(batch.num_rows for batch in batches) >= 12
    assert WORDS[0] in str(batches[0].to_pylist())


@pytest.mark.parametrize("settings", HELD_BACK)
def test_a_profile_shows_that_nothing_was_kept(planted: Path, tmp_path: Path, settings: Settings) -> None:
    profile = Lake.index(planted, tmp_path / "index", settings).profile("plain.csv").to_pylist()
    assert [(row["minimum"], row["maximum"], row["quantiles"], row["values"]) for row in profile] == [
        (None, None, None, [])
    ] * 4
    assert found_in_text(str(profile)) == []
    shown = subprocess.run(
        [sys.executable, "-m", "lakeindex.serve.cli.main", "profile", "plain.csv", "--index", str(tmp_path / "index")],
        env={**os.environ, "LAKEINDEX_HASH_KEY": HASH.hash_key},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"values = {settings.values}" in shown.stderr


Pair = tuple[str, str]


@dataclass(frozen=True)
class Overlaps:
    """What exact overlap alone finds among a lake's columns."""

    figures: dict[Pair, tuple[float, float]]
    """Containment both ways of every pair that an answer holds, as estimated from what the index keeps."""
    ranks: dict[str, list[str]]
    sketched: set[str]
    """Columns of which only a sketch is kept: another key draws another sample of their values."""

    @classmethod
    def of(cls, lake: Lake) -> Overlaps:
        directory, values = lake.opened.searcher.directory, lake.opened.searcher.terms[Family.VALUES]
        columns = [directory.id_of(key) for key in range(len(directory))]
        answers = [lake.query(one.table, one.name, 20, 0, ("containment",)).matches for one in columns]
        return cls(
            {
                (str(match.query), str(match.column)): (match.containment, match.reverse_containment)
                for matches in answers
                for match in matches
            },
            {str(one): [str(match.column) for match in found] for one, found in zip(columns, answers, strict=True)},
            {str(one) for one, whole in zip(columns, values.complete.tolist(), strict=True) if not whole},
        )


def measure_keyed(write: Callable[[Path], Path], folder: Path) -> dict[str, float]:
    """Compare exact-overlap answers under keyed hashes with those of a sample: what differs of pairs and ranks."""
    lake = write(folder / "lake")
    plain, keyed = (Overlaps.of(Lake.index(lake, folder / one.values, one)) for one in (SETTINGS, HASH))
    assert plain.sketched == keyed.sketched
    both = plain.figures.keys() & keyed.figures.keys()
    exact = {pair for pair in both if not plain.sketched & set(pair)}
    ranked = [one for one in plain.ranks if not plain.sketched & {one, *plain.ranks[one], *keyed.ranks[one]}]
    apart = [np.abs(np.subtract(plain.figures[pair], keyed.figures[pair])).max() for pair in both - exact]
    return {
        "pairs": len(exact),
        "differing": sum(plain.figures[pair] != keyed.figures[pair] for pair in exact),
        "ranked": len(ranked),
        "ranked otherwise": sum(plain.ranks[one] != keyed.ranks[one] for one in ranked),
        "sketched pairs": len(apart),
        "mean difference of their estimates": round(float(np.mean(apart)), 4) if apart else 0.0,
    }


def test_keyed_hashes_leave_containment_and_ranks_as_they_are(tmp_path: Path) -> None:
    found = measure_keyed(write_lake, tmp_path)
    assert (found["ranked"], found["differing"], found["ranked otherwise"], found["sketched pairs"]) == (13, 0, 0, 0)
    assert found["pairs"] >= 10


@pytest.mark.slow
def test_keyed_hashes_leave_the_demo_lake_as_it_is(tmp_path: Path) -> None:
    sample_lake = pytest.importorskip("lakeindex.demo.sample_lake")

    def write(folder: Path) -> Path:
        sample_lake.build_sample_lake(folder)
        return folder

    found = measure_keyed(write, tmp_path)
    sys.stdout.write(f"{found}\n")
    assert (found["differing"], found["ranked otherwise"]) == (0, 0)
    assert found["pairs"] > 1000
    assert found["mean difference of their estimates"] < 0.1


def test_another_key_is_refused_and_its_hashes_are_all_others(tmp_path: Path) -> None:
    lake = write_lake(tmp_path / "lake")
    other = replace(HASH, hash_key="another key")
    for name, settings in (("one", HASH), ("other", other)):
        Lake.index(lake, tmp_path / name, settings)
    (tmp_path / "outside.csv").write_text("land\nFR\nDE\nES\n")
    Lake.index(lake, tmp_path / "plain", SETTINGS)
    with_key, plain = (
        Lake.open(tmp_path / name, settings).query(tmp_path / "outside.csv", "land", budget=0).matches[0]
        for name, settings in (("one", HASH), ("plain", SETTINGS))
    )
    assert (with_key.column, with_key.containment) == (plain.column, plain.containment)
    assert plain.containment == 1.0
    with pytest.raises(StaleArtifact, match="made with another key"):
        Lake.open(tmp_path / "one", other).query(tmp_path / "outside.csv", "land")
    one, two = (open_array(generation_of(tmp_path / name) / "terms/values/terms.npy") for name in ("one", "other"))
    assert len(one) == len(two) > 50
    assert len(np.intersect1d(one, two)) == 0


def test_the_key_is_not_in_the_index(tmp_path: Path) -> None:
    Lake.index(write_lake(tmp_path / "lake"), tmp_path / "index", HASH)
    key = hash_key(HASH.hash_key)
    spellings = (key, key.hex().encode(), HASH.hash_key.encode(), key[::-1])
    content = b"".join(path.read_bytes() for path in (tmp_path / "index").rglob("*") if path.is_file())
    assert [one for one in spellings if one in content] == []


def test_an_index_without_values_is_not_read_by_a_cross_encoder(tmp_path: Path) -> None:
    write_lake(tmp_path / "lake")
    for name, settings in (("hash", HASH), ("plain", SETTINGS)):
        lake = Lake.index(tmp_path / "lake", tmp_path / name, settings)
        pair = ColumnId(TableId("sales/orders.csv"), "country"), ColumnId(TableId("geo/countries.csv"), "name")
        cross_score = lake.explain(*pair, budget=10).cross_score
        assert (cross_score is None) == (name == "hash")
