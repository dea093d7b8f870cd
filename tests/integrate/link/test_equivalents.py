"""Values that a lookup table of the lake has beside each other are the same to `link`."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pytest

from lakeindex.config.settings import Settings
from lakeindex.integrate.link.equivalents import Equivalents
from lakeindex.integrate.link.link_records import LinkOptions, dedupe_records, link_records
from lakeindex.lake.integration import LinkRequest, link_tables
from lakeindex.lake.lake import Lake
from tests.integrate.link.records_of import aligned, records

NAMES = {
    "US": "United States", "FR": "France", "DE": "Germany", "ES": "Spain", "IT": "Italy", "GB": "United Kingdom",
    "CA": "Canada", "AU": "Australia", "CU": "Cuba", "VE": "Venezuela", "PE": "Peru", "CL": "Chile",
}  # fmt: skip
# Each name is that of several cities: without the country, none of them tells which.
TOWNS = ("London", "Santiago", "Paris", "Toledo", "Granada", "Cordoba", "Merida", "Valencia")
CITIES = [(town, code) for place, town in enumerate(TOWNS) for code in list(NAMES)[place % 4 :: 2]]
COUNTRIES = records("countries", code=list(NAMES), name=list(NAMES.values()))


def write(path: Path, *rows: tuple[str, ...]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows(rows)


def lake_of(folder: Path, has_lookup: bool) -> Lake:
    (folder / "lake").mkdir(parents=True)
    write(folder / "lake" / "cities.csv", ("city", "country"), *CITIES)
    write(folder / "lake" / "places.csv", ("city", "country"), *((town, NAMES[code]) for town, code in CITIES[::-1]))
    if has_lookup:
        write(folder / "lake" / "countries.csv", ("code", "name"), *NAMES.items())
    return Lake.index(folder / "lake", folder / "index", Settings(model="hashing", jobs=1))


def matches(pairs: pa.Table) -> set[tuple[int, int]]:
    left, right, likely = (column.to_pylist() for column in pairs.columns)
    return {(a, b) for a, b, p in zip(left, right, likely, strict=True) if p >= 0.5}


def test_matches_are_found_that_need_the_lookup_table(tmp_path: Path) -> None:
    last = len(CITIES) - 1
    expected = {(row, last - row) for row in range(len(CITIES))}
    with lake_of(tmp_path / "with", True) as lake, lake_of(tmp_path / "without", False) as without:
        assert matches(lake.link("cities.csv", "places.csv").pairs) == expected
        assert len(matches(without.link("cities.csv", "places.csv").pairs) & expected) < len(expected) / 2
        explained = link_tables(lake.opened, "cities.csv", "places.csv", LinkRequest(explain=(0, last))).explanation
    assert explained is not None
    line = explained.to_pylist()[2]
    assert (line["attribute"], line["left"], line["right"], line["agreement"]) == (
        "country", "US", "United States", "equivalent",
    )  # fmt: skip


def test_a_block_pairs_what_is_equivalent() -> None:
    left = records("l", city=[town for town, _ in CITIES], country=[code for _, code in CITIES])
    right = records("r", city=[town for town, _ in CITIES], country=[NAMES[code] for _, code in CITIES])
    same = {"country": Equivalents.of(COUNTRIES, "code", "name")}
    found = link_records(left, right, aligned("city", "country"), LinkOptions("country", equivalents=same)).pairs
    assert matches(found) == {(row, row) for row in range(len(CITIES))}
    assert link_records(left, right, aligned("city", "country"), LinkOptions("country")).pairs.num_rows == 0


def test_both_forms_within_one_column_are_the_same() -> None:
    table = records("one", city=["Paris", "Paris", "London"], country=["FR", "France", "GB"])
    same = {"country": Equivalents.of(COUNTRIES, "code", "name")}
    assert matches(dedupe_records(table, LinkOptions(equivalents=same)).pairs) == {(0, 1)}


@pytest.mark.parametrize(
    ("codes", "names", "kept"),
    [
        (["a", "b"], ["one", "two"], ["a", "b"]),
        (["a", "a", "b"], ["one", "two", "three"], ["b"]),  # of one that stands for two, neither is meant
        (["a", "b", "c"], ["one", "one", "two"], ["c"]),
        (["a", "b"], ["1", "2"], []),  # numbers stand beside numbers for many reasons
        (["a", "one"], ["one", "three"], ["a"]),
        (["a", None], ["one", "two"], ["a"]),
        ([], [], []),
    ],
)
def test_only_what_stands_beside_one_value_alone_is_equivalent(
    codes: list[str | None], names: list[str | None], kept: list[str]
) -> None:
    assert Equivalents.of(records("t", code=codes, name=names), "code", "name").keys.to_pylist() == kept
