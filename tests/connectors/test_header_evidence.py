"""A row names columns only where it shows that it is a header; what may be a value is no name."""

from __future__ import annotations

import pytest

from lakeindex.types.lake import Header
from lakeindex_connectors.csv_files.layout import detect_layout
from lakeindex_connectors.header_evidence import certain_names, looks_like_data


def names_of(text: str, header: Header = Header.AUTO, only_certain: bool = True) -> tuple[str, ...]:
    return detect_layout(text.encode(), True, header, only_certain)[1]


HEADERS = {
    "id,price\n1,2.5\n2,3.5\n": ("id", "price"),
    "name,city\nAda,Rome\nBo,Oslo\nCy,Bonn\n": ("name", "city"),
    "Customer,Town\nAda,Rome\nBo,Oslo\n": ("Customer", "Town"),
    "kunde_nr,vorname\nx,Ada\ny,Bo\n": ("kunde_nr", "vorname"),
    "zork,blip\n1,2020-01-01\n2,2020-01-02\n": ("zork", "blip"),
    "code,city,population,2019\nx,Rome,17,3.5\ny,Oslo,18,4.5\nz,Bonn,19,5.5\n": (
        "code",
        "city",
        "population",
        "column_4",
    ),
    "name,born\nAda,1990-01-02\nBo,1991-02-03\nname,born\nCy,1992-03-04\n": ("name", "born"),
}
DOUBTFUL = {
    "Ada King,Rome,coder\nBo Do,Oslo,nurse\nCy Po,Bonn,judge\n": 3,
    "Ada King\nBo Do\nCy Po\n": 1,
    "Ada King,Rome,withheld\nBo Do,Oslo,41\nCy Po,Bonn,37\n": 3,
    "Ada King,Rome,left us\nBo Do,Oslo,41\nCy Po,Bonn,37\n": 3,
    "AB-123,Rome,x\nCD-456,Oslo,y\nEF-789,Bonn,z\n": 3,
    "ada@example.org,Rome\nbo@example.org,Oslo\n": 2,
    "Zyxquorv\t54\tnever\tGnavix\nBo\t15\t2010-04-05\t64\nCy\t98\t2015-08-11\t97\n": 4,
    "Zyxquorv,false,left us\n17.5,false,2014-11-18\n74.6,true,2016-08-26\n3.1,false,2011-02-03\n": 3,
    "INVOICE_APPROVE,Invoice Approve\nINVOICE_VIEW,Invoice View\nORDER_VIEW,Order View\n": 2,
}


@pytest.mark.parametrize("text", HEADERS)
def test_a_header_that_shows_itself_names_the_columns(text: str) -> None:
    assert names_of(text) == HEADERS[text]


@pytest.mark.parametrize("text", DOUBTFUL)
def test_a_row_that_may_be_data_names_nothing(text: str) -> None:
    assert names_of(text) == tuple(f"column_{place}" for place in range(1, DOUBTFUL[text] + 1))


@pytest.mark.parametrize("text", DOUBTFUL)
def test_the_user_may_say_that_names_are_names(text: str) -> None:
    first = text.split("\n")[0].replace("\t", ",").split(",")
    assert list(names_of(text, Header.YES)) == first


def test_a_name_that_is_a_value_below_is_none_beside_certain_ones() -> None:
    text = "id,name,Rome,price\n1,Ada,x,2.5\n2,Rome,y,3.5\n3,Cy,z,4.5\n"
    assert names_of(text) == ("id", "name", "column_3", "price")


def test_a_second_line_that_may_be_a_row_adds_nothing_to_the_names() -> None:
    text = "id,name,age\nunheard,Zyxquorv,unsaid\n1,Bo,41\n2,Cy,37\n3,Di,29\n4,Ed,31\n"
    assert "Zyxquorv" in " ".join(names_of(text, only_certain=False))
    assert "zyxquorv" not in " ".join(names_of(text)).lower()


def test_without_the_option_nothing_changes() -> None:
    for text in (*HEADERS, *DOUBTFUL):
        assert names_of(text, only_certain=False) == detect_layout(text.encode(), True, Header.AUTO)[1]


@pytest.mark.parametrize(
    "text", ["a@b.org", "12", "2020-01-02", "+44 20 7946 0018", "12 High St", "https://x.org/y", "-"]
)
def test_what_looks_like_data(text: str) -> None:
    assert looks_like_data(text)


@pytest.mark.parametrize("text", ["id", "name", "Q1", "x1", "customer_id", "Price (EUR)", "país"])
def test_what_looks_like_a_name(text: str) -> None:
    assert not looks_like_data(text)


def test_columns_without_rows_are_named_by_known_words_alone() -> None:
    assert certain_names(["id", "name"], [[], []]) == ["id", "name"]
    assert certain_names(["Ada King", "Rome"], [[], []]) == [None, None]
