"""Which files of a lake are read together, by their names alone."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.plugins import find_connectors
from lakeindex.profile.parts.find_parts import find_parts
from lakeindex.profile.parts.key_folders import keys_of
from lakeindex.types.lake import LakeFile
from lakeindex.types.layouts import Layout, Parts

ROOT = Path("/lakes/shop")
CONNECTORS = find_connectors()


def found(names: Iterable[str], parts: Parts = Parts.AUTO) -> dict[str, list[str]]:
    """Return the files that are read together, by what they are called together; others are under their own names."""
    files = [LakeFile(ROOT / name, name, 10, 1) for name in names]
    together, skipped = find_parts(files, ROOT, parts, lambda: CONNECTORS)
    assert [one.name for one in together] == sorted(one.name for one in together)
    covered = [part.name for one in together for part in one.parts or (one,)] + [one.path for one in skipped]
    assert sorted(covered) == sorted(names)
    return {one.name: [part.name for part in one.parts] for one in together}


def test_folders_named_after_values_are_one_table() -> None:
    months = [f"sales/year=2024/month={month:02d}/part-0.parquet" for month in range(1, 4)]
    assert found([*months, "sales/shops.csv", "other.csv"]) == {
        "sales": months,
        "sales/shops.csv": [],
        "other.csv": [],
    }


def test_one_folder_is_a_table_whose_name_stays_when_others_come() -> None:
    assert found(["sales/day=1/a.csv"]) == {"sales": ["sales/day=1/a.csv"]}


def test_a_partitioned_lake_goes_by_the_name_of_its_folder() -> None:
    assert found(["day=1/a.csv", "day=2/a.csv"]) == {"shop": ["day=1/a.csv", "day=2/a.csv"]}


def test_what_spark_leaves_beside_the_rows_goes_with_them() -> None:
    parts = [f"out/day={day}/part-0000{day}-c000.snappy.parquet" for day in (1, 2)]
    marks = ["out/_SUCCESS", "out/._SUCCESS.crc", "out/day=1/.part-00001-c000.snappy.parquet.crc"]
    marks += ["out/_temporary/0/part-00000.parquet", "out/_metadata", "out/day=2/_temporary/part-0.parquet"]
    assert found([*parts, *marks]) == {"out": sorted([*parts, *marks])}


def test_files_of_two_kinds_in_the_same_folders_are_two_tables() -> None:
    names = ["sales/day=1/a.csv", "sales/day=1/a.parquet", "sales/day=2/a.csv", "sales/day=2/a.parquet"]
    assert found(names) == {"sales/*.csv": names[::2], "sales/*.parquet": names[1::2]}


def test_names_that_return_in_every_folder_are_tables_of_their_own() -> None:
    names = [f"raw/day=2024-01-0{day}/{name}.csv" for day in (1, 2, 3) for name in ("customers", "orders")]
    assert found(names) == {"raw/*/customers.csv": names[::2], "raw/*/orders.csv": names[1::2]}


def test_names_that_don_t_return_are_parts() -> None:
    names = ["raw/day=1/kiwi.csv", "raw/day=2/pear.csv", "raw/day=3/plum.csv"]
    assert found(names) == {"raw": names}


def test_tables_in_folders_below_the_keys_are_apart() -> None:
    names = [f"raw/day={day}/{table}/x.csv" for day in (1, 2) for table in ("a", "b")]
    assert found(names) == {"raw/*/a": names[::2], "raw/*/b": names[1::2]}


def test_keys_are_decoded_and_the_null_of_hive_is_none() -> None:
    assert keys_of("t/city=K%C3%B6ln/x=__HIVE_DEFAULT_PARTITION__/a b%3Dc=%2F/f.csv") == {
        "city": "Köln",
        "x": None,
        "a b=c": "/",
    }


def test_a_folder_marked_by_its_writer_is_one_table() -> None:
    names = ["out/_SUCCESS", "out/part-00000-1f.parquet"]
    assert found(names) == {"out": names}
    assert found(names[1:]) == {names[1]: []}
    assert found(["out/_SUCCESS", "out/orders.csv"]) == {"out/_SUCCESS": [], "out/orders.csv": []}


def test_parts_without_a_mark_have_to_agree() -> None:
    files = [LakeFile(ROOT / name, name, 1, 1) for name in ("out/part.0.parquet", "out/part.1.parquet")]
    (one,) = find_parts(files, ROOT, Parts.AUTO, find_connectors)[0]
    assert (one.name, one.layout) == ("out", Layout.SIBLINGS)


def test_siblings_differ_by_a_date_or_a_padded_number() -> None:
    dated = [f"returns_2024_{month:02d}.csv" for month in (1, 2, 3)]
    days = [f"x/{day}.csv.gz" for day in ("2024-01-01", "2024-01-02")]
    years = [f"trips{year}.csv" for year in (2022, 2023, 2024)]
    hours = [f"log-{hour}.jsonl" for hour in ("20240101T1200", "20240101T1300")]
    padded = [f"events-{number:04d}.parquet" for number in (1, 2)]
    assert found([*dated, *days, *years, *hours, *padded]) == {
        "returns_*.csv": dated,
        "x/*.csv.gz": days,
        "trips*.csv": years,
        "log-*.jsonl": hours,
        "events-*.parquet": padded,
    }


def test_numbers_that_nothing_pads_are_no_series_unless_all_are() -> None:
    names = ["albums_0.csv", "albums_1.csv", "f1.csv", "f2.csv", "t-100.csv", "t-200.csv", "v1.2.csv", "v1.3.csv"]
    assert found(names) == {name: [] for name in names}
    merged = found(names, Parts.MERGE)
    frames = ("albums_*.csv", "f*.csv", "t-*.csv", "v1.*.csv")
    assert merged == dict(zip(frames, map(list, list(pairwise(names))[::2]), strict=True))


def test_two_years_may_be_two_editions() -> None:
    names = ["orders_2023.csv", "orders_2024.csv"]
    assert found(names) == {name: [] for name in names}
    assert found(names, Parts.MERGE) == {"orders_*.csv": names}


def test_siblings_of_other_folders_or_suffixes_are_apart() -> None:
    names = ["a/x_2024.csv", "b/x_2025.csv", "x_2023.csv", "x_2024.parquet", "only_2024-01.csv"]
    assert found(names) == {name: [] for name in sorted(names)}


def test_pictures_are_no_siblings() -> None:
    names = ["img-0001.png", "img-0002.png"]
    assert found(names) == {name: [] for name in names}


def test_a_name_that_a_file_has_is_not_taken() -> None:
    names = ["returns_*.csv", "returns_2024-01.csv", "returns_2024-02.csv"]
    assert found(names) == {name: [] for name in names}


def test_delta_and_iceberg_folders_hold_all_that_is_below_them() -> None:
    delta = ["d/_delta_log/00000000000000000000.json", "d/part-0.parquet", "d/x=1/part-1.parquet"]
    iceberg = ["w/t/data/a.parquet", "w/t/metadata/00001-0a1b2c3d.metadata.json", "w/t/metadata/snap-1.avro"]
    assert found([*delta, *iceberg, "w/metadata/notes.csv"]) == {
        "d": delta,
        "w/t": iceberg,
        "w/metadata/notes.csv": [],
    }


def test_a_dataset_of_dlt_is_a_table_a_folder() -> None:
    tables = ["ds/orders/1700000000.5.ab12.parquet", "ds/orders/1700000001.5.cd34.parquet", "ds/orders/init"]
    own = ["ds/_dlt_loads/1.2.ab.jsonl", "ds/_dlt_version/x.jsonl", "ds/_dlt_pipeline_state/x__1.jsonl", "ds/init"]
    assert found([*tables, *own]) == {"ds/orders": tables, "ds/init": []}


def test_apart_nothing_is_read_together() -> None:
    names = ["s/day=1/a.csv", "d/_delta_log/00000000000000000000.json", "x_2023.csv", "x_2024.csv"]
    files = [LakeFile(ROOT / name, name, 10, 1) for name in names]
    assert find_parts(files, ROOT, Parts.SEPARATE, find_connectors) == (files, [])


STEPS = st.sampled_from(["a", "b=1", "b=2", "=", "x=", "_delta_log", "metadata", "_dlt_x", "..."])
FOLDERS = st.lists(STEPS, max_size=3).map("/".join)
FILES = st.sampled_from(
    ["part-0001.csv", "x_2024.csv", "x_2025.csv", "_SUCCESS", "00000000000000000000.json", "v1.metadata.json", "init",
     "1.2.ab.csv", "*.csv", "x_*.csv"]
)  # fmt: skip


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(FOLDERS, FILES), max_size=12), st.sampled_from(Parts))
def test_every_file_is_in_one_place(pairs: list[tuple[str, str]], parts: Parts) -> None:
    names = sorted({f"{folder}/{name}".lstrip("/") for folder, name in pairs})
    if parts is not Parts.SEPARATE:
        found(names, parts)
        assert found(names, parts) == found(names[::-1], parts)
