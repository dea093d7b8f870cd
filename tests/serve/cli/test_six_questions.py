"""Six people, six questions: each is answered in at most three commands."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lakeindex import Lake
from lakeindex.serve.cli.main import cli

ORDERS, COUNTRIES = ("sales/orders.csv", "country"), ("geo/countries.csv", "code")
MOST_COMMANDS = 3


class Person:
    """Runs commands as someone at a terminal, in a folder with an index, and counts them."""

    def __init__(self, index: Path) -> None:
        self.commands = 0
        self._runner = CliRunner(env={"LAKEINDEX_INDEX": str(index), "LAKEINDEX_MODEL": "hashing"})

    def runs(self, *words: str, ends_with: int = 0) -> Result:
        self.commands += 1
        assert self.commands <= MOST_COMMANDS
        done = self._runner.invoke(cli, words, catch_exceptions=False)
        assert done.exit_code == ends_with, done.output
        return done


@pytest.fixture
def person(index_folder: Path) -> Person:
    return Person(index_folder)


def test_what_joins_with_my_column(person: Person) -> None:
    answer = person.runs("query", *ORDERS, "-o", "csv").stdout
    best = next(csv.DictReader(io.StringIO(answer)))
    assert ((best["table"], best["column"]), best["accepted"], best["kind"]) == (COUNTRIES, "true", "equi")


def test_why_does_it_join(person: Person) -> None:
    text = person.runs("explain", *ORDERS, *COUNTRIES).stdout
    assert "the values use the same uncommon words and letters" in text and "de | es | pt" in text


def test_how_sure_is_that(person: Person) -> None:
    text = person.runs("explain", *ORDERS, *COUNTRIES).stdout
    assert "% sure that they join: accepted" in text
    assert "100% of the left ones as written, 75% of the right ones (counted in the files)" in text


def test_give_me_the_joined_table(person: Person, tmp_path: Path) -> None:
    person.runs("join", *ORDERS, *COUNTRIES, "--how", "left", "--out", str(tmp_path / "joined.csv"))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "joined.csv").read_text("utf-8"))))
    assert len(rows) == 40
    assert {(row["country"], row["name"]) for row in rows} >= {("fr", "France"), ("de", "Germany")}


def test_what_broke_overnight(index_of_two_nights: Path) -> None:
    broken = Person(index_of_two_nights).runs("watch-joins", "-o", "csv", ends_with=6).stdout
    (row,) = [row for row in csv.DictReader(io.StringIO(broken)) if row["column"] == "city"]
    assert (row["table"], row["joins_table"], row["containment_now"], row["reason"]) == (
        "visits.csv", "cities.csv", "0.4", "values changed",
    )  # fmt: skip


def test_take_it_to_pandas(index_folder: Path) -> None:
    pytest.importorskip("pandas")
    lake = Lake.open(index_folder)
    answer = lake.query(*ORDERS).to_pandas()
    joined = lake.join(*ORDERS, *COUNTRIES).to_pandas()
    assert tuple(answer.loc[0, ["table", "column"]]) == COUNTRIES and len(joined) == 40
