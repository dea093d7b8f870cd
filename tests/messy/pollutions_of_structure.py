"""Pollutions of what stands around and between the rows: titles, notes, totals, headers, other tables."""

from __future__ import annotations

from random import Random

from tests.messy.messy_table import Cells, Draft
from tests.messy.pollutions_of_writing import Pollution

TITLES = (
    "Report of the statistical office",
    "Table 3: results by area",
    "Generated on 2023-04-01 at 10:15",
    "All figures are provisional, and subject to revision, see the notes below",
    "Please cite as follows:",
)
NOTES = (
    "Source: national statistical office",
    "Note: figures may not add up because of rounding.",
    "* provisional, revised, or estimated",
    "(1) excluding overseas territories",
    "Last updated: 2023-04-01",
)
SECOND = (("branch", "manager", "opened"), ("North", "A. Miller", "1999"), ("South", "B. Jones", "2004"))


def add_titles(draft: Draft, random: Random) -> None:
    titles = [draft.quoted(title) for title in random.sample(TITLES, random.randint(1, 3))]
    draft.above += titles + [""] * random.randint(0, 1)


def add_bare_titles(draft: Draft, random: Random) -> None:
    """Write prose with commas and without quotes."""
    draft.above += [TITLES[3], *random.sample(TITLES[:3], random.randint(0, 2))]


def add_facts(draft: Draft, random: Random) -> None:
    """Write a few facts about the table above it, two cells each."""
    facts = (("Region", "all"), ("Year", "2023"), ("Contact", "statistics office"))
    draft.above += [_line(draft, fact) for fact in facts[: random.randint(2, 3)]] + [""]


def add_padded_titles(draft: Draft, random: Random) -> None:
    """Write titles as a spreadsheet does, with a delimiter for every column."""
    for title in random.sample(TITLES, random.randint(1, 3)):
        draft.above.append(_padded(draft, title))
    draft.above += [_padded(draft, "")] * random.randint(0, 1)


def add_comments(draft: Draft, random: Random) -> None:
    draft.above += [f"# {title}" for title in random.sample(TITLES, 2)]


def add_notes(draft: Draft, random: Random) -> None:
    notes = [draft.quoted(note) for note in random.sample(NOTES, random.randint(1, 3))]
    draft.below += notes
    draft.other_lines += len(notes)


def add_notes_after_blank(draft: Draft, random: Random) -> None:
    draft.below.append("")
    add_notes(draft, random)


def add_padded_notes(draft: Draft, random: Random) -> None:
    draft.below += [_padded(draft, "")] * random.randint(0, 1)
    for note in random.sample(NOTES, random.randint(1, 2)):
        draft.below.append(_padded(draft, note))
        draft.other_lines += 1


def add_total(draft: Draft, _: Random) -> None:
    """End with a line of sums, which leaves the columns of text empty."""
    sums = [_sum([row[column] for row in draft.rows]) for column in range(1, draft.width)]
    draft.below.append(_line(draft, ("Total", *sums)))
    draft.other_lines += 1


def end_in_empty_rows(draft: Draft, random: Random) -> None:
    """End as a spreadsheet does in which rows were deleted."""
    empty = random.randint(2, 9)
    draft.below += [draft.writing.delimiter * (draft.width - 1) + draft.writing.after_each] * empty
    draft.other_lines += empty


def break_header(draft: Draft, _: Random) -> None:
    """Let a name run over two lines."""
    broken = (*draft.header[:-1], f"{draft.header[-1]}\n(as of 2023)")
    draft.header_lines, draft.header = [broken], broken


def name_twice(draft: Draft, _: Random) -> None:
    """Give two columns one name, of which readers make two."""
    draft.header_lines = [(*draft.header[:-1], draft.header[0])]
    draft.header = (*draft.header[:-1], f"{draft.header[0]} (2)")


def repeat_header(draft: Draft, _: Random) -> None:
    draft.repeats_header_after = 20


def leave_header_out(draft: Draft, _: Random) -> None:
    draft.header_lines = []
    draft.header = tuple(f"column_{number}" for number in range(1, draft.width + 1))


def split_header(draft: Draft, _: Random) -> None:
    """Write a header of two lines: a word that spans columns above, the names below."""
    groups = tuple(("", "measured", "")[number % 3] for number in range(draft.width))
    draft.header_lines = [groups, draft.header]
    draft.header = tuple(f"{group} {name}".strip() for group, name in zip(groups, draft.header, strict=True))


def name_units(draft: Draft, _: Random) -> None:
    """Write a second line of the header, with a unit for every column."""
    units = tuple(f"({('text', 'code', 'unit')[number % 3]})" for number in range(draft.width))
    draft.header_lines = [draft.header, units]
    draft.header = tuple(f"{name} {unit}".strip() for name, unit in zip(draft.header, units, strict=True))


def keep_header_only(draft: Draft, _: Random) -> None:
    draft.rows = []


def keep_one_row(draft: Draft, _: Random) -> None:
    draft.rows = draft.rows[:1]


def stack_narrower(draft: Draft, _: Random) -> None:
    draft.below += ["", *[_line(draft, cells) for cells in SECOND]]
    draft.other_lines += len(SECOND)


def stack_with_a_title(draft: Draft, _: Random) -> None:
    draft.below += ["", "Branches", *[_line(draft, cells) for cells in SECOND]]
    draft.other_lines += len(SECOND) + 1


def stack_wider(draft: Draft, _: Random) -> None:
    wide = [tuple(cells) + tuple(f"{cells[0]}{n}" for n in range(draft.width)) for cells in SECOND]
    draft.below += ["", *[_line(draft, cells) for cells in wide]]
    draft.other_lines += len(SECOND)


def stack_same(draft: Draft, _: Random) -> None:
    """Paste the table's second half below the first, with its header."""
    draft.repeats_header_after = len(draft.rows) // 2
    draft.blank_after.add(draft.repeats_header_after - 1)


def _padded(draft: Draft, text: str) -> str:
    return _line(draft, (text, *[""] * (draft.width - 1)))


def _line(draft: Draft, cells: Cells) -> str:
    return draft.writing.delimiter.join(map(draft.quoted, cells)) + draft.writing.after_each


def _sum(cells: list[str]) -> str:
    try:
        return f"{sum(map(float, filter(None, cells))):g}"
    except ValueError:
        return ""


STRUCTURE: dict[str, Pollution] = {
    "titles": add_titles,
    "titles without quotes": add_bare_titles,
    "facts above": add_facts,
    "padded titles": add_padded_titles,
    "comments": add_comments,
    "notes": add_notes,
    "notes after a blank line": add_notes_after_blank,
    "padded notes": add_padded_notes,
    "total": add_total,
    "empty rows below": end_in_empty_rows,
    "a name over two lines": break_header,
    "a name twice": name_twice,
    "repeated header": repeat_header,
    "no header": leave_header_out,
    "header of two lines": split_header,
    "units below the header": name_units,
    "header only": keep_header_only,
    "one row": keep_one_row,
    "a narrower table below": stack_narrower,
    "a titled table below": stack_with_a_title,
    "a wider table below": stack_wider,
    "pasted twice": stack_same,
}
