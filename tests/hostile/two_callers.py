"""A lake of two callers: what is private to one bears a word that is nowhere else, in names and in cells."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from lakeindex import ColumnId, Lake, Settings, TableId
from lakeindex.errors import LakeIndexError
from lakeindex.evaluate.run import evaluate_lake

WORDS = {"ada": "zebra", "bob": "quokka"}
"""By caller, what the names of private tables and their columns hold."""
ALLOWED = {name: [f"{word}/*", "shared/*"] for name, word in WORDS.items()}
CITIES = [f"city {number:03}" for number in range(60)]


def write_lake(root: Path, callers: tuple[str, ...] = tuple(WORDS), cities: int = 60) -> Path:
    """Write the tables of some callers and those that all may see."""
    write(root / "shared" / "cities.csv", {"city": CITIES, "mayor": [f"mayor {n}" for n in range(60)]})
    write(root / "shared" / "visits.csv", {"city": CITIES[:cities] * 2, "visitors": list(range(cities * 2))})
    write(
        root / "shared" / "staff.csv", {"id": list(range(1, 41)), "manager_id": ["", *(n // 2 + 1 for n in range(39))]}
    )
    for caller in callers:
        word = WORDS[caller]
        for number in range(8):
            table = {
                f"{word}_city_{number}": CITIES[number:],
                f"{word}_note": [f"{word} note {n}" for n in range(number, 60)],
            }
            write(root / word / f"{word}_{number}.csv", table)
        write(
            root / word / "cities.csv", {"city": CITIES[:cities], f"{word} code": [f"{word}{n}" for n in range(cities)]}
        )
    return root


def write(path: Path, columns: dict[str, list[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = zip(*columns.values(), strict=True)
    path.write_text("\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]) + "\n", "utf-8")


def index_twice(root: Path, index: Path, settings: Settings, callers: tuple[str, ...] = tuple(WORDS)) -> None:
    """Index a lake in which joins broke between two generations."""
    Lake.index(write_lake(root, callers), index, settings)
    Lake.index(write_lake(root, callers, cities=20), index, settings)


@dataclass(frozen=True)
class Outcome:
    """What a call gave: all that a caller could read of its result, or its error."""

    text: str
    error: tuple[str, int, str] | None = None


@dataclass
class Caller:
    """Calls of one caller, drawn at random, some of them about what the other one has."""

    lake: Lake
    draw: random.Random
    root: Path
    """The lake's folder."""
    labels: tuple[Path, Path]

    def tables(self) -> list[str]:
        own = ["shared/cities.csv", "shared/visits.csv", "shared/staff.csv"]
        private = [f"{word}/{name}.csv" for word in WORDS.values() for name in ("cities", f"{word}_0", f"{word}_7")]
        return [*own, *own, *private, "shared/citys.csv", "zebr/cities.csv", "nothing", "../shared/cities.csv"]

    def columns(self) -> list[str]:
        return ["city", "city", "mayor", "manager_id", "id", "zebra_city_0", "quokka_city_7", "zebra code", "ctiy"]

    def calls(self) -> dict[str, Callable[[], Any]]:
        draw, lake = self.draw, self.lake
        table, other = draw.choice(self.tables()), draw.choice(self.tables())
        column, another = draw.choice(self.columns()), draw.choice(self.columns())
        left, right = ColumnId(TableId(table), column), ColumnId(TableId(other), another)
        k, probe = draw.choice([1, 3, 50]), draw.choice([0, 0, 0, 1])
        glob = draw.choice(["", "*", "shared/*", "zebra/*", "quokka/*", "*cities*", "zebra*", "none"])
        outside = pa.table({"town": CITIES[draw.randrange(10) : 40]})
        return {
            "query": lambda: lake.query(table, column, k, probe, within=glob),
            "query sources": lambda: lake.query(table, column, k, 0, sources=("containment", "vectors", "alternates")),
            "query stream": lambda: lake.query(outside, "town", k, probe, within=glob),
            "query file": lambda: lake.query(self.root / table, column, k, 0),
            "query many": lambda: list(lake.query_many([left, right], k, within=glob)),
            "explain": lambda: lake.explain(left, right),
            "accept": lambda: lake.accept(left, right, note="a note"),
            "reject": lambda: lake.reject(left, right),
            "withdraw": lambda: lake.withdraw(left, right),
            "feedback": lake.feedback,
            "tables": lake.tables,
            "profile": lambda: lake.profile(table, draw.choice([None, column])),
            "read": lambda: list(lake.read(table).batches),
            "sql": lambda: lake.sql(draw.choice(self.statements(table))),
            "join": lambda: [plan := lake.join(table, column, other, another), plan.preview(), plan.sql()],
            "complements": lambda: lake.complements(table, column, other, another),
            "watch joins": lake.watch_joins,
            "evaluate": lambda: evaluate_lake(lake, *self.labels, k=k).drop_columns(["seconds"]),
            "hash": lambda: lake.logical_hash,
            "generation": lambda: lake.generation,
        }

    def statements(self, table: str) -> list[str]:
        return [
            f'SELECT * FROM "{table}" LIMIT 3',
            f"SELECT * FROM '{self.root / table}' LIMIT 3",
            f"SELECT * FROM read_csv('{self.root}/*/*.csv', union_by_name = true) LIMIT 3",
            f"SELECT * FROM glob('{self.root}/**')",
            "SHOW TABLES",
            "SELECT view_name, sql FROM duckdb_views() WHERE NOT internal",
            "SELECT * FROM information_schema.columns",
            "SELECT * FROM zebra",
            f'SELECT count(*) FROM "shared/cities.csv" JOIN "{table}" USING (city)',
        ]

    def call(self) -> tuple[str, Outcome]:
        """Make one call and return its name and what came of it."""
        calls = self.calls()
        # What reads rows takes longer, and there is less of it.
        slow = {"sql": 6, "join": 1, "complements": 1, "watch joins": 1, "evaluate": 1, "explain": 3, "read": 5}
        (name,) = self.draw.choices(list(calls), [slow.get(name, 10) for name in calls])
        return name, outcome_of(calls[name])


def outcome_of(call: Callable[[], Any]) -> Outcome:
    try:
        return Outcome(readable(call()))
    except LakeIndexError as error:
        return Outcome("", (type(error).__name__, error.exit_code, str(error)))


def readable(result: Any) -> str:
    """Return all that a result says, in any of its forms."""
    if isinstance(result, list | tuple):
        return "\n".join(map(readable, result))
    forms = [repr(result)]
    if isinstance(result, pa.Table | pa.RecordBatch):
        forms.append(str(result.to_pylist()))
    for name in ("_repr_html_", "to_arrow"):
        if name != "to_arrow" or type(result).__name__ in ("Answer", "WatchedJoins"):
            form = getattr(result, name, None)
            forms.append("" if form is None else readable(form()) if name == "to_arrow" else str(form()))
    if hasattr(result, "matches"):
        forms += [repr(match) for match in (*result.matches, *result.self_matches)]
    return "\n".join(forms)
