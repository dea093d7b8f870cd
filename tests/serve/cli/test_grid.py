from __future__ import annotations

import io
import random

import pytest
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lakeindex.serve.cli.grid import _fit, write_chunks_as_grid


def by_rich(names: list[str], columns: list[list[str]], title: str) -> str:
    out = io.StringIO()
    grid = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in names:
        grid.add_column(name, overflow="fold")
    for row in zip(*columns, strict=True):
        grid.add_row(*map(Text, row))
    Console(file=out, width=150, highlight=False).print(grid)
    return out.getvalue()


def columns(rows: int) -> list[list[str]]:
    draw = random.Random(1)
    words = ["Spain", "Côte d'Ivoire", "日本", "two\nlines", "", "a longer text", "❤️", "x"]
    return [draw.choices(words, k=rows) for _ in range(4)]


@pytest.mark.parametrize("rows", [0, 1, 200, 201, 1_000])
@pytest.mark.parametrize("title", ["", "What joins", "A title that is far longer than the table " * 4])
def test_a_table_looks_as_rich_lays_it_out_however_many_rows(
    rows: int, title: str, capsys: pytest.CaptureFixture[str]
) -> None:
    names, values = ["a", "number", "国", "d"], columns(rows)
    write_chunks_as_grid(names, iter([values] if rows else []), title)
    assert capsys.readouterr().out == by_rich(names, values, title)


def test_later_values_are_folded_into_the_widths_of_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    first = [["abc"] * 300, ["x"] * 300]
    later = [["one two three", "日本語", "abcdefg"], ["y", "z", "w"]]
    write_chunks_as_grid(["a", "b"], iter([first, later]))
    assert capsys.readouterr().out.split("\n")[-12:] == [
        " one   y ",
        " two     ",
        " thr     ",
        " ee      ",
        " 日    z ",
        " 本      ",
        " 語      ",
        " abc   w ",
        " def     ",
        " g       ",
        "         ",
        "",
    ]


def test_wide_tables_fit_the_width_by_narrowing_the_widest_columns(capsys: pytest.CaptureFixture[str]) -> None:
    write_chunks_as_grid(["short", "long"], iter([[["ab"] * 300, ["word " * 60] * 300]]))
    lines = capsys.readouterr().out.split("\n")[:-1]
    assert {cell_len(line) for line in lines} == {150}
    assert _fit([2, 300, 40], 100) == [2, 58, 40]
    assert _fit([300, 300], 101) == [51, 50]
    assert _fit([3, 3, 3], 2) == [1, 1, 1]


def test_the_title_and_names_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    for rows in (1, 300):
        write_chunks_as_grid(["[red]a[/red]"], iter([[["[b]x[/b]"] * rows]]), "[link=http://x]t[/link]")
        out = capsys.readouterr().out
        assert "[link=http://x]t[/link]" in out.replace("\n", "").replace(" ", "") and "[red]a[/red]" in out
        assert "[b]x[/b]" in out
