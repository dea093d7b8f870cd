"""Languages, and who speaks what where."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from lakeindex.demo import sources
from lakeindex.demo.iso_codes import read_iso
from lakeindex.demo.sample_table import SampleTable
from lakeindex.demo.sheet import Sheet, from_rows


def _languages() -> Sheet:
    return read_iso("iso639-3", ("alpha_3", "alpha_2", "name", "scope", "type"))


def _language_names(language: str, columns: tuple[str, str]) -> Sheet:
    return from_rows(columns, sorted(sources.BABEL.load("babel").Locale(language).languages.items()))


def _speakers() -> Iterator[tuple[object, ...]]:
    territories = sources.BABEL.load("babel.core").get_global("territory_languages")
    for territory, languages in sorted(territories.items()):
        for language, facts in sorted(languages.items()):
            yield territory, language, facts["population_percent"], facts["official_status"]


def _languages_spoken() -> Sheet:
    return from_rows(("territory", "lang", "population_percent", "official_status"), _speakers())


TABLES = (
    SampleTable("languages/iso639_3.csv", _languages, sources.ISO_CODES),
    SampleTable(
        "languages/sprachen.csv", partial(_language_names, "de", ("Kürzel", "Sprache")), sources.CLDR, delimiter=";"
    ),
    SampleTable("languages/language_names.csv", partial(_language_names, "en", ("tag", "language")), sources.CLDR),
    SampleTable("languages/spoken_in.csv", _languages_spoken, sources.CLDR),
)
