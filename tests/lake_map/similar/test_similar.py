"""Similar tables of a lake: the order, the verdicts and what differs, by the rows of real files."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import NotFound
from lakeindex.lake_map.similar.judge_pair import judge_by_rows
from lakeindex.lake_map.similar.read_pair import RowReader
from lakeindex.types.lake import TableId

TOWNS = ["Bergen", "Lyon", "Porto", "Graz", "Turku", "Ghent", "Split", "Varna"]
GOODS = ["lamp", "table", "chair", "shelf", "clock", "mirror", "carpet"]
HEADER = ["order_no", "town", "article", "price"]


def orders(seed: int) -> list[list[str]]:
    draw = random.Random(seed)
    return [
        [f"SO-{seed}{place:04}", draw.choice(TOWNS), draw.choice(GOODS), f"{draw.random() * 300:.2f}"]
        for place in range(60)
    ]


def write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    path.write_text("\n".join(map(",".join, [header, *rows])) + "\n")


def picked(rows: list[list[str]], places: list[int]) -> list[list[str]]:
    return [[row[place] for place in places] for row in rows]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("similar")
    rows = orders(3)
    shuffled = random.Random(1).sample(rows, len(rows))
    write(folder / "orders_2023.csv", HEADER, rows)
    write(folder / "copy.csv", ["unit_price", "orderNo", "Town", "article"], picked(shuffled, [3, 0, 1, 2]))
    write(folder / "part.csv", ["town", "order_no", "price"], picked(shuffled[:40], [1, 0, 3]))
    newer = [[*row[:3], "9.99" if place < 3 else row[3], f"note {place}"] for place, row in enumerate(rows[2:])]
    write(folder / "newer.csv", [*HEADER, "note"], [*newer, *([*row, "new"] for row in orders(5)[:4])])
    write(folder / "orders_2024.csv", HEADER, orders(4))
    stars = [[f"HD {place}", f"{-place / 7:.3f}", f"{place * 3.1:.1f}"] for place in range(50)]
    write(folder / "stars.csv", ["designation", "magnitude", "parallax"], stars)
    (folder / "nothing.csv").write_text("order_no,town,article,price\n")
    return folder


@pytest.fixture(scope="module")
def lake(folder: Path, tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Lake:
    return Lake.index(folder, tmp_path_factory.mktemp("index"), settings)


def found(lake: Lake, table: str) -> dict[str, tuple[str, str]]:
    return {row["table"]: (row["verdict"], row["differs"]) for row in lake.similar(table).to_arrow().to_pylist()}


def test_verdicts_are_by_the_rows(lake: Lake) -> None:
    verdicts = found(lake, "orders_2023.csv")
    assert {table: verdict for table, (verdict, _) in verdicts.items() if verdict} == {
        "copy.csv": "duplicate",
        "part.csv": "subset",
        "newer.csv": "version of",
        "orders_2024.csv": "same template",
    }


def test_what_differs_is_told(lake: Lake) -> None:
    told = {table: differs for table, (_, differs) in found(lake, "orders_2023.csv").items()}
    assert told["copy.csv"] == "headers order_no → orderNo, town → Town, price → unit_price"
    assert told["part.csv"] == "20 rows fewer, column article removed"
    assert told["newer.csv"] == "4 rows new, 2 rows gone, column note added, 3 values of price changed"
    assert told["orders_2024.csv"] == "no row in common (60 rows against 60)"


def test_differences_are_told_from_the_side_of_the_table(lake: Lake) -> None:
    assert found(lake, "part.csv")["orders_2023.csv"] == ("subset", "20 rows more, column article added")


def test_scores_fall_and_are_shares(lake: Lake) -> None:
    scores = lake.similar("orders_2023.csv").to_arrow()["score"].to_pylist()
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert lake.similar("orders_2023.csv", 2).to_arrow().num_rows == 2
    assert lake.similar("orders_2023.csv", 0).tables == []


def test_a_table_without_rows_has_no_verdict(lake: Lake) -> None:
    assert {verdict for verdict, _ in found(lake, "nothing.csv").values()} == {""}


def test_an_unknown_table_is_no_table(lake: Lake) -> None:
    with pytest.raises(NotFound, match="the nearest"):
        lake.similar("star.csv")


def test_a_lake_of_one_table_has_no_similar_one(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "lake").mkdir()
    write(tmp_path / "lake" / "alone.csv", HEADER, orders(1))
    assert Lake.index(tmp_path / "lake", tmp_path / "index", settings).similar("alone.csv").tables == []


def test_a_restricted_caller_sees_only_allowed_tables(lake: Lake) -> None:
    with Lake.open(lake.settings.index, lake.settings, allowed=["orders_*", "stars.csv"]) as restricted:
        assert {one.table for one in restricted.similar("orders_2023.csv").tables} <= {"orders_2024.csv", "stars.csv"}


def test_without_its_file_the_verdict_is_probable(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "lake").mkdir()
    write(tmp_path / "lake" / "one.csv", HEADER, orders(1))
    write(tmp_path / "lake" / "two.csv", HEADER, orders(1))
    lake = Lake.index(tmp_path / "lake", tmp_path / "index", settings)
    (tmp_path / "lake" / "two.csv").unlink()
    similar = lake.similar("one.csv")
    assert similar.to_arrow()["verdict"].to_pylist() == ["probably duplicate"]
    assert "index the lake again" in similar.notes()[0]


def test_a_table_that_changed_since_is_named(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "lake").mkdir()
    write(tmp_path / "lake" / "one.csv", HEADER, orders(1))
    write(tmp_path / "lake" / "two.csv", HEADER, orders(1))
    lake = Lake.index(tmp_path / "lake", tmp_path / "index", settings)
    write(tmp_path / "lake" / "two.csv", HEADER, orders(1)[:50])
    similar = lake.similar("one.csv")
    assert similar.to_arrow()["verdict"].to_pylist() == ["subset"]
    assert similar.notes() == ["two.csv changed since it was indexed (50 rows, then 60): index the lake again"]


def test_large_tables_are_compared_by_a_sample(tmp_path: Path, settings: Settings) -> None:
    rows = [[f"SO-{place}", f"{place % 7}.0", GOODS[place % 5]] for place in range(3_000)]
    other = [[row[0].lower(), row[1].removesuffix(".0"), row[2]] for row in random.Random(2).sample(rows, len(rows))]
    (tmp_path / "lake").mkdir()
    write(tmp_path / "lake" / "one.csv", ["order_no", "size", "article"], rows)
    write(tmp_path / "lake" / "two.csv", ["order_no", "size", "article"], other)
    lake = Lake.index(tmp_path / "lake", tmp_path / "index", settings)
    (found,) = lake.similar("one.csv").tables
    judged = judge_by_rows(RowReader(lake.opened.tables, TableId("one.csv"), most_cells=1_000), found)
    assert (str(judged), judged.differs, judged.notes) == ("duplicate (about)", "", ())
    left, right, is_sample = RowReader(lake.opened.tables, TableId("one.csv"), 1_000).read(found.table, found.pairs)
    assert is_sample and 200 < len(left) == len(right) < 500
