"""Countries, their names in several languages and spellings, their parts, cities and time zones."""

from __future__ import annotations

from functools import partial

from lakeindex.demo import sources
from lakeindex.demo.iso_codes import read_iso
from lakeindex.demo.sample_table import SampleTable
from lakeindex.demo.sheet import Sheet, from_rows, read_delimited

COUNTRY_COLUMNS = ("alpha_2", "alpha_3", "numeric", "name", "official_name")


def _countries() -> Sheet:
    return read_iso("iso3166-1", COUNTRY_COLUMNS)


def _former_countries() -> Sheet:
    return read_iso("iso3166-3", ("alpha_4", "alpha_2", "alpha_3", "name", "withdrawal_date"))


def _subdivisions() -> Sheet:
    parts = read_iso("iso3166-2", ("code", "name", "type", "parent"))
    return from_rows(
        ("subdivision_code", "country_code", "name", "type", "parent"),
        ((code, code.partition("-")[0], name, kind, parent) for code, name, kind, parent in parts.rows),
    )


def _territory_names(language: str, code: str, name: str) -> Sheet:
    territories = sources.BABEL.load("babel").Locale(language).territories
    return from_rows((code, name), sorted(item for item in territories.items() if item[0].isalpha()))


def _country_list(language: str, columns: tuple[str, str]) -> Sheet:
    path = sources.COUNTRY_LIST.file("country_data", "data", language, "country.csv")
    return read_delimited(path).pick(dict(zip(columns, ("id", "value"), strict=True)))


def _iana_table(name: str, header: tuple[str, ...]) -> Sheet:
    lines = sources.TZDATA.file("zoneinfo", name).read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return from_rows(header, ((*row, "")[: len(header)] for row in rows))


def _windows_zones() -> Sheet:
    zones = sources.BABEL.load("babel.core").get_global("windows_zone_mapping")
    return from_rows(("windows_zone", "olson"), sorted(zones.items()))


def _territory_zones() -> Sheet:
    zones = sources.BABEL.load("babel.core").get_global("territory_zones")
    return from_rows(("cc", "tzid"), sorted((code, zone) for code, names in zones.items() for zone in names))


def _world_cities() -> Sheet:
    return read_delimited(sources.BOKEH.file("_data", "world_cities.csv.gz"))


TABLES = (
    SampleTable("geo/countries.csv", _countries, sources.ISO_CODES),
    SampleTable("geo/former_countries.csv", _former_countries, sources.ISO_CODES),
    SampleTable("geo/subdivisions.parquet", _subdivisions, sources.ISO_CODES),
    SampleTable("geo/territory_names.csv", partial(_territory_names, "en", "territory", "display_name"), sources.CLDR),
    SampleTable("geo/i18n/laender.csv", partial(_territory_names, "de", "Kürzel", "Land"), sources.CLDR, ";"),
    SampleTable("geo/i18n/pays.csv", partial(_territory_names, "fr", "code_pays", "nom"), sources.CLDR, ";"),
    SampleTable("geo/i18n/paises.tsv", partial(_territory_names, "es", "codigo", "pais"), sources.CLDR, "\t"),
    SampleTable("geo/i18n/nazioni.csv", partial(_country_list, "it", ("id", "value")), sources.CLDR_COUNTRY_LIST),
    SampleTable("geo/i18n/kuni.csv", partial(_country_list, "ja", ("code", "国名")), sources.CLDR_COUNTRY_LIST),
    SampleTable("geo/cities5000.parquet", _world_cities, sources.BOKEH_GEONAMES),
    SampleTable(
        "geo/tz/iso3166.tsv", partial(_iana_table, "iso3166.tab", ("cc", "usual_name")), sources.IANA_ZONES, "\t"
    ),
    SampleTable(
        "geo/tz/zone.tsv",
        partial(_iana_table, "zone.tab", ("country_code", "coordinates", "tz", "comments")),
        sources.IANA_ZONES,
        "\t",
    ),
    SampleTable("geo/tz/windows_zones.csv", _windows_zones, sources.CLDR),
    SampleTable("geo/tz/territory_zones.csv", _territory_zones, sources.CLDR),
)
