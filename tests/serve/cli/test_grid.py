from __future__ import annotations

import random

import pytest

from lakeindex.serve.cli.grid import for_no_room, write_chunks_as_grid
from lakeindex.serve.cli.grid_cells import cut, padded, width_of, wrapped
from lakeindex.serve.cli.grid_layout import Layout, lay_out
from tests.serve.cli.terminal import STYLES, on_terminal


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.split("\n")[:-1]


def test_numbers_stand_at_the_right_and_a_rule_is_below_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    left_out = write_chunks_as_grid(["name", "rows"], iter([[["a", "long one"], [7, 1234]]]), Layout("What there is"))
    assert left_out == []
    assert lines_of(capsys) == [
        "What there is",
        "name      rows",
        "──────────────",
        "a            7",
        "long one  1234",
    ]


@pytest.mark.parametrize("width", [20, 40, 60, 100, 150])
@pytest.mark.parametrize("wraps", [(), ("b", "國")])
def test_no_line_is_wider_than_the_terminal_whatever_the_values(
    width: int, wraps: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    draw = random.Random(width)
    words = [
        "Spain",
        "Côte d'Ivoire",
        "日本語" * 9,
        "two\nlines",
        "",
        "a longer text " * 9,
        "❤️",
        "x" * 200,
        "a/b/" * 40,
    ]
    chunks = [[draw.choices(words, k=rows) for _ in range(6)] for rows in (3, 300, 40)]
    write_chunks_as_grid(["a", "b", "國", "d" * 40, "e", "f"], iter(chunks), Layout(wraps=wraps))
    assert max(map(width_of, lines_of(capsys))) <= width


def test_later_values_are_cut_to_the_widths_of_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    first = [["abc"] * 300, ["x"] * 300]
    later = [["one two three", "日本語", "a/b/c.csv"], ["y", "z", "w"]]
    write_chunks_as_grid(["a", "b"], iter([first, later]))
    assert lines_of(capsys)[-3:] == ["on…  y", "日…  z", "…sv  w"]


def test_what_matters_least_is_left_out_first_and_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    row = [["some/long/table.csv · city"], ["b" * 9], ["c" * 9], ["d" * 9]]
    left_out = write_chunks_as_grid(["joins", "b", "c", "d"], iter([row]), Layout(least=("c",), floors={"joins": 13}))
    assert left_out == ["c", "d"]
    assert lines_of(capsys)[-1] == "…e.csv · city  bbbbbbbbb"
    assert for_no_room(left_out) == "no room for: c, d; a wider terminal, COLUMNS=200 or -o json shows them"
    assert for_no_room(["x"]).endswith("shows it")
    assert "2 more; " in for_no_room(list("abcdefg"))


def test_the_widest_columns_are_narrowed_alike() -> None:
    def widths(sizes: list[int], width: int) -> list[int]:
        names = [f"{place}" for place in range(len(sizes))]
        return [one.width for one in lay_out(names, [["x" * size] for size in sizes], width, Layout())]

    assert widths([2, 300, 40], 104) == [2, 58, 40]
    assert sorted(widths([300, 300], 103)) == [50, 51]
    assert widths([3, 3], 8) == [3, 3]
    assert widths([30, 30], 20) == [20]
    assert widths([30], 1) == [1]


def test_cells_are_cut_where_it_costs_least() -> None:
    assert cut("Switzerland", 8) == "Switzer…"
    assert cut("population/regions.csv · Country", 16) == "…s.csv · Country"
    assert cut("one two", 5) == "one…"
    assert cut("日本語", 4) == "日…"
    assert cut("x", 1) == "x"
    assert wrapped("three words here", 6) == ["three", "words", "here"]
    assert wrapped("abcdefgh", 3) == ["abc", "def", "gh"]
    assert wrapped("", 3) == [""]
    assert wrapped("a b c d e f g h", 1) == ["a", "b", "c", "d", "e", "…"]
    assert padded(["7", "日"], 4, is_number=True) == ["   7", "  日"]


def test_a_line_end_in_a_value_is_a_mark(capsys: pytest.CaptureFixture[str]) -> None:
    write_chunks_as_grid(["a\nb"], iter([[["x\ny", "z"]]]))
    assert lines_of(capsys) == ["a↵b", "───", "x↵y", "z"]


def test_no_rows_are_a_head_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert write_chunks_as_grid(["a", "b"], iter([])) == []
    assert lines_of(capsys) == ["a  b", "────"]


@pytest.mark.parametrize(("variable", "styled"), [("", True), ("1", False)])
def test_no_color_means_no_style(variable: str, styled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", variable)
    shown = on_terminal(monkeypatch, lambda: write_chunks_as_grid(["a"], iter([[["x"]]]), Layout("title")))
    assert any(style in shown for style in STYLES) is styled


def test_the_title_and_names_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    write_chunks_as_grid(["[red]a[/red]"], iter([[["[b]x[/b]"]]]), Layout("[link=http://x]t[/link]"))
    assert lines_of(capsys) == ["[link=http://x]t[/link]", "[red]a[/red]", "────────────", "[b]x[/b]"]
