"""Every command in every format on a lake of hostile cells, headers and file names."""

from __future__ import annotations

import csv
import io
import json
import sys
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeindex import Lake, Settings
from lakeindex.escaping.visible import is_visible
from lakeindex.serve.cli.main import run
from tests.serve.cli.payloads import payloads
from tests.serve.cli.terminal import hidden_in, on_terminal
from tests.serve.cli.test_output import loses, runs

FORMATS = ("table", "md", "csv", "json", "jsonl")
CELLS, OTHER, HEADERS = "cells.parquet", "other.parquet", "headers.parquet"
TEXTS = payloads(2_000)
NAMES = list(dict.fromkeys(TEXTS))[:60]


def file_names() -> list[str]:
    """Return payloads as names of files, as far as a file can be called so."""
    made = (text.replace("/", "").replace("\0", "").strip(".")[:40] for text in NAMES)
    return [f"{name}.parquet" for name in dict.fromkeys(made) if name and "\n" not in name][::3]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    lake = folder / "lake"
    lake.mkdir()
    numbers = pa.array([f"K{number:05d}" for number in range(len(TEXTS))])
    pq.write_table(pa.table({"key": numbers, "text": TEXTS, "n": pa.array(range(-1000, 1000))}), lake / CELLS)
    pq.write_table(pa.table({"key": numbers, "text": TEXTS[::-1]}), lake / OTHER)
    pq.write_table(pa.table({name: [f"v{place}", name] for place, name in enumerate(NAMES)}), lake / HEADERS)
    for name in file_names():
        pq.write_table(pa.table({"key": numbers[:50], name: TEXTS[:50]}), lake / name)
    Lake.index(lake, folder / "index", Settings(model="hashing", jobs=1, memory="1GB"))
    return folder / "index"


def commands() -> dict[str, tuple[str, ...]]:
    evil = file_names()[0]
    return {
        "tables": ("tables",),
        "status": ("status",),
        "feedback": ("feedback",),
        "verify": ("verify",),
        "verdicts": ("verdicts",),
        "kept verdicts": ("link", *file_names()[:2], "--kept"),
        "profile cells": ("profile", CELLS),
        "profile headers": ("profile", HEADERS),
        "profile an evil name": ("profile", evil),
        "read cells": ("read", CELLS),
        "read headers": ("read", HEADERS),
        "read an evil name": ("read", evil),
        "query": ("query", CELLS, "text", "--all", "--probe", "0"),
        "query keys": ("query", CELLS, "key", "--all", "--probe", "3"),
        "query a header": ("query", HEADERS, NAMES[0], "--all"),
        "sql": ("sql", f'SELECT * FROM "{CELLS}" UNION ALL SELECT * FROM "{CELLS}"'),
        "join": ("join", CELLS, "key", OTHER, "key", "--match", "exact"),
        "join an evil name": ("join", CELLS, "key", evil, "key", "--match", "exact"),
        "join rows": ("join", CELLS, "key", evil, "key", "--match", "exact", "--rows"),
        "watch-joins": ("watch-joins",),
        "keys": ("keys", CELLS),
        "keys of headers": ("keys", HEADERS),
        "keys of an evil name": ("keys", evil),
        "dependencies": ("keys", HEADERS, "--dependencies"),
        "relationships": ("relationships", "--min-probability", "0"),
        "integrate": ("integrate", CELLS, OTHER, HEADERS, "--key", "key"),
        "plan an integration": ("integrate", CELLS, HEADERS, evil, "--key", "key", "--plan"),
        "link evil names": ("link", *file_names()[:2]),
        "dedupe an evil name": ("dedupe", evil),
        "enrich an evil name": ("enrich", CELLS, "--target", "text", "-k", "3"),
        "union of an evil name": ("union", evil),
        "similar to an evil name": ("similar", evil),
        "types": ("types",),
        "types of an evil name": ("types", evil),
        "path of evil names": ("path", CELLS, evil, "--hops", "2"),
    }


def one_format() -> dict[str, tuple[str, ...]]:
    evil = file_names()[0]
    bad = "\x1b]0;x\x07\u202e\udcff<b>"
    return {
        "help": ("--help",),
        "join sql": ("join", CELLS, "key", evil, evil, "--match", "exact", "--sql"),
        "explain": ("explain", CELLS, "key", evil, "key"),
        "explain md": ("explain", CELLS, "text", OTHER, "text", "-o", "md"),
        "explain html": ("explain", CELLS, "text", OTHER, "text", "-o", "html"),
        "accept": ("accept", CELLS, "key", evil, "key", "--note", bad.replace("\udcff", "")),
        "no command": (bad,),
        "no table": ("query", bad, "x"),
        "no column": ("query", CELLS, bad),
        "no option": ("query", f"--{bad}"),
        "no choice": ("tables", "-o", bad),
        "no file": ("query", "--file", bad, "x"),
        "no index": ("tables", "--index", bad),
        "no statement": ("sql", f'SELECT "{bad.replace(chr(0xDCFF), "")}"'),
        "no lake": ("index", bad),
        "no number": ("query", CELLS, "key", "-k", bad),
    }


def shown(patch: pytest.MonkeyPatch, index: Path, *words: str) -> str:
    with patch.context() as patched:
        patched.setenv("LAKEINDEX_INDEX", str(index))
        patched.setattr(sys, "argv", ["lakeindex", *words])
        return on_terminal(patch, run)


def written(patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], index: Path, *words: str) -> str:
    with patch.context() as patched:
        patched.setenv("LAKEINDEX_INDEX", str(index))
        patched.setattr(sys, "argv", ["lakeindex", *words])
        assert run() in (0, 1)
    return capsys.readouterr().out


def tags_of(text: str) -> list[str]:
    tags: list[str] = []
    page = HTMLParser()
    page.handle_starttag = lambda tag, attrs: tags.append(tag)  # type: ignore[method-assign]
    page.feed(text)
    page.close()
    return tags


@pytest.mark.parametrize("command", commands())
@pytest.mark.parametrize("form", ["table"])
def test_nothing_hidden_reaches_a_terminal(
    command: str, form: str, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = shown(monkeypatch, index, *commands()[command], "-o", form)
    assert hidden_in(text) == set()
    assert "Traceback" not in text


@pytest.mark.slow
@pytest.mark.parametrize("command", commands())
@pytest.mark.parametrize("form", FORMATS)
def test_nothing_hidden_reaches_a_terminal_in_any_format(
    command: str, form: str, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test_nothing_hidden_reaches_a_terminal(command, form, index, monkeypatch)


@pytest.mark.parametrize("command", one_format())
def test_no_sentence_and_no_error_has_a_hidden_character(
    command: str, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = shown(monkeypatch, index, *one_format()[command])
    assert text and hidden_in(text) == set()
    assert "Traceback" not in text


@pytest.mark.parametrize("command", ["read cells", "read headers", "tables", "query", "join"])
def test_pages_have_no_tag_of_the_lake(
    command: str, index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = written(monkeypatch, capsys, index, *commands()[command], "-o", "md")
    assert tags_of(text) == [] and is_visible(text)
    assert all(line.startswith("|") and line.endswith("|") for line in text.splitlines())


def test_a_page_has_the_tags_of_the_product_and_runs_nothing(
    index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = file_names()[0]
    page = written(monkeypatch, capsys, index, "explain", CELLS, "text", OTHER, "text", "-o", "html")
    assert set(tags_of(page)) <= {
        "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "h1", "h2", "p",
        "span", "strong", "dl", "dt", "dd", "pre", "code", "ol", "ul", "li", "svg", "rect", "details", "summary", "div",
        "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert "Content-Security-Policy" in page and "default-src 'none'" in page and is_visible(page)
    lake = Lake.open(index)
    answer = lake.query(CELLS, "key", k=100)
    plan = lake.join(CELLS, "key", evil, "key", "exact")
    for html in (answer._repr_html_(), plan._repr_html_()):
        assert set(tags_of(html)) <= {
            "table",
            "caption",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "p",
            "ul",
            "li",
            "svg",
            "rect",
            "title",
        }
        assert is_visible(html)
    assert any(not is_visible(match.column.table) for match in answer.matches)
    assert is_visible(repr(answer)) and is_visible(repr(plan)) and is_visible(str(plan))


def test_data_is_what_the_lake_holds(
    index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = written(monkeypatch, capsys, index, "read", CELLS, "-o", "csv")
    assert [row[1] for row in csv.reader(io.StringIO(text, newline=""))] == ["text", *TEXTS]
    rows = json.loads(written(monkeypatch, capsys, index, "read", CELLS, "-o", "json"))
    assert [row["text"] for row in rows] == TEXTS
    lines = written(monkeypatch, capsys, index, "read", HEADERS, "-o", "jsonl")
    # Blanks around names are not part of them, as lakeindex reads a table.
    read = list(json.loads(lines.split("\n")[0]))
    assert [name for name in read if name in NAMES] == [name for name in NAMES if name == name.strip()]
    assert len(read) == len(NAMES)


@pytest.mark.parametrize(
    "command", ["read cells", "read headers", "read an evil name", "tables", "query", "sql", "join"]
)
def test_a_spreadsheet_runs_nothing_and_keeps_every_digit(
    command: str, index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = written(monkeypatch, capsys, index, *commands()[command], "--spreadsheet")
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:], newline="")))
    assert len(rows) > 1
    assert [cell for row in rows for cell in row if runs(cell) or loses(cell)] == []
    if command == "read cells":
        assert [row[2] for row in rows[1:]] == [str(number) for number in range(-1000, 1000)]


def test_a_joined_file_is_for_a_spreadsheet_too(index: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    words = ("join", CELLS, "key", OTHER, "key", "--match", "exact", "--spreadsheet", "--out")
    said = shown(monkeypatch, index, *words, str(tmp_path / "joined.csv"))
    assert "2,000 rows out of 2,000 and 2,000" in said
    text = (tmp_path / "joined.csv").read_bytes().decode()
    assert text.startswith("\ufeffkey,text,n,")
    rows = list(csv.reader(io.StringIO(text[1:], newline="")))
    assert len(rows) == 2_001
    assert [cell for row in rows for cell in row if runs(cell) or loses(cell)] == []
    assert "let 'joined.parquet' end with .csv" in shown(monkeypatch, index, *words, "joined.parquet")
    assert "--spreadsheet is for -o csv, not for -o md" in shown(
        monkeypatch, index, "tables", "-o", "md", "--spreadsheet"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["joined.csv"]
