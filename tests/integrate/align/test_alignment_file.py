from __future__ import annotations

import re
from pathlib import Path

import pytest

from lakeindex import Lake
from lakeindex.errors import InvalidSetting, NotFound, Refused
from lakeindex.integrate.align.alignment_file import read_alignment, write_alignment
from lakeindex.integrate.alignment import AlignedColumn, Alignment, Attribute
from lakeindex.types.lake import ColumnId, TableId

COUNTRIES, CAPITALS = TableId("geo/countries.csv"), TableId("geo/hauptstädte.csv.gz")
TABLES = (COUNTRIES, CAPITALS)


def _attribute(name: str, *columns: tuple[TableId, str, float]) -> Attribute:
    return Attribute(name, tuple(AlignedColumn(ColumnId(table, column), p) for table, column, p in columns))


ALIGNMENT = Alignment(
    (
        _attribute("code", (COUNTRIES, "code", 1.0)),
        _attribute("name", (COUNTRIES, "name", 0.9), (CAPITALS, "land", 0.8)),
        _attribute("capital", (COUNTRIES, "capital", 0.75), (CAPITALS, "stadt", 0.75)),
    )
)


def _read(lake: Lake, path: Path, text: str, before: Alignment | None = None) -> Alignment:
    path.write_text(text, "utf-8")
    return read_alignment(path, TABLES, lake.opened.searcher.directory, before)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alignment.csv"


def test_a_file_is_read_as_it_was_written(lake: Lake, path: Path) -> None:
    write_alignment(ALIGNMENT, path, force=False)
    assert path.read_text("utf-8") == (
        "attribute,table,column,probability\n"
        "code,geo/countries.csv,code,1.0000\n"
        "name,geo/countries.csv,name,0.9000\n"
        "name,geo/hauptstädte.csv.gz,land,0.8000\n"
        "capital,geo/countries.csv,capital,0.7500\n"
        "capital,geo/hauptstädte.csv.gz,stadt,0.7500\n"
    )
    assert read_alignment(path, TABLES, lake.opened.searcher.directory, ALIGNMENT) == ALIGNMENT


def test_a_file_is_not_written_over(path: Path) -> None:
    path.write_text("mine", "utf-8")
    with pytest.raises(Refused, match="exists"):
        write_alignment(ALIGNMENT, path, force=False)
    assert path.read_text("utf-8") == "mine"
    write_alignment(ALIGNMENT, path, force=True)
    assert path.read_text("utf-8").startswith("attribute,")


def test_a_file_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no folder"):
        write_alignment(ALIGNMENT, tmp_path / "none" / "alignment.csv", force=False)


def test_what_a_person_changed_is_certain_and_the_rest_is_as_before(lake: Lake, path: Path) -> None:
    changed = _read(
        lake,
        path,
        "attribute,table,column,probability\n"
        "code,geo/countries.csv,code,1\n"
        "country,geo/countries.csv,name,.9\ncountry,geo/hauptstädte.csv.gz,land,.8\n"
        "capital,geo/countries.csv,capital,.75\n"
        "town,geo/hauptstädte.csv.gz,stadt,.75\n",
        ALIGNMENT,
    )
    assert changed.names() == ["code", "country", "capital", "town"]
    assert [[one.probability for one in attribute.columns] for attribute in changed.attributes] == [
        [1.0],
        [0.9, 0.8],
        [1.0],
        [1.0],
    ]


def test_columns_that_are_missing_become_attributes_of_their_own(lake: Lake, path: Path) -> None:
    found = _read(lake, path, "attribute,table,column\nland,geo/countries.csv,name\n")
    assert found.attributes == (
        _attribute("land", (COUNTRIES, "name", 1.0)),
        _attribute("code", (COUNTRIES, "code", 1.0)),
        _attribute("capital", (COUNTRIES, "capital", 1.0)),
        _attribute("stadt", (CAPITALS, "stadt", 1.0)),
        _attribute("land (geo/hauptstädte.csv.gz)", (CAPITALS, "land", 1.0)),
    )


_HEADER = "attribute,table,column,probability\n"


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("", InvalidSetting, "has no column 'attribute'.*an empty file"),
        ("attribute,column\n", InvalidSetting, "has no column 'table'"),
        (_HEADER + "a,geo/country.csv,name,1\n", NotFound, r"line 2: 'geo/country.csv' is none.*'geo/countries.csv'"),
        (_HEADER + "a,geo/countries.csv,nam,1\n", NotFound, "line 2: .*no column 'nam'.*'name'"),
        (_HEADER + 2 * "a,geo/countries.csv,name,1\n", InvalidSetting, "line 3: .*line 2 already"),
        (
            _HEADER + "a,geo/countries.csv,name,1\na,geo/countries.csv,code,1\n",
            InvalidSetting,
            "line 3: .*both 'name' and 'code' in the attribute 'a'",
        ),
        (_HEADER + ",geo/countries.csv,name,1\n", InvalidSetting, "line 2: .*has no attribute"),
        (_HEADER + "a,geo/countries.csv,name,2\n", InvalidSetting, "the probability is '2'"),
        (_HEADER + "a,geo/countries.csv,name,likely\n", InvalidSetting, "the probability is 'likely'"),
        (_HEADER + "a,geo/countries.csv,name,nan\n", InvalidSetting, "the probability is 'nan'"),
        (
            _HEADER + "ID,geo/countries.csv,name,1\nid,geo/hauptstädte.csv.gz,land,1\n",
            InvalidSetting,
            "differ in capitals alone",
        ),
        (_HEADER + 'a,"geo/countries.csv,name,1\n', InvalidSetting, "can't be read"),
    ],
)  # fmt: skip
def test_what_is_no_alignment_is_told_with_its_line(
    lake: Lake, path: Path, text: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as raised:
        _read(lake, path, text)
    assert re.search(message, str(raised.value))


def test_a_file_that_is_not_there_is_not_found(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no file"):
        read_alignment(tmp_path / "none.csv", TABLES, lake.opened.searcher.directory)


def test_a_file_of_other_bytes_is_told(lake: Lake, path: Path) -> None:
    path.write_bytes(b"attribute,table,column\n\xff\xfe,x,y\n")
    with pytest.raises(InvalidSetting, match="can't be read"):
        read_alignment(path, TABLES, lake.opened.searcher.directory)
