"""Tables whose first lines aren't plain, each kind in many shapes, with the table that a person reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import cycle
from random import Random

from messy_table import GroundTruth, MessyFile

Lines = list[list[str]]
Made = tuple[Lines, Lines, list[str], Lines]
"""Lines above the table, its own lines, the header to read, and the rows to read."""

_WORDS = ("Rome", "Oslo", "Bari", "Lima", "Cork", "Köln", "Nice", "Bonn", "Turku", "Zürich", "Porto", "Gdańsk")
_NAMES = ("name", "town", "kind", "amount", "price", "weight", "score", "label", "owner", "count")
_DELIMITERS = (",", ";", "\t", "|")


def _cells(random: Random, name: str, rows: int) -> list[str]:
    """Draw a column of what its name lets expect."""
    if name in ("amount", "count"):
        return [str(random.randrange(1000)) for _ in range(rows)]
    if name in ("price", "weight", "score"):
        return [f"{random.uniform(0, 500):.2f}" for _ in range(rows)]
    return [f"{random.choice(_WORDS)} {random.randrange(90)}" for _ in range(rows)]


def _table(random: Random) -> tuple[list[str], Lines]:
    names = ["id", *random.sample(_NAMES, random.randint(2, 6))]
    rows = random.choice((4, 9, 40, 120))
    columns = [[f"k{1000 + 7 * i}" for i in range(rows)], *(_cells(random, name, rows) for name in names[1:])]
    return names, [list(row) for row in zip(*columns, strict=True)]


def _plain(random: Random, above: Sequence[str]) -> Made:
    names, rows = _table(random)
    return [[line] for line in above], [names, *rows], names, rows


def encoding_line(random: Random) -> Made:
    return _plain(random, [random.choice(("UTF-8", "utf8", '"UTF-8"', "ISO-8859-1", "windows-1252"))])


def type_line(random: Random) -> Made:
    return _plain(random, ["#TYPE System.Management.Automation.PSCustomObject"])


def control_record(random: Random) -> Made:
    names, rows = _table(random)
    code = random.choice(("H", "HDR", "HEADER"))
    return [[code, "20240131", f"FILE{random.randrange(99)}"][: random.choice((2, 3))]], [names, *rows], names, rows


def group_header(random: Random) -> Made:
    """Write groups above the columns of measures, or the measures' years below, with a blank corner."""
    groups, parts = random.sample(("sales", "stock", "costs"), 2), random.choice((("min", "max"), ("2019", "2020")))
    rows = [
        [f"{word}{i}", *(str(random.randrange(3000, 9000)) for _ in range(4))]
        for i, word in zip(range(random.choice((6, 40))), cycle(_WORDS))
    ]
    above, below = ["", groups[0], "", groups[1], ""], ["town", *parts, *parts]
    if random.random() < 0.5:
        above[0], below[0] = "town", ""
    return [], [above, below, *rows], ["town", *(f"{group} {part}" for group in groups for part in parts)], rows


def surplus_cell(random: Random) -> Made:
    names, rows = _table(random)
    return (
        [],
        [names, *([*row, "x"] for row in rows)],
        [*names, f"column_{len(names) + 1}"],
        [[*row, "x"] for row in rows],
    )


def row_names(random: Random) -> Made:
    """Leave out the name of the first column, as R does for names of rows."""
    names, rows = _table(random)
    numbered = [[str(place), *row[1:]] for place, row in enumerate(rows, start=1)]
    return [], [names[1:], *numbered], ["column_1", *names[1:]], numbered


def pivoted(random: Random) -> Made:
    """Name the columns by days, years or steps."""
    count, start = random.randint(3, 9), date(2023, 1, 1) + timedelta(days=random.randrange(300))
    labels = random.choice(
        (
            [str(start + timedelta(days=day)) for day in range(count)],
            [f"{(start + timedelta(days=31 * step)):%d/%m/%Y}" for step in range(count)],
            [str(2000 + step) for step in range(count)],
            [str(1 + step) for step in range(count)],
        )
    )
    rows = [[f"{word} {i}", *(str(random.randrange(500)) for _ in labels)] for i, word in enumerate(_WORDS)]
    return [], [["region", *labels], *rows], ["region", *labels], rows


def empty_first_rows(random: Random) -> Made:
    names, rows = _table(random)
    rows[: max(1, len(rows) // 4)] = [[row[0], *[""] * (len(names) - 1)] for row in rows[: max(1, len(rows) // 4)]]
    return [], [names, *rows], names, rows


def wide_rows(random: Random) -> Made:
    names, rows = _table(random)
    start, more = random.choice((4, 20, 200)), random.randint(1, 3)
    longer = [[*row, *(f"y{i}" for i in range(more))] for row in rows]
    short = [rows[place % len(rows)] for place in range(start)]
    read = [*([*row, *[""] * more] for row in short), *longer]
    return [], [names, *short, *longer], [*names, *(f"column_{len(names) + 1 + i}" for i in range(more))], read


def plain(random: Random) -> Made:
    return _plain(random, [])


KINDS: dict[str, Callable[[Random], Made]] = {
    "an encoding's name": encoding_line,
    "the type of an export": type_line,
    "a control record": control_record,
    "groups with a blank corner": group_header,
    "a surplus cell": surplus_cell,
    "names of rows": row_names,
    "a pivoted table": pivoted,
    "empty first rows": empty_first_rows,
    "rows become longer": wide_rows,
}
_LONG = ("~|~", "||", "::", "|~|", ",|,", "^|^")


def tops(seed: int, each: int) -> Iterator[MessyFile]:
    """Yield `each` files of every kind; the same seed gives the same bytes."""
    for kind, make in KINDS.items():
        for number in range(each):
            random = Random(f"{kind} {seed} {number}")
            yield _file(kind, make(random), random.choice(_DELIMITERS))
    for number in range(each):
        random = Random(f"written {seed} {number}")
        delimiter, made = random.choice(_DELIMITERS), plain(random)
        line = random.choice(("sep={}", '"sep={}"', "SEP={}", "sep={} ")).format(delimiter)
        encoding = random.choice(("utf-8", "utf-8-sig", "utf-16"))
        yield _file("a delimiter's name", ([[line]], *made[1:]), delimiter, encoding)
        yield _file("a long delimiter", made, random.choice(_LONG))
        yield _two_encodings(made, delimiter)


def _file(kind: str, made: Made, delimiter: str, encoding: str = "utf-8") -> MessyFile:
    above, lines, header, rows = made
    content = "".join(f"{delimiter.join(line)}\n" for line in [*above, *lines]).encode(encoding)
    return MessyFile(kind, (kind,), content, GroundTruth(tuple(header), tuple(map(tuple, rows)), 0, 0))


def _two_encodings(made: Made, delimiter: str) -> MessyFile:
    """Write every other line in cp1252, where it can be."""
    _, lines, header, rows = made
    texts = [f"{delimiter.join(line)}\n".replace("Gdańsk", "Fürth") for line in lines]
    content = b"".join(text.encode("cp1252" if place % 2 else "utf-8") for place, text in enumerate(texts))
    read = tuple(tuple(cell.replace("Gdańsk", "Fürth") for cell in row) for row in rows)
    return MessyFile("two encodings", ("two encodings",), content, GroundTruth(tuple(header), read, 0, 0))
