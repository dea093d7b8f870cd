"""Clean tables of the demo lake to be copied with noise, and what their values are also called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from lakeindex.demo.sample_lake import TABLES
from lakeindex.demo.sheet import Sheet

LOOKUPS = ("geo/countries.csv", "languages/language_names.csv", "finance/currencies.csv", "us/states.csv")
"""Tables of the demo lake that say which names mean the same; they stand in the made lake, too."""

Names = Mapping[str, tuple[str, ...]]
"""Other names of a value."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a clean table."""

    name: str
    aliases: tuple[str, ...]
    """What other sources call it."""
    lookup: str = ""
    """The lookup table of its values' other names; empty where they have none."""


@dataclass(frozen=True, slots=True)
class CleanTable:
    """Rows that describe an entity each; the first column names it and is in all sources."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@cache
def sheet(path: str) -> Sheet:
    """Read a table of the demo lake."""
    return next(table for table in TABLES if table.path == path).read()


@cache
def names_by(lookup: str) -> Names:
    """Return what a lookup table's values are also called, by value."""
    columns = {
        "geo/countries.csv": ("name", "official_name", "alpha_2", "alpha_3"),
        "languages/language_names.csv": ("language", "tag"),
        "finance/currencies.csv": ("name", "alpha_3"),
        "us/states.csv": ("name", "abbr", "ap_abbr"),
    }
    found: dict[str, set[str]] = defaultdict(set)
    for row in _picked(lookup, columns[lookup]):
        for value in filter(None, row):
            found[value] |= set(filter(None, row)) - {value}
    return {value: tuple(sorted(others)) for value, others in found.items()}


def _picked(path: str, names: Iterable[str]) -> Iterable[tuple[str, ...]]:
    return sheet(path).pick({name: name for name in names}).rows


def _of(path: str, key: str, value: str) -> dict[str, str]:
    """Map one column of a table to another; the first row of a key counts."""
    return dict(reversed([(one, other) for one, other in _picked(path, (key, value)) if one and other]))


_COUNTRY = ("country", "nation", "country_name")
_COUNTRIES, _LANGUAGES = "geo/countries.csv", "languages/language_names.csv"
_CURRENCIES, _STATES = "finance/currencies.csv", "us/states.csv"


def _column(name: str, *aliases: str, lookup: str = "") -> Column:
    return Column(name, aliases, lookup)


def _airports() -> CleanTable:
    countries = _of(_COUNTRIES, "alpha_2", "name")
    columns = (
        _column("name", "airport", "airport_name"), _column("city", "town", "municipality"),
        _column("subd", "region", "province"), _column(*_COUNTRY, lookup=_COUNTRIES),
        _column("elevation", "altitude", "elev"), _column("lat", "latitude", "y"),
        _column("lon", "longitude", "lng"), _column("tz", "timezone", "time_zone"),
    )  # fmt: skip
    rows = _picked("transport/airports_world.parquet", (column.name for column in columns))
    return CleanTable("airports", columns, tuple((*row[:3], countries.get(row[3], ""), *row[4:]) for row in rows))


def _countries() -> CleanTable:
    currencies, languages = _of(_CURRENCIES, "alpha_3", "name"), _of(_LANGUAGES, "tag", "language")
    legal, since = (_of("finance/legal_tender.csv", "country_code", one) for one in ("currency_code", "since"))
    spoken, share = (_of("languages/spoken_in.csv", "territory", one) for one in ("lang", "population_percent"))
    zones, regions = (
        _of("geo/tz/zone.tsv", "country_code", "tz"),
        _of("population/gapminder_regions.csv", "ID", "Group"),
    )
    columns = (
        _column(*_COUNTRY, lookup=_COUNTRIES), _column("currency", "money", "currency_name", lookup=_CURRENCIES),
        _column("since", "introduced", "valid_from"), _column("language", "tongue", "spoken", lookup=_LANGUAGES),
        _column("speakers", "share", "percent"), _column("timezone", "tz", "zone"),
        _column("group", "world_region", "region"),
    )  # fmt: skip
    rows = tuple(
        (name, currencies.get(legal.get(code, ""), ""), since.get(code, ""), languages.get(spoken.get(code, ""), ""),
         share.get(code, ""), zones.get(code, ""), regions.get(code, ""))
        for code, name in _picked(_COUNTRIES, ("alpha_2", "name"))
    )  # fmt: skip
    return CleanTable("countries", columns, rows)


def _films() -> CleanTable:
    columns = (
        _column("Title", "film", "movie_title"), _column("Year", "released", "year_of_release"),
        _column("Runtime", "minutes", "length"), _column("Genre", "genres", "kind"),
        _column("Director", "directed_by", "directors"), _column("Language", "spoken_in", "lang", lookup=_LANGUAGES),
        _column("Country", "nation", "produced_in", lookup=_COUNTRIES),
    )  # fmt: skip
    return CleanTable("films", columns, tuple(_picked("films/films.parquet", (column.name for column in columns))))


def _counties() -> CleanTable:
    states = _of(_STATES, "abbr", "name")
    columns = (
        _column("area", "county", "county_name"), _column("state", "st", "state_name", lookup=_STATES),
        _column("labor_force", "workforce", "labour"), _column("employed", "employment", "in_work"),
        _column("unemployed", "jobless", "out_of_work"), _column("rate", "unemployment_rate", "percent"),
    )  # fmt: skip
    figures = ("area", "labor_force", "employed", "unemployed", "rate")
    rows = (
        (county, states.get(state, ""), *others)
        for area, *others in _picked("us/labor/unemployment_2009.csv", figures)
        for county, _, state in [area.rpartition(", ")]
    )
    return CleanTable("counties", columns, tuple(rows))


def _passengers() -> CleanTable:
    columns = (
        _column("name", "passenger", "full_name"), _column("class", "cabin_class", "travelled"),
        _column("age", "years", "age_years"), _column("sex", "gender", "sex_of_passenger"),
        _column("survived", "is_alive", "rescued"),
    )  # fmt: skip
    return CleanTable("passengers", columns, tuple(_picked("population/titanic.csv", (one.name for one in columns))))


def _subdivisions() -> CleanTable:
    countries = _of(_COUNTRIES, "alpha_2", "name")
    columns = (
        _column("name", "subdivision", "region"), _column(*_COUNTRY, lookup=_COUNTRIES),
        _column("type", "kind", "category"), _column("parent", "part_of", "belongs_to"),
    )  # fmt: skip
    rows = _picked("geo/subdivisions.parquet", ("name", "country_code", "type", "parent"))
    return CleanTable("subdivisions", columns, tuple((name, countries.get(code, ""), *of) for name, code, *of in rows))


def _states() -> CleanTable:
    columns = (
        _column("name", "state", "state_name", lookup=_STATES), _column("capital", "capital_city", "seat"),
        _column("capital_tz", "timezone", "tz"), _column("statehood_year", "joined", "since"),
        _column("is_contiguous", "contiguous", "mainland"),
    )  # fmt: skip
    return CleanTable("states", columns, tuple(_picked(_STATES, (column.name for column in columns))))


MEASURED: Mapping[str, Callable[[], CleanTable]] = {
    "airports": _airports, "countries": _countries, "films": _films, "counties": _counties,
}  # fmt: skip
"""What figures are reported of."""
CHOSEN_ON: Mapping[str, Callable[[], CleanTable]] = {
    "passengers": _passengers, "subdivisions": _subdivisions, "states": _states,
}  # fmt: skip
"""What constants are chosen on, and a network is trained on."""
