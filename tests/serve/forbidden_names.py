"""What must not be read by who may see some tables of the small lake only, and random questions that try."""

from __future__ import annotations

import random
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote

TABLES = (
    "geo/countries.csv", "geo/hauptstädte.csv.gz", "sales/orders.csv", "sales/customers.parquet", "events.jsonl",
    "empty.csv", "nothing.csv", "geo/contries.csv", "sales/ordres.csv", "*", "", "geo", "sales/*", "../index",
)  # fmt: skip
COLUMNS = ("code", "name", "capital", "stadt", "land", "order_id", "customer_id", "country", "id", "full name", "phone",
           "at", "place.code", "cod", "contry", "", "*")  # fmt: skip
SECRETS = {
    "geo/*": ("sales", "orders", "customer", "events", "place.code", "full name", "order_id"),
    "sales/*": ("geo/", "countries", "hauptst", "events", "place.code", "stadt"),
}
"""Parts of names that only other tables have, by who may see which."""


def questions(seed: int, number: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield addresses with what they are asked, at random."""
    rng = random.Random(seed)
    for _ in range(number):
        table, other = rng.choice(TABLES), rng.choice(TABLES)
        column, another = rng.choice(COLUMNS), rng.choice(COLUMNS)
        pair = {"left_table": table, "left_column": column, "right_table": other, "right_column": another}
        yield rng.choice(
            [
                ("/v1/query", {"table": table, "column": column, "k": str(rng.randint(1, 50))}),
                ("/v1/query", {"table": table, "column": column, "within": rng.choice(TABLES)}),
                ("/v1/explain", pair),
                ("/v1/join", pair),
                ("/v1/profile", {"table": table, "column": column}),
                ("/v1/profile", {"table": table}),
                ("/v1/path", {"first_table": table, "last_table": other}),
                ("/v1/tables", {}),
                ("/v1/relationships", {"min_probability": str(rng.random())}),
                ("/", {}),
                ("/search", {"q": rng.choice((table, column))}),
                ("/suggest", {"q": rng.choice((table, column))}),
                ("/column", {"table": table, "column": column}),
                ("/join", pair),
                ("/map/data", {}),
                ("/broken", {}),
            ]
        )


def leaked(text: str, allowed: str, asked: dict[str, str]) -> list[str]:
    """Return the secrets in an answer, without what the question itself said."""
    text = unquote(unescape(text))
    for said in sorted({*asked.values()} - {""}, key=len, reverse=True):
        text = text.replace(said, "")
    return [secret for secret in SECRETS[allowed] if secret in text.lower()]
