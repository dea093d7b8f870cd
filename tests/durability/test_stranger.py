"""An index from a stranger, with all checksums right, neither runs code nor crashes, hangs or reads outside."""

from __future__ import annotations

import collections
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest

import lakeindex
from lakeindex import Lake
from lakeindex.catalog.path_guard import lake_path
from lakeindex.errors import IndexDamaged, NotFound, Refused, UnreadableTable
from lakeindex.search.check_foreign_index import check_all
from lakeindex.store.checksums import files_of
from lakeindex.store.generations import open_current
from lakeindex.store.layout import CATALOG, ROWS, VECTORS
from lakeindex.types.lake import Scan
from tests.durability.published_index import (
    SETTINGS,
    build,
    generation_of,
    manifest_of,
    republish,
    republish_json,
    use_lists,
)

FILES = (CATALOG, ROWS, VECTORS, "columns.arrow", "tables.arrow", "copies", "terms/values/column_starts.npy")
MANY = 250
"""Forgeries of a file, each checked and used in processes of their own."""
ORDERS = '"sales/orders.csv"'


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("stranger"), replace(SETTINGS, materialize=True))


@pytest.fixture
def index(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The index in the hands of somebody who doesn't know it; the lake is the stranger's too."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shutil.copytree(built.parent, tmp_path / "theirs")
    index = tmp_path / "theirs" / "index"
    republish(index, replace(manifest_of(index), lake=str(tmp_path / "theirs" / "lake")))
    yield index


def forge_catalog(index: Path, *statements: str, name: str = CATALOG) -> None:
    """Change the catalog as SQL can, and publish that."""
    with duckdb.connect(str(generation_of(index) / name)) as connection:
        for statement in statements:
            connection.execute(statement)
    republish(index)


def read_to_its_end(index: Path) -> None:
    """Do what the try-out does, in this process."""
    check_all(open_current(index))


def measure_forgeries(index: Path, number: int, *kinds: str) -> dict[str, int]:
    """Forge files so many times each; count what the try-out refused, what was harmless, and what got through it."""
    folder = generation_of(index)
    names = [min(name for name in files_of(folder) if name.startswith(kind)) for kind in kinds]
    here = Path(__file__).parent
    path = os.pathsep.join([str(here.parents[1]), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, str(here / "stranger_runs.py"), str(index), str(number), *names],
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    counts = collections.Counter(dict.fromkeys(("forgeries", "refused", "harmless", "got through"), 0))
    for line in done.stdout.splitlines():
        outcome = json.loads(line)
        is_refused = outcome["sandbox_check"] != "ok"
        kind = "refused" if is_refused else "harmless" if _is_harmless(outcome["use"]) else "got through"
        counts.update(["forgeries", kind])
    return dict(counts)


def _is_harmless(use: str) -> bool:
    return use == "ok" or use.startswith("refused: ")


def test_what_the_try_out_lets_through_answers(index: Path) -> None:
    found = measure_forgeries(index, 1, *FILES)
    assert (found["forgeries"], found["got through"]) == (len(FILES), 0)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_of_many_forgeries_none_gets_through(index: Path, name: str) -> None:
    found = measure_forgeries(index, MANY, name)
    sys.stdout.write(f"{name}: {found}\n")
    assert (found["forgeries"], found["got through"]) == (MANY, 0)


@pytest.mark.parametrize("number", [2, pytest.param(MANY, marks=pytest.mark.slow)])
def test_forged_lists_of_a_large_lake_do_not_get_through(index: Path, number: int) -> None:
    use_lists(index)
    found = measure_forgeries(index, number, VECTORS)
    sys.stdout.write(f"lists: {found}\n")
    assert (found["forgeries"], found["got through"]) == (number, 0)


def test_an_honest_index_of_a_stranger_answers(index: Path) -> None:
    lake = Lake.open(index, SETTINGS)
    assert lake.query("sales/orders.csv", "country").matches[0].column.table == "geo/countries.csv"
    assert lake.sql(f"SELECT count(*) FROM {ORDERS}")[0].to_pylist() == [40]


SECRET = "a secret of this machine"
AS_TABLE = "CREATE VIEW files AS SELECT path, status, content AS reason, content_hash, token FROM old, read_text('{}')"


@pytest.mark.parametrize(
    "statements",
    [
        ("ALTER TABLE files RENAME TO old", AS_TABLE),
        ("CREATE MACRO isnan(x) AS (SELECT content FROM read_text('{}'))",),
        ("CREATE MACRO duckdb_views() AS TABLE SELECT 1", "CREATE VIEW more AS FROM read_text('{}')"),
        ("ALTER TABLE tables ADD COLUMN more VARCHAR DEFAULT (getvariable('x'))",),
        ("CREATE SCHEMA other", "CREATE TABLE other.files AS FROM main.files"),
        ("DROP TABLE files",),
    ],
)
def test_only_base_tables_are_accepted_as_a_catalog(index: Path, tmp_path: Path, statements: tuple[str, ...]) -> None:
    (tmp_path / "secret").write_text(SECRET)
    forge_catalog(index, *(statement.replace("{}", str(tmp_path / "secret")) for statement in statements))
    with pytest.raises(IndexDamaged, match="holds other tables"):
        read_to_its_end(index)


def test_the_way_out_of_a_forged_index_is_named(index: Path) -> None:
    forge_catalog(index, "DROP TABLE files")
    with pytest.raises(IndexDamaged, match=r"was made elsewhere and can't be read \(.*other tables.*lakeindex index"):
        Lake.open(index, SETTINGS)


def test_a_macro_beside_the_rows_is_refused(index: Path) -> None:
    forge_catalog(index, "CREATE MACRO upper(x) AS (SELECT content FROM read_text('/etc/passwd'))", name=ROWS)
    with pytest.raises(IndexDamaged, match="holds other tables"):
        read_to_its_end(index)


SCAN = "UPDATE tables SET scan = '{}' WHERE table_id = 'sales/orders.csv'"


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (SCAN.format(json.dumps({"function": "read_text", "options": []})), "the scan of a table"),
        (
            SCAN.format(json.dumps({"function": "read_csv", "options": [["header=true), read_text(''x'') --", 1]]})),
            "the scan of a table",
        ),
        (SCAN.format(json.dumps({"function": "read_csv", "options": [["skip", {"a": 1}]]})), "the scan of a table"),
        (SCAN.format("{"), "the scan of a table"),
        ("UPDATE tables SET copy = '../../x'", "names a copy"),
        ("UPDATE tables SET copy = '/etc/passwd'", "names a copy"),
        ("UPDATE tables SET file = '../secret.csv'", "none of the lake"),
        ("UPDATE tables SET file = '/etc/passwd'", "none of the lake"),
        ("UPDATE columns SET sql_type = 'VARCHAR) AS x, (SELECT content FROM read_text(''x'')'", "the type"),
        ("UPDATE columns SET name = name || '!'", "tells of other"),
        ("DELETE FROM tables", "tells of other"),
    ],
)
def test_a_catalog_leads_neither_out_of_the_lake_nor_into_other_sql(index: Path, statement: str, message: str) -> None:
    forge_catalog(index, statement)
    with pytest.raises(IndexDamaged, match=message):
        read_to_its_end(index)


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "/etc/passwd", "a//b", "a/../b", "a/..", "a\0b", "./a"])
def test_no_name_leads_out_of_the_lake(name: str) -> None:
    with pytest.raises(IndexDamaged, match="none of the lake's"):
        lake_path(Path("/lake"), name)


@pytest.mark.parametrize("function", ["read_text", "read_blob", "glob", "read_csv, x", "query"])
def test_a_scan_has_a_known_function(function: str) -> None:
    with pytest.raises(ValueError, match="is no scan of one file"):
        Scan(function)


def test_a_file_that_became_a_link_out_of_the_lake_is_not_read(tmp_path: Path) -> None:
    index = build(tmp_path)
    (tmp_path / "secret.csv").write_text(f"order_id;customer_id;country\n1;1;{SECRET}\n")
    (tmp_path / "lake/sales/orders.csv").unlink()
    (tmp_path / "lake/sales/orders.csv").symlink_to(tmp_path / "secret.csv")
    lake = Lake.open(index, SETTINGS)
    for read in (lambda: lake.read("sales/orders.csv"), lambda: lake.sql(f"FROM {ORDERS}")):
        with pytest.raises((UnreadableTable, NotFound), match="leaves the lake"):
            read()
    matches = lake.query("geo/countries.csv", "code").matches
    assert SECRET not in str(matches)
    assert any("leaves the lake" in match.note for match in matches)


def test_an_array_of_objects_is_not_unpickled(index: Path, tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
            return os.mkdir, (str(tmp_path / "ran"),)

    path = generation_of(index) / "terms/values/terms.npy"
    np.save(path, np.array([Bomb()], object), allow_pickle=True)
    republish(index)
    with pytest.raises(IndexDamaged, match=r"terms\.npy can't be read"):
        read_to_its_end(index)
    assert not (tmp_path / "ran").exists()


def test_an_archive_in_the_place_of_an_array_is_refused(index: Path) -> None:
    with (generation_of(index) / "terms/values/terms.npy").open("wb") as file:
        np.savez(file, terms=np.zeros(3))
    republish(index)
    with pytest.raises(IndexDamaged, match=r"terms\.npy can't be read"):
        read_to_its_end(index)


def test_a_log_that_duckdb_would_replay_is_refused_though_it_is_listed(index: Path) -> None:
    (generation_of(index) / f"{CATALOG}.wal").write_bytes(b"replay me")
    republish(index)
    with pytest.raises(IndexDamaged, match=r"has no file 'catalog\.duckdb\.wal'"):
        read_to_its_end(index)


def test_lists_that_lie_in_another_file_are_refused(index: Path, tmp_path: Path) -> None:
    import faiss

    vectors = np.eye(64, dtype=np.float32)
    lists = faiss.IndexIVFScalarQuantizer(faiss.IndexFlatIP(64), 64, 4, faiss.ScalarQuantizer.QT_8bit)
    lists.train(vectors)
    outside = faiss.OnDiskInvertedLists(4, lists.code_size, str(tmp_path / "outside"))
    lists.replace_invlists(outside, False)
    columns = manifest_of(index).columns
    lists.add_with_ids(vectors[:columns], np.arange(columns))
    faiss.write_index(lists, str(generation_of(index) / VECTORS))
    republish(index)
    before = (tmp_path / "outside").read_bytes()
    with pytest.raises(IndexDamaged, match="are not kept as this program keeps them"):
        read_to_its_end(index)
    assert (tmp_path / "outside").read_bytes() == before


def manifest_json(index: Path) -> dict[str, object]:
    fields: dict[str, object] = json.loads((generation_of(index) / "manifest.json").read_text())
    del fields["checksum"]
    return fields


@pytest.mark.parametrize(
    "change",
    [
        {"tables": "6"},
        {"columns": 10**30},
        {"failed": -1},
        {"settings": {}},
        {"settings": json.loads("[" * 400 + "]" * 400)},
        {"models": {"encoder": 1}},
        {"models": {}},
        {"lake": "relative"},
        {"lake": "/a\0b"},
        {"artifacts": {"../../outside": {"bytes": 1, "checksum": "0"}}},
        {"tables": float("nan")},
        {"columns": True},
    ],
)
def test_a_manifest_of_wrong_types_is_damaged(index: Path, change: dict[str, object]) -> None:
    republish_json(index, json.dumps(manifest_json(index) | change))
    with pytest.raises(IndexDamaged):
        read_to_its_end(index)


def test_a_number_that_is_none_in_the_settings_is_damaged(index: Path) -> None:
    content = manifest_json(index)
    content["settings"]["max_tokens"] = float("inf")  # type: ignore[index]
    republish_json(index, json.dumps(content))
    with pytest.raises(IndexDamaged, match="settings that there aren't"):
        read_to_its_end(index)


def test_a_model_that_only_the_index_names_is_not_loaded(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = manifest_json(index)
    content["settings"]["model"] = str(tmp_path / "model")  # type: ignore[index]
    republish_json(index, json.dumps(content))
    (tmp_path / "outside.csv").write_text("land\nFR\nDE\n")
    monkeypatch.setattr("lakeindex.encode.encoders.make_encoder", lambda options: pytest.fail("loaded"))
    lake = Lake.open(index, SETTINGS)
    with pytest.raises(Refused, match="is loaded only when you name it"):
        lake.query(tmp_path / "outside.csv", "land")
    assert lake.query("sales/orders.csv", "country").matches


@pytest.mark.parametrize("arguments", [["status"], ["index", "lake", "--model", "hashing", "--jobs", "1"]])
def test_the_folder_that_we_are_in_is_not_imported_from(index: Path, tmp_path: Path, arguments: list[str]) -> None:
    for name in ("numpy", "lakeindex", "faiss", "json", "pyarrow"):
        (index.parent / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    source = Path(lakeindex.__file__).parents[1]
    code = "from lakeindex.serve.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, *arguments, "--index", "index"],
        cwd=index.parent,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(source), str(source / "connectors")])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert not (tmp_path / "ran").exists()


def test_a_build_goes_on_from_no_index_that_it_could_not_read(index: Path) -> None:
    forge_catalog(index, "CREATE MACRO unnest(x) AS (SELECT content FROM read_text('/etc/passwd'))")
    lake = Lake.index(index.parent / "lake", index, replace(SETTINGS, materialize=True))
    assert lake.report is not None
    assert {str(file.status) for file in lake.report.files} == {"indexed", "failed", "skipped"}
