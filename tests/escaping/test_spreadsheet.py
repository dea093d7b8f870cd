from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from lakeindex.escaping.spreadsheet import spreadsheet_cells


def cell(value: object) -> object:
    return spreadsheet_cells([value])[0]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "=cmd|' /C calc'!A0",
        "  =1",
        '"=1',
        "'=1",
        "“=1",
        "\u200b=1",
        "\ufeff=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "−1",
        "|x",
        "%0A",
        "\t=1",
        "\tx",
        "\rx",
        "\nx",
        "+49 30 123",
        "-",
        "--1",
        "-1e5",
        "-.5",
        "- item",
        "\xa0=1",
        "\x00=1",
    ],
)
def test_what_would_run_is_marked(text: str) -> None:
    marked = cell(text)
    assert isinstance(marked, str) and marked.startswith("'")
    assert marked.removeprefix("'").replace("\t'=", "\t=") == text


@pytest.mark.parametrize(
    "text",
    [
        "00123",
        "0",
        "007",
        "-007",
        "00.5",
        " 00123",
        "1234567890123456",
        "0.1234567890123456",
        "4111 1111 1111 1111",
        "1E5",
        "12e4",
        "1.5E+3",
        "2D5",
        "(5)",
        "1-2",
        "1/2",
        "3.4.2024",
        "1-2-3",
        "03/04/05",
        "1 1/2",
        "1:2",
        "12:30:45",
        "3 PM",
        "3am",
        "3 a",
        "MARCH1",
        "SEPT2",
        "Dec1",
        "1-Jan",
        "Jan-05",
        "5 May",
        "May 5, 2024",
        "OCT4",
        "März 3",
        "3. Mai",
        "#N/A",
        "#REF!",
        "１２３",
    ],
)
def test_what_would_change_is_marked(text: str) -> None:
    assert cell(text) == (text if text == "0" else f"'{text}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "-5",
        "-0.5",
        "12",
        "1.50",
        "123456789012345",
        "2024-03-08",
        "2024-03-08 17:30",
        "true",
        "a-b",
        "1-2-3-4",
        "K00123",
        "Market 5",
        "March",
        "May",
        "Section 3",
        "10.0.0.1",
        "Côte d'Ivoire",
        "5%",
        "a=b",
        "a; b",
        "1,234",
        "3 apples",
        "0800 FREE",
        '["=1"]',
    ],
)
def test_all_else_stays(text: str) -> None:
    assert cell(text) == text


def test_typed_values_stay_unless_digits_would_be_lost() -> None:
    stay = [
        -5,
        10**15 - 1,
        -0.5,
        1e300,
        Decimal("-1.50"),
        True,
        None,
        date(2024, 3, 8),
        datetime(2024, 3, 8, tzinfo=UTC),
    ]
    assert spreadsheet_cells([value for value in stay if value is not None]) == [one for one in stay if one is not None]
    assert spreadsheet_cells([10**15, -(10**17), Decimal("1.234567890123456"), -math.inf, timedelta(-1)]) == [
        "'1000000000000000",
        "'-100000000000000000",
        "'1.234567890123456",
        "'-inf",
        "'-1 day, 0:00:00",
    ]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("a;=1+1", "a;'=1+1"),
        ("a\n=1", "a\n'=1"),
        ("a\t @x", "a\t '@x"),
        ('a;"=1', "a;\"'=1"),
        ("a\r\n＝1", "a\r\n'＝1"),
    ],
)
def test_no_cell_begins_inside_where_another_separator_is_taken(text: str, marked: str) -> None:
    assert cell(text) == marked
