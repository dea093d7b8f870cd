"""Plant values that no index may keep, and look for them in every byte, array and table below a folder."""

from __future__ import annotations

import gzip
import json
import struct
import zipfile
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
    _plant_doubtful(root / "doubtful")
    _plant_odd(root / "odd")
    return root


def _plant_doubtful(root: Path) -> None:
    """Write files whose first row is of canaries, or has some, and may be taken for a header."""
    root.mkdir()
    people = [f"{word} {place},{WORDS[1]} {place},{WORDS[2]} {place}" for place, word in enumerate(WORDS * 3)]
    files = {
        "people.csv": people,
        "one.csv": [line.split(",")[0] for line in people],
        "single.csv": people[:1],
        "withheld.csv": [
            f"{WORDS[0]},withheld,unsaid",
            *(f"{WORDS[1]} {place},{place},{place}.5" for place in range(20)),
        ],
        "again.csv": ["id,name," + WORDS[1], *(f"{place},{WORDS[0]} {place},{WORDS[1]}" for place in range(20))],
        "late.csv": ["id,name," + WORDS[1], *(f"{at},n{at},v{at}" for at in range(900)), f"901,{WORDS[1]},x"],
        "two_lines.csv": ["id,name,age", f"unheard,{WORDS[0]},unsaid", *(f"{at},n{at},{at + 20}" for at in range(20))],
        "units.csv": ["id,weight,height", ",kg,cm", *(f"{at},{NUMBERS[0]!r},{at}" for at in range(20))],
        "preamble.csv": [
            f"Report for {WORDS[1]}",
            f"# {WORDS[0]}",
            "",
            "id,name",
            *(f"{at},n{at}" for at in range(20)),
        ],
        "pages.csv": ["who,share", *[f"{WORDS[0]},{NUMBERS[0]!r}"] * 9, "who,share", f"{WORDS[1]},{NUMBERS[1]!r}"],
        "days.csv": [f"{DAY.isoformat()},{WORDS[0]}", *(f"{DAY.isoformat()},{WORDS[1]}" for _ in range(9))],
    }
    for name, lines in files.items():
        (root / name).write_text("\n".join(lines) + "\n", "utf-8")
    rows = [[f"{WORDS[0]} {place}", WORDS[1] if place < 2 else place] for place in range(20)]
    (root / "rows.json").write_text(json.dumps(rows), "utf-8")
    (root / "map.json").write_text(json.dumps([{WORDS[3]: 1, "who": 2}, {WORDS[3]: 3, "who": 4}]), "utf-8")


def _plant_odd(root: Path) -> None:
    """Write canaries where reading goes wrong, or into what is packed, wide, listed or tiny."""
    root.mkdir()
    with zipfile.ZipFile(root / "packed.zip", "w") as archive:
        for name in ("plain.csv", "ragged.csv", "events.jsonl", "broken.json"):
            archive.write(root.parent / name, name)
    with gzip.open(root / "plain.csv.gz", "wb") as packed:
        packed.write((root.parent / "plain.csv").read_bytes())
    wide = ",".join(f"c_{place}" for place in range(700))
    (root / "wide.csv").write_text(
        f"{wide}\n" + f"{','.join([WORDS[0]] * 350 + [repr(NUMBERS[0])] * 350)}\n" * 3, "utf-8"
    )
    (root / "tiny.csv").write_text(f"id\n{NUMBERS[2]:.0f}\n", "utf-8")
    (root / "empty.csv").write_text(f"{WORDS[1]}\n", "utf-8")
    (root / "quotes.csv").write_text("id,who\n" + f'1,"{WORDS[0]}\n2,{WORDS[1]}"x\n' * 5, "utf-8")
    lists = pa.table({"who": [[WORDS[0], WORDS[1]], [WORDS[2]]], "in": [[{"n": NUMBERS[0]}], [{"n": NUMBERS[1]}]]})
    pq.write_table(lists, root / "lists.parquet")
    bytes_of = pa.table({"raw": [word.encode() for word in WORDS], "part": pa.array(WORDS).dictionary_encode()})
    pq.write_table(bytes_of, root / "bytes.parquet")


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
