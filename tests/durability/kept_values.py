"""Plant values that no index may keep, and look for them in every byte, array and table below a folder."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

WORDS = ("Zyxquorv-7719", "Wobblefen Gnarltoothe", "çöñåry Ünïcødë", "qqtrace77@canary.example")
NUMBERS = (987654321.123, -123456789.877, 600613579135.0)
DAY = date(1871, 3, 29)
LONG = "LONGCANARY" * 2000
_EPOCH = date(1970, 1, 1)


def plant(root: Path) -> Path:
    """Write a lake whose every cell is a canary; no name of a table or column is one."""
    root.mkdir()
    words = [f"{word} {place}" for place in range(3) for word in WORDS]
    numbers = [NUMBERS[place % 3] for place in range(len(words))]
    rows = [f"{word};{number!r};{DAY.isoformat()};{LONG}" for word, number in zip(words, numbers, strict=True)]
    (root / "plain.csv").write_text("\n".join(["who;share;born;text", *rows]) + "\n", "utf-8")
    (root / "utf16.csv").write_text("\n".join(["who;share;born;text", *rows[:3]]) + "\n", "utf-16")
    bare = [f"{number!r},{word}" for word, number in zip(words, numbers, strict=True)]
    (root / "bare.csv").write_text("\n".join(bare) + "\n", "utf-8")
    ragged = [f'"{word} \\"x\\"",{number!r}' for word, number in zip(words, numbers, strict=True)]
    (root / "ragged.csv").write_text("\n".join(["who,share", *ragged, f"{words[0]},1,2,{words[1]}"]) + "\n", "utf-8")
    with (root / "events.jsonl").open("w", encoding="utf-8") as handle:
        for word, number in zip(words, numbers, strict=True):
            handle.write(json.dumps({"who": word, "in": {"share": number, "born": DAY.isoformat()}}) + "\n")
        handle.write(f'"{words[0]}"\n')
    (root / "broken.json").write_text(f'[{{"who": "{words[0]}"}}, {{"who": {WORDS[0]}}}]', "utf-8")
    table = pa.table({"who": words, "share": numbers, "born": [DAY] * len(words), "parts": [[word] for word in words]})
    pq.write_table(table, root / "nested.parquet")
    (root / "torn.parquet").write_bytes((root / "nested.parquet").read_bytes()[:-20])
    return root


def found_in(folder: Path) -> list[str]:
    """Find where below a folder a canary is, as bytes of any spelling or as a value of any array or table."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        found += [f"{name}: {what}" for what in found_in_bytes(path.read_bytes())]
        for text in _values_of(path):
            found += [f"{name} (as a value): {what}" for what in found_in_text(text)]
    return found


def found_in_bytes(content: bytes) -> list[str]:
    """Name the canaries whose spelling stands in some bytes."""
    return [canary for canary, spellings in _SPELLINGS.items() if any(one in content for one in spellings)]


def found_in_text(text: str) -> list[str]:
    """Name the canaries that stand in a text."""
    lowered = text.lower()
    return [canary for canary in _TEXTS if canary.lower() in lowered]


def _spellings(canary: str) -> set[bytes]:
    return {form.encode(code) for form in (canary, canary.lower()) for code in ("utf-8", "utf-16-le", "latin-1")}


_TEXTS = (*WORDS, "LONGCANARY", "987654321.12", "123456789.87", "600613579135", DAY.isoformat())
_SPELLINGS = {canary: _spellings(canary) for canary in _TEXTS}
_SPELLINGS |= {f"float {number!r}": {struct.pack("<d", number), struct.pack("<d", -number)} for number in NUMBERS}
_SPELLINGS |= {
    "day": {struct.pack("<d", (DAY - _EPOCH).days), struct.pack("<q", (DAY - _EPOCH).days)},
    "integer": {struct.pack("<q", int(NUMBERS[2]))},
}
# Of a day's number, four bytes are found by chance.


def _values_of(path: Path) -> Iterator[str]:
    """Yield all values of a file as text, through the reader of its kind."""
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            for (table,) in connection.sql("SELECT table_name FROM duckdb_tables()").fetchall():
                yield str(connection.sql(f'FROM "{table}"').to_arrow_table().to_pylist())
    elif path.suffix == ".arrow":
        reader = pa.ipc.open_file(str(path))
        yield str(reader.schema.metadata)
        yield str(reader.read_all().to_pylist())
    elif path.suffix == ".parquet":
        yield str(pq.read_table(path).to_pylist())
    elif path.suffix == ".npy":
        yield str(np.load(path).tolist())
