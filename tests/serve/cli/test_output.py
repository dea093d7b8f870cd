from __future__ import annotations

import csv
import datetime
import io
import json
import re
import sys
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import click
import pyarrow as pa
import pytest

from lakeindex.serve.cli.output import Format, Layout, print_line, print_message, print_text, write_batches, write_csv
from tests.serve.cli.payloads import payloads
from tests.serve.cli.terminal import hidden_in, on_terminal

PAYLOADS = payloads(2_000)


def table() -> pa.Table:
    return pa.table(
        {name: PAYLOADS[place:] + PAYLOADS[:place] for place, name in enumerate(("a\x1b[2J", "b|<b>", "\u202ec"))}
    )


def mixed() -> pa.Table:
    return pa.table(
        {
            "n": pa.array([1, None, -(2**62)], pa.int64()),
            "x": pa.array([1.5, float("nan"), float("-inf")]),
            "t": pa.array(["a\u202eb", None, 'q"\x1b\n,']),
            "flag": pa.array([True, False, None]),
            "day": pa.array([datetime.date(2024, 3, 8), None, datetime.date(1, 1, 1)]),
            "price": pa.array([Decimal("1.50"), None, Decimal("-2.00")]),
            "list": pa.array([["a", "\x07"], [], None]),
            "deep": pa.array([{"k": [1.0, float("nan")], "v": None}, None, {"k": [], "v": "%s\n"}]),
            "raw": pa.array([b"\x00\xff", None, b""]),
            "100 % %s": pa.array(["x", "y", "z"]),
        }
    )


def written(capsys: pytest.CaptureFixture[str], rows: pa.Table, form: Format, **options: Any) -> str:
    write_batches(iter(rows.to_batches(max_chunksize=2)), rows.schema, form, **options)
    return capsys.readouterr().out


def plain(value: object) -> object:
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("rows", [table(), mixed(), mixed().slice(0, 0), mixed().select(["deep"])], ids=str)
def test_json_is_byte_for_byte_what_the_json_module_writes(rows: pa.Table, capsys: pytest.CaptureFixture[str]) -> None:
    expected = [plain(row) for row in rows.to_pylist()]
    whole = json.dumps(expected, ensure_ascii=False, indent=1, default=str) + "\n"
    lines = [json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in expected]
    assert written(capsys, rows, Format.JSON) == whole
    assert written(capsys, rows, Format.JSONL) == "".join(lines)


def test_csv_is_byte_for_byte_what_the_csv_module_writes(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [table().column_names, *zip(*(column.to_pylist() for column in table().columns), strict=True)]
    text = written(capsys, table(), Format.CSV)
    assert list(map(tuple, csv.reader(io.StringIO(text, newline="")))) == list(map(tuple, rows))
    unbroken = pa.table({"a": [text for text in PAYLOADS if "\r" not in text]})
    expected = io.StringIO()
    csv.writer(expected, lineterminator="\n").writerows([["a"], *([text] for text in unbroken["a"].to_pylist())])
    assert written(capsys, unbroken, Format.CSV) == expected.getvalue()
    assert written(capsys, pa.table({"a": ["x\ry"]}), Format.CSV) == 'a\n"x\ry"\n'
    assert written(capsys, mixed(), Format.CSV).splitlines()[:2] == [
        "n,x,t,flag,day,price,list,deep,raw,100 % %s",
        '1,1.5,a\u202eb,true,2024-03-08,1.50,"[""a"", ""\\u0007""]","{""k"": [1.0, null], ""v"": null}",'
        r"b'\x00\xff',x",
    ]


def test_columns_of_one_name_are_all_in_csv_and_the_last_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    rows = pa.table([[1], [2]], names=["a", "a"])
    assert written(capsys, rows, Format.CSV) == "a,a\n1,2\n"
    assert written(capsys, rows, Format.JSONL) == '{"a": 2}\n'


@pytest.mark.parametrize("form", [Format.TABLE, Format.MD, Format.CSV, Format.JSON, Format.JSONL])
@pytest.mark.parametrize("rows", [2_000, 150])
def test_nothing_hidden_reaches_a_terminal(form: Format, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    some = table().slice(0, rows)
    shown = on_terminal(
        monkeypatch,
        lambda: write_batches(iter(some.to_batches()), some.schema, form, Layout("title \x1b]0;x\x07 [red]")),
    )
    assert hidden_in(shown) == set()
    assert r"\u202e" in shown and r"2J" in shown
    if form is Format.JSON:
        assert json.loads(shown) == some.to_pylist()
    if form is Format.JSONL:
        assert [json.loads(line) for line in shown.split("\n") if line] == some.to_pylist()
    assert ("are escaped here; in a file or pipe they are not" in shown) is (form is Format.CSV)


@pytest.mark.parametrize("form", [Format.TABLE, Format.MD])
def test_what_is_for_people_is_escaped_in_a_pipe_too(form: Format, capsys: pytest.CaptureFixture[str]) -> None:
    assert hidden_in(written(capsys, table(), form, layout=Layout("\x1b[2J"))) == set()


def test_markdown_has_one_line_a_row_and_no_tag(capsys: pytest.CaptureFixture[str]) -> None:
    text = written(capsys, table(), Format.MD)
    assert text.count("\n") == 2_002
    tags: list[str] = []
    page = HTMLParser()
    page.handle_starttag = lambda tag, attrs: tags.append(tag)  # type: ignore[method-assign]
    page.handle_endtag = tags.append  # type: ignore[method-assign]
    page.feed(text)
    page.close()
    assert tags == []
    assert text.splitlines()[0] == r"| a\\x1b\[2J | b\|&lt;b&gt; | \\u202ec |"


def test_messages_and_lines_are_escaped(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    print_message("no \x1b[2J\udcff")
    print_text("is \u202e")
    print_line('{"a": "\u202e"}')
    out, err = capsys.readouterr()
    assert (out, err) == ('is \\u202e\n{"a": "\u202e"}\n', "no \\x1b[2J\\udcff\n")
    assert on_terminal(monkeypatch, lambda: print_line('{"a": "\x9b\u202e"}')) == '{"a": "\\u009b\\u202e"}\n'


def test_arrow_is_refused_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> None:
        with pytest.raises(click.UsageError, match=r"redirect it, as in -o arrow > rows\.arrow"):
            write_batches(iter(()), pa.schema({"a": pa.int64()}), Format.ARROW)

    assert on_terminal(monkeypatch, refused) == ""


def runs(cell: str) -> bool:
    """Whether a spreadsheet might take a cell for a formula, written without what the product knows of it."""
    start = cell.lstrip("\"' \xa0\u200b\ufeff\x00")
    if not cell or cell.startswith("'"):
        return False
    try:
        float(cell)
    except ValueError:
        return start[:1] in tuple("=+-@|%\t\r\n＝＋－＠")
    return cell.startswith("+")


def loses(cell: str) -> bool:
    """Whether it has digits that a spreadsheet drops."""
    return bool(re.fullmatch(r"-?(0[0-9]+|[0-9]{16,})(\.[0-9]*)?", cell))


def test_a_spreadsheet_finds_no_formula_and_all_digits(capsys: pytest.CaptureFixture[str]) -> None:
    text = written(capsys, table(), Format.CSV, spreadsheet=True)
    assert text.startswith("\ufeff") and text.count("\r\n") >= 2_001
    cells = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert len(cells) == 2_001
    assert [cell for row in cells for cell in row if runs(cell) or loses(cell)] == []
    assert sum(runs(cell) for cell in PAYLOADS) > 100
    unmarked = [row[0] for row in cells[1:] if not row[0].startswith("'") and not set(row[0]) & set(";\t\r\n")]
    assert set(unmarked) <= set(PAYLOADS) and len(unmarked) > 1_000
    assert "-5" in unmarked


def test_typed_numbers_stay_numbers_in_a_spreadsheet(capsys: pytest.CaptureFixture[str]) -> None:
    rows = pa.table({"n": [-5, 2**53], "x": [-0.5, 1e300], "t": ["=1", "ok"]})
    assert written(capsys, rows, Format.CSV, spreadsheet=True) == (
        "\ufeffn,x,t\r\n-5,-0.5,'=1\r\n'9007199254740992,1e+300,ok\r\n"
    )


def test_rows_come_before_the_last_one_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each format writes what it has, whatever is to come."""
    batch = pa.record_batch({"a": [f"row {number}" for number in range(5_000)]})
    for form in (Format.TABLE, Format.CSV, Format.JSON, Format.JSONL, Format.MD):
        out = io.StringIO()

        def endless(out: io.StringIO = out) -> Any:
            yield batch
            assert "row 4000" in out.getvalue()
            yield batch
            assert "row 4999" in out.getvalue()
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(sys, "stdout", out)
            with pytest.raises(KeyboardInterrupt):
                write_batches(endless(), batch.schema, form)


def test_rows_of_python_values_are_written_alike(capsys: pytest.CaptureFixture[str]) -> None:
    write_csv(["a", "b"], iter([(1, None), (True, ["x"])]))
    assert capsys.readouterr().out == 'a,b\n1,\ntrue,"[""x""]"\n'
