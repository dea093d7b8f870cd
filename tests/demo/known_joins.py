"""Joins of the sample lake that a person recognises, for tests of whether the engine finds them.

`EQUAL` values are contained as they stand, `FOLDED` ones after case folding, `PADDED` ones after leading zeros,
`SPELLED` ones name the same things but only partly in the same words, and `CODED` ones need a table in between,
whose two columns `through` names.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    EQUAL = "equal"
    FOLDED = "folded"
    PADDED = "padded"
    SPELLED = "spelled"
    CODED = "coded"


@dataclass(frozen=True, slots=True)
class KnownJoin:
    """A column whose values are, in at least the share `least`, values of another table's column."""

    table: str
    column: str
    other_table: str
    other_column: str
    kind: Kind
    least: float
    through: tuple[str, str, str] | None = None


FLIGHTS = "transport/flights/2013-01.csv.gz"
FAA = "transport/flights/airports_faa.csv"
WORLD = "transport/airports_world.parquet"
SERVED = "transport/airports_served.csv"
ROUTES = "transport/routes_2026-07.csv"
COUNTRIES = "geo/countries.csv"
ENGLISH = "geo/territory_names.csv"
GERMAN = "geo/i18n/laender.csv"
FRENCH = "geo/i18n/pays.csv"
ZONES = "geo/tz/zone.tsv"
STATES = "us/states.csv"
COUNTY_LOOKUP = "us/county_lookup.parquet"
UNEMPLOYMENT = "us/labor/unemployment_2009.csv"
GAPMINDER = "population/gapminder.parquet"
REGIONS = "population/gapminder_regions.csv"
NATIONS = "population/un_wpp_2020.csv"
CURRENCIES = "finance/currencies.csv"
BY_ENTITY = "finance/currency_by_entity.csv"

EQUAL, FOLDED, PADDED, SPELLED, CODED = Kind

KNOWN_JOINS = (
    KnownJoin(FLIGHTS, "origin", FAA, "faa", EQUAL, 1.0),
    KnownJoin(FLIGHTS, "dest", FAA, "faa", EQUAL, 0.95),
    KnownJoin(FLIGHTS, "dest", "transport/airports_us.csv", "iata", EQUAL, 1.0),
    KnownJoin(FLIGHTS, "dest", WORLD, "iata", EQUAL, 0.98),
    KnownJoin(FLIGHTS, "tailnum", "transport/flights/planes.csv", "tailnum", EQUAL, 0.82),
    KnownJoin(FLIGHTS, "carrier", "transport/flights/airlines.csv", "carrier", EQUAL, 1.0),
    KnownJoin(FLIGHTS, "time_hour", "weather/nyc_hourly_2013q1.csv", "time_hour", EQUAL, 1.0),
    KnownJoin(ROUTES, "Source", SERVED, "IATA", EQUAL, 0.99),
    KnownJoin(ROUTES, "SourceID", SERVED, "AirportID", EQUAL, 0.99),
    KnownJoin(ROUTES, "Destination", WORLD, "iata", EQUAL, 0.98),
    KnownJoin(SERVED, "ICAO", WORLD, "icao", EQUAL, 0.98),
    KnownJoin("transport/iata_metro_areas.csv", "Airport Code", WORLD, "iata", EQUAL, 0.95),
    KnownJoin("transport/airports_us.csv", "state", STATES, "abbr", EQUAL, 0.87),
    KnownJoin(WORLD, "country", COUNTRIES, "alpha_2", EQUAL, 0.98),
    KnownJoin(WORLD, "tz", ZONES, "tz", EQUAL, 0.95),
    KnownJoin(STATES, "capital_tz", ZONES, "tz", EQUAL, 1.0),
    KnownJoin(STATES, "name", "us/state_regions.csv", "name", EQUAL, 1.0),
    KnownJoin("us/counties.csv", "geoid", COUNTY_LOOKUP, "fips", EQUAL, 0.99),
    KnownJoin(UNEMPLOYMENT, "state_fips", STATES, "fips", EQUAL, 0.96),
    KnownJoin("geo/subdivisions.parquet", "country_code", COUNTRIES, "alpha_2", EQUAL, 1.0),
    KnownJoin(COUNTRIES, "alpha_2", GERMAN, "Kürzel", EQUAL, 1.0),
    KnownJoin(ZONES, "country_code", "geo/tz/iso3166.tsv", "cc", EQUAL, 1.0),
    KnownJoin("finance/legal_tender.csv", "currency_code", CURRENCIES, "alpha_3", EQUAL, 0.97),
    KnownJoin(BY_ENTITY, "code", CURRENCIES, "alpha_3", EQUAL, 0.97),
    KnownJoin(BY_ENTITY, "number", CURRENCIES, "numeric", EQUAL, 0.97),
    KnownJoin("finance/iban_formats.csv", "country", COUNTRIES, "alpha_2", EQUAL, 0.98),
    KnownJoin("finance/daily/IBM.csv", "Ticker", "finance/stocks_monthly.csv", "symbol", EQUAL, 1.0),
    KnownJoin(REGIONS, "ID", COUNTRIES, "alpha_2", EQUAL, 0.96),
    KnownJoin(GAPMINDER, "country", REGIONS, "Country", EQUAL, 1.0),
    KnownJoin("population/co2_per_head.csv", "country", GAPMINDER, "country", EQUAL, 1.0),
    KnownJoin("languages/spoken_in.csv", "territory", COUNTRIES, "alpha_2", EQUAL, 0.95),
    KnownJoin("films/reviews.csv", "film_id", "films/films.parquet", "ID", EQUAL, 1.0),
    KnownJoin("science/antibiotics.csv", "bacteria", "science/burtin.csv", "Bacteria", EQUAL, 0.93),
    KnownJoin("transport/cars/auto_mpg.csv", "name", "transport/cars/cars_1983.csv", "Name", EQUAL, 0.98),
    KnownJoin(BY_ENTITY, "entity", COUNTRIES, "name", FOLDED, 0.75),
    KnownJoin(NATIONS, "LocID", COUNTRIES, "numeric", PADDED, 0.85),
    KnownJoin(COUNTRIES, "name", ENGLISH, "display_name", SPELLED, 0.78),
    KnownJoin("geo/tz/iso3166.tsv", "usual_name", ENGLISH, "display_name", SPELLED, 0.83),
    KnownJoin(GAPMINDER, "country", ENGLISH, "display_name", SPELLED, 0.78),
    KnownJoin(NATIONS, "Location", GAPMINDER, "country", SPELLED, 0.7),
    KnownJoin("sport/sochi_2014.jsonl", "nation", ENGLISH, "display_name", SPELLED, 0.8),
    KnownJoin("sport/sochi_2014.jsonl", "noc", COUNTRIES, "alpha_3", SPELLED, 0.95),
    KnownJoin(
        "transport/airports_us.csv", "state", "us/state_regions.csv", "name", CODED, 0.87, (STATES, "abbr", "name")
    ),
    KnownJoin(WORLD, "country", GAPMINDER, "country", CODED, 0.95, (REGIONS, "ID", "Country")),
    KnownJoin(COUNTRIES, "alpha_2", ENGLISH, "display_name", CODED, 1.0, (ENGLISH, "territory", "display_name")),
    KnownJoin(GERMAN, "Kürzel", FRENCH, "nom", CODED, 1.0, (FRENCH, "code_pays", "nom")),
    KnownJoin(FLIGHTS, "carrier", "transport/flights/airlines.csv", "name", CODED, 1.0,
              ("transport/flights/airlines.csv", "carrier", "name")),
)  # fmt: skip
