"""Values that a lookup table of the lake has beside each other are the same to `link` and to `integrate`."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from lakeindex.config.settings import Settings
from lakeindex.integrate.equivalents import Equivalents
from lakeindex.integrate.link.link_records import LinkOptions, dedupe_records, link_records
from lakeindex.integrate.provenance.why import why
from lakeindex.integrate.provenance.write_provenance import write_provenance
from lakeindex.integrate.records import Records
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


def equivalents(table: Records, first: str, second: str) -> Equivalents:
    return Equivalents.of(table.keys(first), table.texts(second), table.keys(second))


def known(table: Records) -> Records:
    return replace(table, equivalents={"country": equivalents(COUNTRIES, "code", "name")})


def matches(pairs: pa.Table) -> set[tuple[int, int]]:
    left, right, likely = (column.to_pylist() for column in pairs.columns)
    return {(a, b) for a, b, p in zip(left, right, likely, strict=True) if p >= 0.5}


def test_matches_are_found_that_need_the_lookup_table(tmp_path: Path) -> None:
    last = len(CITIES) - 1
    expected = {(row, last - row) for row in range(len(CITIES))}
    with lake_of(tmp_path / "with", True) as lake, lake_of(tmp_path / "without", False) as without:
        assert matches(lake.link("cities.csv", "places.csv").pairs) == expected
        assert len(matches(without.link("cities.csv", "places.csv").pairs) & expected) < len(expected) * 2 / 3
        explained = link_tables(lake.opened, "cities.csv", "places.csv", LinkRequest(explain=(0, last))).explanation
    assert explained is not None
    line = explained.to_pylist()[2]
    assert (line["attribute"], line["left"], line["right"], line["agreement"]) == (
        "country", "US", "United States", "equivalent",
    )  # fmt: skip


def sources_of(folder: Path, has_lookup: bool) -> Lake:
    """Write three tables of one town a country; the last one has the next town's country for each fourth."""
    codes = list(NAMES)
    towns = [f"{name}ville" for name in NAMES.values()]
    wrong = [codes[(place + (place % 4 == 0)) % len(codes)] for place in range(len(codes))]
    (folder / "lake").mkdir(parents=True)
    write(folder / "lake" / "a.csv", ("town", "country"), *zip(towns, codes, strict=True))
    write(folder / "lake" / "b.csv", ("town", "country"), *zip(towns, NAMES.values(), strict=True))
    write(folder / "lake" / "c.csv", ("town", "country"), *zip(towns, (NAMES[code] for code in wrong), strict=True))
    for place in range(6):  # Tables that join as well, and say nothing of what is the same.
        rows = [(f"{place} {town}", name) for town, name in zip(towns, NAMES.values(), strict=True)]
        write(folder / "lake" / f"more_{place}.csv", ("place", "nation"), *rows, *rows[::2], *rows[::3])
    if has_lookup:
        longer = [f"The Country of {name}" for name in NAMES.values()]
        write(
            folder / "lake" / "countries.csv",
            ("code", "name", "long"),
            *zip(NAMES, NAMES.values(), longer, strict=True),
        )
    return Lake.index(folder / "lake", folder / "index", Settings(model="hashing", jobs=1))


def test_equivalent_values_vote_for_one_another_and_stay_as_written_in_the_provenance(tmp_path: Path) -> None:
    with sources_of(tmp_path / "with", True) as lake, sources_of(tmp_path / "without", False) as without:
        sources, key = ["a.csv", "b.csv", "c.csv"], "town"
        made = lake.integrate(sources, key)
        lines = {line["town"]: line["country"] for line in made.to_arrow().to_pylist()}
        write_provenance(tmp_path / "made.provenance", made.provenance())
        vague = without.integrate(sources, key)
    assert lines == {f"{name}ville": name for name in NAMES.values()}
    assert not made.resolved.is_tie.any()
    assert vague.resolved.is_tie.sum() == len(NAMES) / 4
    row = list(lines).index("United Statesville")
    origin = why(tmp_path / "made.provenance", row, "country")
    assert [(one.table, one.value) for one in origin.sources] == [("a.csv", "US"), ("b.csv", "United States")]
    assert [(one.table, one.value) for one in origin.lost] == [("c.csv", "France")]


def test_tuples_meet_whose_countries_are_equivalent(tmp_path: Path) -> None:
    with lake_of(tmp_path, True) as lake:
        made = lake.integrate(["cities.csv", "places.csv"])
        by_key = lake.integrate(["cities.csv", "places.csv"], "country")
    assert made.lines == len(CITIES)
    countries = {line["country"] for line in made.to_arrow().to_pylist()}
    assert countries <= {*NAMES, *NAMES.values()}
    assert by_key.lines == len(NAMES)


@pytest.mark.parametrize("head", [("departs", "arrives"), ("director", "writer")])
def test_columns_that_are_attributes_themselves_are_no_lookup(tmp_path: Path, head: tuple[str, str]) -> None:
    (tmp_path / "lake").mkdir()
    of = [f"7:{place:02}a" if head[0] == "departs" else name for place, name in enumerate(NAMES.values())]
    rows = [(f"thing {place}", one, of[(place * 5 + 3) % len(of)]) for place, one in enumerate(of)]
    for name in ("a.csv", "b.csv"):
        write(tmp_path / "lake" / name, ("thing", *head), *rows)
    with Lake.index(tmp_path / "lake", tmp_path / "index", Settings(model="hashing", jobs=1)) as lake:
        made = lake.integrate(None)
    assert {tuple(line.values()) for line in made.to_arrow().to_pylist()} == set(rows)
    assert not any(one.equivalents for one in made.tuples.records)


def test_a_block_pairs_what_is_equivalent() -> None:
    left = records("l", city=[town for town, _ in CITIES], country=[code for _, code in CITIES])
    right = records("r", city=[town for town, _ in CITIES], country=[NAMES[code] for _, code in CITIES])
    found = link_records(known(left), known(right), aligned("city", "country"), LinkOptions("country")).pairs
    assert matches(found) == {(row, row) for row in range(len(CITIES))}
    assert link_records(left, right, aligned("city", "country"), LinkOptions("country")).pairs.num_rows == 0


def test_both_forms_within_one_column_are_the_same() -> None:
    table = records("one", city=["Paris", "Paris", "London"], country=["FR", "France", "GB"])
    assert matches(dedupe_records(known(table)).pairs) == {(0, 1)}


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
    assert equivalents(records("t", code=codes, name=names), "code", "name").keys.to_pylist() == kept
