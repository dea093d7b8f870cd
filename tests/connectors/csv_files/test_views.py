"""What a person reads of a file is what SQL and joins see of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from tests.connectors.csv_files.csv_reading import read_content

BODY = "".join(f"k{i},Köln {i},{i}\n" for i in range(40))
FILES: dict[str, bytes] = {
    "sep.csv": f"sep=;\r\nkey;town;n\r\n{BODY.replace(',', ';')}".encode(),
    "encoding.csv": b"ISO-8859-1\n" + f"key,town,n\n{BODY}".encode("latin-1"),
    "long.csv": f"key~|~town~|~n\n{BODY.replace(',', '~|~')}".encode(),
    "mixed.csv": f"key,town,n\n{BODY}".encode() + "k40,Zürich,40\n".encode("cp1252") * 3,
    "widens.csv": ("key,town\n" + "k0,Rome\n" * 20 + "k1,Oslo,5\n" * 20).encode(),
    "grouped.csv": f",Place,\nkey,town,n\n{BODY}".encode(),
    "pivot.csv": ("key,2023-01-01,2024-01-01\n" + "".join(f"k{i},{i},{i * 2}\n" for i in range(40))).encode(),
    "control.csv": f"HDR,20240101,X,40\nkey,town,n\n{BODY}TRL,40\n".encode(),
    "damaged.csv": f"key,town,n\n{BODY}".encode("utf-16") + b"\n",
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("views")
    (folder / "lake").mkdir()
    for name, content in FILES.items():
        (folder / "lake" / name).write_bytes(content)
    keys = "code,n\n" + "".join(f"k{i},{i}\n" for i in range(40))
    (folder / "lake" / "keys.csv").write_text(keys)
    settings = Settings(model="hashing", jobs=1, memory="500MB", index=str(folder / "index"))
    Lake.index(folder / "lake", folder / "index", settings)
    return Lake.open(folder / "index", settings)


@pytest.mark.parametrize("name", FILES)
def test_sql_gives_the_rows_that_are_read(lake: Lake, tmp_path: Path, name: str) -> None:
    found = read_content(tmp_path, FILES[name], name)
    columns = ", ".join(f'CAST("{column}" AS VARCHAR)' for column in found.names)
    rows = lake.sql(f'SELECT {columns} FROM "{name}"')
    assert len(found.rows) >= 40
    assert list(zip(*[column.to_pylist() for column in rows.columns], strict=True)) == found.rows


@pytest.mark.parametrize("name", FILES)
def test_a_join_meets_every_row_that_is_read(lake: Lake, tmp_path: Path, name: str) -> None:
    found = read_content(tmp_path, FILES[name], name)
    met = sum(row[0] in {f"k{i}" for i in range(40)} for row in found.rows)
    plan = lake.join(name, found.names[0], "keys.csv", "code")
    assert plan.to_arrow().num_rows == met
