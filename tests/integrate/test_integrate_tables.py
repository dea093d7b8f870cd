"""Integrate small tables whose result is known, in any order of tables, and tables that give nothing to integrate."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import InvalidSetting, NotFound
from lakeindex.integrate.conflicts.chat_endpoint import ChatEndpoint
from lakeindex.integrate.integration import Integration

Tables = dict[str, str]
Write = Callable[[Tables], Lake]

PLACES = {
    "climates.csv": "country,climate\nCanada,diverse\nUK,temperate\nBahamas,tropical\n",
    "hotels.csv": "country,city,hotel,stars\nCanada,Toronto,Plaza,4\nCanada,London,Ramada,3\nBahamas,Nassau,Hilton,\n",
    "sites.csv": "country,city,site\nCanada,London,Air Show\nCanada,,Mount Logan\n"
    "UK,London,Buckingham\nUK,London,Hyde Park\n",
}
"""The example of Galindo-Legaria and of Cohen, Kimelfeld, Sagiv, "Full disjunctions: polynomial-delay iterators"."""
AGES = {
    "one.csv": "person,age,town\nann,31,Bern\nbob,44,Bonn\ncid,,Rome\n",
    "two.csv": "person,age,mail\nann,31,a@x.org\nbob,45,b@x.org\ndee,20,d@x.org\n",
    "three.csv": "person,age\nann,32\nbob,45\n",
}


@pytest.fixture
def write(tmp_path: Path, settings: Settings) -> Write:
    def write_tables(tables: Tables) -> Lake:
        folder = tmp_path / "lake"
        folder.mkdir()
        for name, text in tables.items():
            (folder / name).write_text(text)
        return Lake.index(folder, tmp_path / "index", settings)

    return write_tables


def lines(made: Integration) -> list[dict[str, str | None]]:
    return made.to_arrow().to_pylist()


def origins(made: Integration) -> set[tuple[str, int]]:
    tables = made.tuples.tables
    pairs = zip(made.claims.source.tolist(), made.claims.row.tolist(), strict=True)
    return {(str(tables[source]), row) for source, row in pairs}


def test_with_a_key_an_entity_is_a_line_with_every_attribute(write: Write) -> None:
    made = write(AGES).integrate(key="person")
    assert lines(made) == [
        {"person": "ann", "age": "31", "town": "Bern", "mail": "a@x.org"},
        {"person": "bob", "age": "45", "town": "Bonn", "mail": "b@x.org"},
        {"person": "cid", "age": None, "town": "Rome", "mail": None},
        {"person": "dee", "age": "20", "town": None, "mail": "d@x.org"},
    ]
    assert origins(made) == {("one.csv", row) for row in range(3)} | {("two.csv", row) for row in range(3)} | {
        ("three.csv", row) for row in range(2)
    }


def test_the_order_of_tables_makes_no_difference(write: Write) -> None:
    lake = write(AGES)
    names = list(AGES)
    random.Random(1).shuffle(names)
    for key in ("person", ()):
        first, other = lake.integrate(sorted(AGES), key), lake.integrate(names, key)
        assert lines(first) == lines(other)
        assert origins(first) == origins(other)


def test_it_is_the_full_disjunction_and_no_chain_of_outer_joins(write: Write) -> None:
    lake = write(PLACES)
    made = lake.integrate(alignment=plain_alignment(lake, PLACES))
    found = {
        tuple(line[name] for name in ("country", "city", "climate", "hotel", "stars", "site")) for line in lines(made)
    }
    assert found == {
        ("Canada", "Toronto", "diverse", "Plaza", "4", None),
        ("Canada", "London", "diverse", "Ramada", "3", "Air Show"),
        ("Canada", None, "diverse", None, None, "Mount Logan"),
        ("UK", "London", "temperate", None, None, "Buckingham"),
        ("UK", "London", "temperate", None, None, "Hyde Park"),
        ("Bahamas", "Nassau", "tropical", "Hilton", None, None),
    }
    assert len(origins(made)) == 10


def plain_alignment(lake: Lake, tables: Tables) -> Path:
    """Write an alignment by equal names."""
    path = Path(lake.settings.index).parent / "alignment.csv"
    rows = [(name, table, name) for table, text in tables.items() for name in text.split("\n", 1)[0].split(",")]
    path.write_text("attribute,table,column\n" + "".join(",".join(row) + "\n" for row in rows))
    return path


def test_what_shares_nothing_stands_below_one_another_and_says_so(write: Write) -> None:
    made = write(
        {"a.csv": "fruit,weight\napple,100\nplum,20\n", "b.csv": "river,length\nRhine,1233\nElbe,1094\n"}
    ).integrate()
    assert made.lines == 4
    assert len(origins(made)) == 4
    assert any("no attribute in common" in remark for remark in made.remarks)


def test_rows_without_a_key_are_lines_of_their_own(write: Write) -> None:
    made = write({"a.csv": "k,v\n,1\n,2\n", "b.csv": "k,w\n,3\n,4\n"}).integrate(key="k")
    assert {tuple(line.values()) for line in lines(made)} == {
        (None, "1", None), (None, "2", None), (None, None, "3"), (None, None, "4"),
    }  # fmt: skip


def test_rows_without_any_value_are_told_of(write: Write) -> None:
    made = write({"a.csv": "k,v\nx,1\nn/a,\n", "b.csv": "k,w\nx,2\n"}).integrate(key="k")
    assert lines(made) == [{"k": "x", "v": "1", "w": "2"}]
    assert any(remark.startswith("1 row") for remark in made.remarks)


def test_an_entity_of_ten_thousand_rows_is_a_line(write: Write) -> None:
    many = "k,v\n" + "".join(f"x,{number % 7}\n" for number in range(10_000))
    made = write({"a.csv": many, "b.csv": "k,w\nx,2\n"}).integrate(key="k")
    assert made.lines == 1
    assert len(origins(made)) == 10_001


def test_contradictory_types_are_kept_as_written(write: Write) -> None:
    made = write({"a.csv": "k,v\nx,1\ny,2\n", "b.csv": "k,v\nx,one\ny,2\nz,three\n"}).integrate(key="k")
    assert [line["v"] for line in lines(made)][1:] == ["2", "three"]
    assert lines(made)[0]["v"] in ("1", "one")


@pytest.mark.parametrize(
    ("tables", "key", "error", "words"),
    [
        (["one.csv", "none.csv"], (), NotFound, "no table 'none.csv'"),
        (["one.csv", "one.csv"], (), InvalidSetting, "one.csv is named twice"),
        ([], (), InvalidSetting, "name the tables"),
        (["one.csv", "two.csv"], "persn", NotFound, "no table has a column 'persn'; the nearest: 'person'"),
    ],
)
def test_what_cannot_be_done_is_a_clear_error(
    write: Write, tables: list[str], key: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        write(AGES).integrate(tables, key)


def test_what_is_newer_wins_where_a_column_says_when(write: Write) -> None:
    lake = write({
        "a.csv": "k,v,updated\nx,old,2024-03-01\ny,new,2024-05-02 10:00\n",
        "b.csv": "k,v,updated\nx,new,2024-03-02\ny,old,2024-05-02 09:59\n",
    })  # fmt: skip
    made = lake.integrate(key="k", rule="recency", newest_by="updated")
    assert [line["v"] for line in lines(made)] == ["new", "new"]
    with pytest.raises(InvalidSetting, match="what is newer"):
        lake.integrate(key="k", rule="recency")
    with pytest.raises(NotFound, match="no table has a column 'updatd'"):
        lake.integrate(key="k", rule="recency", newest_by="updatd")


def test_no_model_is_asked_without_an_address(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAKEINDEX_CHAT_URL", raising=False)
    lake = write(AGES)
    with pytest.raises(InvalidSetting, match="LAKEINDEX_CHAT_URL"):
        lake.integrate(key="person", ask_model=True)


def test_a_model_chooses_among_the_values_of_ties(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(self: ChatEndpoint, instruction: str, question: str) -> str:
        return next(number for number, text in json.loads(question)["candidates"].items() if text == "blue")

    monkeypatch.setattr(ChatEndpoint, "ask", answer)
    monkeypatch.setenv("LAKEINDEX_CHAT_URL", "http://localhost:1/v1")
    monkeypatch.setenv("LAKEINDEX_CHAT_MODEL", "any")
    lake = write({"a.csv": "k,v\nx,red\ny,green\n", "b.csv": "k,v\nx,blue\ny,green\n"})
    made = lake.integrate(key="k", ask_model=True)
    assert lines(made)[0] == {"k": "x", "v": "blue"}


def test_the_result_is_written_with_its_types_and_can_be_indexed(
    write: Write, tmp_path: Path, settings: Settings
) -> None:
    from lakeindex.integrate.write_integration import write_integration

    lake = write(AGES)
    out = tmp_path / "made"
    out.mkdir()
    made = lake.integrate(key="person")
    write_integration(made, lake.opened.tables, out / "people.parquet", tmp_path / "origin.parquet", force=False)
    written = pq.read_table(out / "people.parquet")
    assert written["age"].to_pylist() == [31, 45, None, 20]
    assert [path.name for path in out.iterdir()] == ["people.parquet"]
    assert Lake.index(out, tmp_path / "other", settings).tables()["table"].to_pylist() == ["people.parquet"]
