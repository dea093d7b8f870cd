"""Clean tables of the sample lake, in many shapes, and tables of names in many languages."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from babel import Locale

from tests.messy.messy_table import CleanTable

MAX_ROWS = 84
DELIMITERS = {"geo/i18n/laender.csv": ";", "languages/sprachen.csv": ";"}
SHAPES: dict[str, tuple[str, slice, slice]] = {
    "many columns": ("science/elements.csv", slice(None), slice(None)),
    "mixed columns": ("transport/flights/planes.csv", slice(None), slice(None)),
    "gaps": ("films/reviews.csv", slice(None), slice(None)),
    "unnamed first column": ("transport/cars/epa_mpg.csv", slice(None), slice(None)),
    "texts with commas": ("population/titanic.csv", slice(None), slice(None)),
    "texts with dates": ("us/holidays.csv", slice(None), slice(None)),
    "texts and numbers": ("geo/countries.csv", slice(None), slice(None)),
    "counties": ("us/labor/unemployment_2009.csv", slice(None), slice(None)),
    "banks": ("finance/banks/es.csv", slice(None), slice(None)),
    "numbers only": ("science/iris_measurements.csv", slice(None), slice(0, 4)),
    "percentages": ("us/degrees_women.csv", slice(None), slice(None)),
    "prices": ("finance/daily/AAPL.csv", slice(None), slice(None)),
    "hours": ("weather/seattle_hourly_2010.csv", slice(None), slice(None)),
    "population": ("population/un_wpp_2020.csv", slice(None), slice(None)),
    "two columns of text": ("geo/i18n/laender.csv", slice(None), slice(None)),
    "one column": ("geo/territory_names.csv", slice(None), slice(1, 2)),
    "few rows": ("us/territories.csv", slice(None), slice(None)),
    "three rows": ("science/burtin.csv", slice(0, 3), slice(None)),
}
LANGUAGES: dict[str, tuple[tuple[str, str, str, str], tuple[str, ...]]] = {
    "ja": (("番号", "国コード", "国名", "言語名"), ("cp932", "euc_jp", "utf-16")),
    "zh": (("编号", "国家代码", "国家", "语言"), ("gb18030", "utf-16-be")),
    "zh_Hant": (("編號", "國碼", "國家", "語言"), ("big5",)),
    "ko": (("번호", "국가코드", "국가명", "언어"), ("euc_kr",)),
    "ru": (("номер", "код", "страна", "язык"), ("cp1251", "koi8_r")),
    "uk": (("номер", "код", "країна", "мова"), ("cp1251",)),
    "pl": (("numer", "kod", "państwo", "język"), ("cp1250", "iso8859_2")),
    "cs": (("číslo", "kód", "země", "jazyk"), ("cp1250",)),
    "el": (("αριθμός", "κωδικός", "χώρα", "γλώσσα"), ("cp1253",)),
    "he": (("מספר", "קוד", "מדינה", "שפה"), ("cp1255",)),
    "tr": (("numara", "kod", "ülke", "dil"), ("cp1254",)),
    "de": (("Nummer", "Kürzel", "Land", "Sprache"), ("cp1252",)),
    "fr": (("numéro", "code", "pays", "langue"), ("latin-1", "cp1252")),
    "es": (("número", "código", "país", "lengua"), ("cp1252",)),
}


@cache
def clean_tables(lake: Path) -> tuple[CleanTable, ...]:
    return tuple(_clean_table(lake, name, *place) for name, place in SHAPES.items())


def _clean_table(lake: Path, name: str, path: str, rows: slice, columns: slice) -> CleanTable:
    with (lake / path).open(newline="", encoding="utf-8") as handle:
        header, *records = csv.reader(handle, delimiter=DELIMITERS.get(path, ","))
    kept = tuple(tuple(record[columns]) for record in records[:MAX_ROWS][rows])
    return CleanTable(name, _named(header[columns]), kept)


def _named(header: list[str]) -> tuple[str, ...]:
    """Call a column without a name by its position, as every reader does in a way of its own."""
    return tuple(name or f"column_{number}" for number, name in enumerate(header, start=1))


def table_in(language: str, encoding: str) -> CleanTable:
    """Return a table of names in a language, of what an encoding can write."""
    locale = Locale.parse(language)
    languages = dict(locale.languages)
    codes = [code for code in sorted(locale.territories) if code.isalpha()]
    tongues = [code for code in sorted(languages) if len(code) == 2]
    rows = [
        (str(1000 + 7 * number), code, locale.territories[code], languages[tongue])
        for number, (code, tongue) in enumerate(zip(codes, tongues, strict=False))
    ]
    fitting = [row for row in rows if _is_writable("".join(row), encoding)]
    return CleanTable(f"names in {language}", LANGUAGES[language][0], tuple(fitting[:MAX_ROWS]))


def _is_writable(text: str, encoding: str) -> bool:
    try:
        return text.encode(encoding).decode(encoding) == text
    except UnicodeEncodeError:
        return False
