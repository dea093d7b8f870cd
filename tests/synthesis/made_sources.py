"""Small sources whose lineage is known: people, countries with codes, measurements, and the same domain again."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from lakeindex.synthesis.source_tables import SourceData

COUNTRIES = (
    ("FR", "France"), ("DE", "Germany"), ("ES", "Spain"), ("PT", "Portugal"), ("SE", "Sweden"), ("FI", "Finland"),
    ("CI", "Côte d'Ivoire"), ("JP", "Japan"), ("GB", "United Kingdom"), ("ZA", "South Africa"), ("NZ", "New Zealand"),
    ("BR", "Brazil"),
)  # fmt: skip
CITIES = ("Paris", "Berlin", "Madrid", "Lisbon", "Stockholm", "Helsinki", "Tokyo", "London")


def people(rows: int = 60) -> SourceData:
    """A key, a name, a repeated city, a country that depends on it, a date, a phone number, a measure, a boolean."""
    numbers = np.arange(rows)
    return SourceData(
        "people",
        pa.table(
            {
                "person": [f"P-{1000 + 7 * number}" for number in numbers],
                "full name": [f"Ada{chr(97 + n % 26)} Lovelace{chr(97 + n // 26)}son" for n in numbers],
                "city": [CITIES[number % len(CITIES)] for number in numbers],
                "nation": [COUNTRIES[number % len(CITIES)][1] for number in numbers],
                "born": pa.array((numbers * 97 + 5_000).astype("M8[D]")),
                "phone": [f"030-555-{1000 + number}" for number in numbers],
                "height": pa.array(np.round(150 + numbers * 0.37, 2)),
                "member": ["yes" if number % 3 else "no" for number in numbers],
            }
        ),
    )


def countries() -> SourceData:
    return SourceData(
        "countries",
        pa.table(
            {
                "iso": [code for code, _ in COUNTRIES],
                "country name": [name for _, name in COUNTRIES],
                "area": [551_695 + 1_000 * n * n for n in range(len(COUNTRIES))],
            }
        ),
    )


def trade(rows: int = 48) -> SourceData:
    """The countries' codes again, in a table of their own, beside columns unrelated to them."""
    numbers = np.arange(rows)
    return SourceData(
        "trade",
        pa.table(
            {
                "partner": [COUNTRIES[number % len(COUNTRIES)][0] for number in numbers],
                "year": 1990 + numbers % 20,
                "good": [f"good {chr(97 + n % 26)}{chr(97 + n // 26)}" for n in numbers],
                "level": [("low", "medium", "high")[number % 3] for number in numbers],
                "amount": pa.array(np.round(numbers * 13.7 + 0.25, 2)),
            }
        ),
    )


def parts(rows: int = 30) -> SourceData:
    """A table that shares nothing with the others."""
    numbers = np.arange(rows)
    return SourceData(
        "parts",
        pa.table(
            {
                "id": numbers + 1,
                "part": [f"bolt m{number} x{number * 3}" for number in numbers],
                "colour": [("red", "green", "blue", "grey")[number % 4] for number in numbers],
                "made": 2000 + numbers % 9,
                "in stock": [bool(number % 2) for number in numbers],
            }
        ),
    )


def all_sources() -> list[SourceData]:
    return [people(), countries(), trade(), parts()]
